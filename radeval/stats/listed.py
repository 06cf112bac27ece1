"""Pairs of items written out one by one, for statistics that need to sort them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from radeval.core.batch import Floats
from radeval.core.errors import InputError
from radeval.stats.design import Design, Mask, Places, checked
from radeval.stats.forms import quadratic_forms

_MOST_PAIRS = 20_000_000
_NOTHING = np.array([], dtype=np.intp)


class Pairs(NamedTuple):
    """The pairs of items that share a pool, each once.

    Attributes:
        first: Unit of one item of each, shape (pairs,).
        second: Unit of the other.
        local: Whether the pool lies within one unit, so that a pair appears as often as that unit is drawn; otherwise
            it appears as often as there are pairs of copies of its items.
        gap: By how much the scores differ: positive where they differ as the targets do; absolute where these are tied.
        tied: Whether the targets are tied.
    """

    first: Places
    second: Places
    local: Mask
    gap: Floats
    tied: Mask

    def hits(self, thresholds: Floats | float) -> Floats:
        """Returns 1 for each pair judged rightly where scores are tied up to a threshold, else 0."""
        found: Floats = np.where(self.tied, self.gap <= thresholds, self.gap > thresholds).astype(np.float64)
        return found

    def preferences(self) -> Floats:
        """Returns 1 for each pair that is ordered rightly, 1/2 where the scores are tied, else 0."""
        found: Floats = (np.sign(self.gap) + 1) / 2
        return found


def listed_pairs(scores: Floats, targets: Floats, design: Design) -> Pairs:
    """Returns the pairs within the pools.

    Args:
        scores: Shape (n,).
        targets: Shape (n,).
        design: The items.
    """
    checked(scores, targets, design)
    sizes = [len(pool) * (len(pool) - 1) // 2 for pool in design.pools]
    if sum(sizes) > _MOST_PAIRS:
        raise InputError(
            f"{sum(sizes):,} pairs of items are too many to compare one by one, at most {_MOST_PAIRS:,} are possible",
            hint="compare within groups or systems",
        )
    local = np.array([len(np.unique(design.units[pool])) == 1 for pool in design.pools], dtype=np.bool_)
    sides = [_pairs_of(pool) for pool in design.pools]
    first, second = (np.concatenate([_NOTHING, *(pair[side] for pair in sides)]) for side in (0, 1))
    order = np.sign(targets[second] - targets[first])
    gap = scores[second] - scores[first]
    return Pairs(
        design.units[first],
        design.units[second],
        np.repeat(local, sizes),
        np.where(order == 0, np.abs(gap), gap * order),
        order == 0,
    )


def _pairs_of(pool: Places) -> tuple[Places, Places]:
    rows, columns = np.triu_indices(len(pool), 1)
    return pool[rows], pool[columns]


def totals_of_pairs(pairs: Pairs, n_units: int, numbers: Floats) -> Callable[[Floats], Floats]:
    """Returns what gives the total of a number of each pair by how often each unit is drawn.

    Args:
        pairs: The pairs.
        n_units: Units of the design.
        numbers: A number for each pair, shape (pairs,).
    """
    own = np.bincount(pairs.first[pairs.local], numbers[pairs.local], n_units)
    crossing = ~pairs.local
    if not crossing.any():
        return lambda weights: weights @ own
    codes = pairs.first[crossing] * n_units + pairs.second[crossing]
    between = np.bincount(codes, numbers[crossing], n_units**2).reshape(1, n_units, n_units).astype(np.float64)

    def totals(weights: Floats) -> Floats:
        found: Floats = weights @ own + quadratic_forms(between, weights)[0]
        return found

    return totals


def influences(pairs: Pairs, n_units: int, numbers: Floats) -> Floats:
    """Returns how fast the total of a number of each pair changes with how often each unit is drawn, shape (units,)."""
    # A pair that needs both units twice over: once as the first, once as the second.
    second = np.where(pairs.local, 0.0, numbers)
    found = np.bincount(pairs.first, numbers, n_units) + np.bincount(pairs.second, second, n_units)
    return found.astype(np.float64)
