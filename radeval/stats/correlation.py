"""Rank and linear correlation of scores with targets: pooled, within groups, within systems.

All range from -1 to 1; higher is better once scores and targets point the same way. Over several pools the value is
the mean over those in which the targets differ. A pool whose scores are constant there counts 0: they order nothing,
and a metric must not choose its pools by being constant in the others.

M. G. Kendall, The treatment of ties in ranking problems, Biometrika 33, 1945 (tau-b). C. Spearman, The proof and
measurement of association between two things, 1904. K. Pearson, Note on regression and inheritance, 1895.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from radeval.core.batch import Floats
from radeval.stats.design import Design, Places, Weighted, by_index, checked, local_units, mean_over_pools
from radeval.stats.pairs import pair_sums

_MOST_UNITS = 3000
_CELLS_AT_ONCE = 4_000_000
_ROUNDING = 1e-12


def tau_b(scores: Floats | Places, targets: Floats | Places) -> float:
    """Returns Kendall's tau-b of two vectors, in O(n log n) steps.

    Args:
        scores: Shape (n,).
        targets: Shape (n,).

    Returns:
        From -1 to 1; NaN where one of them is constant.
    """
    n = len(scores)
    first, second = _dense_ranks(scores), _dense_ranks(targets)
    pairs = n * (n - 1) // 2
    tied_first, tied_second = _tied_pairs(first), _tied_pairs(second)
    if tied_first == pairs or tied_second == pairs:
        return float("nan")
    order = np.lexsort((second, first))
    tied_both = _tied_pairs(_dense_ranks(first.astype(np.int64) * n + second))
    discordant = _inversions(second[order])
    concordant = pairs - tied_first - tied_second + tied_both - discordant
    return (concordant - discordant) / math.sqrt((pairs - tied_first) * (pairs - tied_second))


def _dense_ranks(values: Floats | Places) -> Places:
    return np.unique(values, return_inverse=True)[1].astype(np.intp)


def _tied_pairs(ranks: Places) -> int:
    counts = np.bincount(ranks)
    return int((counts * (counts - 1) // 2).sum())


def _inversions(ranks: Places) -> int:
    """Returns how many pairs stand in the wrong order, by one pass over the sequence for each binary digit.

    Pairs that agree in the higher digits are in the wrong order at the first digit where the earlier one has 1 and the
    later one 0. Sorting stably by the digits seen so far brings these pairs together.
    """
    found = 0
    for digit in reversed(range(int(ranks.max(initial=0)).bit_length())):
        ones = (ranks >> digit) & 1
        before = np.cumsum(ones) - ones
        blocks = ranks >> (digit + 1)
        starts = np.flatnonzero(np.diff(blocks, prepend=-1))
        sizes = np.diff(starts, append=len(ranks))
        in_block = before - np.repeat(before[starts], sizes)
        found += int(in_block[ones == 0].sum())
        # A stable partition of each block: zeros first, each at its place among the zeros.
        place = np.arange(len(ranks))
        begin = np.repeat(starts, sizes)
        zeros = np.repeat(np.add.reduceat(1 - ones, starts), sizes)
        target = np.where(ones == 0, place - in_block, begin + zeros + in_block)
        moved = np.empty_like(ranks)
        moved[target] = ranks
        ranks = moved
    return found


def kendall(scores: Floats, targets: Floats, design: Design) -> Weighted:
    """Kendall's tau-b: concordant less discordant pairs, over the geometric mean of the pairs not tied on each side."""
    checked(scores, targets, design)
    first, second = _dense_ranks(scores), _dense_ranks(targets)

    def kernels(rows: Places, columns: Places) -> tuple[Floats, ...]:
        one = np.sign(first[rows, None] - first[columns]).astype(np.float64)
        other = np.sign(second[rows, None] - second[columns]).astype(np.float64)
        return one * other, np.abs(one), np.abs(other)

    def of_pool(pool: Places) -> tuple[Places, Weighted]:
        units, own = local_units(pool, design)
        if len(units) > _MOST_UNITS:
            inner = Design(own, len(units), (np.arange(len(pool)),), design.pooled)
            x, y = first[pool], second[pool]
            return units, by_index(lambda places: _tau_or_nothing(x[places], y[places], design.pooled), inner)
        sums = pair_sums(pool, design, kernels)
        return units, lambda weights: _ratio(*sums.at(weights), pooled=design.pooled)

    return mean_over_pools(design, of_pool)


