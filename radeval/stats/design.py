"""What a statistic is computed over: items, the units that resampling draws, the pools within which items are compared.

Every statistic here is a function of how often each unit is drawn. Ones give its value, the counts of a bootstrap its
resamples, ones less one the jackknife: nothing is scored again, and all metrics see the same draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radeval.core.batch import Floats
from radeval.core.errors import InputError

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]

Weighted = Callable[[Floats], Floats]
"""Takes how often each unit is drawn, shape (sets, units), and returns a value a set, NaN where it is undefined."""


@dataclass(frozen=True, slots=True)
class Design:
    """Items, their units and their pools.

    Attributes:
        units: Number of the resampling unit (study) of each item, shape (n,).
        n_units: How many units there are; units without an item count.
        pools: Places of the items of each pool; items are compared within a pool only.
        pooled: Whether all items are one pool.
    """

    units: Places
    n_units: int
    pools: tuple[Places, ...]
    pooled: bool

    @classmethod
    def of(cls, groups: Sequence[str], within: Sequence[str] | None = None) -> Design:
        """Returns the design of items.

        Args:
            groups: The study of each item, which resampling keeps together.
            within: What items must share to be compared (the study, the system); None compares all with all.
        """
        units, n_units = _codes(groups)
        if within is not None and len(within) != len(groups):
            raise InputError(f"{len(within)} pool names for {len(groups)} items")
        codes, n_pools = _codes(within if within is not None else [""] * len(groups))
        order = np.argsort(codes, kind="stable")
        starts = np.searchsorted(codes[order], np.arange(1, n_pools))
        pools = tuple(np.split(order, starts)) if n_pools else ()
        return cls(units, n_units, pools, pooled=within is None)

    def __len__(self) -> int:
        """Returns the number of items."""
        return len(self.units)

    def restricted(self, kept: Mask) -> Design:
        """Returns the design of some of the items; units keep their numbers, pools that become empty go."""
        numbers = np.cumsum(kept) - 1
        pools = (numbers[pool[kept[pool]]] for pool in self.pools)
        return Design(self.units[kept], self.n_units, tuple(pool for pool in pools if len(pool)), self.pooled)

    def doubled(self) -> Design:
        """Returns the design of the items twice, the second time in units of their own but in the same pools.

        With weights (1 - s, s) each unit appears once: its first copy, or its second where it is swapped.
        """
        pools = tuple(np.concatenate([pool, pool + len(self)]) for pool in self.pools)
        return Design(np.concatenate([self.units, self.units + self.n_units]), 2 * self.n_units, pools, self.pooled)


class Estimate(NamedTuple):
    """A statistic of a set of items.

    Attributes:
        value: The value; None where it is undefined.
        reason: Why it is undefined; None where it is not.
        n: Items.
        n_pools: Pools that can count: those in which the targets differ.
    """

    value: float | None
    reason: str | None
    n: int
    n_pools: int


Maker = Callable[[Floats, Floats, Design], Weighted]
"""Takes scores and targets of the items, each of shape (n,), and their design: a statistic of their agreement."""


def estimate(maker: Maker, scores: Floats, targets: Floats, design: Design) -> Estimate:
    """Returns a statistic's value, or why it has none."""
    value = float(maker(scores, targets, design)(np.ones((1, design.n_units)))[0])
    n_pools = sum(_differ(targets[pool]) for pool in design.pools)
    known = value if np.isfinite(value) else None
    return Estimate(known, None if known is not None else _why(scores, targets, design), len(design), n_pools)


def checked(scores: Floats, targets: Floats, design: Design) -> None:
    """Raises an error where arrays do not fit their design or hold what is no number."""
    if not len(scores) == len(targets) == len(design):
        raise InputError(f"{len(scores)} scores and {len(targets)} targets for {len(design)} items")
    if not (np.isfinite(scores).all() and np.isfinite(targets).all()):
        raise InputError("Scores and targets must be finite", hint="leave items without a score or rating out")


def by_index(statistic: Callable[[Places], float], design: Design) -> Weighted:
    """Returns any statistic of items as one of drawn units.

    Args:
        statistic: Takes the places of the items that are there, repeated as often as they are drawn; NaN is undefined.
        design: The items.
    """
    places = np.arange(len(design))

    def weighted(weights: Floats) -> Floats:
        counts = weights.astype(np.intp)
        return np.array([statistic(np.repeat(places, row[design.units])) for row in counts], dtype=np.float64)

    return weighted


def difference(first: Weighted, second: Weighted) -> Weighted:
    """Returns the first statistic less the second, on the same draws."""
    return lambda weights: first(weights) - second(weights)


def average(statistics: Sequence[Weighted]) -> Weighted:
    """Returns the mean of several statistics, undefined where one of them is."""

    def weighted(weights: Floats) -> Floats:
        found: Floats = np.mean([statistic(weights) for statistic in statistics], axis=0)
        return found

    return weighted


def mean_over_pools(design: Design, pool_values: Callable[[Places], tuple[Places, Weighted]]) -> Weighted:
    """Returns the mean of a statistic over pools.

    A pool that lies within one unit counts as often as that unit is drawn; one that crosses units, such as a system's
    reports, counts once and is itself resampled. Pools whose value is NaN do not count.

    Args:
        design: The items.
        pool_values: Takes the items of a pool; returns its units and its value by how often each of these is drawn.
    """
    made = [pool_values(pool) for pool in design.pools]

    def weighted(weights: Floats) -> Floats:
        total, count = np.zeros(len(weights)), np.zeros(len(weights))
        for units, values in made:
            if len(units) == 1:
                found = np.broadcast_to(values(np.ones((1, 1))), len(weights))
                times = weights[:, units[0]]
            else:
                found = values(weights[:, units])
                times = np.ones(len(weights))
            defined = np.isfinite(found)
            total += np.where(defined, found, 0.0) * times
            count += defined * times
        means: Floats = np.divide(total, count, out=np.full(len(weights), np.nan), where=count > 0)
        return means

    return weighted


def local_units(pool: Places, design: Design) -> tuple[Places, Places]:
    """Returns the units that a pool's items belong to, and for each item which of these is its own."""
    units, own = np.unique(design.units[pool], return_inverse=True)
    return units, own.astype(np.intp)


def _codes(names: Sequence[str]) -> tuple[Places, int]:
    numbers = {name: number for number, name in enumerate(sorted(set(names)))}
    return np.fromiter((numbers[name] for name in names), dtype=np.intp, count=len(names)), len(numbers)


def _differ(values: Floats) -> bool:
    return len(values) > 1 and bool((values != values[0]).any())


def _why(scores: Floats, targets: Floats, design: Design) -> str:
    if len(design) < 2:
        return "fewer than two items"
    where = "" if design.pooled else " within every group"
    if all(len(pool) < 2 for pool in design.pools):
        return "no group has two items"
    if not any(_differ(targets[pool]) for pool in design.pools):
        return f"the ratings are constant{where}"
    if not any(_differ(scores[pool]) for pool in design.pools):
        return f"the scores are constant{where}"
    return "too few groups or pairs of items"
