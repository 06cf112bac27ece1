"""Scores as columns behave as the list of single scores that they stand for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radeval.core.batch import ScoreBatch
from radeval.core.info import EmptyRules, MetricInfo, Part
from radeval.core.score import Evidence, Score, Status, Usage

PARTS = ("precision", "errors")
STATISTICS = ("hits", "total")
INFO = MetricInfo(
    name="toy",
    version=1,
    summary="a toy",
    main="toy",
    direction="higher",
    range=(0.0, 1.0),
    citation="nobody",
    empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
    parts=(Part("precision", "share"), Part("errors", "count", "lower", (0.0, None))),
    aggregate="hits by total",
    statistics=STATISTICS,
)

UNIT = st.floats(0, 1)
REASONS = st.sampled_from(["refused", "nothing to judge", "exception"])
KINDS = st.sampled_from(["matched", "omitted"])
ITEMS = st.builds(Evidence, KINDS, span=st.none() | st.just((0, 3)), note=st.text(max_size=3))
EVIDENCE = st.lists(ITEMS, max_size=2).map(tuple)
USAGES = st.none() | st.builds(Usage, st.integers(0, 9), st.integers(0, 9), cost_usd=st.none() | st.just(0.5))


@st.composite
def verdicts(draw):
    parts = {name: draw(UNIT | st.none()) for name in PARTS}
    reasons = {name: draw(REASONS) for name, value in parts.items() if value is None}
    statistics = (draw(UNIT), draw(UNIT))
    return Score.ok(
        draw(UNIT), parts, part_reasons=reasons, statistics=statistics, evidence=draw(EVIDENCE), usage=draw(USAGES)
    )


SCORES = st.one_of(
    verdicts(),
    st.builds(Score.unscored, REASONS, st.text(max_size=3), evidence=EVIDENCE, usage=USAGES),
    st.builds(Score.error, REASONS, st.text(max_size=3), usage=USAGES),
)


def columns(scores):
    return ScoreBatch.from_scores(scores, PARTS, STATISTICS)


def singles(batch):
    return [batch.score(index) for index in range(len(batch))]


@given(st.lists(SCORES, max_size=8))
@settings(deadline=None)
def test_columns_hold_exactly_the_scores_that_they_were_made_of(scores):
    batch = columns(scores)
    batch.validate(INFO, len(scores))
    assert singles(batch) == scores
    assert [batch.score(index - len(scores)) for index in range(len(scores))] == scores
    usages = [score.usage for score in scores if score.usage is not None]
    assert batch.usage == (sum(usages[1:], usages[0]) if usages else None)


@given(st.lists(SCORES, min_size=1, max_size=8), st.data())
@settings(deadline=None)
def test_taking_examples_is_taking_them_from_the_list(scores, data):
    batch = columns(scores)
    batch.observed["model"] = "m"
    places = data.draw(st.lists(st.integers(0, len(scores) - 1), max_size=12))
    taken = batch.take(places)
    taken.validate(INFO, len(places))
    assert singles(taken) == [scores[place] for place in places]
    assert taken.observed == {"model": "m"}
    assert singles(batch) == scores


@given(st.lists(st.booleans(), max_size=12), st.data())
@settings(deadline=None)
def test_spreading_leaves_each_score_at_its_place_and_the_rest_unscored(scored, data):
    n, places = len(scored), [place for place, one in enumerate(scored) if one]
    reasons = {place: f"no section {place}" for place, one in enumerate(scored) if not one}
    scores = data.draw(st.lists(SCORES, min_size=len(places), max_size=len(places)))
    wide = columns(scores).spread(n, places, reasons)
    wide.validate(INFO, n)
    waiting = iter(scores)
    assert singles(wide) == [
        next(waiting) if one else Score.unscored(reasons[place]) for place, one in enumerate(scored)
    ]


@given(st.lists(st.lists(SCORES, max_size=4), min_size=1, max_size=4))
@settings(deadline=None)
def test_concatenating_batches_is_concatenating_lists(lists):
    joined = ScoreBatch.concatenate([columns(scores) for scores in lists])
    everything = [score for scores in lists for score in scores]
    joined.validate(INFO, len(everything))
    assert singles(joined) == everything


def test_what_was_observed_in_several_ways_is_named_in_full_and_once():
    batches = [columns([Score.unscored("refused")]) for _ in range(4)]
    for batch, model in zip(batches, ["b", "a", "b", None], strict=True):
        batch.observed = {"same": 1} if model is None else {"model": model, "same": 1}
    assert ScoreBatch.concatenate(batches).observed == {"model": "a+b", "same": 1}


def test_no_example_lies_outside_the_batch():
    batch = columns([Score.unscored("refused")])
    for index in (1, -2):
        with pytest.raises(IndexError):
            batch.score(index)
    with pytest.raises(IndexError):
        batch.take([1])


def test_columns_without_a_rule_over_sets_have_no_statistics():
    batch = ScoreBatch.from_columns(np.array([0.5, 1.0]), {"precision": np.array([0.0, np.nan])},
                                    part_reasons={"precision": {1: "no finding"}})  # fmt: skip
    assert batch.statistics.shape == (2, 0)
    assert batch.score(1) == Score.ok(1.0, {"precision": None}, part_reasons={"precision": "no finding"})


def whole():
    """Two verdicts, the second with an undefined part, and one example without a verdict."""
    return columns(
        [
            Score.ok(0.5, {"precision": 0.5, "errors": 3.0}, statistics=(1.0, 2.0)),
            Score.ok(
                0.25, {"precision": None, "errors": 0.0}, part_reasons={"precision": "none"}, statistics=(1.0, 4.0)
            ),
            Score.unscored("refused"),
        ]
    )


def _set(name, index, value):
    def change(batch):
        getattr(batch, name)[index] = value

    return change


def _part(name, index, value):
    def change(batch):
        batch.parts[name][index] = value

    return change


def _assign(name, value):
    return lambda batch: setattr(batch, name, value)


BROKEN = {
    "a status too few": lambda batch: batch.status.pop(),
    "a value too few": lambda batch: setattr(batch, "value", batch.value[:2]),
    "a statistics row too few": lambda batch: setattr(batch, "statistics", batch.statistics[:2]),
    "a part row too few": lambda batch: batch.parts.update(precision=batch.parts["precision"][:2]),
    "a part is missing": lambda batch: batch.parts.pop("errors"),
    "a part is not declared": lambda batch: batch.parts.update(other=np.zeros(3)),
    "a statistic is missing": _assign("statistics", np.zeros((3, 1))),
    "a statistic is NaN": _set("statistics", 0, math.nan),
    "a statistic is infinite": _set("statistics", 0, math.inf),
    "a verdict without a number": _set("value", 0, math.nan),
    "a verdict with an infinite number": _set("value", 0, math.inf),
    "a number without a verdict": _set("value", 2, 0.5),
    "no verdict and no reason": lambda batch: batch.reasons.clear(),
    "a reason for a verdict": lambda batch: batch.reasons.update({0: "why"}),
    "the reason belongs to a verdict": _assign("reasons", {0: "why"}),
    "a part undefined without a reason": _part("errors", 0, math.nan),
    "a reason for a defined part": lambda batch: batch.part_reasons.update(errors={0: "why"}),
    "a value below the range": _set("value", 0, -0.1),
    "a value above the range": _set("value", 1, 1.1),
    "a part below its range": _part("errors", 0, -1.0),
    "a part above its range": _part("precision", 0, 1.5),
    "a part has a number where there is no verdict": _part("precision", 2, 0.5),
    "a part is infinite": lambda batch: (
        batch.parts["errors"].__setitem__(0, math.inf), batch.part_reasons.update(errors={0: "why"})
    ),
    "an infinite value without a verdict": _set("value", 2, math.inf),
    "statistics where there is no verdict": _set("statistics", 2, 1.0),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_columns_that_break_the_contract_are_refused(broken):
    batch = whole()
    batch.validate(INFO, 3)
    BROKEN[broken](batch)
    with pytest.raises(ValueError, match="toy"):
        batch.validate(INFO, 3)


def test_columns_of_another_number_of_examples_are_refused():
    for n in (2, 4):
        with pytest.raises(ValueError, match="toy"):
            whole().validate(INFO, n)


def test_a_rounding_error_beyond_the_range_is_no_bug_of_the_metric():
    batch = whole()
    batch.value[0] = 1 + 1e-12
    batch.validate(INFO, 3)


def test_an_empty_batch_keeps_the_contract():
    columns([]).validate(INFO, 0)
    assert columns([]).usage is None
    assert Status.OK not in columns([]).status
