"""Whether one system scores better than another on the same examples, from stored statistics: nothing is scored again.

The interval is a paired bootstrap over groups, the p value a paired permutation: within each group drawn by a coin, the
two systems' statistics are swapped. E. W. Noreen, Computer-intensive methods for testing hypotheses, 1989. M. Post and
sacreBLEU do the same for BLEU. The effect size is the mean of the paired differences over their standard deviation
(d_z; J. Cohen, Statistical power analysis for the behavioral sciences, 1988).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from radeval.core.batch import Floats
from radeval.core.errors import InputError
from radeval.core.results import Interval
from radeval.stats.bootstrap import expanded_interval, group_sums, resample_weights
from radeval.stats.permutation import coins, p_value
from radeval.stats.power import smallest_difference, spread

Rule = Callable[[Floats], Floats]
"""Takes totals of the stored statistics, shape (sets, k); returns a value a set, NaN where it is undefined."""


class SystemDifference(NamedTuple):
    """How much better the first system scores than the second.

    Attributes:
        first: Value of the first system; None where undefined.
        second: Value of the second.
        difference: First less second.
        interval: Its 95 % interval.
        p: Two-sided p value, never 0.
        smallest: The smallest true difference that this many groups find with power .80; None where no difference
            varies, so that none can be told.
        n: Examples.
        n_groups: Groups that hold them.
        draws: Resamples, and as many permutations.
    """

    first: float | None
    second: float | None
    difference: float | None
    interval: Interval | None
    p: float | None
    smallest: float | None
    n: int
    n_groups: int
    draws: int


def mean_rows(values: Floats) -> Floats:
    """Returns the statistics of a mean: each value and a one, zeros where it is NaN, shape (n, 2)."""
    counted = np.isfinite(values)
    return np.column_stack([np.where(counted, values, 0.0), counted.astype(np.float64)])


def mean_rule(totals: Floats) -> Floats:
    """Returns the mean of totals of `mean_rows`."""
    found: Floats = np.divide(totals[:, 0], totals[:, 1], out=np.full(len(totals), np.nan), where=totals[:, 1] > 0)
    return found


def compare_totals(
    first: Floats, second: Floats, groups: Sequence[str], rule: Rule, *, draws: int = 1000, seed: int = 0
) -> SystemDifference:
    """Returns the difference of two systems.

    Args:
        first: Stored statistics of the first system's examples, shape (n, k).
        second: Those of the second, of the same examples in the same order; examples that one of the two has no score
            for are to be left out of both.
        groups: The study of each example.
        rule: The metric's value from totals, such as `mean_rule`.
        draws: Number of resamples and of permutations.
        seed: Seed of both.
    """
    if not len(first) == len(second) == len(groups):
        raise InputError(f"{len(first)} and {len(second)} examples of two systems in {len(groups)} groups")
    if len(first) == 0:
        return SystemDifference(None, None, None, None, None, None, 0, 0, 0)
    one, other = group_sums(first, groups), group_sums(second, groups)
    ones, n_groups = np.ones((1, len(one))), len(one)

    def differences(of_one: Floats, of_other: Floats) -> Floats:
        return rule(of_one @ one + of_other @ other) - rule(of_other @ one + of_one @ other)

    values = [float(rule(ones @ sums)[0]) for sums in (one, other)]
    known = [value if np.isfinite(value) else None for value in values]
    if known[0] is None or known[1] is None or n_groups < 2:
        gap = None if known[0] is None or known[1] is None else known[0] - known[1]
        return SystemDifference(known[0], known[1], gap, None, None, None, len(first), n_groups, 0)
    weights = resample_weights(n_groups, draws, np.random.default_rng(seed))
    resampled = differences(weights, np.zeros_like(weights))
    drawn = [differences(1 - swaps, swaps) for swaps in coins(draws, n_groups, np.random.default_rng([seed, 1]))]
    error, interval = spread(resampled, n_groups), expanded_interval(resampled, n_groups)
    return SystemDifference(
        known[0],
        known[1],
        known[0] - known[1],
        interval,
        p_value(known[0] - known[1], np.concatenate(drawn)),
        None if error is None or interval is None else smallest_difference(error),
        len(first),
        n_groups,
        draws,
    )


def effect_size(first: Floats, second: Floats) -> float | None:
    """Returns the mean of the paired differences in units of their standard deviation; None where they do not vary.

    Args:
        first: Value of each example under the first system, NaN where there is none.
        second: The same under the second.
    """
    gaps = first - second
    gaps = gaps[np.isfinite(gaps)]
    if len(gaps) < 2 or np.ptp(gaps) <= 1e-12 * np.abs(gaps).max():
        return None
    return float(gaps.mean() / gaps.std(ddof=1))
