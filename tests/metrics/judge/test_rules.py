"""Rules: their answers pass the checks that models' answers must pass, and each report is read once."""

from __future__ import annotations

import gc
import random

import numpy as np
import pytest

import radeval
from radeval.core.errors import ParameterError
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Status
from radeval.findings.reader import reader
from radeval.metrics.judge.forms import Form, Quotation, find_quotation
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.rules import answer, follow
from radeval.metrics.judge.rules_phrases import in_words

JUDGES = ("radfact", "radfact_ct", "green", "chexprompt", "gema", "crimson")


def pairs(corpus, n, seed):
    rng = random.Random(seed)
    return [Example(str(number), corpus.report(rng), (corpus.report(rng),)) for number in range(n)]


@pytest.mark.parametrize("name", JUDGES)
def test_answers_by_rules_have_the_form_and_pass_the_check_of_their_task(name, corpus):
    metric, readings = make_metric(name), Readings(reader("cxr"))
    checked = []

    def answering(call, read):
        found = answer(call, read)
        given = found.value
        again = type(given).model_validate_json(given.model_dump_json())
        assert call.task.check(call.asked, again) is not None
        checked.append(call.task.name)
        return found

    for example in pairs(corpus, 60, seed=11):
        score = follow(metric.verdict(example), readings, answering)
        assert score.status is Status.OK, (example, score)
    assert set(checked) == {
        task.name for task in metric.tasks if task.name not in ("gema/expression", "radfact_ct/abnormal")
    }


def test_all_judges_of_a_run_read_each_report_once(corpus):
    class Counting(Readings):
        read_now = 0

        def read(self, report):
            Counting.read_now += report not in self._readings
            return super().read(report)

    context = RunContext()
    judge = reader("cxr", ())
    context.shared(("readings", judge), lambda: Counting(judge))
    examples = pairs(corpus, 20, seed=5)
    for name in ("radfact", "green", "chexprompt", "gema", "crimson"):
        make_metric(name).score_batch(examples, context)
    assert Counting.read_now == len({text for one in examples for text in (one.candidate, *one.references)})


def test_evidence_points_at_words_of_the_reports(corpus):
    examples = pairs(corpus, 40, seed=2)
    for name in JUDGES:
        batch = make_metric(name).score_batch(examples, RunContext())
        assert len(batch.evidence) > 30
        for place, items in batch.evidence.items():
            sides = {"candidate": examples[place].candidate, "reference": examples[place].references[0]}
            for one in items:
                assert sides[one.side][slice(*one.span)] == one.text


def test_a_report_in_which_nothing_is_understood_is_unscored_and_shows_what():
    run = radeval.score(["Zorbs in the quux."], ["Left pleural effusion."], list(JUDGES), n_boot=0, max_unscored=1)
    for name in JUDGES:
        score = run.score(name, 0)
        assert score.status is Status.UNSCORED
        assert score.evidence[0].kind == "unread"


def test_what_was_not_understood_is_shown_beside_a_verdict():
    run = radeval.score(["Left effusion. Zorbs in the quux."], ["Left effusion."], "crimson", n_boot=0)
    assert [one.text for one in run.score("crimson", 0).evidence if one.kind == "unread"] == ["Zorbs in the quux"]


def test_phrases_made_of_findings_are_read_as_these_findings(corpus):
    rng = random.Random(4)
    judge = reader("cxr")
    found = {one for _ in range(150) for one in judge.read(corpus.report(rng)).findings}
    lost = []
    for one in found:
        again = judge.read(in_words(one, judge)).findings
        if [(other.concept, other.presence, other.laterality) for other in again] != [
            (one.concept, one.presence, one.laterality)
        ]:
            lost.append((one, in_words(one, judge)))
    assert len(lost) <= 0.1 * len(found), lost[:5]


# Quotations


