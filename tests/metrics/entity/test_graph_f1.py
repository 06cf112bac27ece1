from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radeval.metrics.entity.graph_f1 import GraphF1, complete, graph_f1, partial, radcliq_f1, simple

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


UPPER = graph(("Effusion", PRESENT, ["located_at", "2"]), ("Left", ANATOMY))
LOWER = graph(("effusion", PRESENT, ["located_at", "2"]), ("left", ANATOMY))


def test_the_package_on_pypi_keeps_the_case_but_in_the_words_of_relations():
    assert graph_f1(UPPER, LOWER) == GraphF1(1.0, 1.0, 1.0)
    # Complete has the relation in common, and of the two items on each side no other.
    assert graph_f1(UPPER, LOWER, "pypi") == GraphF1(0.0, 0.0, 0.5)


def test_radcliqs_relations_have_the_labels_of_both_ends_and_the_case():
    assert radcliq_f1(LOWER, LOWER) == (1.0, 1.0)
    assert radcliq_f1(UPPER, LOWER) == (0.0, 0.0)
    other = graph(("effusion", PRESENT, ["located_at", "2"]), ("left", PRESENT))
    assert radcliq_f1(LOWER, other) == (0.5, 0.0)


def test_a_report_of_one_entity_has_no_relation_for_radcliq():
    assert radcliq_f1(graph(("effusion", PRESENT)), graph(("effusion", PRESENT))) == (1.0, 0.0)


GRAPHS = st.lists(
    st.tuples(
        st.sampled_from(["effusion", "Effusion", "left", "small"]),
        st.sampled_from([PRESENT, ABSENT, ANATOMY]),
        st.lists(st.tuples(st.sampled_from(["modify", "located_at"]), st.integers(0, 9)), max_size=2),
    ),
    max_size=5,
)


def related(entities):
    """Returns a graph whose relations lead to entities that it has."""
    return graph(
        *((words, label, *([kind, str(target % len(entities) + 1)] for kind, target in relations))
          for words, label, relations in entities)
    )  # fmt: skip


def lowered(annotation):
    entities = {key: {**one, "tokens": one["tokens"].lower()} for key, one in annotation["entities"].items()}
    return {**annotation, "entities": entities}


@pytest.fixture(scope="module")
def rewards():
    return pytest.importorskip("radgraph.rewards")


@given(one=GRAPHS, other=GRAPHS)
def test_the_rewards_are_those_of_the_package(rewards, one, other):
    ours, theirs = related(one), related(other)
    assert graph_f1(ours, theirs, "pypi") == pytest.approx(rewards.compute_reward(ours, theirs, "all"))
    folded = rewards.compute_reward(lowered(ours), lowered(theirs), "all")
    assert graph_f1(ours, theirs) == pytest.approx(folded)
