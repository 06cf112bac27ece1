"""Rubric: criteria from a file, errors with their line, grades on their own scales."""

from __future__ import annotations

from pathlib import Path

import pytest

from radeval.core.errors import MissingResourceError, ParameterError
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Status
from radeval.core.spec import MetricSpec
from radeval.metrics.judge.rubric_file import Rubric, RubricError, read_rubric
from radeval.metrics.judge.rubric_task import Grade
from radeval.metrics.judge.task import Answer, AnswerError

TEXT = """\
[rubric]
name = "advice"
version = 2
summary = "whether advice is right"

[[criterion]]
name = "follow_up"
question = "Does the report advise what its findings call for?"
scale = { 0 = "harmful advice", 1 = "none", 4 = "as guidelines say" }
weight = 3
reference_based = false

[[criterion]]
name = "agreement"
question = "Is it the reference's advice?"
scale = { 1 = "no", 2 = "yes" }
reference_based = true
"""
MODEL = "http://127.0.0.1:9/v1#m"


@pytest.fixture
def rubric(tmp_path):
    file = tmp_path / "advice.toml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def made(file, **more):
    return make_metric(MetricSpec("rubric", None, {"file": str(file), "judge": MODEL, **more}))


def judged(metric, *grades, candidate="Nodule. CT in 3 months.", reference="Nodule. CT advised."):
    verdict = metric.verdict(Example("1", candidate, (reference,)))
    calls = next(verdict)
    answers = [Answer(None, "refused") if one is None else Answer(one) for one in grades]
    for call, answer in zip(calls, answers, strict=True):
        if answer.value is not None:
            call.task.check(call.asked, answer.value)
    with pytest.raises(StopIteration) as done:
        verdict.send(answers)
    return done.value.value, calls


def grade(score, *quotations):
    return Grade(score=score, reason="because", quotations=quotations)


def test_the_value_is_the_weighted_mean_of_grades_on_their_scales(rubric):
    score, _ = judged(made(rubric), grade(1, "CT in 3 months"), grade(2))
    assert score.parts == {"follow_up": 0.25, "agreement": 1}
    assert score.value == pytest.approx((3 * 0.25 + 1) / 4)
    first, second = score.evidence
    assert (first.kind, first.span, first.note) == ("follow_up: 1 of 4", (8, 22), "because")
    assert second.span is None


def test_the_judge_sees_the_reference_only_where_a_criterion_is_about_it(rubric):
    _, calls = judged(made(rubric), grade(4), grade(1))
    slots = [call.task.slots(call.asked) for call in calls]
    assert [one["reference"] for one in slots] == ["not given", "Nodule. CT advised."]
    trusted = calls[0].task.trusted(calls[0].asked)
    assert trusted["question"].startswith("Does the report")
    assert trusted["scale"].splitlines() == ["0: harmful advice", "1: none", "4: as guidelines say"]


@pytest.mark.parametrize("answer", [grade(3), grade(-1), grade(4, "MRI")])
def test_a_point_off_the_scale_or_words_of_elsewhere_are_no_answer(rubric, answer):
    with pytest.raises(AnswerError):
        judged(made(rubric), answer, grade(1))


def test_one_missing_grade_leaves_the_report_unscored(rubric):
    score, _ = judged(made(rubric), grade(4), None)
    assert score.status is Status.UNSCORED


def test_an_empty_candidate_gets_the_lowest_grades_without_a_question(rubric):
    with pytest.raises(StopIteration) as done:
        next(made(rubric).verdict(Example("1", " ", ("Nodule.",))))
    assert done.value.value.value == 0


def test_parts_are_the_criteria_and_the_signature_has_the_digest(rubric):
    metric = made(rubric)
    metric.check(RunContext())
    assert [part.name for part in metric.info.parts] == ["follow_up", "agreement"]
    before = metric.method()
    assert str(before["rubric"]).startswith("advice2#")
    assert str(rubric) not in str(before)
    rubric.write_text(TEXT.replace("as guidelines say", "right"), encoding="utf-8")
    again = made(rubric)
    again.check(RunContext())
    assert again.method()["rubric"] != before["rubric"]


def test_rules_and_no_file_are_named_errors_before_anything_is_asked(rubric):
    with pytest.raises(ParameterError, match="rules"):
        make_metric(MetricSpec("rubric", None, {"file": str(rubric)})).check(RunContext())
    with pytest.raises(MissingResourceError, match="rubric"):
        make_metric(MetricSpec("rubric", None, {"judge": MODEL})).check(RunContext())
    with pytest.raises(RubricError, match="cannot be read"):
        read_rubric(str(rubric.with_name("none.toml")))


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("weight = 3", "weight = 0", 10),
        ("weight = 3", "wieght = 3", 10),
        ('question = "Is', 'questions = "Is', 13),
        ('{ 1 = "no", 2 = "yes" }', '{ 1 = "no" }', 16),
        ('{ 1 = "no", 2 = "yes" }', '{ a = "no", 2 = "yes" }', 16),
        ("version = 2", "version = 2.5", 3),
        ('name = "agreement"', 'name = "follow_up"', None),
        ('name = "agreement"', 'name = "Agreement 1"', 14),
        ("[rubric]", "[rubric", 1),
    ],
)
def test_an_unusable_rubric_names_file_and_line(old, new, line):
    with pytest.raises(RubricError) as found:
        Rubric(TEXT.replace(old, new, 1), "mine.toml")
    assert found.value.where is not None
    assert found.value.where.startswith("mine.toml, line ")
    assert line is None or found.value.where == f"mine.toml, line {line}"


def test_the_example_of_the_documentation_is_a_rubric():
    rubric = read_rubric(str(Path(__file__).parents[3] / "examples" / "rubric.toml"))
    assert [one.name for one in rubric.criteria] == ["answer", "advice"]
