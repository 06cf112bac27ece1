"""Agreement of several raters on the same units.

Alpha is 1 where raters agree, 0 where they agree as chance would, and below 0 where they differ systematically.

K. Krippendorff, Content analysis, 4th edition, 2018, chapter 12: alpha for nominal, ordinal and interval data, with
missing ratings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from radeval.core.batch import Floats
from radeval.core.errors import InputError
from radeval.stats.design import Design, Weighted, checked

Level = Literal["nominal", "ordinal", "interval"]

_CELLS_AT_ONCE = 4_000_000

ALPHA_STATISTICS = ("ratings", "rating_sum", "rating_squares", "disagreement")
"""What alpha is made of, for each unit: number of ratings, their sum, the sum of their squares, their disagreement."""


def alpha_statistics(ratings: Sequence[float]) -> tuple[float, float, float, float]:
    """Returns what one unit adds to alpha, zeros where fewer than two have rated it."""
    n = len(ratings)
    if n < 2:
        return 0.0, 0.0, 0.0, 0.0
    # Around their mean, since the difference of two large squares would lose what raters differ in.
    mean = sum(ratings) / n
    within = 2 * n * sum((one - mean) ** 2 for one in ratings)
    return float(n), float(sum(ratings)), float(sum(one * one for one in ratings)), within / (n - 1)


def interval_alpha(totals: Floats) -> Floats:
    """Returns Krippendorff's alpha for interval data: 1 is agreement, 0 what chance gives.

    Args:
        totals: Sums of `alpha_statistics` over units, shape (sets, 4).

    Returns:
        One alpha a set; NaN where fewer than two ratings are there or all are equal.
    """
    n, added, squares, within = totals.T
    pairs = n * (n - 1)
    observed = np.divide(within, n, out=np.full(len(n), np.nan), where=n > 0)
    spread = np.maximum(2 * n * squares - 2 * added**2, 0.0)
    # All ratings equal leaves what rounding makes of nothing.
    differing = spread > 1e-12 * np.maximum(n * squares, 1e-300)
    expected = np.divide(spread, pairs, out=np.full(len(n), np.nan), where=(pairs > 0) & differing)
    found: Floats = 1 - observed / expected
    return found


def krippendorff_alpha(ratings: Floats, design: Design, level: Level = "ordinal") -> Weighted:
    """Returns Krippendorff's alpha by how often each unit is drawn; items that fewer than two have rated do not count.

    Args:
        ratings: Shape (items, raters), NaN where a rater has not rated.
        design: The items; its pools make no difference.
        level: Which differences count: any alike, by ranks, or by size.
    """
    if len(ratings) != len(design):
        raise InputError(f"{len(ratings)} rows of ratings for {len(design)} items")
    values = np.unique(ratings[np.isfinite(ratings)])
    coincidences = _coincidences(ratings, values, design)
    step = max(1, _CELLS_AT_ONCE // max(1, len(values) ** 2))

    def weighted(weights: Floats) -> Floats:
        if len(values) == 0:
            return np.full(len(weights), np.nan)
        blocks = [weights[start : start + step] for start in range(0, len(weights), step)]
        shape = (-1, len(values), len(values))
        return np.concatenate([_alpha((block @ coincidences).reshape(shape), values, level) for block in blocks])

    return weighted


def _coincidences(ratings: Floats, values: Floats, design: Design) -> Floats:
    """Returns how often each two values were given to one item, pairs of an item weighing 1 / (ratings - 1) each.

    Shape (units, values * values).
    """
    counts = (ratings[:, :, None] == values).sum(axis=1).astype(np.float64)
    n = counts.sum(axis=1)
    counts, n, units = counts[n > 1], n[n > 1], design.units[n > 1]
    found = np.zeros((design.n_units, len(values), len(values)))
    for unit, row, size in zip(units, counts, n, strict=True):
        found[unit] += (np.outer(row, row) - np.diag(row)) / (size - 1)
    return found.reshape(design.n_units, -1)


def _alpha(coincidences: Floats, values: Floats, level: Level) -> Floats:
    margins = coincidences.sum(axis=2)
    n = margins.sum(axis=1)
    if level == "nominal":
        observed = n - np.trace(coincidences, axis1=1, axis2=2)
        expected = n**2 - (margins**2).sum(axis=1)
    else:
        places = np.broadcast_to(values, margins.shape) if level == "interval" else margins.cumsum(axis=1) - margins / 2
        middle = np.divide((margins * places).sum(axis=1), n, out=np.zeros(len(n)), where=n > 0)
        places = places - middle[:, None]
        squares = (margins * places**2).sum(axis=1)
        observed = squares - np.einsum("si,sij,sj->s", places, coincidences, places)
        expected = n * squares
    found: Floats = 1 - (n - 1) * np.divide(observed, expected, out=np.full(len(n), np.nan), where=expected > 0)
    return found


def mean_absolute_difference(scores: Floats, targets: Floats, design: Design) -> Weighted:
    """Mean absolute difference of scores and targets, in their unit; 0 is best. Pools make no difference."""
    checked(scores, targets, design)
    gaps = np.bincount(design.units, np.abs(scores - targets), design.n_units)
    sizes = np.bincount(design.units, minlength=design.n_units).astype(np.float64)

    def weighted(weights: Floats) -> Floats:
        n = weights @ sizes
        found: Floats = np.divide(weights @ gaps, n, out=np.full(len(n), np.nan), where=n > 0)
        return found

    return weighted
