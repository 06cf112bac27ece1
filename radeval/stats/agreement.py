"""Agreement of several raters on the same units.

K. Krippendorff, Content analysis, 4th edition, 2018, chapter 12: alpha for interval data, with missing ratings.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from radeval.core.batch import Floats

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
