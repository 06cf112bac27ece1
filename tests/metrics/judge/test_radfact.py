"""RadFact: shares of phrases and boxes, three rules over a set, evidence that must be in the other report."""

from __future__ import annotations

import json

import numpy as np
import pytest

import radeval
from radeval.core.errors import InputError
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Status
from radeval.metrics.judge.grounding import Box, contained, read_grounded
from radeval.metrics.judge.phrases import Entail, Entailed, Inference, KeepAbnormal, ReportPhrases
from radeval.metrics.judge.rules_phrases import Phrase
from radeval.metrics.judge.task import Answer, AnswerError

A, B = "Left pleural effusion.", "Right pneumothorax."


def score_of(candidate, reference, spec="radfact"):
    return make_metric(spec).score(Example("1", candidate, (reference,)), RunContext())


def test_precision_and_recall_are_the_shares_of_phrases_that_follow():
    score = score_of(f"{A} {B} No pulmonary edema. Scoliosis.", f"{A} {B} No pulmonary edema.")
    assert score.parts["logical_precision"] == 0.75
    assert score.parts["logical_recall"] == 1
    assert score.value == pytest.approx(2 * 0.75 / 1.75)
    assert (score.parts["candidate_phrases"], score.parts["reference_phrases"]) == (4, 3)


def test_a_sentence_of_several_findings_is_several_phrases_and_keeps_its_place():
    candidate = "Clear lungs. Left pleural effusion and right pneumothorax."
    score = score_of(candidate, f"{A} The lungs are clear.")
    assert score.parts["candidate_phrases"] == 3
    (false,) = [one for one in score.evidence if one.kind == "false"]
    assert candidate[slice(*false.span)] == "Left pleural effusion and right pneumothorax."
    assert "right pneumothorax" in false.note


def test_what_is_more_special_supports_what_is_more_general_and_not_the_other_way_round():
    special, general = "Small left pleural effusion.", "Pleural effusion."
    score = score_of(special, general)
    assert score.parts["logical_recall"] == 1
    assert score.parts["logical_precision"] == 0


def test_a_denied_phrase_names_what_denies_it():
    (false, omitted) = score_of("No pneumothorax.", B).evidence
    assert (false.kind, omitted.kind) == ("false", "omitted")
    assert false.note == f"denied by {B}"


def test_reports_without_phrases():
    assert score_of("", "").value == 1
    assert score_of("", A).value == 0
    assert score_of(A, "").value == 0
    empty = score_of("", A)
    assert empty.parts["logical_precision"] is None
    assert empty.parts["logical_recall"] == 0


def test_three_rules_over_a_set():
    candidates = [f"{A} {B}", "Scoliosis."]
    references = [A, f"Scoliosis. {B} No pulmonary edema."]
    # Precision 1/2 and 1, recall 1 and 1/3; 2 of 3 and 2 of 4 phrases.
    expected = {
        "f1_of_means": 2 * 0.75 * (2 / 3) / (0.75 + 2 / 3),
        "mean_of_f1": (2 / 3 + 0.5) / 2,
        "micro": 2 * (2 / 3) * 0.5 / (2 / 3 + 0.5),
    }
    for rule, value in expected.items():
        run = radeval.score(candidates, references, f"radfact:aggregation={rule}", n_boot=0)
        assert run.aggregates["radfact"].value == pytest.approx(value), rule
        assert rule in str(run.signatures["radfact"])


def test_an_aggregate_of_wrong_reports_only_is_0_and_of_empty_ones_undefined():
    assert radeval.score([A], [B], "radfact", n_boot=0).aggregates["radfact"].value == 0
    metric = make_metric("radfact")
    assert np.isnan(metric.corpus(np.zeros((1, 24)))["logical_f1"]).all()


# Answers of models


ASKED = Inference((Phrase("Left - pleural effusion."), Phrase("No pneumothorax")), Phrase("Effusion."))


def test_evidence_is_found_however_it_is_spelled_and_dropped_where_it_is_not_in_the_report():
    given = Entailed(evidence=("left pleural  EFFUSION", "rib fracture"), status="entailment")
    assert Entail().check(ASKED, given).evidence == ("Left - pleural effusion.",)


@pytest.mark.parametrize("evidence", [(), ("rib fracture",)])
def test_entailment_without_evidence_of_the_report_is_no_answer(evidence):
    with pytest.raises(AnswerError):
        Entail().check(ASKED, Entailed(evidence=evidence, status="entailment"))


def test_what_is_not_entailed_needs_no_evidence():
    assert Entail().check(ASKED, Entailed(evidence=(), status="not_entailment")).evidence == ()


def test_a_missing_answer_leaves_the_example_unscored_with_its_reason():
    verdict = make_metric("radfact").verdict(Example("1", A, (B,)))
    calls = next(verdict)
    assert [call.asked for call in calls] == [A, B]
    with pytest.raises(StopIteration) as done:
        verdict.send([Answer(None, "refused", "no"), Answer(None, "refused", "no")])
    assert done.value.value.status is Status.UNSCORED
    assert done.value.value.reason == "refused"


# Boxes


def phrase(text, *boxes):
    names = ("x_min", "y_min", "x_max", "y_max")
    return {"text": text, "boxes": [dict(zip(names, box, strict=True)) for box in boxes] or None}


