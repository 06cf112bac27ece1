"""Counted errors beside the radiologists' counts."""

from __future__ import annotations

import numpy as np
from machine import print_table

from radeval.run.options import RunOptions
from radeval.run.score import score_examples
from radeval.stats.agreement import mean_absolute_difference
from radeval.stats.design import Design, estimate
from radeval.study.data import Study
from radeval.study.measures import Resampler
from radeval.study.results import Value

DRAWS = 1_000
ATTRIBUTES = (
    "location", "severity", "descriptor", "measurement", "certainty", "unspecific", "overinterpretation", "temporal",
)  # fmt: skip
COUNTED = ("false", "missing", "attribute")


def error_counts(study: Study) -> dict[str, dict[str, float | None]]:
    """Prints how far counted errors are from the radiologists' mean counts, and returns it by kind of error."""
    scores = score_examples(study.examples, ["crimson"], RunOptions(n_boot=0))["crimson"].scores
    ours = {name: scores.parts[name] for name in ("false", "missing")}
    ours["attribute"] = np.sum([scores.parts[name] for name in ATTRIBUTES], axis=0)
    resampler = Resampler(Design.of(study.groups).n_units, DRAWS, 0)
    rows, found = [], {}
    for name in COUNTED:
        target = study.target(name)
        rated = target.rated & np.isfinite(ours[name])
        design, means = Design.of(study.groups).restricted(rated), target.mean[rated]
        known = resampler.value(mean_absolute_difference, ours[name][rated], means, design)
        constant = np.full(len(means), np.median(means))
        one_rater = [_one_rater(study, name, column) for column in range(len(target.raters))]
        found[name] = {
            "ours": known.value,
            "one radiologist": float(np.mean([one for one in one_rater if one is not None])),
            "constant": estimate(mean_absolute_difference, constant, means, design).value,
            "mean of the radiologists": float(means.mean()),
            "mean of ours": float(ours[name][rated].mean()),
        }
        rows.append((name, with_interval(known), *list(found[name].values())[1:]))
    header = ("errors a report", "crimson by rules", "one radiologist", "best constant", "mean, theirs", "mean, ours")
    print_table("RadPref: mean absolute difference to the radiologists' counts (lower is better)", header, rows)
    return found


def _one_rater(study: Study, name: str, column: int) -> float | None:
    """Returns how far one radiologist's counts are from the mean of the others'."""
    ratings = study.target(name).ratings
    others = np.delete(ratings, column, axis=1)
    both = np.isfinite(ratings[:, column]) & np.isfinite(others).any(axis=1)
    design = Design.of(study.groups).restricted(both)
    means = np.nanmean(others[both], axis=1)
    return estimate(mean_absolute_difference, ratings[both, column], means, design).value


def with_interval(value: Value) -> str:
    """Returns a value with its interval for a table."""
    if value.value is None:
        return "-"
    return f"{value.value:.3f}" + ("" if value.interval is None else " [{:.2f}, {:.2f}]".format(*value.interval))
