from __future__ import annotations

import pytest

from radeval.metrics.entity.graph_f1 import GraphF1, complete, graph_f1, partial, simple

PRESENT, ABSENT = "Observation::definitely present", "Observation::definitely absent"
ANATOMY = "Anatomy::definitely present"


def graph(*entities):
    return {
        "text": "",
        "entities": {
            str(number): {"tokens": tokens, "label": label, "start_ix": 0, "end_ix": 0, "relations": relations}
            for number, (tokens, label, *rest) in enumerate(entities, 1)
            for relations in [list(rest)]
        },
    }


SMALL_LEFT = graph(("effusion", PRESENT, ["located_at", "2"]), ("left", ANATOMY), ("small", PRESENT, ["modify", "1"]))
LEFT = graph(("Effusion", PRESENT, ["located_at", "2"]), ("Left", ANATOMY))
BARE = graph(("effusion", PRESENT), ("left", ANATOMY))
RIGHT = graph(("effusion", PRESENT, ["located_at", "2"]), ("right", ANATOMY))


def test_a_graph_against_itself_has_one_everywhere():
    assert graph_f1(SMALL_LEFT, SMALL_LEFT) == GraphF1(1.0, 1.0, 1.0)


def test_the_three_sets_of_a_graph():
    effusion, left, small = ("effusion", PRESENT.lower()), ("left", ANATOMY.lower()), ("small", PRESENT.lower())
    assert simple(SMALL_LEFT) == {effusion, left, small}
    assert partial(SMALL_LEFT) == {(*effusion, True), left, (*small, True)}
    assert complete(SMALL_LEFT) == {(*effusion, "located_at", "left"), left, (*small, "modify", "effusion")}


def test_a_missing_modifier_costs_recall_and_case_nothing():
    # Precision 2/2 and recall 2/3 in all three.
    assert graph_f1(LEFT, SMALL_LEFT) == pytest.approx((0.8, 0.8, 0.8))


def test_a_missing_relation_costs_partial_and_complete_only():
    # Effusion with and without a relation differ: 1 of 2 on each side.
    assert graph_f1(BARE, LEFT) == pytest.approx((1.0, 0.5, 0.5))


def test_another_target_costs_complete_more():
    # Simple and partial share the effusion, complete shares nothing.
    assert graph_f1(RIGHT, LEFT) == pytest.approx((0.5, 0.5, 0.0))


def test_the_label_of_a_target_does_not_matter_to_complete():
    one = graph(("effusion", PRESENT, ["located_at", "2"]), ("left", ANATOMY))
    other = graph(("effusion", PRESENT, ["located_at", "2"]), ("left", PRESENT))
    assert graph_f1(one, other) == pytest.approx((0.5, 0.5, 0.5))


def test_each_relation_of_an_entity_counts_in_complete():
    two = graph(
        ("opacity", PRESENT, ["located_at", "2"], ["suggestive_of", "3"]), ("base", ANATOMY), ("edema", PRESENT)
    )
    one = graph(("opacity", PRESENT, ["located_at", "2"]), ("base", ANATOMY), ("edema", PRESENT))
    # 3 items of the one are among 4 of the other.
    assert graph_f1(one, two) == pytest.approx((1.0, 1.0, 6 / 7))


def test_the_same_words_twice_count_once():
    twice = graph(("effusion", PRESENT), ("effusion", PRESENT))
    assert graph_f1(twice, graph(("effusion", PRESENT))) == GraphF1(1.0, 1.0, 1.0)


def test_a_denied_entity_is_another_one():
    assert graph_f1(graph(("effusion", ABSENT)), graph(("effusion", PRESENT))) == GraphF1(0.0, 0.0, 0.0)


@pytest.mark.parametrize(("one", "other"), [(graph(), graph()), (graph(), LEFT), (LEFT, graph())])
def test_without_entities_on_a_side_everything_is_zero(one, other):
    assert graph_f1(one, other) == GraphF1(0.0, 0.0, 0.0)
