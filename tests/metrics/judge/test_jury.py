"""Jury: median and vote, agreement over a set, each member's verdict kept, no verdict of half a jury."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

import radeval
from radeval.core.errors import ParameterError, UnknownMetricError
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Evidence, Score, Status
from radeval.metrics.judge.jury import Jury


def verdict(*values, combine="median"):
    scores = {
        f"m{n}": Score.unscored("refused") if one is None else Score.ok(one, evidence=(Evidence("false", note="x"),))
        for n, one in enumerate(values)
    }
    return Jury(combine=combine)._combined(scores)


def test_the_median_of_the_members_with_their_spread_and_evidence():
    score = verdict(0.2, 0.9, 0.4)
    assert score.value == 0.4
    assert score.parts == {"members": 3, "spread": pytest.approx(0.7), "alpha": None}
    assert [(one.by, one.kind, one.note) for one in score.evidence[:2]] == [
        ("m0", "verdict", "green 0.2"),
        ("m0", "false", "x"),
    ]
    assert {one.by for one in score.evidence} == {"m0", "m1", "m2"}


def test_the_vote_is_the_most_frequent_verdict_and_the_median_of_tied_ones():
    assert verdict(1, 0, 0, 0.5, combine="vote").value == 0
    assert verdict(1, 0, 0.25, combine="vote").value == 0.25


def test_half_a_jury_gives_no_verdict():
    assert verdict(0.5, None).status is Status.UNSCORED
    assert verdict(0.5, None).reason == "refused"
    assert verdict(0.5, 0.7, None).value == pytest.approx(0.6)


def test_members_by_rules_agree_with_the_judge_itself(corpus):
    texts = (
        [pair.candidate for pair in corpus.realistic_pairs(12, seed=3)] if hasattr(corpus, "realistic_pairs") else []
    )
    texts = texts or ["Left pleural effusion. Scoliosis.", "Right pneumothorax.", "Lungs are clear.", "Cardiomegaly."]
    single = radeval.score(texts, texts[1:] + texts[:1], "crimson", n_boot=0)
    jury = radeval.score(texts, texts[1:] + texts[:1], "jury:of=crimson,samples=3", n_boot=0)
    np.testing.assert_array_equal(jury["jury"].scores.value, single["crimson"].scores.value)
    assert set(jury["jury"].scores.parts["spread"]) == {0}
    assert jury.aggregates["jury/alpha"].value == 1
    assert jury.aggregates["jury"].value == pytest.approx(statistics.mean(single["crimson"].scores.value))


def test_a_jury_declares_what_its_judge_does():
    info = make_metric("jury:of=chexprompt").info
    assert (info.direction, info.main, info.range) == ("lower", "errors", (0.0, None))
    assert make_metric("jury:of=radfact:aggregation=micro").check(RunContext()) is None


@pytest.mark.parametrize("spec", ["jury:of=bleu", "jury:members=rules+rules", "jury:members=rules+"])
def test_what_cannot_be_a_jury_is_a_parameter_error(spec):
    with pytest.raises(ParameterError):
        make_metric(spec)


def test_an_unknown_judge_is_named():
    with pytest.raises(UnknownMetricError, match="gren"):
        make_metric("jury:of=gren")


def test_the_signature_names_members_and_how_they_are_combined():
    fields = make_metric("jury:of=crimson,samples=2,combine=vote").method()
    assert fields["of"] == "crimson"
    assert (fields["members"], fields["samples"], fields["combine"]) == ("rules", 2, "vote")
    assert fields["reader"] == "rules"


def test_the_fields_of_unlike_members_are_joined():
    metric = make_metric("jury:of=crimson,members=rules+http%3A//127.0.0.1%3A9/v1#m")
    metric.check(RunContext())
    fields = metric.method()
    assert fields["judge"] == "rules+http://127.0.0.1:9/v1#m"
    assert fields["reader"] == "rules"
    assert str(fields["prompt"]).startswith("crimson/v1#")
