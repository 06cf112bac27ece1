"""Sums over pairs of items, as quadratic forms of how often each unit is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from radeval.core.batch import Floats
from radeval.stats.design import Design, Places, local_units
from radeval.stats.forms import quadratic_forms

_PAIRS_AT_ONCE = 1_000_000

Kernels = Callable[[Places, Places], tuple[Floats, ...]]
"""Takes rows and columns of items; returns what each ordered pair adds to each sum, arrays of shape (rows, columns)."""


class PairSums(NamedTuple):
    """Sums over the ordered pairs of a pool.

    Attributes:
        units: The units of the pool, shape (u,).
        sums: Sum of each kernel over the pairs of an item of one unit and an item of another, shape (kernels, u, u).
    """

    units: Places
    sums: Floats

    def at(self, weights: Floats) -> Floats:
        """Returns the sums where units are drawn so often.

        A pair of items counts as often as there are pairs of their copies. In a pool within one unit, copies of the
        unit are pools of their own: pairs count as often as the unit is drawn.

        Args:
            weights: How often each unit of the pool is drawn, shape (sets, u).

        Returns:
            Shape (kernels, sets).
        """
        if len(self.units) == 1:
            found: Floats = self.sums[:, 0] * weights[:, 0]
            return found
        return quadratic_forms(self.sums, weights)


def pair_sums(pool: Places, design: Design, kernels: Kernels) -> PairSums:
    """Returns the sums over the pairs of a pool, in blocks of rows so that memory stays small."""
    units, own = local_units(pool, design)
    order = np.argsort(own, kind="stable")
    pool, own = pool[order], own[order]
    columns = np.searchsorted(own, np.arange(len(units)))
    sums: Floats | None = None
    for rows in np.array_split(np.arange(len(pool)), 1 + len(pool) ** 2 // _PAIRS_AT_ONCE):
        added = np.stack(kernels(pool[rows], pool))
        if len(units) < len(pool):
            added = np.add.reduceat(added, columns, axis=2)
        if sums is None:
            sums = np.zeros((len(added), len(units), len(units)))
        present, starts = np.unique(own[rows], return_index=True)
        sums[:, present] += np.add.reduceat(added, starts, axis=1)
    if sums is None:
        raise ValueError("a pool without items")
    return PairSums(units, sums)
