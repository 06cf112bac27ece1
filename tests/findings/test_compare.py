"""What two readings share and in what they differ, class by class. All sentences are written here."""

from __future__ import annotations

import pytest

from radeval.findings import read
from radeval.findings.compare import Comparison, compare
from radeval.findings.reader import reader


def comparison(candidate: str, reference: str) -> Comparison:
    return compare(read(candidate), read(reference), reader())


def counts(found: Comparison) -> tuple[int, int, int]:
    return len(found.matched), len(found.omitted), len(found.false)


@pytest.mark.parametrize(
    ("candidate", "reference"),
    [
        # findings and impression say the same thing twice
        ("FINDINGS: Small left effusion. IMPRESSION: Left effusion.", "Small left effusion."),
        ("Patchy opacity in the left lower lobe. Left lower lobe pneumonia.", "Patchy opacity in the left lower lobe."),
        ("Right basilar consolidation. Impression: Pneumonia.", "Right basilar consolidation."),
        ("Old left rib fracture. The fracture is unchanged.", "Old left rib fracture."),
        ("An endotracheal tube is in place. The tube is unchanged.", "An endotracheal tube is in place."),
        ("Right PICC. The tip of the catheter is in the superior vena cava.", "Right PICC with tip in the SVC."),
        # an explanation belongs to what it explains
        ("Left basilar opacity, likely atelectasis.", "Left basilar opacity."),
        ("Left basilar opacity, likely atelectasis.", "Left basilar atelectasis."),
        ("Bilateral infiltrates, possibly pneumonia or edema.", "Bilateral infiltrates."),
        # a bare name repeats what its sentence has told in full
        ("Small left apical pneumothorax, and an air-filled pleural space.", "Small left apical pneumothorax."),
        # a generator and its leads are one device
        ("Left pacemaker with leads in the right atrium and ventricle.", "Left pacemaker."),
        ("Left pacemaker. Leads end in the right ventricle.", "Left pacemaker."),
        # tissue of the lung is in each part of it
        ("Bibasilar airspace opacities. The opacities suggest alveolar involvement.", "Bibasilar airspace opacities."),
        # also where both are told again
        ("Left basilar opacity. Left basilar opacity, possibly lingular atelectasis.", "Left basilar opacity."),
        (
            "Obscured left hemidiaphragm, suggesting retrocardiac airspace disease. Again, the left hemidiaphragm is "
            "obscured, suggesting retrocardiac airspace disease.",
            "Obscured left hemidiaphragm, suggesting retrocardiac airspace disease.",
        ),
        # the film is not the patient
        ("Cardiomegaly. The patient is rotated.", "Cardiomegaly."),
    ],
)
def test_one_thing_counts_once(candidate, reference):
    assert counts(comparison(candidate, reference)) == (1, 0, 0)
    assert counts(comparison(reference, candidate)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Hyperinflated lungs, compatible with emphysema.", "Emphysema."),
        ("Left pacemaker.", "Leads end in the right ventricle."),
        ("Biapical scarring.", "Right apical scarring."),
        ("Small left effusion.", "Bilateral effusions."),
        ("Left basilar opacity, likely atelectasis.", "Left basilar atelectasis."),
    ],
)
def test_the_order_of_statements_makes_no_difference(first, second):
    found = comparison(f"{first} {second}", f"{second} {first}")
    assert (found.omitted, found.false) == ((), ())
    assert all(not one.differences for one in found.matched)


