"""What the recommended metric owes to each part of its formula, and to having seen the studies it is judged on."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from agreement_readings import vocabulary_held_out

from radeval.core.metric import RunContext
from radeval.findings.reader import ReportReader, reader
from radeval.metrics.judge.crimson_task import CrimsonFindings, Significance, WeighFindings
from radeval.metrics.judge.judge import readings_of
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.weighted_findings import CONSTANTS, Constants, share_right, weights_of
from radeval.stats.correlation import kendall, tau_b
from radeval.stats.design import Design, estimate
from radeval.stats.ties import preference_accuracy
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


def answers(study: Study, readers: Mapping[str, ReportReader] | None = None) -> list[CrimsonFindings]:
    """Returns what is found in each pair: what is weighed.

    Args:
        study: The pairs.
        readers: Who reads the reports of a study, by its name; None for the same reader for all.
    """
    context = RunContext()
    return [
        WeighFindings().by_rules(
            Pair(one.candidate, one.references[0], one.context),
            readings_of(readers[one.group or one.id] if readers else reader("cxr", ()), context),
        )
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


def unseen(study: Study, elsewhere: Sequence[str]) -> dict[str, dict[str, float | None]]:
    """Returns agreement where the metric does without what it owes to the studies that it is judged on.

    Args:
        study: Those studies.
        elsewhere: Reports of other studies, whose words a reader may know.
    """
    found = answers(study)
    taught, untaught = vocabulary_held_out(study, elsewhere), vocabulary_held_out(study)
    rows = {
        "in-sample": [np.array([formula(CONSTANTS)(one) for one in found])],
        "constants chosen on other studies": held_out(study, found),
        f"without the words of the study ({taught.terms:.1f} terms a study)": [taught.scores],
        "both": [
            np.where(np.isfinite(taught.scores), one, np.nan) for one in held_out(study, answers(study, taught.readers))
        ],
        f"without any word that no other study has ({untaught.terms:.1f} terms a study)": [untaught.scores],
    }
    return {name: _mean([figures(study, one) for one in several]) for name, several in rows.items()}


def figures(study: Study, scores: Numbers) -> dict[str, float | None]:
    """Returns tau-b with the mean rating, pooled and within each source, and the share of pairs ordered as rated."""
    known = np.isfinite(scores)
    means, systems = study.target(None).mean, np.array(study.systems)
    design = Design.of(study.groups, study.groups).restricted(known)
    within = {
        f"tau-b, {name}": tau_b(*(one[known & (systems == name)] for one in (scores, means)))
        for name in sorted(set(study.systems))
    }
    pairs = estimate(preference_accuracy, scores[known], means[known], design).value
    return {"tau-b": tau_b(scores[known], means[known]), **within, "pairs": pairs, "scored": float(known.sum())}


def _mean(rows: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    known = {name: [row[name] for row in rows if row[name] is not None] for name in rows[0]}
    return {name: float(np.mean(values)) if values else None for name, values in known.items()}  # type: ignore[arg-type]


def of_the_grid(study: Study) -> dict[str, float]:
    """Returns the least, the median and the greatest tau-b that constants of the grid have on all studies."""
    means = study.target(None).mean
    whole = [tau_b(one, means) for one in _by_the_grid(answers(study))]
    return {"least": min(whole), "median": float(np.median(whole)), "greatest": max(whole)}


def held_out(study: Study, found: Sequence[CrimsonFindings]) -> list[Numbers]:
    """Returns scores by constants that were chosen from the grid on other studies, a row a round of folds."""
    scores, means = _by_the_grid(found), study.target(None).mean
    first, second = np.triu_indices(len(means), 1)
    ours, theirs = np.sign(scores[:, first] - scores[:, second]), np.sign(means[first] - means[second])
    units = Design.of(study.groups).units
    random = np.random.default_rng(0)
    rounds = []
    for _ in range(ROUNDS):
        folds = random.permutation(units.max() + 1)[units] % FOLDS
        values = np.zeros(len(means))
        for fold in range(FOLDS):
            seen = (folds[first] != fold) & (folds[second] != fold)
            # Tau-b, but for what is the same for all constants.
            agreement = ours[:, seen] @ theirs[seen] / np.sqrt((ours[:, seen] ** 2).sum(axis=1))
            values[folds == fold] = scores[agreement.argmax()][folds == fold]
        rounds.append(values)
    return rounds


def _by_the_grid(found: Sequence[CrimsonFindings]) -> Numbers:
    return np.array([[formula(one)(answer) for answer in found] for one in GRID])
