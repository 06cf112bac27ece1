"""The human ceiling, pairs of raters and halves of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from radeval.core.errors import InputError
from radeval.stats.bootstrap import cluster_interval
from radeval.stats.ceiling import human_ceiling, rater_pairs, split_half
from radeval.stats.correlation import kendall, pearson, tau_b
from radeval.stats.design import Design
from radeval.stats.ties import preference_accuracy, preference_accuracy_strict

GENERATOR = np.random.default_rng(0)
RATINGS = np.clip(np.round(GENERATOR.normal(3, 1.2, (40, 1)) + GENERATOR.normal(0, 0.7, (40, 3))), 1, 5)
DESIGN = Design.of([f"{place // 2:02}" for place in range(40)])


def test_each_rater_stands_against_the_mean_of_the_others():
    found = human_ceiling(RATINGS, DESIGN, kendall)
    expected = [
        tau_b(RATINGS[:, 0], RATINGS[:, [1, 2]].mean(axis=1)),
        tau_b(RATINGS[:, 1], RATINGS[:, [0, 2]].mean(axis=1)),
        tau_b(RATINGS[:, 2], RATINGS[:, [0, 1]].mean(axis=1)),
    ]
    assert [rater.value for rater in found.raters] == pytest.approx(expected)
    assert found.value == pytest.approx(np.mean(expected))
    interval = cluster_interval(found.weighted, DESIGN.n_units)
    assert interval.low < found.value < interval.high


def test_a_blank_rating_is_left_out_and_never_zero():
    ratings = RATINGS.copy()
    ratings[:5, 0] = np.nan
    ratings[5:9, 1:] = np.nan
    ratings[9, 1] = np.nan
    first = human_ceiling(ratings, DESIGN, kendall).raters[0]
    others = ratings[9:, 1:].copy()
    others[0] = ratings[9, 2]
    assert first.n == 31
    assert first.value == pytest.approx(tau_b(ratings[9:, 0], others.mean(axis=1)))


def test_a_rater_who_always_says_the_same_is_named_and_left_out_of_the_mean():
    ratings = np.column_stack([RATINGS[:, :2], np.full(40, 3.0)])
    found = human_ceiling(ratings, DESIGN, kendall)
    assert found.raters[2].value is None
    assert found.raters[2].reason == "the scores are constant"
    assert found.value == pytest.approx(np.mean([rater.value for rater in found.raters[:2]]))
    assert human_ceiling(np.full((40, 3), 2.0), DESIGN, kendall).value is None
    assert human_ceiling(RATINGS[:, :1], DESIGN, kendall).raters[0].reason == "fewer than two items"


def test_ties_of_a_rater_count_half_or_are_left_out():
    ratings = np.array([[1.0, 1], [1, 2], [3, 3]])
    design = Design.of(list("abc"))
    assert human_ceiling(ratings, design, preference_accuracy).raters[0].value == pytest.approx(2.5 / 3)
    assert human_ceiling(ratings, design, preference_accuracy_strict).raters[0].value == 1


def test_pairs_of_raters():
    found = rater_pairs(RATINGS, DESIGN, kendall)
    assert [(pair.first, pair.second) for pair in found] == [(0, 1), (0, 2), (1, 2)]
    assert [pair.agreement.value for pair in found] == pytest.approx(
        [tau_b(RATINGS[:, one], RATINGS[:, other]) for one, other in combinations(range(3), 2)]
    )


def test_all_splits_are_taken_where_they_are_few_and_seeded_ones_where_they_are_many():
    odd = split_half(RATINGS, DESIGN, pearson)
    assert (odd.n_splits, odd.complete) == (3, True)
    four = np.column_stack([RATINGS, RATINGS.mean(axis=1)])
    even = split_half(four, DESIGN, pearson)
    values = [
        np.corrcoef(four[:, [0, one]].mean(axis=1), np.delete(four, [0, one], axis=1).mean(axis=1))[0, 1]
        for one in (1, 2, 3)
    ]
    assert (even.n_splits, even.complete) == (3, True)
    assert (even.value, even.low, even.high) == pytest.approx((np.mean(values), min(values), max(values)))
    drawn, again = (split_half(four, DESIGN, pearson, splits=2, seed=4) for _ in range(2))
    assert (drawn.n_splits, drawn.complete) == (2, False)
    assert drawn[:5] == again[:5]
    assert even.weighted(np.ones((1, DESIGN.n_units)))[0] == pytest.approx(even.value)
    assert split_half(RATINGS[:, :1], DESIGN, pearson).value is None


def test_ratings_of_another_shape_are_an_error():
    for wrong in (RATINGS[:5], RATINGS[:, 0]):
        for function in (human_ceiling, rater_pairs, split_half):
            with pytest.raises(InputError, match="Ratings of shape"):
                function(wrong, DESIGN, kendall)