def test_grounded_reports_are_scored_by_phrase_and_by_place():
    reference = [
        phrase(A, (0.5, 0.5, 1, 1)),
        phrase(B, (0, 0, 0.25, 0.25)),
        phrase("Scoliosis."),
    ]
    candidate = [
        phrase(A, (0.6, 0.6, 0.9, 0.9)),
        phrase(B, (0.5, 0.5, 0.75, 0.75)),
        phrase("Scoliosis."),
        phrase("Cardiomegaly."),
    ]
    score = score_of(json.dumps(candidate), json.dumps(reference), "radfact:grounded=true")
    assert score.parts["logical_precision"] == 0.75
    assert score.parts["spatial_precision"] == 0.5
    assert score.parts["grounding_precision"] == 0.5
    # The reference's box is larger than the candidate's that supports it: only 36 % of it lies there.
    assert score.parts["spatial_recall"] == 0
    assert score.value == pytest.approx(2 * 0.75 / 1.75)
    (first, *_) = score.evidence
    assert json.dumps(candidate)[slice(*first.span)] == A


def test_phrases_without_boxes_leave_the_place_undefined_and_not_0():
    text = json.dumps([phrase(A)])
    score = score_of(text, text, "radfact:grounded=true")
    assert score.value == 1
    assert score.parts["spatial_f1"] is None
    assert score.parts["grounding_precision"] is None


@pytest.mark.parametrize(
    ("boxes", "within", "lies_in"),
    [
        ([(0, 0, 0.5, 0.5)], [(0, 0, 0.5, 0.5)], True),
        ([(0, 0, 0.5, 0.5)], [(0, 0, 0.25, 0.5)], False),
        ([(0, 0, 0.5, 0.5)], [(0, 0, 0.25, 0.5), (0.25, 0, 0.5, 0.1)], True),
        ([(0.2, 0.2, 0.2, 0.9)], [(0, 0, 1, 1)], False),
        ([(0, 0, 0.5, 0.5)], [], False),
    ],
)
def test_boxes_lie_in_others_where_more_than_half_of_their_area_does(boxes, within, lies_in):
    made = [[Box(x_min=a, y_min=b, x_max=c, y_max=d) for a, b, c, d in side] for side in (boxes, within)]
    assert contained(*made) is lies_in


@pytest.mark.parametrize(
    "report",
    [
        "no list",
        "{}",
        '["text only"]',
        '[{"text": "a", "boxes": []}]',
        '[{"text": "a"}]',
        '[{"text": "a", "boxes": [{"x_min": 0.5, "y_min": 0, "x_max": 0.2, "y_max": 1}]}]',
        '[{"text": "a", "boxes": [{"x_min": 0, "y_min": 0, "x_max": 1.2, "y_max": 1}]}]',
    ],
)
def test_a_report_that_is_no_list_of_grounded_phrases_is_a_named_error_of_its_example(report):
    with pytest.raises(InputError, match="candidate"):
        read_grounded(report, "candidate")
    good = json.dumps([phrase(A)])
    run = radeval.score([report, good], [good, good], "radfact:grounded=true", n_boot=0, max_unscored=1)
    assert [run.score("radfact", n).status for n in (0, 1)] == [Status.ERROR, Status.OK]
    failed = run.score("radfact", 0)
    assert failed.reason == "unusable input"
    assert not [words for words in ("validation error", "input_value", "text only") if words in failed.detail]


# RadFact-CT


def test_negative_phrases_can_be_left_out():
    candidate, reference = f"{A} No pneumothorax. Normal heart size.", f"{A} No pericardial effusion."
    assert score_of(candidate, reference, "radfact_ct").value < 1
    filtered = score_of(candidate, reference, "radfact_ct:filter_negatives=true")
    assert filtered.value == 1
    assert filtered.parts["candidate_phrases"] == 1
    assert score_of("No effusion.", "No pneumothorax.", "radfact_ct:filter_negatives=true").value == 1


@pytest.mark.parametrize("numbers", [(0,), (3,), (1, 1)])
def test_numbers_that_name_no_phrase_or_one_twice_are_no_answer(numbers):
    task = KeepAbnormal()
    with pytest.raises(AnswerError):
        task.check((Phrase("a"), Phrase("b")), task.output(numbers=numbers))


def test_a_grounded_phrase_that_rules_do_not_understand_gives_no_verdict():
    strange, known = json.dumps([phrase("Zorbs in the quux.")]), json.dumps([phrase(A)])
    assert score_of(strange, known, "radfact:grounded=true").status is Status.UNSCORED
    assert score_of(strange, strange, "radfact:grounded=true").value == 1


def test_a_model_that_lists_no_phrase_of_either_report_gives_no_verdict():
    metric = make_metric("radfact:judge=http://127.0.0.1:9/v1#m")
    verdict = metric.verdict(Example("a", "Large effusion.", ("No effusion.",)))
    next(verdict)
    nothing = ReportPhrases(sentences=())
    with pytest.raises(StopIteration) as done:
        verdict.send([Answer(nothing), Answer(nothing)])
    assert done.value.value.status is Status.UNSCORED
