"""What follows from what, class by class. All sentences are written here."""

from __future__ import annotations

import pytest

from radeval.core.errors import TextError
from radeval.findings import Verdict, entails, read
from radeval.findings.entail import Premises
from radeval.findings.reader import reader

ENTAILMENT, CONTRADICTION, NEUTRAL = Verdict


@pytest.mark.parametrize(
    ("premises", "hypothesis", "verdict", "deciding"),
    [
        (["No effusion.", "Left pneumothorax."], "There is a pneumothorax.", "entailment", (1,)),
        (["Left pneumothorax."], "Left pneumothorax.", "entailment", (0,)),
        (["Left pneumothorax."], "Right pneumothorax.", "neutral", ()),
        (["Pneumothorax."], "Left pneumothorax.", "neutral", ()),
        (["Bilateral effusions."], "Left effusion.", "entailment", (0,)),
        (["No effusion."], "Small effusion.", "contradiction", (0,)),
        (["Small effusion."], "No effusion.", "contradiction", (0,)),
        (["No left effusion."], "Right effusion.", "neutral", ()),
        (["No left effusion."], "Left effusion.", "contradiction", (0,)),
        (["No left effusion."], "Bilateral effusions.", "contradiction", (0,)),
        (["Right effusion."], "No left effusion.", "neutral", ()),
        (["Right effusion."], "No effusion.", "contradiction", (0,)),
        (["No left effusion."], "No effusion.", "neutral", ()),
        (["No effusion."], "No left effusion.", "entailment", (0,)),
        (["No nodule in the left upper lobe."], "Nodule in the left lower lobe.", "neutral", ()),
        (["No nodule."], "Nodule in the left lower lobe.", "contradiction", (0,)),
        (["The lungs are clear."], "Consolidation.", "contradiction", (0,)),
        (["The lungs are clear."], "No consolidation.", "entailment", (0,)),
        (["Consolidation."], "The lungs are clear.", "contradiction", (0,)),
        (["The left lung is clear."], "Right lung consolidation.", "neutral", ()),
        (["Heart size is normal."], "The heart is enlarged.", "contradiction", (0,)),
        (["The heart and lungs are normal."], "The heart is normal.", "entailment", (0,)),
        (["Possible pneumonia."], "Pneumonia.", "neutral", ()),
        (["Pneumonia."], "Possible pneumonia.", "entailment", (0,)),
        (["Nodule in the right upper lobe."], "Nodule in the right lung.", "entailment", (0,)),
        (["Nodule in the right lung."], "Nodule in the right upper lobe.", "neutral", ()),
        (["No effusion.", "Cardiomegaly."], "Cardiomegaly without effusion.", "entailment", (0, 1)),
        (["Effusion."], "The weather is fine.", "neutral", ()),
        ([], "Effusion.", "neutral", ()),
    ],
)
def test_verdicts_and_the_premises_that_decide_them(premises, hypothesis, verdict, deciding):
    found = entails(premises, hypothesis)
    assert (str(found.verdict), found.premises) == (verdict, deciding)


