"""Quadratic forms: equal to the plain products, in whole numbers and in others."""

from __future__ import annotations

import numpy as np
import pytest

from radeval.stats.forms import quadratic_forms


@pytest.mark.parametrize(("units", "sets"), [(1, 3), (7, 100), (60, 251), (300, 9), (600, 2)])
@pytest.mark.parametrize("whole", [True, False])
def test_forms_are_those_of_plain_products(units, sets, whole):
    rng = np.random.default_rng(units)
    matrices = rng.integers(-9, 10, size=(3, units, units)) + (0.0 if whole else 0.3)
    weights = rng.integers(0, 6, size=(sets, units)) * 1.0
    expected = np.einsum("su,kuv,sv->ks", weights, matrices, weights, optimize=True)
    assert quadratic_forms(matrices, weights) == pytest.approx(expected, rel=1e-12, abs=1e-9)


def test_sums_that_single_precision_does_not_hold_keep_their_last_digit():
    matrices = np.full((1, 2, 2), 2.0**24)
    matrices[0, 0, 1] += 1
    assert quadratic_forms(matrices, np.ones((1, 2))).tolist() == [[2.0**26 + 1]]
    # Twelve of a unit make of small whole numbers one that is too large.
    assert quadratic_forms(np.full((1, 1, 1), 2.0**20 + 1), np.array([[12.0]])).tolist() == [[144 * (2.0**20 + 1)]]


def test_no_sets_and_no_units_give_nothing():
    assert quadratic_forms(np.zeros((2, 3, 3)), np.zeros((0, 3))).shape == (2, 0)