@pytest.mark.parametrize(
    ("candidate", "reference", "expected"),
    [
        # an effusion is no explanation of an opacity, nor a focal opacity a sort of edema
        ("Left basilar opacity, likely a small effusion.", "Left basilar opacity.", (1, 0, 1)),
        ("Pulmonary edema. Opacity in the left upper lobe.", "Pulmonary edema.", (1, 0, 1)),
        (
            "Nodule in the right upper lobe. Nodule in the left lower lobe.",
            "Nodule in the right upper lobe.",
            (1, 0, 1),
        ),
        ("An endotracheal tube. A tube projects over the stomach.", "An endotracheal tube.", (1, 0, 1)),
        ("A 4 mm nodule. A 15 mm nodule.", "A 4 mm nodule.", (1, 0, 1)),
        ("Right basilar opacity. Left interstitial opacities.", "Right basilar opacity.", (1, 0, 1)),
        ("Left pacemaker. Right PICC.", "Left pacemaker.", (1, 0, 1)),
        ("A right effusion and a left effusion.", "A right effusion.", (1, 0, 1)),
        # three broken ribs are three fractures, a worn spine is one finding
        ("Fractures of the left sixth, seventh and eighth ribs.", "Fracture of the left seventh rib.", (1, 0, 2)),
        ("Fractures of the left sixth and seventh ribs.", "The ribs are intact.", (0, 0, 2)),
        ("Fractures of the left 6th through 8th ribs.", "Fracture of the left seventh rib.", (1, 0, 2)),
        ("Compression fractures of T7-T9.", "Compression fractures of T7, T8 and T9.", (3, 0, 0)),
        ("Compression fractures of T12 to L2.", "Compression fracture of L1.", (1, 0, 2)),
        ("Fractures of the left sixth and seventh ribs.", "Several left rib fractures.", (1, 0, 0)),
        ("Degenerative changes at T8 and T9.", "The lungs are clear.", (0, 0, 1)),
        # mere neighbours at different places are two findings
        ("Right upper lobe mass.", "Left lower lobe opacity.", (0, 1, 1)),
        ("Right basilar pneumonia.", "Left basilar opacity.", (0, 1, 1)),
    ],
)
def test_two_things_count_twice(candidate, reference, expected):
    found = counts(comparison(candidate, reference))
    assert found == expected
    assert counts(comparison(reference, candidate)) == (expected[0], expected[2], expected[1])


@pytest.mark.parametrize(
    ("candidate", "reference", "matched"),
    [
        ("Bilateral pleural effusions.", "Right pleural effusion. Left pleural effusion.", 2),
        ("Bibasilar opacities.", "Opacity at the right base. Opacity at the left base.", 2),
        ("Bilateral pleural effusions.", "Small right pleural effusion. There is a large left pleural effusion.", 2),
    ],
)
def test_both_sides_are_a_left_and_a_right_one(candidate, reference, matched):
    for found in (comparison(candidate, reference), comparison(reference, candidate)):
        assert counts(found) == (matched, 0, 0)
        assert not any(one.differs_in("laterality") for one in found.matched)
        assert all(one.credit == 1 for one in found.matched)


def test_one_side_of_two_is_another_side():
    (match,) = comparison("Bilateral effusions.", "Right effusion.").matched
    assert match.differs_in("laterality")


def test_a_finding_at_several_places_has_it_at_each():
    found = comparison("Opacities in both lungs.", "Opacity in the right upper lobe. Opacity in the left lower lobe.")
    assert not found.omitted
    assert not found.false


@pytest.mark.parametrize(
    ("candidate", "reference"),
    [
        ("Left basilar opacity.", "Left basilar atelectasis."),
        ("Left basilar consolidation.", "Left basilar pneumonia."),
        ("Left basilar opacity.", "Left lower lobe pneumonia."),
        ("Pulmonary vascular congestion.", "Pulmonary edema."),
        ("Enlarged cardiomediastinal silhouette.", "Cardiomegaly."),
    ],
)
def test_near_neighbours_match_in_part(candidate, reference):
    found = comparison(candidate, reference)
    assert counts(found) == (1, 0, 0)
    assert 0 < found.matched[0].credit < 1
    assert not found.matched[0].differs_in("location")


def test_the_pairing_with_the_greatest_total_wins():
    found = comparison("Left effusion. Right effusion.", "Right effusion. Left effusion.")
    assert [one.candidate.laterality for one in found.matched] == [one.reference.laterality for one in found.matched]
    assert all(not one.differences for one in found.matched)