@pytest.mark.parametrize(
    ("premises", "hypothesis", "verdict"),
    [
        # normal statements and denials, in both directions
        (["The lungs are clear."], "No focal consolidation.", ENTAILMENT),
        (["The lungs are clear."], "No pleural effusion.", NEUTRAL),
        # what is said of the rest is not said of the whole
        (["The remainder of the mediastinum is normal."], "The mediastinum is normal.", NEUTRAL),
        (["The remaining bones are intact."], "The bones are intact.", NEUTRAL),
        (["The mediastinum is normal."], "The rest of the mediastinum is normal.", ENTAILMENT),
        (["The rest of the mediastinum is normal."], "The remainder of the mediastinum is normal.", ENTAILMENT),
        (["The remaining lungs are clear."], "No focal consolidation.", ENTAILMENT),
        (["No pleural effusion."], "The lungs are clear.", NEUTRAL),
        (["No acute cardiopulmonary process."], "No pneumothorax.", ENTAILMENT),
        (
            ["No focal consolidation, pleural effusion or pneumothorax."],
            "No acute cardiopulmonary process.",
            ENTAILMENT,
        ),
        (
            ["The lungs are clear.", "No pleural effusion or pneumothorax."],
            "No acute cardiopulmonary process.",
            ENTAILMENT,
        ),
        (["The lungs are clear."], "No acute cardiopulmonary process.", NEUTRAL),
        (
            ["No focal consolidation, pleural effusion or pneumothorax.", "Pulmonary edema."],
            "No acute cardiopulmonary process.",
            CONTRADICTION,
        ),
        (["The heart is not enlarged."], "Heart size is normal.", ENTAILMENT),
        (["Heart size is normal."], "No cardiomegaly.", ENTAILMENT),
        (["The heart is enlarged."], "Heart size is normal.", CONTRADICTION),
        # what is not acute stands beside "no acute abnormality", not beside "unremarkable"
        (["No acute cardiopulmonary abnormality."], "Heart size is normal.", NEUTRAL),
        (["The heart and lungs are normal."], "No acute cardiopulmonary abnormality.", ENTAILMENT),
        (["No consolidation, pleural effusion or pneumothorax."], "The chest is normal.", NEUTRAL),
        (["No acute osseous abnormality."], "Old healed left rib fracture.", NEUTRAL),
        (["Old healed left rib fracture."], "No acute fracture.", NEUTRAL),
        (["Left rib fracture."], "No acute fracture.", CONTRADICTION),
        (["No fracture."], "No acute fracture.", ENTAILMENT),
        (["Bones are unremarkable."], "Degenerative changes of the thoracic spine.", CONTRADICTION),
        # parts and wholes of a normal statement
        (["The heart is normal.", "The mediastinum is normal."], "Cardiomediastinal silhouette is normal.", ENTAILMENT),
        (["The heart is normal."], "Cardiomediastinal silhouette is normal.", NEUTRAL),
        (["Cardiomediastinal silhouette is normal."], "The heart is normal.", ENTAILMENT),
        (["The right lung is clear.", "The left lung is clear."], "The lungs are clear.", ENTAILMENT),
        (["The right lung is clear."], "The lungs are clear.", NEUTRAL),
        (["The lungs are clear."], "The right lung is clear.", ENTAILMENT),
        (["The left lung is clear."], "Opacities in both lungs.", CONTRADICTION),
        # sides
        (["No left effusion.", "No right effusion."], "No pleural effusion.", ENTAILMENT),
        (["Left effusion.", "Right effusion."], "Bilateral effusions.", ENTAILMENT),
        (["Left effusion."], "Bilateral effusions.", NEUTRAL),
        (["Bilateral effusions."], "No left effusion.", CONTRADICTION),
        # special and general: concept and place
        (["Left lower lobe pneumonia."], "Left lower lobe opacity.", ENTAILMENT),
        (["Left lower lobe opacity."], "Left lower lobe pneumonia.", NEUTRAL),
        (["Opacity at the left base."], "Opacity in the left lower lobe.", ENTAILMENT),
        (["Opacity in the left lung."], "Opacity in the left lower lobe.", NEUTRAL),
        (["Mass."], "Mass in the left upper lobe.", NEUTRAL),
        (["Nodule in the right upper lobe."], "Nodules in the right upper lobe and the left lower lobe.", NEUTRAL),
        (["No opacity."], "Pneumonia.", CONTRADICTION),
        (["No pneumonia."], "Opacity.", NEUTRAL),
        # grade, size and count
        (["Large left effusion."], "Left effusion.", ENTAILMENT),
        (["Left effusion."], "Large left effusion.", NEUTRAL),
        (["Small left effusion."], "Trace left effusion.", ENTAILMENT),
        (["Small left effusion."], "Moderate left effusion.", NEUTRAL),
        (["Small left effusion."], "Large left effusion.", CONTRADICTION),
        (["A 12 mm nodule."], "A 11 mm nodule.", ENTAILMENT),
        (["A nodule."], "A 11 mm nodule.", NEUTRAL),
        (["Nodules."], "Three nodules.", NEUTRAL),
        # doubt
        (["Possible pneumonia."], "Possible pneumonia.", ENTAILMENT),
        (["No pneumonia."], "Possible pneumonia.", CONTRADICTION),
        (
            ["Left basilar opacity, likely atelectasis."],
            "Left basilar opacity consistent with atelectasis.",
            ENTAILMENT,
        ),
        (["Possible pneumonia."], "No pneumonia.", NEUTRAL),
        # change
        (["Left effusion."], "Stable left effusion.", ENTAILMENT),
        (["Left effusion."], "New left effusion.", NEUTRAL),
        (["New left effusion."], "Stable left effusion.", CONTRADICTION),
        (["The left effusion has decreased."], "The left effusion has increased.", CONTRADICTION),
        (["The left effusion has decreased."], "Left effusion.", ENTAILMENT),
        (["The left effusion has resolved."], "No left effusion.", ENTAILMENT),
        (["No left effusion."], "The left effusion has resolved.", NEUTRAL),
        (["Left effusion."], "The left effusion has resolved.", CONTRADICTION),
        # descriptors that make it another finding
        (["Left rib fracture."], "Displaced left rib fracture.", NEUTRAL),
        (["Displaced left rib fracture."], "Left rib fracture.", ENTAILMENT),
        (["No displaced rib fracture."], "Nondisplaced left rib fracture.", NEUTRAL),
        (["No displaced rib fracture."], "Displaced left rib fracture.", CONTRADICTION),
        (["Left basilar opacity."], "Patchy left basilar opacity.", ENTAILMENT),
        # devices and their tips
        (["Endotracheal tube tip 4 cm above the carina."], "An endotracheal tube is in place.", ENTAILMENT),
        (["An endotracheal tube is in place."], "Endotracheal tube tip 4 cm above the carina.", NEUTRAL),
        (["Enteric tube with tip in the esophagus."], "Enteric tube with tip in the stomach.", CONTRADICTION),
        (["Right PICC with tip in the superior vena cava."], "There is a central venous catheter.", ENTAILMENT),
        # concepts that exclude each other
        (["Low lung volumes."], "The lungs are hyperinflated.", CONTRADICTION),
        # several findings: all must follow, one denied is enough against
        (["Left effusion.", "Cardiomegaly."], "Cardiomegaly and left effusion.", ENTAILMENT),
        (["Left effusion."], "Cardiomegaly and left effusion.", NEUTRAL),
        (["Left effusion.", "No cardiomegaly."], "Cardiomegaly and left effusion.", CONTRADICTION),
    ],
)
def test_entailment(premises, hypothesis, verdict):
    assert entails(premises, hypothesis).verdict is verdict


