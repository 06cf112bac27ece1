"""How well radiologists agree with one another, by the statistics that metrics are judged by.

The ceiling's rule: each rater is put in a metric's place and compared with the mean of the other raters, on the items
that the rater and at least one other have rated. The ceiling is the mean over raters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np

from radeval.core.batch import Floats
from radeval.core.errors import InputError
from radeval.stats.design import Design, Estimate, Maker, Weighted, average, estimate


class Ceiling(NamedTuple):
    """Each rater against the mean of the others.

    Attributes:
        value: Mean over the raters for whom the statistic is defined; None where there is none.
        raters: Each rater's, in the order of the columns.
        weighted: The mean by how often each unit is drawn, for its interval; None where there is no value.
    """

    value: float | None
    raters: list[Estimate]
    weighted: Weighted | None


class RaterPair(NamedTuple):
    """Two raters' agreement on the items that both have rated.

    Attributes:
        first: Column of the one, which stands in the metric's place.
        second: Column of the other.
        agreement: The statistic.
    """

    first: int
    second: int
    agreement: Estimate


class SplitHalf(NamedTuple):
    """Agreement of the mean of one half of the raters with the mean of the other, not corrected for the halves' size.

    Attributes:
        value: Mean over the splits; None where the statistic is defined in none.
        low: Smallest.
        high: Largest.
        n_splits: Splits in which it is defined.
        complete: Whether these were all there are, else a seeded draw.
        weighted: The mean by how often each unit is drawn, for its interval; None where there is no value.
    """

    value: float | None
    low: float | None
    high: float | None
    n_splits: int
    complete: bool
    weighted: Weighted | None


def human_ceiling(ratings: Floats, design: Design, maker: Maker) -> Ceiling:
    """Returns the agreement of each rater with the mean of the others.

    Args:
        ratings: Shape (items, raters), NaN where a rater has not rated.
        design: The items.
        maker: The statistic.
    """
    _fitting(ratings, design)
    found, defined = [], []
    for rater in range(ratings.shape[1]):
        scores, targets, part = _common(ratings[:, [rater]], np.delete(ratings, rater, axis=1), design)
        found.append(estimate(maker, scores, targets, part))
        if found[-1].value is not None:
            defined.append(maker(scores, targets, part))
    values = [one.value for one in found if one.value is not None]
    if not values:
        return Ceiling(None, found, None)
    return Ceiling(float(np.mean(values)), found, average(defined))


def rater_pairs(ratings: Floats, design: Design, maker: Maker) -> list[RaterPair]:
    """Returns the agreement of each two raters.

    Args:
        ratings: Shape (items, raters), NaN where a rater has not rated.
        design: The items.
        maker: The statistic.
    """
    _fitting(ratings, design)
    return [
        RaterPair(one, other, estimate(maker, *_common(ratings[:, [one]], ratings[:, [other]], design)))
        for one, other in combinations(range(ratings.shape[1]), 2)
    ]


def split_half(ratings: Floats, design: Design, maker: Maker, *, splits: int = 100, seed: int = 0) -> SplitHalf:
    """Returns the agreement of halves of the raters, over all splits or as many drawn ones.

    Args:
        ratings: Shape (items, raters), NaN where a rater has not rated.
        design: The items.
        maker: The statistic.
        splits: The most splits to take; where there are more, so many are drawn.
        seed: Seed of the drawing.
    """
    _fitting(ratings, design)
    raters = ratings.shape[1]
    complete = _n_splits(raters) <= splits
    chosen = _all_splits(raters) if complete else _drawn_splits(raters, splits, seed)
    values, defined = [], []
    for half in chosen:
        sides = _common(ratings[:, half], np.delete(ratings, half, axis=1), design)
        value = estimate(maker, *sides).value
        if value is not None:
            values.append(value)
            defined.append(maker(*sides))
    if not values:
        return SplitHalf(None, None, None, 0, complete, None)
    return SplitHalf(float(np.mean(values)), min(values), max(values), len(values), complete, average(defined))


def _fitting(ratings: Floats, design: Design) -> None:
    if ratings.ndim != 2 or len(ratings) != len(design):
        raise InputError(f"Ratings of shape {ratings.shape} for {len(design)} items")


def _common(first: Floats, second: Floats, design: Design) -> tuple[Floats, Floats, Design]:
    """Returns the means of two sets of raters on the items that someone of each has rated."""
    counts = [np.isfinite(side).sum(axis=1) for side in (first, second)]
    kept = (counts[0] > 0) & (counts[1] > 0)
    means = [np.nansum(side[kept], axis=1) / n[kept] for side, n in zip((first, second), counts, strict=True)]
    return means[0], means[1], design.restricted(kept)


def _n_splits(raters: int) -> int:
    every = math.comb(raters, raters // 2)
    return every // 2 if raters % 2 == 0 else every


def _all_splits(raters: int) -> Iterator[list[int]]:
    if raters < 2:
        return
    for half in combinations(range(raters), raters // 2):
        # Of an even number, each split appears twice: the half with the first rater stands for both.
        if raters % 2 or half[0] == 0:
            yield list(half)


def _drawn_splits(raters: int, splits: int, seed: int) -> Iterator[list[int]]:
    generator = np.random.default_rng(seed)
    for _ in range(splits):
        yield sorted(generator.permutation(raters)[: raters // 2].tolist())
