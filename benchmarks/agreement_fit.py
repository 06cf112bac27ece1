"""What the recommended metric owes to each part of its formula, and to having seen the studies it is judged on."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from radeval.core.metric import RunContext
from radeval.findings.reader import reader
from radeval.metrics.judge.crimson_task import CrimsonFindings, Significance, WeighFindings
from radeval.metrics.judge.judge import readings_of
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.weighted_findings import CONSTANTS, Constants, share_right, weights_of
from radeval.stats.correlation import kendall, tau_b
from radeval.stats.design import Design
from radeval.study.data import Study
from radeval.study.measures import Resampler
from radeval.study.results import Value

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Formula = Callable[[CrimsonFindings], float]
FOLDS, ROUNDS, DRAWS = 5, 5, 1_000

_EVEN: dict[Significance, float] = {"urgent": 1.0, "actionable": 1.0, "minor": 1.0, "expected": 1.0}
_LEVELS: tuple[Mapping[Significance, float], ...] = (
    _EVEN,
    CONSTANTS.levels,
    *(
        {"urgent": urgent, "actionable": actionable, "minor": minor, "expected": expected}
        for urgent, actionable, minor, expected in (
            (2, 1, 0.25, 0), (2, 1, 0.25, 0.1), (1, 1, 0.25, 0.05), (1, 0.5, 0.25, 0), (2, 1, 0.5, 0.1),
            (4, 2, 0.25, 0),
        )
    ),
)  # fmt: skip
GRID = tuple(
    Constants(levels, significant, 0.9, related, doubt, prior)
    for levels, significant, related, doubt, prior in itertools.product(
        _LEVELS, (0.25, 0.5, 0.75), (0.0, 0.1, 0.25, 0.5), (0.5, 0.9), (0.05, 0.1, 0.25, 0.5, 1.0)
    )
)
"""Constants that one might have set instead."""


def answers(study: Study) -> list[CrimsonFindings]:
    """Returns what the reader finds in each pair: what is weighed."""
    context = RunContext()
    readings = readings_of(reader("cxr", ()), context)
    return [
        WeighFindings().by_rules(Pair(one.candidate, one.references[0], one.context), readings)
        for one in study.examples
    ]


def formula(constants: Constants) -> Formula:
    """Returns the metric's formula with other constants."""
    return lambda found: share_right(weights_of(found, constants), constants)


def _penalties_only(found: CrimsonFindings) -> float:
    weights = weights_of(found)
    return CONSTANTS.prior / (sum(weights.values()) - weights["right"] + CONSTANTS.prior)


ABLATIONS: dict[str, Formula] = {
    "as it is": formula(CONSTANTS),
    "every finding weighs the same": formula(replace(CONSTANTS, levels=_EVEN)),
    "urgent weighs no more than actionable": formula(
        replace(CONSTANTS, levels={**CONSTANTS.levels, "urgent": CONSTANTS.levels["actionable"]})
    ),
    "no credit for what is right": _penalties_only,
    "hardly a prior (0.01)": formula(replace(CONSTANTS, prior=0.01)),
    "wrong attributes cost nothing": formula(
        replace(CONSTANTS, significant=1.0, negligible=1.0, related=1.0, doubt=1.0)
    ),
    "a related name is half the finding": formula(replace(CONSTANTS, related=CONSTANTS.significant)),
    "expected findings weigh nothing": formula(replace(CONSTANTS, levels={**CONSTANTS.levels, "expected": 0.0})),
    "doubt costs what other faults cost": formula(replace(CONSTANTS, doubt=CONSTANTS.negligible)),
}


def ablations(study: Study) -> dict[str, Value]:
    """Returns tau-b with the mean rating of the formula without each of its parts."""
    found, means = answers(study), study.target(None).mean
    design = Design.of(study.groups)
    resampler = Resampler(design.n_units, DRAWS, 0)
    return {
        name: resampler.value(kendall, np.array([score(one) for one in found]), means, design)
        for name, score in ABLATIONS.items()
    }


def cross_validated(study: Study) -> dict[str, float]:
    """Returns tau-b where the constants are chosen from the grid on other studies, mean over rounds of folds.

    Beside it the least, the median and the greatest tau-b that constants of the grid have on all studies.
    """
    found, means = answers(study), study.target(None).mean
    scores = np.array([[formula(one)(answer) for answer in found] for one in GRID])
    systems = np.array(study.systems)
    units = Design.of(study.groups).units
    random = np.random.default_rng(0)
    folds = [random.permutation(units.max() + 1)[units] % FOLDS for _ in range(ROUNDS)]
    held_out = [_held_out(scores, means, one) for one in folds]
    whole = [tau_b(one, means) for one in scores]
    return {
        "cross-validated, pooled": _mean_tau(held_out, means, systems == systems),
        **{f"cross-validated, {name}": _mean_tau(held_out, means, systems == name) for name in sorted(set(systems))},
        "least of the grid": min(whole),
        "median of the grid": float(np.median(whole)),
        "greatest of the grid": max(whole),
    }


def _held_out(scores: Numbers, means: Numbers, folds: Numbers) -> Numbers:
    """Returns scores of each fold by the constants that are best on the others."""
    found = np.zeros(len(means))
    for fold in range(FOLDS):
        seen = folds != fold
        best = max(range(len(scores)), key=lambda row: tau_b(scores[row][seen], means[seen]))
        found[~seen] = scores[best][~seen]
    return found


def _mean_tau(rounds: Sequence[Numbers], means: Numbers, mask: Numbers) -> float:
    return float(np.mean([tau_b(one[mask], means[mask]) for one in rounds]))
