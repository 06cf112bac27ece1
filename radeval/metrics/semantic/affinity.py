"""How much a pair of entities weighs in RaTEScore, by their types, and the score of two lists of entities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radeval.core.batch import Floats

TYPES = ("ABNORMALITY", "ANATOMY", "DISEASE", "NON-ABNORMALITY", "NON-DISEASE")
"""Types of entities, in the order of the weights."""

Places = NDArray[np.intp]

_SAME = 1e-5
"""Cosines that are no further apart are equal: a model's rounding is coarser than that of the arithmetic."""


@dataclass(frozen=True, slots=True)
class Affinity:
    """The weights of pairs, fitted by the authors to ratings.

    Attributes:
        weights: Weight of an entity of a type (row) whose nearest one is of a type (column).
        negation: What a pair counts of which one says that a finding is there and the other that none is.
    """

    weights: tuple[tuple[float, ...], ...]
    negation: float


AFFINITIES = {
    "long": Affinity(
        (
            (0.4276119164393705, 0.6240929990607657, 0.0034478181112993847, 0.5431049700217344, 0.27005425386213877),
            (0.7487824274337533, 0.2856134859160784, 0.4592143222158069, 0.02097055139911715, 0.00013736314126696204),
            (0.8396510075734789, 0.9950209388542061, 0.8460555030578727, 0.9820689020512646, 0.3789136708096537),
            (0.16546764653692908, 0.018670610691852826, 0.719397354576018, 0.0009357166071730684, 0.0927333564267591),
            (0.7759420231214385, 0.1839139293714062, 0.10073046076318157, 0.03860183811876373, 0.34065681486566446),
        ),
        negation=0.8716553966489615,
    ),
    "short": Affinity(
        (
            (0.4070293318365468, 0.6952639610605605, 0.28342529466226446, 0.9479148658006686, 0.23875064111146294),
            (0.5829759950441763, 0.7709590751917746, 0.0006059634829551632, 0.794672584951181, 0.27982942400798977),
            (0.8840397619834857, 0.9637659445696822, 0.19018958438059513, 0.6962283914800402, 0.943727057946997),
            (0.1712744286898638, 0.4485149671497294, 0.00045065329822896076, 0.0007887930317199857, 0.8555432840895761),
            (0.9555801066212176, 0.13122106162635216, 0.6072996585919443, 0.05650711141169969, 0.3214769399791204),
        ),
        negation=0.3611577852354489,
    ),
}
"""The published weights, for long and for short reports."""

_THERE = tuple(TYPES.index(one) for one in ("ABNORMALITY", "DISEASE"))
_NOT_THERE = tuple(TYPES.index(one) for one in ("NON-ABNORMALITY", "NON-DISEASE"))


class Side(NamedTuple):
    """How the entities of one report are found again in another.

    Attributes:
        score: The weighted mean of their cosines, less where presence differs.
        nearest: Which entity of the other report each is nearest to.
        cosines: How near.
        opposed: Whether one of the two says that a finding is there and the other that none is.
    """

    score: float
    nearest: Places
    cosines: Floats
    opposed: NDArray[np.bool_]


def side(cosines: Floats, own: Sequence[int], others: Sequence[int], affinity: Affinity) -> Side:
    """Returns how the entities of one report are found again in another.

    Of several that are equally near, one of the same type is the nearest, so that a report is found again in itself
    even where it has one entity with two types.

    Args:
        cosines: Of each entity with each of the other report, shape (own, others), neither empty.
        own: Places of the entities' types in `TYPES`.
        others: Those of the other report.
        affinity: The weights.
    """
    ours, theirs = np.asarray(own), np.asarray(others)
    tied = cosines >= cosines.max(axis=1, keepdims=True) - _SAME
    same = tied & (ours[:, None] == theirs[None, :])
    nearest = np.where(same.any(axis=1), same.argmax(axis=1), tied.argmax(axis=1))
    types = theirs[nearest]
    near = cosines[np.arange(len(ours)), nearest]
    weights = np.asarray(affinity.weights)[ours, types]
    opposed = (np.isin(ours, _THERE) & np.isin(types, _NOT_THERE)) | (
        np.isin(ours, _NOT_THERE) & np.isin(types, _THERE)
    )
    counted = near * np.where(opposed, affinity.negation, 1.0)
    return Side(float((counted * weights).sum() / weights.sum()), nearest, near, opposed)


def both_sides(first: float, second: float) -> float:
    """Returns the harmonic mean of the two sides, 0 where one of them is not above 0."""
    return 2 * first * second / (first + second) if first > 0 and second > 0 else 0.0