@pytest.mark.parametrize(
    ("quotation", "words"),
    [
        ("left effusion", "left effusion"),
        ("LEFT  Effusion", "left effusion"),
        ("left effusion, small", "left effusion - small"),
        ("effusion.", "effusion"),
        ("eft effusion", "eft effusion"),
        ("effusion left", None),
        ("", None),
        ("...", None),
        ("small right", None),
    ],
)
def test_a_quotation_is_found_where_only_case_and_marks_differ(quotation, words):
    report = "There is a left effusion - small."
    span = find_quotation(report, quotation)
    assert (span and report[slice(*span)]) == words


def test_words_that_know_their_place_are_not_searched_for():
    report = "No effusion. Left effusion."
    assert find_quotation(report, Quotation.at(report, (18, 26))) == (18, 26)
    assert find_quotation(report, "effusion") == (3, 11)


def test_a_form_made_without_validation_is_as_one_with_it():
    class Pair(Form):
        name: str
        numbers: tuple[int, ...]

    made, validated = Pair.made(name="a", numbers=(1, 2)), Pair(name="a", numbers=(1, 2))
    assert made == validated
    assert made.model_dump_json() == validated.model_dump_json()
    assert hash(made) == hash(validated)


@pytest.mark.parametrize("reference", ["The lungs are clear. No pleural effusion.", "Left pleural effusion."])
def test_words_that_state_nothing_are_judged_as_an_empty_report(reference):
    for name in JUDGES:
        run = radeval.score(["Dictated and signed.", ""], [reference] * 2, name, n_boot=0, max_unscored=1)
        spoken, empty = run.score(name, 0), run.score(name, 1)
        assert (spoken.status, spoken.value) == (empty.status, empty.value), name


def test_more_reports_than_are_remembered_are_read_once_for_each_judge(corpus, monkeypatch):
    read_now = []

    class Counting:
        def __init__(self, judge):
            self._judge = judge

        def read(self, report):
            read_now.append(report)
            return self._judge.read(report)

        def __getattr__(self, name):
            return getattr(self._judge, name)

    monkeypatch.setattr("radeval.metrics.judge.readings._MOST_KEPT", 8)
    examples, context, judge = pairs(corpus, 30, seed=6), RunContext(), reader("cxr", ())
    readings = Readings(judge)
    readings.reader = Counting(judge)
    context.shared(("readings", judge), lambda: readings)
    scored = make_metric("green").score_batch(examples, context)
    texts = {text for one in examples for text in (one.candidate, *one.references)}
    assert len(read_now) <= 1.2 * len(texts)
    np.testing.assert_array_equal(scored.value, make_metric("green").score_batch(examples, RunContext()).value)


@pytest.mark.parametrize("collecting", [True, False])
def test_pythons_search_for_cycles_is_afterwards_as_it_was_and_finds_none_of_ours(corpus, collecting):
    metric, examples, context = make_metric("radfact"), pairs(corpus, 20, seed=3), RunContext()
    metric.score_batch(examples[:1], context)
    gc.collect()
    was = gc.isenabled()
    (gc.enable if collecting else gc.disable)()
    try:
        metric.score_batch(examples, context)
        assert gc.isenabled() is collecting
        gc.disable()
        metric.score_batch(pairs(corpus, 20, seed=4), context)
        assert gc.collect() == 0
    finally:
        (gc.enable if was else gc.disable)()


def test_what_is_made_of_one_object_is_made_again_for_an_equal_one():
    readings, made = Readings(reader("cxr")), []
    first, equal = ["a"], ["a"]
    for subject in (first, first, equal, first):
        assert readings.of_same(subject, lambda: made.append(1) or len(made)) == len(made)
    assert len(made) == 3


def test_what_only_a_model_takes_is_not_silently_left_aside():
    for spec in ("green:temperature=0.5", "radfact:prompt=v9", "jury:seed=3"):
        with pytest.raises(ParameterError, match="rules do not take"):
            make_metric(spec).check(RunContext())
    make_metric("jury:members=rules+http%3A//127.0.0.1%3A9/v1#m,seed=3").check(RunContext())