def _tau_or_nothing(scores: Places, targets: Places, pooled: bool) -> float:
    value = tau_b(scores, targets)
    constant = not pooled and (scores == scores[0]).all() and (targets != targets[0]).any()
    return 0.0 if constant else value


def _ratio(shared: Floats, first: Floats, second: Floats, *, pooled: bool) -> Floats:
    """Returns shared / sqrt(first * second): NaN where the second is 0, 0 or NaN where only the first is."""
    found = np.full(len(shared), np.nan)
    if not pooled:
        found[second > 0] = 0.0
    both = (first > 0) & (second > 0)
    found[both] = np.clip(shared[both] / np.sqrt(first[both] * second[both]), -1.0, 1.0)
    return found


def pearson(scores: Floats, targets: Floats, design: Design) -> Weighted:
    """Pearson's product-moment correlation."""
    checked(scores, targets, design)

    def of_pool(pool: Places) -> tuple[Places, Weighted]:
        units, own = local_units(pool, design)
        x, y = (_standardised(values[pool]) for values in (scores, targets))
        moments = np.zeros((len(units), 6))
        np.add.at(moments, own, np.column_stack([np.ones(len(pool)), x, y, x * x, y * y, x * y]))

        def values(weights: Floats) -> Floats:
            n, sum_x, sum_y, xx, yy, xy = (weights @ moments).T
            n = np.maximum(n, 1.0)
            spreads = (_cut(xx - sum_x**2 / n, n), _cut(yy - sum_y**2 / n, n))
            return _ratio(xy - sum_x * sum_y / n, *spreads, pooled=design.pooled)

        return units, values

    return mean_over_pools(design, of_pool)


def _standardised(values: Floats) -> Floats:
    """Returns values of mean 0 and deviation 1, zeros where they are constant, whose squares keep their digits."""
    if len(values) == 0 or (values == values[0]).all():
        return np.zeros(len(values))
    centred = values - values.mean()
    largest = np.abs(centred).max()
    scaled = centred / largest
    found: Floats = scaled / np.sqrt((scaled**2).mean())
    return found


def _cut(spread: Floats, n: Floats) -> Floats:
    """Returns spreads with what rounding makes of nothing set to 0."""
    found: Floats = np.where(spread > _ROUNDING * n, spread, 0.0)
    return found


def spearman(scores: Floats, targets: Floats, design: Design) -> Weighted:
    """Spearman's rho: Pearson's correlation of the ranks, taken anew each draw; tied items share the mean of theirs."""
    checked(scores, targets, design)

    def of_pool(pool: Places) -> tuple[Places, Weighted]:
        units, own = local_units(pool, design)
        first, second = _ranker(scores[pool]), _ranker(targets[pool])

        def values(weights: Floats) -> Floats:
            step = max(1, _CELLS_AT_ONCE // max(1, len(pool)))
            blocks = [weights[start : start + step][:, own] for start in range(0, len(weights), step)]
            return np.concatenate([_rank_correlation(block, first, second, pooled=design.pooled) for block in blocks])

        return units, values

    return mean_over_pools(design, of_pool)


def _ranker(values: Floats) -> Callable[[Floats], Floats]:
    """Returns what gives items their ranks, from -1/2 to 1/2, where they appear so often."""
    ranks = _dense_ranks(values)
    order = np.argsort(ranks, kind="stable")
    starts = np.searchsorted(ranks[order], np.arange(ranks.max(initial=0) + 1))

    def ranked(weights: Floats) -> Floats:
        sizes = np.add.reduceat(weights[:, order], starts, axis=1)
        reached = np.cumsum(sizes, axis=1)
        middles = (reached - sizes / 2) / np.maximum(reached[:, -1:], 1.0) - 0.5
        found: Floats = middles[:, ranks]
        return found

    return ranked


def _rank_correlation(
    weights: Floats, first: Callable[[Floats], Floats], second: Callable[[Floats], Floats], *, pooled: bool
) -> Floats:
    # Mid-ranks around their middle have mean 0 in any draw, so that no sum needs to be taken off.
    x, y = first(weights), second(weights)
    n = weights.sum(axis=1)
    sums = [np.einsum("ij,ij,ij->i", weights, one, other) for one, other in ((x, y), (x, x), (y, y))]
    return _ratio(sums[0], _cut(sums[1], n), _cut(sums[2], n), pooled=pooled)
