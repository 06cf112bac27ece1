"""Items, units and pools: what is drawn together, what is compared, and why something is undefined."""

from __future__ import annotations

import numpy as np
import pytest

from radeval.core.errors import InputError
from radeval.stats.agreement import mean_absolute_difference
from radeval.stats.correlation import kendall, pearson, spearman
from radeval.stats.design import Design, average, by_index, difference, estimate
from radeval.stats.ties import crossed_accuracy, preference_accuracy, preference_accuracy_strict

MAKERS = [kendall, spearman, pearson, preference_accuracy, preference_accuracy_strict]


def ones(design):
    return np.ones((1, design.n_units))


def test_units_are_numbered_by_name_and_pools_hold_the_items_that_share_one():
    design = Design.of(["b", "a", "b", "c"], ["x", "y", "x", "y"])
    assert design.units.tolist() == [1, 0, 1, 2]
    assert [pool.tolist() for pool in design.pools] == [[0, 2], [1, 3]]
    assert (len(design), design.n_units, design.pooled) == (4, 3, False)


def test_some_of_the_items_keep_their_units_and_lose_empty_pools():
    design = Design.of(["a", "b", "c"], ["x", "y", "y"]).restricted(np.array([False, True, True]))
    assert (design.units.tolist(), design.n_units) == ([1, 2], 3)
    assert [pool.tolist() for pool in design.pools] == [[0, 1]]


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize(
    ("scores", "targets", "within", "reason"),
    [
        ([], [], None, "fewer than two items"),
        ([1], [1], None, "fewer than two items"),
        ([1, 2, 3], [4, 4, 4], None, "the ratings are constant"),
        ([1, 2, 3], [4, 5, 6], "abc", "no group has two items"),
        ([1, 2, 3, 4], [4, 4, 5, 5], "aabb", "the ratings are constant within every group"),
    ],
)
def test_what_is_undefined_is_none_with_a_reason(maker, scores, targets, within, reason):
    design = Design.of([str(place) for place in range(len(scores))], within and list(within))
    found = estimate(maker, np.array(scores, float), np.array(targets, float), design)
    assert (found.value, found.reason) == (None, reason)


@pytest.mark.parametrize("maker", [kendall, spearman, pearson])
def test_constant_scores_are_undefined_pooled_and_order_nothing_within_groups(maker):
    targets, groups = np.array([1.0, 2, 1, 2, 3, 3]), list("aabbcc")
    pooled = estimate(maker, np.ones(6), targets, Design.of(groups))
    assert (pooled.value, pooled.reason) == (None, "the scores are constant")
    scores = np.array([1.0, 2, 5, 5, 1, 2])
    # Right in a, constant in b, nothing to order in c.
    assert estimate(maker, scores, targets, Design.of(groups, groups)) == (0.5, None, 6, 2)


def test_few_groups_are_a_reason_of_their_own():
    found = estimate(crossed_accuracy, np.arange(4.0), np.arange(4.0), Design.of(list("aabb")))
    assert (found.value, found.reason) == (None, "too few groups or pairs of items")


@pytest.mark.parametrize("maker", [*MAKERS, mean_absolute_difference])
def test_what_is_no_number_or_of_another_length_is_an_error(maker):
    design = Design.of(["a", "b"])
    with pytest.raises(InputError, match="finite"):
        maker(np.array([1, np.nan]), np.array([1.0, 2]), design)
    with pytest.raises(InputError, match="3 scores and 2 targets for 2 items"):
        maker(np.arange(3.0), np.array([1.0, 2]), design)
    with pytest.raises(InputError, match="1 pool names for 2 items"):
        Design.of(["a", "b"], ["x"])


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("within", ["study", "system", None])
def test_drawing_units_is_the_same_as_writing_their_items_out(maker, within):
    """A unit drawn twice is two units with equal items; what lies within one unit is then two pools."""
    generator = np.random.default_rng(3)
    studies = [f"s{place // 3}" for place in range(24)]
    systems = [f"m{place % 3}" for place in range(24)]
    scores, targets = generator.integers(0, 9, 24) / 8, generator.integers(0, 5, 24) / 1.0

    def design(places, copies):
        named = [f"{studies[place]}/{copy}" for place, copy in zip(places, copies, strict=True)]
        pools = {"study": named, "system": [systems[place] for place in places], None: None}
        return Design.of(named, pools[within])

    whole = design(range(24), [0] * 24)
    weights = generator.integers(0, 3, (40, 8)).astype(float)
    found = maker(scores, targets, whole)(weights)
    for row, value in zip(weights.astype(int), found, strict=True):
        written = [(place, copy) for place in range(24) for copy in range(row[place // 3])]
        places = np.array([place for place, _ in written])
        drawn = design(places, [copy for _, copy in written])
        assert estimate(maker, scores[places], targets[places], drawn).value == pytest.approx(value)


def test_any_function_of_items_can_be_drawn():
    design = Design.of(["a", "a", "b"])
    numbers = np.array([1.0, 2, 10])
    total = by_index(lambda places: float(numbers[places].sum()), design)
    assert total(np.array([[1.0, 1], [2, 0], [0, 3]])).tolist() == [13, 6, 30]
    assert difference(total, total)(ones(design)).tolist() == [0]
    assert average([total, lambda weights: weights[:, 0]])(ones(design)).tolist() == [7]
