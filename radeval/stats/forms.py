"""Quadratic forms of how often each unit is drawn: what most time of a study goes into."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from radeval.core.batch import Floats

_SMALL_PRODUCT = 2**18
"""Multiplications up to which a matrix product stays on one core: sharing out small ones costs more than it saves, and
on a busy machine thirty times more."""
_EXACT = 2.0**24
"""Whole numbers below are exact in single precision."""


def quadratic_forms(matrices: Floats, weights: Floats) -> Floats:
    """Returns w' M w of each matrix M at each set of weights w.

    Args:
        matrices: Shape (k, u, u).
        weights: Shape (sets, u).

    Returns:
        Shape (k, sets).
    """
    if _exact_in_single(matrices, weights):
        return _forms(matrices.astype(np.float32), weights.astype(np.float32)).astype(np.float64)
    return _forms(matrices, weights)


def _exact_in_single(matrices: Floats, weights: Floats) -> bool:
    """Tells whether every sum on the way is of whole numbers and itself one that single precision holds."""
    largest = np.abs(matrices).sum(axis=(1, 2)).max(initial=0.0) * np.abs(weights).max(initial=0.0) ** 2
    return bool(largest < _EXACT and (matrices == np.rint(matrices)).all() and (weights == np.rint(weights)).all())


def _forms(matrices: NDArray[Any], weights: NDArray[Any]) -> NDArray[Any]:
    sets, units = weights.shape
    rows = max(1, _SMALL_PRODUCT // max(1, units) ** 2)
    padded = np.zeros((-(-sets // rows) * rows, units), weights.dtype)
    padded[:sets] = weights
    blocks = padded.reshape(-1, rows, units)
    return np.array([np.einsum("bru,bru->br", blocks @ matrix, blocks).ravel()[:sets] for matrix in matrices])
