"""The bootstrap over groups."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radeval.stats.bootstrap import (
    bca_interval,
    bootstrap_totals,
    cluster_interval,
    expanded_interval,
    group_sums,
    jackknife_weights,
    percentile_interval,
    resample_weights,
)

ROWS = st.lists(st.tuples(st.integers(-50, 50), st.sampled_from("abcde")), min_size=1, max_size=30)


def _interval(rows, groups, draws=200, seed=0):
    sums = group_sums(np.asarray(rows, dtype=np.float64), groups)
    totals = bootstrap_totals(sums, draws, np.random.default_rng(seed))
    return percentile_interval(totals[:, 0] / totals[:, 1])


def _naive_totals(sums, draws, seed):
    """As many groups are drawn as there are, again and again, and their sums added one by one."""
    generator = np.random.default_rng(seed)
    totals = []
    for _ in range(draws):
        total = [0.0] * len(sums[0])
        for _ in range(len(sums)):
            picked = int(generator.integers(0, len(sums)))
            total = [one + other for one, other in zip(total, sums[picked], strict=True)]
        totals.append(total)
    return totals


@given(ROWS)
@settings(deadline=None)
def test_group_sums_are_the_sums_of_a_loop_in_the_order_of_names(rows):
    expected: dict[str, int] = {}
    for number, group in rows:
        expected[group] = expected.get(group, 0) + number
    sums = group_sums(np.array([[number, 1.0] for number, _ in rows]), [group for _, group in rows])
    assert sums[:, 0].tolist() == [expected[name] for name in sorted(expected)]
    assert sums[:, 1].sum() == len(rows)


@given(ROWS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_examples_makes_no_difference(rows, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)

    def interval(chosen):
        return _interval([[number, 1.0] for number, _ in chosen], [group for _, group in chosen])

    assert interval(rows) == interval(shuffled)


@pytest.mark.parametrize(("groups", "draws"), [(2, 1), (3, 99), (5, 100), (4, 101), (7, 250)])
def test_totals_are_those_of_a_plain_loop_with_the_same_draws(groups, draws):
    sums = np.random.default_rng(9).integers(0, 100, size=(groups, 3)).astype(np.float64)
    totals = bootstrap_totals(sums, draws, np.random.default_rng(4))
    assert totals.shape == (draws, 3)
    assert totals.tolist() == _naive_totals(sums.tolist(), draws, 4)


def test_every_resample_has_as_many_groups_as_there_are():
    totals = bootstrap_totals(np.ones((6, 1)), 500, np.random.default_rng(0))
    assert set(totals[:, 0]) == {6.0}


def test_the_same_seed_gives_the_same_resamples_and_another_seed_others():
    sums = np.arange(20.0).reshape(10, 2)
    once, again, other = (bootstrap_totals(sums, 50, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def test_more_draws_begin_with_the_same_resamples():
    sums = np.arange(8.0).reshape(4, 2)
    few = bootstrap_totals(sums, 100, np.random.default_rng(3))
    assert np.array_equal(bootstrap_totals(sums, 300, np.random.default_rng(3))[:100], few)


def test_repeating_every_example_within_its_group_leaves_the_interval_as_it_is():
    rng = np.random.default_rng(5)
    rows = np.column_stack([rng.integers(0, 2, 40).astype(float), np.ones(40)])
    groups = [f"g{place % 8}" for place in range(40)]
    assert _interval(np.repeat(rows, 3, axis=0), list(np.repeat(groups, 3))) == _interval(rows, groups)


def test_resampling_single_examples_instead_of_their_groups_would_be_too_sure():
    rows = [[float(place % 4 == 0), 1.0] for place in range(4) for _ in range(50)]
    by_group = _interval(rows, [str(place // 50) for place in range(200)])
    by_example = _interval(rows, [str(place) for place in range(200)])
    assert by_group.high - by_group.low > 2 * (by_example.high - by_example.low)


def test_the_interval_of_a_known_case():
    # 0, 1, ..., 1000: the percentiles are linear between neighbours.
    assert percentile_interval(np.arange(1001.0)) == (25.0, 975.0)
    assert percentile_interval(np.array([0.5])) == (0.5, 0.5)
    assert percentile_interval(np.array([0.0, 1.0])) == pytest.approx((0.025, 0.975))


def test_resamples_of_two_coins_have_the_binomial_distribution():
    totals = bootstrap_totals(np.array([[0.0], [1.0]]), 20_000, np.random.default_rng(0))[:, 0]
    shares = [(totals == heads).mean() for heads in (0, 1, 2)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.015)


def test_without_a_defined_value_there_is_no_interval():
    assert percentile_interval(np.full(10, np.nan)) is None
    assert percentile_interval(np.empty(0)) is None


def test_a_few_undefined_resamples_are_left_out_and_many_leave_no_interval():
    values = np.arange(100.0)
    values[:5] = np.nan
    assert percentile_interval(values) == pytest.approx(tuple(np.percentile(values[5:], [2.5, 97.5])))
    values[5] = np.nan
    assert percentile_interval(values) is None


def test_groups_whose_names_differ_by_more_than_what_is_seen_stay_apart():
    names = ["a", "a ", "A", "á", ""]
    assert len(group_sums(np.ones((5, 1)), names)) == 5


def test_groups_whose_names_end_in_different_nul_characters_stay_apart():
    assert len(group_sums(np.ones((2, 1)), ["a", "a\0"])) == 2


def mean_of(numbers):
    return lambda weights: weights @ numbers / weights.sum(axis=1)


def test_the_expanded_interval_of_a_known_case():
    # sqrt(5 / 4) times the t quantile 2.776 is 3.104, whose normal tail is .000954.
    values = np.arange(100_001.0)
    low, high = expanded_interval(values, 5)
    assert (low, high) == (pytest.approx(95.4, abs=0.3), pytest.approx(100_000 - 95.4, abs=0.3))
    many = expanded_interval(values, 100_000)
    assert many == pytest.approx(percentile_interval(values), abs=1)


def test_groups_that_do_not_differ_give_no_expanded_interval():
    assert expanded_interval(np.full(100, 0.7), 30) is None
    assert expanded_interval(np.arange(100.0), 1) is None
    assert expanded_interval(np.full(100, np.nan), 30) is None
    assert bca_interval(0.7, np.full(100, 0.7), np.full(30, 0.7)) is None


def test_bca_intervals_are_scipys_of_the_same_resamples():
    from scipy import stats

    numbers = np.random.default_rng(2).exponential(size=25)
    expected = stats.bootstrap((numbers,), np.mean, n_resamples=5_000, method="BCa", rng=np.random.default_rng(3))
    found = cluster_interval(mean_of(numbers), 25, draws=5_000, method="bca")
    assert found == pytest.approx(tuple(expected.confidence_interval), abs=0.03)


def test_weights_are_the_resamples_of_totals():
    sums = np.random.default_rng(1).normal(size=(7, 2))
    weights = resample_weights(7, 130, np.random.default_rng(5))
    assert np.allclose(weights @ sums, bootstrap_totals(sums, 130, np.random.default_rng(5)))
    assert jackknife_weights(3).tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]


@pytest.mark.parametrize("method", ["expanded", "percentile", "bca"])
def test_intervals_of_a_statistic_repeat_with_the_seed_and_need_two_units(method):
    statistic = mean_of(np.random.default_rng(4).normal(size=30))
    once, again, other = (cluster_interval(statistic, 30, seed=seed, method=method) for seed in (1, 1, 2))
    assert once == again != other
    assert once.low < float(statistic(np.ones((1, 30)))[0]) < once.high
    assert cluster_interval(lambda weights: weights[:, 0], 1, method=method) is None


def test_the_default_covers_at_twenty_groups_where_percentiles_are_too_narrow():
    held = {"expanded": 0, "percentile": 0}
    for number in range(600):
        statistic = mean_of(np.random.default_rng([1, number]).normal(size=20))
        for method in held:
            interval = cluster_interval(statistic, 20, seed=number, method=method)
            held[method] += interval.low <= 0 <= interval.high
    assert 0.92 <= held["expanded"] / 600 <= 0.97
    assert held["percentile"] < held["expanded"]
