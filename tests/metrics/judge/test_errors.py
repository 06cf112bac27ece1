"""GREEN and CheXprompt: six kinds of errors found by rules, counted, checked where a model lists them."""

from __future__ import annotations

import pytest

from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Status
from radeval.metrics.judge.errors import ERROR_KINDS
from radeval.metrics.judge.green import ErrorsAndMatches, FindErrorsAndMatches
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.task import Answer, AnswerError


def score_of(candidate, reference, spec="chexprompt"):
    return make_metric(spec).score(Example("1", candidate, (reference,)), RunContext())


KINDS = {
    "false finding": ("Right pneumothorax. Scoliosis.", "Scoliosis."),
    "missing finding": ("Scoliosis.", "Right pneumothorax. Scoliosis."),
    "wrong location": ("Left lower lobe consolidation.", "Right lower lobe consolidation."),
    "wrong severity": ("Trace left pleural effusion.", "Large left pleural effusion."),
    "false comparison": ("Worsened pulmonary edema.", "Pulmonary edema."),
    "missing comparison": ("Left pleural effusion.", "New left pleural effusion."),
}


@pytest.mark.parametrize("kind", ERROR_KINDS)
def test_each_kind_of_error_is_found_by_rules_and_counted_in_its_place(kind):
    candidate, reference = KINDS[kind]
    green = score_of(candidate, reference, "green")
    assert {name: green.parts[name.replace(" ", "_")] for name in ERROR_KINDS} == {
        name: float(name == kind) for name in ERROR_KINDS
    }
    assert green.parts[f"no_{kind.replace(' ', '_')}"] == 0
    errors = score_of(candidate, reference)
    assert errors.value == 1
    assert [name for name, part in errors.parts.items() if part and name.startswith("significant_")] == [
        next(
            part.name for part in make_metric("chexprompt").info.parts if part.summary == f"significant errors: {kind}"
        )
    ]


def test_green_is_matched_findings_against_significant_errors():
    reference = "Left pleural effusion. Right lower lobe consolidation. Cardiomegaly."
    score = score_of(f"{reference} Right pneumothorax.", reference, "green")
    assert (score.parts["matched"], score.parts["significant"]) == (3, 1)
    assert score.value == 0.75


def test_insignificant_errors_are_counted_and_leave_green_alone():
    reference = "Left pleural effusion."
    score = score_of("Left pleural effusion. Calcified granuloma in the right upper lobe.", reference, "green")
    assert score.value == 1
    assert (score.parts["significant"], score.parts["insignificant"]) == (0, 1)
    assert score_of("Left pleural effusion. Calcified granuloma in the right upper lobe.", reference).parts == {
        **score_of(reference, reference).parts,
        "insignificant": 1,
        "insignificant_false_positive_finding": 1,
        "error_free": 0,
    }


def test_reports_that_call_the_same_things_normal_match():
    score = score_of("Lungs are clear. Heart size is normal.", "The lungs are clear. No pneumothorax.", "green")
    assert score.value == 1
    assert score.parts["matched"] == 1


def test_a_synonym_is_no_error():
    assert score_of("Enlarged heart.", "Cardiomegaly.").value == 0


def test_empty_reports():
    assert score_of("", "").value == 0
    assert score_of("", "", "green").value == 1
    normal = score_of("", "The lungs are clear.")
    assert (normal.value, normal.parts["significant"]) == (1, 1)
    assert score_of("", "Left pleural effusion.").value == 1
    assert score_of("", "The lungs are clear.", "green").value == 0


def test_fewer_errors_are_better_wherever_the_direction_is_read():
    info = make_metric("chexprompt").info
    assert info.direction == "lower"
    assert info.best == 0
    assert info.worst is None


def test_evidence_is_placed_and_says_whether_it_matters():
    candidate, reference = KINDS["wrong severity"]
    (item,) = score_of(candidate, reference).evidence
    assert item.kind == "wrong severity"
    assert candidate[slice(*item.span)] == reference[slice(*item.counterpart)] == "pleural effusion"
    assert item.note.startswith("significant; ")


# Answers of models

ASKED = Pair(
    "Left pleural effusion. Heart normal.", "Left effusion, large. Rib fracture.", Example("", "", ("",)).context
)


def listed(errors=(), matched=()):
    names = ("kind", "significant", "candidate", "reference", "explanation")
    return ErrorsAndMatches.model_validate(
        {
            "errors": [dict(zip(names, one, strict=True)) for one in errors],
            "matched": [{"candidate": one, "reference": other} for one, other in matched],
        }
    )


def test_quotations_may_differ_in_case_space_and_marks():
    answer = listed(
        [("missing finding", True, "", "rib  FRACTURE", "it is left out")],
        [("left pleural effusion", "left effusion large")],
    )
    assert FindErrorsAndMatches().check(ASKED, answer) is answer


@pytest.mark.parametrize(
    "answer",
    [
        listed([("missing finding", True, "", "clavicle fracture", "")]),
        listed([("false finding", True, "", "", "")]),
        listed([("missing finding", True, "", "", "")]),
        listed([("wrong severity", True, "effusion", "", "")]),
        listed([("false finding", True, "pneumothorax", "", "")]),
        listed(matched=[("effusion", "pneumothorax")]),
        listed(matched=[("effusion", "")]),
        listed([("missing finding", True, "", "Rib fracture", "")] * 2),
        listed(),
    ],
)
def test_what_is_not_in_the_reports_or_says_nothing_is_no_answer(answer):
    with pytest.raises(AnswerError):
        FindErrorsAndMatches().check(ASKED, answer)


def test_a_report_that_is_too_long_for_a_model_is_unscored_and_never_cut():
    long = "Left pleural effusion. " * 20
    metric = make_metric("green:judge=http%3A//127.0.0.1%3A9/v1#m,max_words=50")
    with pytest.raises(StopIteration) as done:
        next(metric.verdict(Example("1", "Effusion.", (long,))))
    assert done.value.value.status is Status.UNSCORED
    assert "60 words" in done.value.value.detail
    assert score_of(long, long, "green:max_words=50").value == 1


def test_a_model_that_fails_gives_no_number():
    for name in ("green", "chexprompt", "crimson"):
        verdict = make_metric(name).verdict(Example("1", "Effusion.", ("Effusion.",)))
        next(verdict)
        with pytest.raises(StopIteration) as done:
            verdict.send([Answer(None, "cut off at the token limit", "...")])
        assert done.value.value.status is Status.UNSCORED
        assert done.value.value.reason == "cut off at the token limit"


def test_a_size_is_significantly_wrong_where_management_turns_on_it():
    def significant(candidate, reference):
        return score_of(candidate, reference).parts["significant_incorrect_severity"]

    assert significant("15 mm nodule in the right upper lobe.", "10 mm nodule in the right upper lobe.") == 1
    assert significant("Left pneumothorax measuring 24 mm.", "Left pneumothorax measuring 30 mm.") == 0
    assert significant("Left pneumothorax measuring 60 mm.", "Left pneumothorax measuring 30 mm.") == 1
