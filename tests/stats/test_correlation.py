"""Kendall, Spearman and Pearson: known answers and scipy's."""

from __future__ import annotations

import numpy as np
import pytest

from radeval.stats import correlation
from radeval.stats.correlation import kendall, pearson, spearman, tau_b
from radeval.stats.design import Design, estimate

SCIPY = {kendall: "kendalltau", spearman: "spearmanr", pearson: "pearsonr"}


def value(maker, scores, targets, groups=None, within=None):
    groups = groups or [f"{place:04}" for place in range(len(scores))]
    return estimate(maker, np.asarray(scores, float), np.asarray(targets, float), Design.of(groups, within)).value


def test_tau_b_by_hand():
    # Six pairs: 1-2 is tied in the targets, the four others of 1 to 3 with 4 and so on are concordant but 3-4.
    assert value(kendall, [1, 2, 3, 4], [1, 1, 3, 2]) == pytest.approx((4 - 1) / np.sqrt(6 * 5))
    assert tau_b(np.array([1.0, 2, 3, 4]), np.array([1.0, 1, 3, 2])) == pytest.approx(3 / np.sqrt(30))


def test_spearman_and_pearson_by_hand():
    # Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4.
    assert value(spearman, [0, 5, 5, 90], [1, 2, 3, 4]) == pytest.approx(4.5 / np.sqrt(4.5 * 5))
    assert value(pearson, [0, 1, 2], [0, 1, 5]) == pytest.approx(5 / np.sqrt(2 * 14))


@pytest.mark.parametrize("maker", SCIPY, ids=SCIPY.values())
@pytest.mark.parametrize("n", [2, 3, 10, 61])
def test_pooled_values_are_scipys_with_ties_and_without(maker, n):
    from scipy import stats

    generator = np.random.default_rng(n)
    for scores in (generator.normal(size=n), generator.permutation(n) // 2 + generator.integers(0, 2)):
        targets = generator.permutation(n) // 3 * 1.0 if n > 3 else np.arange(n)[::-1] * 1.0
        if len(set(scores.tolist())) == 1:
            continue
        expected = getattr(stats, SCIPY[maker])(scores, targets)[0]
        # Items in units of two as well as alone: what is drawn makes no difference to the value.
        assert value(maker, scores, targets) == pytest.approx(expected, abs=1e-12)
        assert value(maker, scores, targets, [str(place // 2) for place in range(n)]) == pytest.approx(expected)
        if maker is kendall:
            assert tau_b(scores, targets) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("maker", SCIPY, ids=SCIPY.values())
def test_within_groups_is_the_mean_over_groups_and_within_systems_over_systems(maker):
    from scipy import stats

    generator = np.random.default_rng(5)
    studies = np.repeat(np.arange(6), 5)
    systems = np.tile(np.arange(5), 6)
    scores, targets = generator.normal(size=30), generator.permutation(30) // 2 * 1.0
    for names in (studies, systems):
        each = [getattr(stats, SCIPY[maker])(scores[names == name], targets[names == name])[0] for name in set(names)]
        found = value(maker, scores, targets, [str(one) for one in studies], [str(one) for one in names])
        assert found == pytest.approx(np.mean(each))


@pytest.mark.parametrize("maker", SCIPY, ids=SCIPY.values())
def test_scale_shift_and_direction(maker):
    generator = np.random.default_rng(6)
    scores, targets = generator.normal(size=20), generator.integers(0, 5, 20)
    found = value(maker, scores, targets)
    assert value(maker, 1e-9 * scores + 1e3, targets) == pytest.approx(found, abs=1e-4)
    assert value(maker, -scores, targets) == pytest.approx(-found)
    assert value(maker, targets, targets) == pytest.approx(1)


def test_many_units_are_counted_by_sorting_with_the_same_values(monkeypatch):
    generator = np.random.default_rng(7)
    scores, targets = generator.integers(0, 9, 40) / 1.0, generator.integers(0, 4, 40) / 1.0
    design = Design.of([f"{place // 2:02}" for place in range(40)])
    weights = generator.integers(0, 3, (30, 20)).astype(float)
    by_pairs = kendall(scores, targets, design)(weights)
    monkeypatch.setattr(correlation, "_MOST_UNITS", 10)
    assert kendall(scores, targets, design)(weights) == pytest.approx(by_pairs)


def test_tau_b_of_many_is_scipys():
    from scipy import stats

    generator = np.random.default_rng(8)
    scores = generator.normal(size=20_000)
    targets = np.round(scores + generator.normal(size=20_000), 1)
    assert tau_b(scores, targets) == pytest.approx(stats.kendalltau(scores, targets)[0], abs=1e-12)
    assert np.isnan(tau_b(np.ones(5), np.arange(5.0)))
