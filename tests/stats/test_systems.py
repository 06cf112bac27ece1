"""Two systems on the same examples, and what their number could have shown."""

from __future__ import annotations

import numpy as np
import pytest

from radeval.core.errors import InputError
from radeval.stats.power import smallest_difference, standard_error
from radeval.stats.systems import compare_totals, effect_size, mean_rows, mean_rule

GENERATOR = np.random.default_rng(0)
NAMES = [f"{place:02}" for place in range(40)]
FIRST = GENERATOR.random(40)


def test_a_mean_by_hand():
    found = compare_totals(mean_rows(np.array([1.0, 2, 6])), mean_rows(np.array([1.0, 1, 1])), list("abc"), mean_rule)
    assert (found.first, found.second, found.difference, found.n, found.n_groups) == (3, 1, 2, 3, 3)
    # Of 8 swaps those of the first study change nothing: 2 of the 4 others are as extreme.
    assert found.p == pytest.approx(0.5, abs=0.06)


def test_undefined_values_do_not_count_in_a_mean():
    rows = mean_rows(np.array([1.0, np.nan, 3]))
    assert mean_rule(rows.sum(axis=0, keepdims=True)).tolist() == [2]
    assert np.isnan(mean_rule(np.zeros((1, 2)))[0])


def test_a_rule_over_totals_is_compared_as_a_mean_is():
    counts = GENERATOR.integers(0, 5, (40, 2)) + np.array([1, 0])

    def rule(totals):
        return totals[:, 0] / totals.sum(axis=1)

    worse = counts + np.array([0, 3])
    found = compare_totals(counts, worse, NAMES, rule)
    assert found.first == pytest.approx(counts[:, 0].sum() / counts.sum())
    assert found.second == pytest.approx(worse[:, 0].sum() / worse.sum())
    assert found.p == pytest.approx(1 / 1001)
    assert found.interval.low > 0
    assert found.interval.low < found.difference < found.interval.high


def test_pairing_finds_what_the_overlap_of_two_intervals_hides():
    better = FIRST + 0.02 + 0.01 * GENERATOR.normal(size=40)
    found = compare_totals(mean_rows(better), mean_rows(FIRST), NAMES, mean_rule)
    assert found.p < 0.01
    assert found.interval.low > 0
    assert found.smallest < found.difference


def test_examples_of_one_study_are_swapped_and_drawn_together():
    noise = np.repeat(GENERATOR.normal(size=5), 8)
    alone, together = (
        compare_totals(mean_rows(FIRST + noise), mean_rows(FIRST), groups, mean_rule)
        for groups in (NAMES, [name[0] for name in NAMES])
    )
    assert together.n_groups == 4
    assert together.interval.high - together.interval.low > 1.5 * (alone.interval.high - alone.interval.low)
    # Four studies have 16 swaps, so that p cannot be below 2 of 16.
    assert together.p > 0.1


def test_the_order_of_the_systems_turns_the_sign_only():
    second = GENERATOR.random(40)
    there, back = (
        compare_totals(mean_rows(one), mean_rows(other), NAMES, mean_rule)
        for one, other in ((FIRST, second), (second, FIRST))
    )
    assert (there.difference, there.p) == (-back.difference, back.p)
    assert there.interval == pytest.approx((-back.interval.high, -back.interval.low))


def test_equal_systems_do_not_differ():
    found = compare_totals(mean_rows(FIRST), mean_rows(FIRST), NAMES, mean_rule)
    assert (found.difference, found.p, found.interval, found.smallest) == (0, 1, None, None)


def test_too_little_is_no_comparison():
    nothing = np.full(2, np.nan)
    assert compare_totals(mean_rows(nothing), mean_rows(FIRST[:2]), list("ab"), mean_rule).p is None
    one = compare_totals(mean_rows(FIRST[:2]), mean_rows(FIRST[2:4]), list("aa"), mean_rule)
    assert (one.difference, one.p) == (pytest.approx(FIRST[:2].mean() - FIRST[2:4].mean()), None)
    assert compare_totals(np.empty((0, 2)), np.empty((0, 2)), [], mean_rule).n == 0
    with pytest.raises(InputError, match="1 and 2 examples"):
        compare_totals(np.ones((1, 2)), np.ones((2, 2)), list("ab"), mean_rule)


def test_the_effect_size_by_hand():
    assert effect_size(np.array([2.0, 4, np.nan]), np.array([1.0, 1, 1])) == pytest.approx(2 / np.sqrt(2))
    assert effect_size(np.array([2.0, 3]), np.array([1.0, 2])) is None
    assert effect_size(np.array([2.0]), np.array([1.0])) is None


def test_the_standard_error_of_a_mean_and_the_smallest_difference():
    found = standard_error(lambda weights: weights @ FIRST / weights.sum(axis=1), 40, draws=4000)
    assert found == pytest.approx(FIRST.std(ddof=1) / np.sqrt(40), rel=0.04)
    assert smallest_difference(0.1) == pytest.approx(0.28, abs=1e-3)
    assert standard_error(lambda weights: np.full(len(weights), np.nan), 40) is None
    assert standard_error(lambda weights: weights[:, 0], 1) is None


def test_a_difference_of_that_size_is_found_four_times_in_five():
    deviation, studies = 0.3, 50
    effect = smallest_difference(deviation / np.sqrt(studies))
    found = 0
    for seed in range(200):
        gaps = np.random.default_rng(seed).normal(effect, deviation, studies)
        groups = [f"{place:02}" for place in range(studies)]
        p = compare_totals(mean_rows(gaps), mean_rows(np.zeros(studies)), groups, mean_rule, draws=199, seed=seed).p
        found += p < 0.05
    assert 0.7 < found / 200 < 0.9