@pytest.mark.parametrize(
    ("candidate", "reference", "attributes"),
    [
        ("Left effusion.", "Right effusion.", {"laterality"}),
        ("Small effusion.", "Large effusion.", {"severity"}),
        ("Small effusion.", "Small effusion.", set()),
        ("Small to moderate effusion.", "Small effusion.", set()),
        ("5 mm nodule.", "12 mm nodule.", {"size"}),
        ("5 mm nodule.", "6 mm nodule.", set()),
        ("Nodule.", "6 mm nodule.", {"size"}),
        ("Stable effusion.", "New effusion.", {"change"}),
        ("Possible pneumonia.", "Pneumonia.", {"presence"}),
        ("Two nodules.", "Three nodules.", {"count"}),
        ("Nodule in the left upper lobe.", "Nodule in the left lower lobe.", {"location"}),
        # lobe and zone, apex and lobe: one place
        ("Opacity at the left base.", "Opacity in the left lower lobe.", set()),
        ("Right apical scarring.", "Scarring in the right upper lobe.", set()),
        ("Opacity in the left upper lobe.", "Opacity at the left base.", {"location"}),
        # grades below moderate are used for one another
        ("Trace left effusion.", "Small left effusion.", set()),
        ("Small left effusion.", "Moderate left effusion.", {"severity"}),
        # tips
        ("Endotracheal tube tip 4 cm above the carina.", "Endotracheal tube tip 4.5 cm above the carina.", set()),
        ("Endotracheal tube tip 1 cm above the carina.", "Endotracheal tube tip 5 cm above the carina.", {"tip"}),
        ("PICC with tip in the proximal SVC.", "PICC with tip in the distal SVC.", {"tip"}),
        ("PICC with tip in the mid SVC.", "PICC with tip in the distal SVC.", set()),
        ("A 30 mm mass.", "A 37 mm mass.", {"size"}),
        ("A 30 mm mass.", "A 35 mm mass.", set()),
        ("Enteric tube with tip in the stomach.", "Enteric tube with tip in the esophagus.", {"tip"}),
        # descriptors that exclude each other
        ("Displaced left rib fracture.", "Nondisplaced left rib fracture.", {"descriptor"}),
        ("Acute on chronic right clavicle fracture.", "Acute right clavicle fracture.", set()),
        ("Focal right opacity.", "Diffuse right opacity.", {"descriptor"}),
        ("Patchy right opacity.", "Hazy right opacity.", set()),
    ],
)
def test_attributes(candidate, reference, attributes):
    for found in (comparison(candidate, reference), comparison(reference, candidate)):
        assert [{one.attribute for one in match.differences} for match in found.matched] == [attributes]


@pytest.mark.parametrize(
    ("candidate", "reference", "false", "omitted"),
    [
        ("Stable left effusion.", "Left effusion.", ["pleural_effusion"], []),
        ("Left effusion.", "Left effusion has increased.", [], ["pleural_effusion"]),
        ("Left effusion has increased.", "Left effusion has decreased.", [], []),
        ("The left effusion has resolved.", "No effusion.", ["pleural_effusion"], []),
        ("No effusion.", "The left effusion has resolved.", [], ["pleural_effusion"]),
        ("The left effusion has resolved.", "The left effusion has resolved.", [], []),
        # what the reference has is denied, not compared
        ("The left effusion has resolved.", "Left effusion.", [], []),
        ("Stable cardiomegaly.", "Pneumothorax.", [], []),
    ],
)
def test_comparisons_that_only_one_report_makes(candidate, reference, false, omitted):
    found = comparison(candidate, reference)
    assert [one.concept for one in found.false_comparisons] == false
    assert [one.concept for one in found.omitted_comparisons] == omitted


@pytest.mark.parametrize(
    ("statement", "flipped"),
    [
        ("Left effusion.", "No left effusion."),
        ("Bilateral effusions. Cardiomegaly.", "No bilateral effusions. Cardiomegaly."),
        ("Left basilar opacity, likely pneumonia.", "No left basilar opacity or pneumonia."),
    ],
)
def test_a_flipped_negation_never_helps(statement, flipped):
    same, other = comparison(statement, statement), comparison(flipped, statement)
    assert sum(one.credit for one in other.matched) < sum(one.credit for one in same.matched)
    assert other.omitted
    assert set(other.omitted) <= other.denied


def test_says_what_the_other_denies():
    found = comparison("No pneumothorax. Effusion.", "Pneumothorax. The lungs are clear.")
    assert [one.concept for one in found.omitted] == ["pneumothorax"]
    assert found.denied == set(found.omitted)


def test_a_repeated_statement_counts_once():
    assert len(comparison("Effusion. Small left effusion.", "Left effusion.").matched) == 1
    assert not comparison("Effusion. Small left effusion.", "Left effusion.").false
