"""What the reader says that it did not understand: clauses with words it lacks, and nothing else."""

from __future__ import annotations

import pytest

from radeval.findings import read


def unread(text: str) -> list[str]:
    return [text[start:end] for start, end in read(text).unread]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("There is a weird gizmo at the base.", ["There is a weird gizmo at the base"]),
        ("Blorpitis.", ["Blorpitis"]),
        ("The zorbel is normal.", ["The zorbel is normal"]),
        ("No zorbel abnormality.", ["No zorbel abnormality"]),
        ("Lungs are XXXX.", ["Lungs are"]),
        ("XXXX is normal.", ["is normal"]),
        ("The heart size is.", ["The heart size is"]),
        ("No chest zorbel.", ["No chest zorbel"]),
        # half of a sentence
        ("No consolidation, but there is zorbation of the left lung.", ["but there is zorbation of the left lung"]),
        ("Small effusion. Zorbation of the lung. No pneumothorax.", ["Zorbation of the lung"]),
        ("Left effusion and zorbation.", ["Left effusion and zorbation"]),
        ("No effusion, zorbation or pneumothorax.", ["No effusion, zorbation or pneumothorax"]),
        ("Effusion with zorbation.", ["Effusion with zorbation"]),
        ("Cardiomegaly, no zorbation.", ["Cardiomegaly, no zorbation"]),
    ],
)
def test_says_what_it_could_not_read(text, clauses):
    assert unread(text) == clauses


@pytest.mark.parametrize(
    "text",
    [
        "Blorpy opacity in the left base.",
        "Small blorpy left effusion.",
        "Opacity in the blorpy segment.",
    ],
)
def test_an_unknown_adjective_or_place_of_a_finding_is_no_loss(text):
    assert read(text).findings
    assert not unread(text)


@pytest.mark.parametrize(
    "text",
    [
        # structures that have not changed
        "The heart size is stable.",
        "Heart and mediastinum stable.",
        "The cardiac silhouette is unchanged.",
        "The heart and mediastinal contours are unchanged.",
        "Stable mediastinal silhouette.",
        # technique, talk, dates, people
        "Portable view.",
        "Thank you.",
        "PA and lateral views of the chest were obtained.",
        "Two views of the chest dated 1/2/2013 are compared to the prior study.",
        "Comparison is made to the study of yesterday.",
        "Please see the separate report of the CT.",
        "Dictated by Dr. Blorp on Monday.",
        "Findings were discussed with Dr. Blorp by telephone at 3 pm.",
        "The patient is upright.",
        # recommendations, conditions, limits
        "Recommend a follow-up CT in 3 months.",
        "Follow-up radiographs are advised to ensure zorbation.",
        "If symptoms persist, obtain a lordotic view.",
        "CT would be more sensitive for zorbation.",
        "History of zorbation.",
        # headings and nothing
        "IMPRESSION:",
        "Chest.",
        "1.",
        "",
    ],
)
def test_what_says_nothing_of_findings_is_not_unread(text):
    assert not unread(text)
    assert not read(text).findings


def test_a_misspelt_word_is_read():
    assert not unread("Cardiomegally with bibasilar atelectesis.")


def test_every_clause_lies_in_the_report_as_written():
    text = "FINDINGS: No effusion.\n\nThere is zorbation; the heart is normal. A gizmo,  however, is blorped."
    assert unread(text) == ["There is zorbation", "A gizmo,  however, is blorped"]


@pytest.mark.parametrize("text", ["左侧胸腔积液。", "Œdème.", "Плевральный выпот."])
def test_words_of_another_script_are_not_understood_rather_than_nothing(text):
    assert read(text).unread
    assert not read(text).findings
