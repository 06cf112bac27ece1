"""The human ceiling: how far raters agree with each other.

Each rater is taken for a metric and compared with the mean of the others; the ceiling is the mean over raters. In pair
preference, a rater's own ties count half, and beside it are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from radeval.stats.agreement import krippendorff_alpha, mean_absolute_difference
from radeval.stats.ceiling import human_ceiling, rater_pairs, split_half
from radeval.stats.correlation import kendall
from radeval.stats.design import Design, Estimate, Maker
from radeval.study.data import Study, Target
from radeval.study.measures import POOLED, STATISTICS, Resampler, Statistic
from radeval.study.results import Line, Raters, Value

LABEL = "one rater"
_SUMMARY = "each rater against the mean of the others, mean over raters"


def people_line(study: Study, target: Target, places: Mapping[str, Design], resampler: Resampler) -> Line | None:
    """Returns the human ceiling by every statistic, None where there is one reading an item."""
    if not _has_several(target):
        return None

    def ceiling(one: Target, maker: Maker, design: Design, sign: float) -> Value:
        found = human_ceiling(sign * one.ratings, design, maker)
        pools = max((rater.n_pools for rater in found.raters), default=0)
        n = max((rater.n for rater in found.raters), default=0)
        reason = None if found.value is not None else next(rater.reason for rater in found.raters)
        return resampler.with_interval(found.value, reason, n, pools, found.weighted)

    values = {
        key + ending: ceiling(target, statistic.maker, design, target.sign)
        for key, statistic in STATISTICS.items()
        for ending, design in places.items()
    }
    targets, errors = {}, {}
    for other in study.targets:
        if not _has_several(other):
            continue
        targets[other.name] = ceiling(other, kendall, places[POOLED], other.sign)
        if other.count:
            errors[other.name] = ceiling(other, mean_absolute_difference, places[POOLED], 1.0)
    return Line(
        label=LABEL,
        kind="raters",
        summary=_SUMMARY,
        direction="higher",
        n_scored=int((np.isfinite(target.ratings).sum(axis=1) > 1).sum()),
        values=values,
        targets=targets,
        errors=errors,
    )


def raters_of(target: Target, design: Design, statistic: Statistic, resampler: Resampler) -> Raters | None:
    """Returns agreement among raters: alpha, each two of them, and halves; None where there is one reading an item."""
    if not _has_several(target):
        return None
    ratings = target.sign * target.ratings
    alpha = krippendorff_alpha(ratings, design)
    value = float(alpha(np.ones((1, design.n_units)))[0])
    known = value if np.isfinite(value) else None
    n = int((np.isfinite(ratings).sum(axis=1) > 1).sum())
    reason = None if known is not None else "all ratings are equal"
    halves = split_half(ratings, design, statistic.maker)
    alone = human_ceiling(ratings, design, statistic.maker).raters
    pairs = rater_pairs(ratings, design, statistic.maker)
    return Raters(
        names=target.raters,
        alpha=resampler.with_interval(known, reason, n, 1, None if known is None else alpha),
        alone={name: _value(one) for name, one in zip(target.raters, alone, strict=True)},
        pairs={f"{target.raters[one]} / {target.raters[other]}": _value(agreement) for one, other, agreement in pairs},
        split_half=halves.value,
        split_low=halves.low,
        split_high=halves.high,
        split_interval=resampler.with_interval(halves.value, None, n, 1, halves.weighted).interval,
    )


def _value(found: Estimate) -> Value:
    return Value(found.value, None, found.reason, found.n, found.n_pools)


def _has_several(target: Target) -> bool:
    return bool((np.isfinite(target.ratings).sum(axis=1) > 1).any())
