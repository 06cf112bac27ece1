"""Tests of differences: known p values, symmetry, errors of the first kind; Holm and clusters."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from radeval.core.errors import InputError
from radeval.stats.correlation import kendall, pearson, spearman
from radeval.stats.design import Design, estimate
from radeval.stats.permutation import holm, p_value, pair_swap_test, significance_clusters, swap_test
from radeval.stats.ties import calibrate, preference_accuracy


def draw(seed, studies=20):
    """Returns two equally good metrics, targets, and designs pooled and within study."""
    generator = np.random.default_rng(seed)
    quality = np.repeat(generator.normal(size=studies), 2) + generator.normal(size=2 * studies)
    first, second = (
        quality + np.repeat(generator.normal(size=studies), 2) + generator.normal(size=2 * studies) for _ in range(2)
    )
    names = [f"{place // 2:03}" for place in range(2 * studies)]
    targets = np.round(quality + generator.normal(size=2 * studies))
    return first, second, targets, Design.of(names), Design.of(names, names)


@pytest.mark.parametrize("maker", [kendall, spearman, pearson, preference_accuracy])
def test_the_p_value_is_that_of_all_swaps(maker):
    """Six studies have 64 swaps: with many draws the share of extreme ones is known."""
    first, second, targets, pooled, within = draw(3, studies=6)
    for design in (pooled, within):
        one, other = ((scores - scores.mean()) / scores.std() for scores in (first, second))
        observed = estimate(maker, one, targets, design).value - estimate(maker, other, targets, design).value
        extreme = []
        for swaps in product((False, True), repeat=6):
            swapped = np.array(swaps)[design.units]
            sides = np.where(swapped, other, one), np.where(swapped, one, other)
            gap = estimate(maker, sides[0], targets, design).value - estimate(maker, sides[1], targets, design).value
            extreme.append(abs(gap) >= abs(observed) - 1e-9)
        found = swap_test(maker, first, second, targets, design, draws=4000)
        assert found.difference == pytest.approx(observed)
        assert found.p == pytest.approx(np.mean(extreme), abs=0.035)


def test_the_difference_of_accuracies_is_that_of_their_calibrations():
    first, second, targets, *designs = draw(5)
    for design in designs:
        one, other = (calibrate(scores, targets, design) for scores in (first, second))
        for crossed, expected in ((True, one.crossed - other.crossed), (False, one.value - other.value)):
            found = pair_swap_test(first, second, targets, design, crossed=crossed)
            assert found.difference == pytest.approx(expected)


def test_within_studies_the_verdicts_of_a_study_are_swapped_together():
    """Two metrics, one always right and one always wrong on six studies: 2 of 64 swaps are as extreme."""
    targets = np.tile([0.0, 1.0], 6)
    names = [str(place // 2) for place in range(12)]
    found = pair_swap_test(targets, -targets, targets, Design.of(names, names), crossed=False, draws=4000)
    assert found.difference == 1
    assert found.p == pytest.approx(2 / 64, abs=0.012)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_order_of_the_metrics_turns_the_sign_only(seed):
    first, second, targets, pooled, _ = draw(seed)
    there, back = (swap_test(kendall, *sides, targets, pooled, seed=9) for sides in ((first, second), (second, first)))
    assert there.difference == pytest.approx(-back.difference)
    assert there.p == pytest.approx(back.p, abs=0.06)
    assert pair_swap_test(first, second, targets, pooled).p == pair_swap_test(second, first, targets, pooled).p


def test_a_metric_does_not_differ_from_itself_and_p_is_never_0():
    first, _, targets, pooled, within = draw(2, studies=40)
    for design in (pooled, within):
        assert swap_test(kendall, first, 3 * first + 1, targets, design).p == 1
        assert pair_swap_test(first, 3 * first + 1, targets, design).p == pytest.approx(1)
    assert swap_test(kendall, targets, -targets, targets, pooled, draws=99).p == 0.01
    assert p_value(5.0, np.zeros(999)) == 0.001
    assert p_value(-5.0, np.array([5.0, -6, 0, np.nan])) == 4 / 5


def test_the_same_seed_gives_the_same_p():
    first, second, targets, pooled, _ = draw(4)
    once, again, other = (swap_test(kendall, first, second, targets, pooled, seed=seed) for seed in (1, 1, 2))
    assert once == again != other


def test_what_is_undefined_has_no_p_but_a_reason():
    first, second, targets, pooled, _ = draw(6)
    constant = swap_test(kendall, np.ones(40), second, targets, pooled)
    assert constant == (None, None, 0, "one of the two values is undefined")
    assert pair_swap_test(first[:4], second[:4], targets[:4], Design.of(list("aabb"))).p is None
    with pytest.raises(InputError):
        swap_test(kendall, first, second[:5], targets, pooled)


def test_tests_err_as_often_as_they_say():
    """120 data sets: with a true rate of .05, a share above .11 has a probability below .01."""
    rejected = np.zeros(3)
    for seed in range(120):
        first, second, targets, pooled, within = draw(100 + seed)
        found = (
            swap_test(kendall, first, second, targets, pooled, draws=99, seed=seed),
            pair_swap_test(first, second, targets, pooled, draws=99, seed=seed),
            pair_swap_test(first, second, targets, within, draws=99, seed=seed),
        )
        rejected += [one.p < 0.05 for one in found]
    assert (rejected > 0).all()
    assert (rejected / 120 <= 0.11).all()


def test_a_better_metric_is_found():
    first, second, targets, pooled, within = draw(7, studies=60)
    better = targets + 0.2 * first
    for design in (pooled, within):
        assert swap_test(kendall, better, second, targets, design).p < 0.01
        assert pair_swap_test(better, second, targets, design).p < 0.01


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]).tolist() == [1, 1]
    assert holm([]).tolist() == []


def test_clusters_by_hand():
    p = np.ones((4, 4))

    def differ(*pairs):
        found = p.copy()
        for one, other in pairs:
            found[one, other] = found[other, one] = 0.01
        return found

    values = [0.5, 0.8, 0.7, 0.6]
    assert significance_clusters(values, p) == [1, 1, 1, 1]
    # The best is 1, then 2, 3, 0. That 3 differs from 1 alone opens a cluster; 0 does not differ from 3.
    assert significance_clusters(values, differ((1, 3), (1, 0), (2, 0))) == [2, 1, 1, 2]
    assert significance_clusters(values, differ((0, 1), (0, 2), (0, 3))) == [2, 1, 1, 1]
    with pytest.raises(InputError, match="shape"):
        significance_clusters(values, np.ones((3, 3)))
