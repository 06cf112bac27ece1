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
        "Thank you for this kind referral.",
        "Thank you for letting us take part in the care of this patient.",
        "Please do not hesitate to call us with any questions.",
        "Please correlate clinically.",
        "It is important to correlate these findings with the clinical picture.",
        "Results communicated to the ward nurse at 10:05.",
        "Critical findings were discussed with Dr. Blorp by phone.",
        "Electronically signed by Alex Blorp, MD.",
        "I have personally reviewed the images and agree with the report.",
        "Report finalized.",
        "AI-generated draft, to be reviewed by a radiologist.",
        "As an AI, I cannot give a diagnosis.",
        "Have a nice day.",
        # structures that can be seen
        "The cardiac silhouette is present.",
        "The left hemidiaphragm and the aorta are visualized.",
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


@pytest.mark.parametrize(
    "text",
    [
        "The heart size is stable.",
        "Heart and mediastinum stable.",
        "The cardiac silhouette is unchanged.",
        "Stable mediastinal silhouette.",
        "Similar to prior imaging.",
        "These findings are unchanged.",
        "Stable exam.",
    ],
)
def test_that_nothing_has_changed_is_kept_and_denies_nothing(text):
    reading = read(text)
    assert not reading.unread
    assert {(one.concept, one.change, one.kind.value) for one in reading.findings} == {
        ("unchanged_appearance", "stable", "observation")
    }


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("Effusion is again seen, unchanged.", {"pleural_effusion"}),
        ("The heart is enlarged but stable.", {"cardiomegaly"}),
        ("The heart is stable and normal.", {"heart"}),
        ("The right chest XXXX remains in place.", set()),
        ("Persistent but smaller left effusion.", {"pleural_effusion"}),
    ],
)
def test_what_says_more_than_that_nothing_has_changed(text, concepts):
    assert {one.concept for one in read(text).findings} == concepts


@pytest.mark.parametrize(
    "text",
    [
        "Aucun pneumothorax.",
        "Kein Pneumothorax.",
        "Keine Infiltrate oder Atelektasen.",
        "Sin derrame pleural.",
        "Pas de nodule.",
    ],
)
def test_a_sentence_of_another_language_is_not_read_by_the_words_that_it_shares(text):
    reading = read(text)
    assert not reading.findings
    assert reading.unread


def test_a_word_of_another_language_among_english_ones_is_no_other_language():
    assert [one.concept for one in read("A pneumothorax lies in the fossa of van Blorp.").findings] == ["pneumothorax"]
    assert [one.concept for one in read("De novo pneumothorax is seen.").findings] == ["pneumothorax"]


@pytest.mark.parametrize("text", ["左侧胸腔积液。", "Œdème.", "Плевральный выпот."])
def test_words_of_another_script_are_not_understood_rather_than_nothing(text):
    assert read(text).unread
    assert not read(text).findings
