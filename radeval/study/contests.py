"""Metrics against metrics, and against the trivial baselines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

import numpy as np

from radeval.core.batch import Floats
from radeval.stats.bootstrap import expanded_interval
from radeval.stats.design import Design
from radeval.stats.permutation import holm, significance_clusters
from radeval.stats.power import smallest_difference, spread
from radeval.study.measures import Resampler, Statistic, Test
from radeval.study.results import Against, Contest

LEVEL = 0.05


class Entrant(NamedTuple):
    """A series that has a value of the main statistic.

    Attributes:
        label: Its label.
        is_baseline: Whether it is a trivial baseline.
        scores: Higher is better, shape (items,).
        value: Its value.
    """

    label: str
    is_baseline: bool
    scores: Floats
    value: float


class Measure(NamedTuple):
    """By what entrants are compared.

    Attributes:
        statistic: The main statistic.
        test: How two entrants are compared by it.
        design: The items.
        targets: What experts gave, higher is better.
        resampler: The draws for intervals.
        draws: Permutations of each test.
        seed: Their seed.
    """

    statistic: Statistic
    test: Test
    design: Design
    targets: Floats
    resampler: Resampler
    draws: int
    seed: int

    def resampled(self, one: Entrant) -> Floats | None:
        """Returns an entrant's value in each draw."""
        return self.resampler.resampled(self.statistic.maker(one.scores, self.targets, self.design))


def contests(entrants: Sequence[Entrant], measure: Measure) -> list[Contest]:
    """Returns each two entrants' difference with its interval and p value, adjusted for their number (Holm)."""
    drawn = [measure.resampled(one) for one in entrants]
    found = []
    for (one, first), (other, second) in combinations(zip(entrants, drawn, strict=True), 2):
        tested = measure.test(one.scores, other.scores, measure.targets, measure.design, measure.draws, measure.seed)
        both = None if first is None or second is None else first - second
        interval = None if both is None else expanded_interval(both, measure.resampler.n_units)
        found.append(Contest(one.label, other.label, one.value - other.value, interval, tested.p, None))
    adjusted = iter(holm([one.p for one in found if one.p is not None]).tolist())
    return [one if one.p is None else replace(one, adjusted=next(adjusted)) for one in found]


def against_baselines(entrants: Sequence[Entrant], fought: Sequence[Contest]) -> dict[str, Against]:
    """Returns how each metric stands to the trivial baselines.

    It beats them where it beats each: the largest of its p values counts (an intersection-union test, which needs no
    adjustment for the number of baselines), adjusted for the number of metrics.
    """
    rivals = [one for one in entrants if one.is_baseline]
    metrics = [one for one in entrants if not one.is_baseline]
    if not rivals:
        return {}
    best = max(rivals, key=lambda one: one.value)
    p = {frozenset((one.first, one.second)): one.p for one in fought}
    largest = []
    for one in metrics:
        against = [p[frozenset((one.label, rival.label))] for rival in rivals]
        # A contest that has no p value is one that is not won.
        largest.append(max(1.0 if value is None else value for value in against))
    adjusted = holm(largest).tolist()
    return {
        one.label: Against(best.label, one.value - best.value, value, value < LEVEL and one.value > best.value)
        for one, value in zip(metrics, adjusted, strict=True)
    }


def clusters(entrants: Sequence[Entrant], fought: Sequence[Contest]) -> dict[str, int]:
    """Returns the significance cluster of each entrant, 1 the best."""
    places = {one.label: place for place, one in enumerate(entrants)}
    p = np.ones((len(entrants), len(entrants)))
    for one in fought:
        if one.adjusted is not None:
            first, second = places[one.first], places[one.second]
            p[first, second] = p[second, first] = one.adjusted
    numbers = significance_clusters([one.value for one in entrants], p, level=LEVEL)
    return {one.label: number for one, number in zip(entrants, numbers, strict=True)}


def median_smallest_difference(entrants: Sequence[Entrant], measure: Measure) -> float | None:
    """Returns the smallest difference that two metrics of such a study show with power .80, median over their pairs."""
    drawn = [values for one in entrants if not one.is_baseline and (values := measure.resampled(one)) is not None]
    errors = [spread(first - second, measure.resampler.n_units) for first, second in combinations(drawn, 2)]
    known = [one for one in errors if one]
    return smallest_difference(float(np.median(known))) if known else None
