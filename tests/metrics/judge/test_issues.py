"""What is wrong about a finding of both reports, and whether it matters. All sentences are written here."""

from __future__ import annotations

import pytest

from radeval.core.example import Context
from radeval.findings.reader import reader
from radeval.metrics.judge.crimson_task import WeighFindings
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.readings import Readings


def wrong(candidate: str, reference: str) -> set[tuple[str, str]]:
    answer = WeighFindings().by_rules(Pair(candidate, reference, Context()), Readings(reader("cxr")))
    assert len(answer.matched) == 1
    return {(one.kinds[0], one.severity) for one in answer.attribute_errors}


@pytest.mark.parametrize(
    ("candidate", "reference"),
    [
        # another word for it
        ("Left basilar density.", "Left basilar opacity."),
        ("Left basilar infiltrate.", "Left basilar airspace disease."),
        # a detail that one report leaves out
        ("Effusion.", "Small left effusion."),
        ("Nodule in the right upper lobe.", "Nodule."),
        ("Pneumothorax.", "Apical pneumothorax."),
    ],
)
def test_is_no_wrong_attribute(candidate, reference):
    assert wrong(candidate, reference) == set()
    assert wrong(reference, candidate) == set()


def test_to_leave_out_that_nothing_has_changed_is_no_wrong_attribute_to_invent_it_is():
    assert wrong("Left effusion.", "Unchanged left effusion.") == set()
    assert wrong("Unchanged left effusion.", "Left effusion.") == {("temporal", "negligible")}


@pytest.mark.parametrize(
    ("candidate", "reference", "expected"),
    [
        ("Right effusion.", "Left effusion.", {("location", "significant")}),
        ("Nodule in the right upper lobe.", "Nodule in the right lower lobe.", {("location", "significant")}),
        ("Opacity in the right mid lung.", "Opacity in the right lower lung.", {("location", "negligible")}),
        ("Fracture of the left seventh rib.", "Fracture of the left eighth rib.", {("location", "negligible")}),
        ("Fracture of the left third rib.", "Fracture of the left eighth rib.", {("location", "significant")}),
        ("Compression fracture of T8.", "Compression fracture of T9.", {("location", "negligible")}),
        # nearly the same, but only one calls for action
        ("Mild chronic wedge deformity of T12.", "Compression fracture of T12.", {("unspecific", "negligible")}),
        ("Left effusion.", "New left effusion.", {("temporal", "negligible")}),
        ("Stable left effusion.", "Worsening left effusion.", {("temporal", "significant")}),
        ("Small pneumothorax.", "Large pneumothorax.", {("severity", "significant")}),
        ("Right basilar opacity.", "Right basilar pneumonia.", {("unspecific", "significant")}),
    ],
)
def test_a_wrong_attribute_is_significant_where_it_could_change_management(candidate, reference, expected):
    assert wrong(candidate, reference) == expected
