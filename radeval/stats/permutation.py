"""Whether one metric agrees with experts better than another, or by chance.

The null hypothesis is that the two metrics could be exchanged. p values are two-sided and (c + 1) / (k + 1), c of k
draws being at least as far from 0 as what was observed: a p of 0 would claim more than k draws can show. All draws are
taken; none of the tests stops early.

D. Deutsch, R. Dror and D. Roth, A statistical analysis of summarization evaluation metrics using resampling methods,
TACL 2021 (PERM-BOTH). B. Phipson and G. Smyth, Permutation p-values should never be zero, 2010. S. Holm, 1979.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from radeval.core.batch import Floats
from radeval.core.errors import InputError
from radeval.stats.design import Design, Maker, checked
from radeval.stats.listed import Pairs, influences, listed_pairs
from radeval.stats.ties import best_threshold, crossed_thresholds

_DRAWS_AT_ONCE = 250
_ROUNDING = 1e-12


class Tested(NamedTuple):
    """A difference and how often chance gives as large a one.

    Attributes:
        difference: The first less the second; None where one of them is undefined.
        p: Two-sided p value, never 0; None where there is no difference to test.
        draws: Number of permutations.
        reason: Why there is no p value; None where there is one.
    """

    difference: float | None
    p: float | None
    draws: int
    reason: str | None


def swap_test(
    maker: Maker, first: Floats, second: Floats, targets: Floats, design: Design, *, draws: int = 1000, seed: int = 0
) -> Tested:
    """Tests the difference of two metrics' agreement with targets: PERM-BOTH, by unit.

    Both are brought to mean 0 and deviation 1, and within each unit drawn by a coin their scores are swapped. Whole
    units are swapped, not single items, since the items of a study are not independent.

    Args:
        maker: The statistic of agreement.
        first: Scores of the one metric, higher is better, shape (n,).
        second: Scores of the other, of the same items.
        targets: What both are to agree with.
        design: The items.
        draws: Number of permutations.
        seed: Seed of the coins.
    """
    checked(first, targets, design)
    checked(second, targets, design)
    both = np.concatenate([_standard(first), _standard(second)])
    statistic = maker(both, np.concatenate([targets, targets]), design.doubled())
    ones, generator = np.ones((1, design.n_units)), np.random.default_rng(seed)

    def differences(swapped: Floats) -> Floats:
        return statistic(np.hstack([1 - swapped, swapped])) - statistic(np.hstack([swapped, 1 - swapped]))

    observed = float(differences(0 * ones)[0])
    if not np.isfinite(observed):
        return Tested(None, None, 0, "one of the two values is undefined")
    drawn = [differences(swaps) for swaps in coins(draws, design.n_units, generator)]
    return Tested(observed, p_value(observed, np.concatenate(drawn)), draws, None)


def pair_swap_test(
    first: Floats,
    second: Floats,
    targets: Floats,
    design: Design,
    *,
    crossed: bool = True,
    draws: int = 1000,
    seed: int = 0,
) -> Tested:
    """Tests the difference of two metrics' tie-calibrated accuracies, each with a threshold of its own.

    Scores of different thresholds cannot stand in each other's place, so what is swapped is the verdict on each pair,
    for all pairs of a unit together; a pair of items of two units is shared between these. Pairs with an item in common
    are not independent: swapping each for itself would find differences where there are none.

    Args:
        first: Scores of the one metric, higher is better, shape (n,).
        second: Scores of the other, of the same items.
        targets: What both are to agree with.
        design: The items.
        crossed: Whether thresholds are cross-fitted, else the best on these very pairs.
        draws: Number of permutations.
        seed: Seed of the coins.
    """
    hits = []
    for scores in (first, second):
        pairs = listed_pairs(scores, targets, design)
        thresholds = _thresholds(pairs, design, crossed=crossed)
        if thresholds is None:
            return Tested(None, None, 0, "too few groups or pairs for thresholds")
        hits.append(pairs.hits(thresholds))
    gained = hits[0] - hits[1]
    observed = float(gained.mean())
    shares = _shares(pairs, design, gained)
    drawn = [(1 - 2 * swaps) @ shares for swaps in coins(draws, design.n_units, np.random.default_rng(seed))]
    return Tested(observed, p_value(observed, np.concatenate(drawn)), draws, None)


def _thresholds(pairs: Pairs, design: Design, *, crossed: bool) -> Floats | None:
    if len(pairs.gap) == 0:
        return None
    if crossed:
        return crossed_thresholds(pairs, design)
    return np.full(len(pairs.gap), best_threshold(pairs.gap, pairs.tied))


def _shares(pairs: Pairs, design: Design, gained: Floats) -> Floats:
    """Returns what each unit contributes to the mean of a number of each pair: they add up to it."""
    present = np.unique(design.units)
    raw = influences(pairs, design.n_units, gained)[present] / len(gained)
    shares = np.zeros(design.n_units)
    shares[present] = raw + (gained.mean() - raw.sum()) / len(present)
    return shares


def _standard(scores: Floats) -> Floats:
    centred = scores - scores.mean()
    found: Floats = centred / (centred.std() or 1.0)
    return found


def coins(draws: int, n_units: int, generator: np.random.Generator) -> Iterator[Floats]:
    """Yields blocks of coins, 0 or 1 for each unit, shape (draws at once, units)."""
    for start in range(0, draws, _DRAWS_AT_ONCE):
        block = min(_DRAWS_AT_ONCE, draws - start)
        yield generator.integers(0, 2, size=(block, n_units)).astype(np.float64)


def p_value(observed: float, drawn: Floats) -> float:
    """Returns the two-sided p value of a statistic that lies around 0 by chance; NaN draws count as extreme."""
    extreme = ~(np.abs(drawn) < abs(observed) - _ROUNDING)
    return float((extreme.sum() + 1) / (len(drawn) + 1))


def holm(p: Sequence[float]) -> Floats:
    """Returns p values adjusted for their number, so that any false finding among them stays as rare as one alone.

    Args:
        p: The p values, in any order.

    Returns:
        Adjusted ones in the same order, at most 1.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def significance_clusters(values: Sequence[float], p: Floats, *, level: float = 0.05) -> list[int]:
    """Returns the cluster of each metric, 1 being the best.

    From the best value downwards, a metric opens the next cluster where it differs significantly from any member of the
    present one (the rule of the WMT metrics tasks).

    Args:
        values: Agreement of each metric, higher is better.
        p: Adjusted p value of each two metrics, shape (m, m), symmetric.
        level: Significance is p below it.
    """
    if p.shape != (len(values), len(values)):
        raise InputError(f"p values of shape {p.shape} for {len(values)} metrics")
    numbers = [0] * len(values)
    members: list[int] = []
    cluster = 1
    for one in sorted(range(len(values)), key=lambda place: -values[place]):
        if any(p[one, other] < level for other in members):
            cluster, members = cluster + 1, []
        members.append(one)
        numbers[one] = cluster
    return numbers
