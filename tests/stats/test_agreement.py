"""Krippendorff's alpha: published values, and what has none."""

from __future__ import annotations

import numpy as np
import pytest

from radeval.core.errors import InputError
from radeval.stats.agreement import alpha_statistics, interval_alpha, krippendorff_alpha, mean_absolute_difference
from radeval.stats.design import Design, estimate

# The worked example of three coders and fifteen units, for which 0.811 is published; None is a unit not coded.
_CODERS = (
    (None, None, None, None, None, 3, 4, 1, 2, 1, 1, 3, 3, None, 3),
    (1, None, 2, 1, 3, 3, 4, 3, None, None, None, None, None, None, None),
    (None, None, 2, 1, 3, 4, 4, None, 2, 1, 1, 3, 3, None, 4),
)


def alpha(units):
    return float(interval_alpha(np.sum([alpha_statistics(unit) for unit in units], axis=0)[None])[0])


def test_alpha_of_the_published_example():
    units = [[one for one in unit if one is not None] for unit in zip(*_CODERS, strict=True)]
    assert alpha(units) == pytest.approx(0.811, abs=5e-4)


def test_raters_who_always_agree_have_alpha_1_and_opposed_ones_less_than_0():
    assert alpha([[0.2, 0.2], [0.9, 0.9], [0.4, 0.4, 0.4]]) == pytest.approx(1)
    assert alpha([[0, 1], [1, 0]]) < 0


def test_alpha_does_not_change_with_the_unit_of_the_ratings():
    units = [[0.1, 0.3], [0.5, 0.4, 0.9], [0.8, 0.7]]
    assert alpha(units) == pytest.approx(alpha([[10 * one + 1000 for one in unit] for unit in units]))


@pytest.mark.parametrize("units", [[[]], [[0.5]], [[0.5], [0.7]], [[0.3, 0.3], [0.3, 0.3, 0.3]]])
def test_alpha_is_undefined_where_nobody_differs_or_nobody_rates_twice(units):
    assert np.isnan(alpha(units))


def units(n):
    return Design.of([f"{place:03}" for place in range(n)])


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("seed", range(5))
def test_alpha_is_that_of_the_krippendorff_package_with_missing_ratings(level, seed):
    import krippendorff

    generator = np.random.default_rng(seed)
    ratings = np.clip(np.round(generator.normal(3, 1.5, (25, 1)) + generator.normal(0, 1, (25, 4))), 0, 6)
    ratings[generator.random(ratings.shape) < 0.3] = np.nan
    found = krippendorff_alpha(ratings, units(25), level)
    weights = np.vstack([np.ones(25), generator.integers(0, 3, (4, 25))])
    for row, one in zip(weights.astype(int), found(weights), strict=True):
        written = np.repeat(ratings, row, axis=0).T
        assert one == pytest.approx(krippendorff.alpha(written, level_of_measurement=level))


def test_alpha_of_the_published_example_by_interval_and_by_name():
    ratings = np.array([[np.nan if one is None else one for one in coder] for coder in _CODERS], float).T
    whole = np.ones((1, 15))
    assert krippendorff_alpha(ratings, units(15), "interval")(whole)[0] == pytest.approx(0.811, abs=5e-4)
    assert krippendorff_alpha(ratings, units(15), "nominal")(whole)[0] == pytest.approx(0.691, abs=5e-4)


def test_alpha_is_undefined_where_all_ratings_are_equal_or_no_item_has_two():
    for ratings in (np.full((3, 2), 4.0), np.array([[1.0, np.nan], [np.nan, 2.0]]), np.full((2, 2), np.nan)):
        for level in ("nominal", "ordinal", "interval"):
            assert np.isnan(krippendorff_alpha(ratings, units(len(ratings)), level)(np.ones((1, len(ratings))))[0])
    with pytest.raises(InputError, match="3 rows of ratings for 2 items"):
        krippendorff_alpha(np.ones((3, 2)), units(2))


def test_mean_absolute_difference_by_hand():
    scores, targets = np.array([1.0, 4, 2]), np.array([0.0, 1, 2])
    assert estimate(mean_absolute_difference, scores, targets, units(3)).value == pytest.approx(4 / 3)
    assert mean_absolute_difference(scores, targets, Design.of(list("aab")))(np.array([[2.0, 1]])) == [8 / 5]
