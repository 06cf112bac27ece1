"""Krippendorff's alpha: published values, and what has none."""

from __future__ import annotations

import numpy as np
import pytest

from radeval.stats.agreement import alpha_statistics, interval_alpha

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
