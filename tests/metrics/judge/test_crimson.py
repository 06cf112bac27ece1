"""CRIMSON: the published formula on its published cases, ids held to their places, patient context."""

from __future__ import annotations

import pytest

import radeval
from radeval.core.example import Context, Example
from radeval.core.score import Status
from radeval.metrics.judge.crimson import Crimson
from radeval.metrics.judge.crimson_task import CrimsonFindings, WeighFindings
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.task import Answer, AnswerError

LEVELS = {"u": "urgent", "a": "actionable", "n": "minor", "b": "expected"}


def answered(reference="", candidate="", matched=(), wrong=()):
    """Returns an answer: a letter for each finding's level, matched pairs by number, wrong attributes by pair."""
    ids = {"R": [f"R{n}" for n in range(len(reference))], "P": [f"P{n}" for n in range(len(candidate))]}
    pairs = [(f"R{row}", f"P{column}") for row, column in matched]
    return CrimsonFindings.model_validate(
        {
            "reference_findings": [
                {"id": name, "finding": "x", "significance": LEVELS[one]}
                for name, one in zip(ids["R"], reference, strict=True)
            ],
            "candidate_findings": [
                {"id": name, "finding": "y", "significance": LEVELS[one]}
                for name, one in zip(ids["P"], candidate, strict=True)
            ],
            "matched": [{"reference_id": row, "candidate_id": column} for row, column in pairs],
            "missing_findings": [one for one in ids["R"] if one not in dict(pairs)],
            "false_findings": [one for one in ids["P"] if one not in [column for _, column in pairs]],
            "attribute_errors": [
                {
                    "reference_id": f"R{row}",
                    "candidate_id": f"P{column}",
                    "kinds": ["location"],
                    "severity": severity,
                    "explanation": "",
                }
                for row, column, severity in wrong
            ],
        }
    )


def score_of(answer):
    example = Example("1", "x y", ("x y",))
    verdict = Crimson().verdict(example)
    (call,) = next(verdict)
    call.task.check(call.asked, answer)
    with pytest.raises(StopIteration) as done:
        verdict.send([Answer(answer)])
    return done.value.value


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (answered(), 1.0),
        (answered("", "a"), -1 / 3),
        (answered("", "u"), -0.5),
        (answered("", "b"), 1.0),
        (answered("b", ""), 1.0),
        (answered("u", ""), 0.0),
        (answered("a", "a", [(0, 0)], [(0, 0, "significant")]), 0.5),
        (answered("u", "u", [(0, 0)], [(0, 0, "significant")]), 2 / 3),
        (answered("u", "u", [(0, 0)], [(0, 0, "significant")] * 2), 0.5),
        (answered("u", "u", [(0, 0)], [(0, 0, "negligible")]), 1.0),
        (answered("a", "au", [(0, 0)]), -1 / 3),
        (answered("au", "an", [(0, 0)]), (0.5 - 0.25) / 1.5),
        # One finding of the reference that the candidate states twice is credited once.
        (answered("u", "ua", [(0, 0), (0, 1)]), 1.0),
    ],
)
def test_the_published_formula_gives_its_published_values(answer, value):
    assert score_of(answer).value == pytest.approx(value)


def test_parts_hold_the_weights_and_counts_of_the_formula():
    score = score_of(answered("uan", "uab", [(0, 0)], [(0, 0, "significant")]))
    assert score.parts["weight"] == pytest.approx(1.75)
    assert score.parts["credit"] == pytest.approx(2 / 3)
    assert score.parts["false_weight"] == pytest.approx(0.5)
    assert score.parts["missing_weight"] == pytest.approx(0.75)
    assert (score.parts["false"], score.parts["missing"], score.parts["location"]) == (2, 2, 1)


def changed(**fields):
    return answered("ua", "u", [(0, 0)]).model_copy(update=fields)


@pytest.mark.parametrize(
    "broken",
    [
        changed(missing_findings=()),
        changed(missing_findings=("R1", "R7")),
        changed(missing_findings=("R1", "R1")),
        changed(missing_findings=("R0", "R1")),
        changed(false_findings=("P0",)),
        changed(matched=(), missing_findings=("R0", "R1")),
        changed(attribute_errors=answered("uu", "uu", [(0, 0), (1, 1)], [(1, 1, "significant")]).attribute_errors),
        changed(candidate_findings=answered("", "uu").candidate_findings),
    ],
)
def test_a_finding_that_stands_nowhere_or_in_two_places_is_no_answer(broken):
    with pytest.raises(AnswerError):
        WeighFindings().check(Pair("x y", "x y", Context()), broken)


def by_rules(candidate, reference, **context):
    run = radeval.score([candidate], [reference], "crimson", contexts=[context], n_boot=0, max_unscored=1)
    return run.score("crimson", 0)


def test_a_missing_urgent_finding_costs_more_than_a_missing_minor_one():
    reference = "Large right tension pneumothorax. Calcified granuloma in the left upper lobe."
    without_urgent = by_rules("Calcified granuloma in the left upper lobe.", reference).value
    without_minor = by_rules("Large right tension pneumothorax.", reference).value
    assert without_urgent < 0.5 < without_minor


def test_normal_statements_neither_help_nor_harm():
    reference = "Right lower lobe consolidation. No pneumothorax."
    assert by_rules("Right lower lobe consolidation.", reference).value == 1
    assert by_rules("No pneumothorax. Heart size is normal.", reference).value == 0


def test_the_patient_changes_the_weight_of_a_finding():
    young = by_rules("", "Atherosclerotic calcification of the aorta.", age=25)
    assert young.status is Status.OK
    weights = [
        by_rules("Normal heart size.", "Atherosclerotic calcification of the aorta.", age=age).parts["weight"]
        for age in (25, 85)
    ]
    assert weights[0] > weights[1]


def test_evidence_has_its_place_and_significance():
    candidate, reference = "Small left pleural effusion. Right pneumothorax.", "Large left pleural effusion. ET tube."
    found = {one.kind: one for one in by_rules(candidate, reference).evidence}
    assert candidate[slice(*found["false"].span)] == "pneumothorax"
    assert found["false"].significance in ("urgent", "actionable")
    assert candidate[slice(*found["wrong severity"].span)] == "pleural effusion"
    assert reference[slice(*found["wrong severity"].counterpart)] == "pleural effusion"
    assert "significant" in found["wrong severity"].note
