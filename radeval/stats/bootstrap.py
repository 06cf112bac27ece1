"""The bootstrap over groups, from stored numbers: nothing is scored again.

B. Efron and R. J. Tibshirani, An introduction to the bootstrap, 1993, chapter 13 (percentile intervals).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from radeval.core.batch import Floats
from radeval.core.results import Interval

_DRAWS_AT_ONCE = 100
_MOST_UNDEFINED = 0.05


def group_sums(rows: Floats, groups: Sequence[str]) -> Floats:
    """Returns the sum of the rows of each group.

    Args:
        rows: Numbers of each example, shape (n, k).
        groups: Group of each example, length n.

    Returns:
        Sums of shape (groups, k), in the order of the sorted group names.
    """
    numbers = {name: number for number, name in enumerate(sorted(set(groups)))}
    codes = np.fromiter((numbers[name] for name in groups), dtype=np.intp, count=len(groups))
    sums = np.zeros((len(numbers), rows.shape[1]))
    np.add.at(sums, codes, rows)
    return sums


def bootstrap_totals(sums: Floats, draws: int, generator: np.random.Generator) -> Floats:
    """Returns the totals of resamples in which as many groups are drawn, with replacement, as there are.

    Args:
        sums: Sums of each group, shape (groups, k).
        draws: Number of resamples.
        generator: The source of chance.

    Returns:
        Totals of shape (draws, k).
    """
    return np.concatenate([counts @ sums for counts in _resamples(len(sums), draws, generator)])


def _resamples(n_groups: int, draws: int, generator: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """Yields blocks of how often each group is drawn, shape (draws at once, groups)."""
    for start in range(0, draws, _DRAWS_AT_ONCE):
        block = min(_DRAWS_AT_ONCE, draws - start)
        picks = generator.integers(0, n_groups, size=(block, n_groups))
        picks += np.arange(block)[:, None] * n_groups
        counts = np.bincount(picks.ravel(), minlength=block * n_groups)
        yield counts.reshape(block, n_groups).astype(np.float64)


def percentile_interval(values: Floats) -> Interval | None:
    """Returns the 2.5th and 97.5th percentile of resampled values.

    None where more than 5 % of the resamples define no value: the rest would not stand for them.

    Args:
        values: A value for each resample, NaN where it is undefined.
    """
    defined = values[np.isfinite(values)]
    if len(defined) == 0 or len(values) - len(defined) > _MOST_UNDEFINED * len(values):
        return None
    low, high = np.percentile(defined, [2.5, 97.5])
    return Interval(float(low), float(high))
