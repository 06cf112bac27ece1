"""Tie-calibrated accuracy and pair preferences against counting pair by pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from radeval.core.errors import InputError
from radeval.stats import listed
from radeval.stats.design import Design, estimate
from radeval.stats.ties import (
    Calibrated,
    best_threshold,
    calibrate,
    calibrated_accuracy,
    crossed_accuracy,
    crossed_thresholds,
    preference_accuracy,
    preference_accuracy_strict,
)


def hits(scores, targets, pools, threshold):
    """Returns the verdict on each pair, by a plain loop."""
    found = []
    for pool in pools:
        for one, other in combinations(pool, 2):
            gap = scores[one] - scores[other]
            predicted = 0 if abs(gap) <= threshold else np.sign(gap)
            found.append(predicted == np.sign(targets[one] - targets[other]))
    return found


def draw(seed, n=20):
    generator = np.random.default_rng(seed)
    scores = np.round(generator.normal(size=n), seed % 3)
    studies = [f"{number:02}" for number in generator.integers(0, 6, n)]
    return scores, generator.integers(0, 4, n) / 1.0, studies, [str(number) for number in generator.integers(0, 3, n)]


def test_a_known_case():
    # Gaps .1 (tied), .4 and .5 (the right way): at .1 all three are right.
    scores, targets = np.array([0.1, 0.2, 0.6]), np.array([1.0, 1, 2])
    design = Design.of(list("abc"))
    assert calibrate(scores, targets, design) == (pytest.approx(1.0), pytest.approx(0.1), None, 3, 1)


def test_preference_counts_ties_half_or_leaves_them_out():
    # Pairs of different targets: right, tied, wrong, right, right; the sixth pair is tied in the targets.
    scores, targets = np.array([1.0, 2, 2, 0]), np.array([1.0, 2, 3, 1])
    design = Design.of(list("abcd"))
    expected = [scores[j] > scores[i] for i, j in ((0, 1), (0, 2), (3, 1), (3, 2))]
    assert estimate(preference_accuracy, scores, targets, design).value == (sum(expected) + 0.5) / 5
    assert estimate(preference_accuracy_strict, scores, targets, design).value == sum(expected) / 4


@pytest.mark.parametrize("seed", range(12))
def test_the_swept_threshold_is_the_best_of_all_and_the_value_that_of_a_loop(seed):
    scores, targets, studies, systems = draw(seed)
    for within in (None, studies, systems):
        design = Design.of(studies, within)
        candidates = [0.0, *sorted({abs(one - other) for one in scores for other in scores})]
        shares = [np.mean(hits(scores, targets, design.pools, threshold)) for threshold in candidates]
        found = calibrate(scores, targets, design)
        assert found.value == pytest.approx(max(shares))
        assert found.threshold == pytest.approx(candidates[int(np.argmax(shares))])
        assert found.n_pairs == len(hits(scores, targets, design.pools, 0))
        assert estimate(calibrated_accuracy, scores, targets, design).value == pytest.approx(found.value)
        assert estimate(crossed_accuracy, scores, targets, design).value == pytest.approx(found.crossed)


def test_no_pair_is_judged_by_a_threshold_that_its_own_studies_took_part_in():
    scores, targets, studies, _ = draw(1, n=40)
    design = Design.of(studies)
    pairs = listed.listed_pairs(scores, targets, design)
    thresholds = crossed_thresholds(pairs, design)
    for unit in range(design.n_units):
        own = design.units == unit
        changed = np.where(own, -5 * scores, scores)
        after = crossed_thresholds(listed.listed_pairs(changed, targets, design), design)
        touched = (pairs.first == unit) | (pairs.second == unit)
        assert np.array_equal(after[touched], thresholds[touched])


def test_in_sample_calibration_flatters_noise():
    generator = np.random.default_rng(0)
    found = []
    for _ in range(60):
        targets = generator.integers(0, 2, 24) / 1.0
        found.append(calibrate(generator.normal(size=24), targets, Design.of([f"{place:02}" for place in range(24)])))
    assert all(one.value >= one.crossed for one in found)
    assert np.mean([one.value for one in found]) > np.mean([one.crossed for one in found]) + 0.01


def test_no_threshold_is_taken_where_ties_are_none():
    assert best_threshold(np.array([0.5, 1.0, 2.0]), np.zeros(3, bool)) == 0
    assert best_threshold(np.array([0.0, -1.0]), np.zeros(2, bool)) == 0


def test_without_a_pair_there_is_no_value():
    assert calibrate(np.ones(2), np.ones(2), Design.of(["a", "b"], ["x", "y"])) == Calibrated(None, None, None, 0, 0)


def test_more_pairs_than_memory_holds_are_refused(monkeypatch):
    monkeypatch.setattr(listed, "_MOST_PAIRS", 5)
    with pytest.raises(InputError, match="6 pairs of items are too many"):
        calibrate(np.arange(4.0), np.arange(4.0), Design.of(list("abcd")))