def test_a_conjunction_names_all_its_premises():
    found = entails(
        ["The heart is normal.", "No effusion.", "The mediastinum is normal."], "Normal heart and mediastinum."
    )
    assert found.premises == (0, 2)


def test_what_is_not_understood_does_not_follow():
    assert entails(["Left effusion."], "Zorblax of the mediastinum.").verdict is NEUTRAL
    assert entails([], "").verdict is NEUTRAL


def test_premises_once_read_judge_any_number_of_hypotheses():
    judge = reader("cxr")
    premises = ["The lungs are clear.", "Small left effusion."]
    held = Premises([judge.read(text).findings for text in premises], judge)
    for hypothesis in ("No consolidation.", "Left effusion.", "No effusion.", "Cardiomegaly.", ""):
        assert held.judge(read(hypothesis).findings) == entails(premises, hypothesis)


@pytest.mark.parametrize(
    ("premises", "hypothesis", "verdict"),
    [
        (["No left effusion.", "No right effusion."], "No effusion.", ENTAILMENT),
        (["No left effusion."], "No effusion.", NEUTRAL),
        (["No left effusion.", "Right nodule."], "No effusion.", NEUTRAL),
        (["Left effusion.", "Right effusion."], "Bilateral effusions.", ENTAILMENT),
        (["Left effusion."], "Bilateral effusions.", NEUTRAL),
        (["The left lung is clear.", "The right lung is clear."], "The lungs are clear.", ENTAILMENT),
        (["The left lung is clear."], "The lungs are clear.", NEUTRAL),
    ],
)
def test_both_sides_follow_only_where_both_are_spoken_of(premises, hypothesis, verdict):
    assert entails(premises, hypothesis).verdict is verdict


@pytest.mark.parametrize("arguments", [("The lungs are clear.", "No consolidation."), ([None], "x"), (["x"], 3)])
def test_what_is_no_list_of_statements_is_a_named_error(arguments):
    with pytest.raises(TextError):
        entails(*arguments)
