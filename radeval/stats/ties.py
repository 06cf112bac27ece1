"""Pairwise accuracy that gives ties their due. All values range from 0 to 1, higher is better.

Experts' error counts are small whole numbers, so many pairs of reports are tied; a metric of many digits ties none.
Calling two scores equal where they differ by no more than a threshold lets it predict the ties.

D. Deutsch, G. Foster and M. Freitag, Ties matter: meta-evaluating modern metrics with pairwise accuracy and tie
calibration, EMNLP 2023 (acc_eq): a pair is judged rightly where the targets differ and the scores differ the same way
by more than the threshold, or where the targets are tied and the scores differ by no more. Over several pools, the
values are shares of all their pairs together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from radeval.core.batch import Floats
from radeval.stats.design import Design, Mask, Places, Weighted
from radeval.stats.listed import Pairs, listed_pairs, totals_of_pairs

FOLDS = 5
_LEAST_FOLDS = 3


def preference_accuracy(scores: Floats, targets: Floats, design: Design) -> Weighted:
    """Share of the pairs with different targets that the scores order alike; tied scores count half."""
    pairs = listed_pairs(scores, targets, design)
    counted = (~pairs.tied).astype(np.float64)
    return _share(pairs, design, pairs.preferences() * counted, counted)


def preference_accuracy_strict(scores: Floats, targets: Floats, design: Design) -> Weighted:
    """Share of the pairs with different targets and different scores that are ordered alike."""
    pairs = listed_pairs(scores, targets, design)
    counted = (~pairs.tied & (pairs.gap != 0)).astype(np.float64)
    return _share(pairs, design, pairs.preferences() * counted, counted)


def calibrated_accuracy(scores: Floats, targets: Floats, design: Design) -> Weighted:
    """Tie-calibrated accuracy with the threshold that is best on the full data, held there in resamples."""
    pairs = listed_pairs(scores, targets, design)
    if len(pairs.gap) == 0:
        return _undefined
    return _share(pairs, design, pairs.hits(best_threshold(pairs.gap, pairs.tied)), np.ones(len(pairs.gap)))


def crossed_accuracy(scores: Floats, targets: Floats, design: Design) -> Weighted:
    """Tie-calibrated accuracy with cross-fitted thresholds (seed 0), held in resamples at those of the full data."""
    pairs = listed_pairs(scores, targets, design)
    thresholds = crossed_thresholds(pairs, design)
    if thresholds is None:
        return _undefined
    return _share(pairs, design, pairs.hits(thresholds), np.ones(len(pairs.gap)))


class Calibrated(NamedTuple):
    """Tie-calibrated pairwise accuracy.

    Attributes:
        value: At the threshold that is best on these very pairs; None where there is no pair.
        threshold: That threshold, in the unit of the scores.
        crossed: With each pair judged by a threshold from groups that have no part in it; None for few groups.
        n_pairs: Pairs of items that are compared.
        n_tied: Those whose targets are tied.
    """

    value: float | None
    threshold: float | None
    crossed: float | None
    n_pairs: int
    n_tied: int


def calibrate(scores: Floats, targets: Floats, design: Design, *, folds: int = FOLDS, seed: int = 0) -> Calibrated:
    """Returns the tie-calibrated accuracy, in-sample and cross-fitted.

    Args:
        scores: Higher is better, shape (n,).
        targets: Higher is better, shape (n,).
        design: The items.
        folds: Into how many parts the units are split.
        seed: Seed of the split.
    """
    pairs = listed_pairs(scores, targets, design)
    if len(pairs.gap) == 0:
        return Calibrated(None, None, None, 0, 0)
    threshold = best_threshold(pairs.gap, pairs.tied)
    by_pair = crossed_thresholds(pairs, design, folds=folds, seed=seed)
    crossed = None if by_pair is None else float(pairs.hits(by_pair).mean())
    return Calibrated(float(pairs.hits(threshold).mean()), threshold, crossed, len(pairs.gap), int(pairs.tied.sum()))


def best_threshold(gap: Floats, tied: Mask) -> float:
    """Returns the smallest threshold at which most pairs are judged rightly: 0, or the absolute gap of a pair.

    Args:
        gap: By how much the scores of each pair differ, positive where they differ as the targets do, shape (pairs,).
        tied: Whether its targets are tied.
    """
    order = np.argsort(np.abs(gap), kind="stable")
    return _sweep(np.abs(gap)[order], _changes(gap, tied)[order])


def _changes(gap: Floats, tied: Mask) -> Places:
    """Returns what it adds to the pairs judged rightly when each becomes a tie."""
    return np.where(tied, 1, np.where(gap > 0, -1, 0)).astype(np.intp)


def _sweep(reached: Floats, changes: Places) -> float:
    """Returns the best threshold of pairs sorted by their absolute gap."""
    last = np.append(reached[1:] != reached[:-1], True)
    candidates, gains = reached[last], np.cumsum(changes)[last]
    if candidates[0] > 0:
        candidates, gains = np.insert(candidates, 0, 0.0), np.insert(gains, 0, 0)
    return float(candidates[np.argmax(gains)])


def crossed_thresholds(pairs: Pairs, design: Design, *, folds: int = FOLDS, seed: int = 0) -> Floats | None:
    """Returns for each pair the threshold that is best on the pairs of units in other folds than its own two.

    None below three units, or where folds leave no pair to calibrate on.
    """
    present = np.unique(design.units)
    folds = min(folds, len(present))
    if folds < _LEAST_FOLDS:
        return None
    fold_of = np.zeros(design.n_units, dtype=np.intp)
    fold_of[np.random.default_rng(seed).permutation(present)] = np.arange(len(present)) % folds
    first, second = fold_of[pairs.first], fold_of[pairs.second]
    codes = np.minimum(first, second) * folds + np.maximum(first, second)
    order = np.argsort(np.abs(pairs.gap), kind="stable")
    reached, changes = np.abs(pairs.gap)[order], _changes(pairs.gap, pairs.tied)[order]
    sorted_codes = codes[order]
    one, other = np.divmod(np.arange(folds**2), folds)
    thresholds = np.full(folds**2, np.nan)
    for code in np.unique(codes):
        apart = (one != one[code]) & (one != other[code]) & (other != one[code]) & (other != other[code])
        free = apart[sorted_codes]
        if not free.any():
            return None
        thresholds[code] = _sweep(reached[free], changes[free])
    by_pair: Floats = thresholds[codes]
    return by_pair


def _share(pairs: Pairs, design: Design, hits: Floats, counted: Floats) -> Weighted:
    hit, all_of_them = (totals_of_pairs(pairs, design.n_units, numbers) for numbers in (hits, counted))

    def weighted(weights: Floats) -> Floats:
        n = all_of_them(weights)
        found: Floats = np.divide(hit(weights), n, out=np.full(len(weights), np.nan), where=n > 0)
        return found

    return weighted


def _undefined(weights: Floats) -> Floats:
    return np.full(len(weights), np.nan)
