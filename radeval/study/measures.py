"""The statistics that a study reports, and within what they compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from radeval.core.batch import Floats
from radeval.stats.bootstrap import expanded_interval, resample_weights
from radeval.stats.correlation import kendall, pearson, spearman
from radeval.stats.design import Design, Maker, Weighted, estimate
from radeval.stats.permutation import Tested, pair_swap_test, swap_test
from radeval.stats.ties import calibrated_accuracy, crossed_accuracy, preference_accuracy, preference_accuracy_strict
from radeval.study.results import Value

Test = Callable[[Floats, Floats, Floats, Design, int, int], Tested]
"""Takes two metrics' scores, targets, design, draws and seed."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """A statistic of agreement, from -1 or 0 to 1.

    Attributes:
        key: Its name in files.
        title: Its name in tables.
        short: Its name at the head of a column.
        maker: What computes it.
        chance: What a metric without any information reaches, None where that depends on ties.
        test: How two metrics are compared by it; None where they are not.
    """

    key: str
    title: str
    short: str
    maker: Maker
    chance: float | None
    test: Test | None


def _by_swaps(maker: Maker) -> Test:
    def test(first: Floats, second: Floats, targets: Floats, design: Design, draws: int, seed: int) -> Tested:
        return swap_test(maker, first, second, targets, design, draws=draws, seed=seed)

    return test


def _by_pairs(first: Floats, second: Floats, targets: Floats, design: Design, draws: int, seed: int) -> Tested:
    return pair_swap_test(first, second, targets, design, draws=draws, seed=seed)


STATISTICS = {
    one.key: one
    for one in (
        Statistic("kendall", "Kendall's tau-b", "tau-b", kendall, 0.0, _by_swaps(kendall)),
        Statistic("spearman", "Spearman's rho", "rho", spearman, 0.0, _by_swaps(spearman)),
        Statistic("pearson", "Pearson's r", "r", pearson, 0.0, _by_swaps(pearson)),
        Statistic("accuracy", "pairwise accuracy, cross-fitted threshold", "acc", crossed_accuracy, None, _by_pairs),
        Statistic("accuracy_in_sample", "pairwise accuracy, in-sample threshold", "acc*", calibrated_accuracy, None,
                  None),
        Statistic("preference", "pair preference accuracy, ties of the metric half", "pref", preference_accuracy, 0.5,
                  _by_swaps(preference_accuracy)),
        Statistic("preference_strict", "pair preference accuracy, ties of the metric left out", "pref*",
                  preference_accuracy_strict, 0.5, _by_swaps(preference_accuracy_strict)),
    )
}  # fmt: skip
"""By key; the first is the main one unless another is asked for."""

POOLED, WITHIN_STUDY, WITHIN_SYSTEM = "", "/study", "/system"


def designs(groups: list[str], systems: list[str]) -> dict[str, Design]:
    """Returns the designs of items by the ending of their keys: pooled, and within study and system where possible."""
    found = {POOLED: Design.of(groups)}
    if len(set(groups)) < len(groups):
        found[WITHIN_STUDY] = Design.of(groups, groups)
    if len(set(systems)) > 1:
        found[WITHIN_SYSTEM] = Design.of(groups, systems)
    return found


class Resampler:
    """Computes statistics with intervals, all from the same draws.

    Args:
        n_units: Units of the design.
        draws: Resamples; 0 for no intervals.
        seed: Seed of the resampling.
    """

    def __init__(self, n_units: int, draws: int, seed: int) -> None:
        self.n_units = n_units
        self._weights = resample_weights(n_units, draws, np.random.default_rng(seed)) if draws else None

    def resampled(self, statistic: Weighted) -> Floats | None:
        """Returns a statistic's value in each draw, None where there are no draws to speak of."""
        return None if self._weights is None or self.n_units < 2 else statistic(self._weights)

    def value(self, maker: Maker, scores: Floats, targets: Floats, design: Design) -> Value:
        """Returns a statistic of agreement with its interval."""
        statistic = maker(scores, targets, design)
        known = float(statistic(np.ones((1, design.n_units)))[0])
        if not np.isfinite(known):
            found = estimate(maker, scores, targets, design)
            return Value(None, None, found.reason, found.n, found.n_pools)
        n_pools = sum(bool((targets[pool] != targets[pool[0]]).any()) for pool in design.pools)
        return self.with_interval(known, None, len(design), n_pools, statistic)

    def with_interval(
        self, value: float | None, reason: str | None, n: int, n_pools: int, statistic: Weighted | None
    ) -> Value:
        """Returns a known value with the interval of its statistic."""
        drawn = None if statistic is None else self.resampled(statistic)
        interval = None if drawn is None else expanded_interval(drawn, self.n_units)
        return Value(value, interval, reason, n, n_pools)
