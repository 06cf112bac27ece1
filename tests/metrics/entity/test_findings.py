from __future__ import annotations

import pytest

import radeval
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.findings.reader import reader
from radeval.run.plan import signature


def score(candidate, *references):
    return make_metric("findings").score_batch([Example("a", candidate, references)], RunContext()).score(0)


def of_kind(found, kind):
    return [one for one in found.evidence if one.kind == kind]


@pytest.mark.parametrize("candidate", ["", "The lungs are clear.", "No pneumothorax."])
@pytest.mark.parametrize("reference", ["", "Heart size is normal."])
def test_two_reports_without_findings_agree(candidate, reference):
    found = score(candidate, reference)
    assert found.value == 1.0
    assert found.evidence == ()
    assert found.part_reasons["precision"] == "the candidate states no finding"
    assert found.part_reasons["recall"] == "the reference states no finding"
    assert found.part_reasons["laterality"] == "no finding is matched"


@pytest.mark.parametrize("empty", ["", "The lungs are clear."])
def test_one_report_without_findings_scores_zero(empty):
    assert score(empty, "Left pleural effusion.").value == 0.0
    assert score("Left pleural effusion.", empty).value == 0.0


def test_a_report_against_itself_scores_one():
    text = "Small left pleural effusion. Possible right lower lobe pneumonia. No pneumothorax."
    found = score(text, text)
    assert found.value == 1.0
    assert {one.kind for one in found.evidence} == {"matched"}


def test_an_omission_is_shown_in_the_reference():
    reference = "Moderate cardiomegaly. Left pleural effusion."
    found = score("Left pleural effusion.", reference)
    (one,) = of_kind(found, "omitted")
    assert (one.side, one.concept) == ("reference", "cardiomegaly")
    assert reference[slice(*one.span)] == one.text == "cardiomegaly"
    assert (found.parts["precision"], found.parts["recall"]) == (1.0, 0.5)
    assert found.value == pytest.approx(2 / 3)


def test_a_false_finding_is_shown_in_the_candidate_with_what_denies_it():
    candidate = "Left pleural effusion. There is a pneumothorax."
    found = score(candidate, "Left pleural effusion. No pneumothorax.")
    (one,) = of_kind(found, "false")
    assert (one.side, one.concept) == ("candidate", "pneumothorax")
    assert candidate[slice(*one.span)] == one.text == "pneumothorax"
    assert one.note == "the other report denies it"
    assert (found.parts["precision"], found.parts["recall"]) == (0.5, 1.0)


def test_a_wrong_side_is_one_error_of_a_matched_finding():
    candidate, reference = "Right pleural effusion.", "There is a left pleural effusion."
    found = score(candidate, reference)
    (one,) = found.evidence
    assert one.kind == "wrong laterality"
    assert "right, not left" in one.note
    assert candidate[slice(*one.span)] == "pleural effusion"
    assert reference[slice(*one.counterpart)] == "pleural effusion"
    assert found.parts["laterality"] == 0.0
    assert found.parts["presence"] == 1.0


def test_a_wrong_severity_and_certainty_are_named():
    found = score("Possible severe pulmonary edema.", "Mild pulmonary edema.")
    assert found.parts["severity"] == 0.0
    assert found.parts["presence"] == 0.0
    assert found.value == 1.0


def test_a_near_neighbour_has_part_of_the_credit():
    found = score("Right lower lobe consolidation.", "Right lower lobe pneumonia.")
    credit = reader().kinship.similarity("consolidation", "pneumonia")
    assert 0 < credit < 1
    assert found.value == pytest.approx(credit)
    (one,) = found.evidence
    assert "near neighbour of pneumonia" in one.note


def test_the_best_reference_counts():
    found = score("Left pleural effusion.", "Cardiomegaly.", "Left pleural effusion.")
    assert found.value == 1.0
    assert {one.reference for one in found.evidence} == {1}


def test_micro_f1_over_a_set_comes_from_summed_counts():
    run = radeval.score(
        ["Left pleural effusion. Cardiomegaly.", "The lungs are clear."],
        ["Left pleural effusion. Cardiomegaly.", "Pneumothorax."],
        "findings",
        n_boot=0,
    )
    # 2 of 2 stated findings are right, 2 of 3 are found; the mean of 1 and 0 is another number.
    assert run.aggregates["findings/micro_f1"].value == pytest.approx(0.8)
    assert run.aggregates["findings/micro_f1"].rule == "corpus"
    assert run.aggregates["findings"].value == pytest.approx(0.5)


def test_a_set_without_findings_has_micro_f1_of_one():
    run = radeval.score(["Clear lungs."], ["Clear lungs."], "findings", n_boot=0)
    assert run.aggregates["findings/micro_f1"].value == 1.0


def test_the_signature_holds_the_digests_of_the_lexicons():
    text = str(signature(make_metric("findings"), "whole"))
    assert reader("cxr").lexicon.digest in text
    assert reader("ct").lexicon.digest in text


def test_evidence_spans_point_into_the_original_text(corpus):
    import random

    rng = random.Random(11)
    for _ in range(50):
        candidate, reference = corpus.report(rng), corpus.report(rng)
        for one in score(candidate, reference).evidence:
            ours, theirs = (candidate, reference) if one.side == "candidate" else (reference, candidate)
            assert ours[slice(*one.span)] == one.text != ""
            if one.counterpart:
                assert theirs[slice(*one.counterpart)]
            if one.kind == "unread":
                assert one.significance is None
            else:
                assert one.significance in ("urgent", "actionable", "minor", "expected")
