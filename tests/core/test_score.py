"""Single scores: a number if and only if there is a verdict."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radeval.core.errors import InputError
from radeval.core.example import Context, Example
from radeval.core.score import Evidence, Score, Status, Usage


@pytest.mark.parametrize(
    "build",
    [
        lambda: Score(Status.OK),
        lambda: Score(Status.UNSCORED, 0.0, reason="refused"),
        lambda: Score(Status.ERROR, 1.0, reason="exception"),
        lambda: Score(Status.UNSCORED),
        lambda: Score(Status.ERROR, detail="no reason"),
        lambda: Score.unscored(""),
        lambda: Score.error(""),
        lambda: Score.ok(math.nan),
        lambda: Score.ok(math.inf),
        lambda: Score.ok(-math.inf),
        lambda: Score.ok(1.0, {"part": math.nan}),
        lambda: Score.ok(1.0, {"part": math.inf}),
        lambda: Score.ok(1.0, {"part": None}),
        lambda: Score.ok(1.0, {"part": None}, part_reasons={"other": "no finding"}),
        lambda: Score.ok(1.0, statistics=(1.0, math.nan)),
        lambda: Score.ok(1.0, statistics=(math.inf,)),
    ],
)
def test_a_score_that_breaks_its_rules_cannot_be_made(build):
    with pytest.raises(ValueError, match=r"\w"):
        build()


def test_a_verdict_has_a_value_and_an_undefined_part_its_reason():
    score = Score.ok(1, {"precision": None, "recall": 0.5}, part_reasons={"precision": "no candidate finding"})
    assert score.status is Status.OK
    assert (score.value, type(score.value)) == (1.0, float)
    assert score.parts["precision"] is None
    assert score.reason == ""


def test_without_a_verdict_there_is_no_value_but_a_reason():
    for score in (Score.unscored("refused", "the reply"), Score.error("exception", "the trace")):
        assert score.value is None
        assert score.reason
        assert score.detail


def test_scores_can_be_compared_and_hashed():
    one, other = Score.ok(0.5, {"p": 1.0}), Score.ok(0.5, {"p": 1.0})
    assert one == other
    assert hash(one) == hash(other)
    assert one != Score.ok(0.5, {"p": 0.0})


COUNTS = st.integers(0, 10**9)
USAGES = st.builds(Usage, COUNTS, COUNTS, COUNTS, COUNTS, st.none() | st.integers(0, 1000).map(float))


@given(USAGES, USAGES, USAGES)
@settings(deadline=None)
def test_usage_adds_up_in_any_order_and_an_unknown_cost_stays_unknown(one, two, three):
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + Usage() == one
    assert ((one + two).cost_usd is None) == (one.cost_usd is None or two.cost_usd is None)


def test_evidence_points_somewhere_only_if_it_says_so():
    found = Evidence("omitted")
    assert (found.side, found.span, found.reference) == (None, None, 0)


@pytest.mark.parametrize("references", ["a bare text", "", ()])
def test_an_example_needs_a_tuple_of_references(references):
    with pytest.raises(InputError, match="references"):
        Example("1", "text", references)


def test_the_group_of_an_example_is_its_id_unless_it_is_given():
    assert Example("1", "a", ("b",)).group == "1"
    assert Example("1", "a", ("b",), group="study").group == "study"
    assert Example("1", "a", ("b",)).context == Context()


def test_examples_can_be_hashed_with_their_meta():
    assert hash(Example("1", "a", ("b",), meta={"site": "x"})) == hash(Example("1", "a", ("b",), meta={"site": "x"}))
