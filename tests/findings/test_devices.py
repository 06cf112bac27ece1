"""How devices with tips compare and weigh: wrong places in other words meet, right and wrong ones do not."""

from __future__ import annotations

import pytest

from radeval.core.example import Context
from radeval.findings import read
from radeval.findings.compare import compare
from radeval.findings.packs import LexiconError, PackFile, load_lexicon
from radeval.findings.placements import Apart
from radeval.findings.reader import reader
from radeval.findings.significance import significance_of
from radeval.metrics.judge.issues import issues


def matched(candidate, reference):
    found = compare(read(candidate), read(reference), reader())
    assert not found.omitted, found.omitted
    assert not found.false, found.false
    [match] = found.matched
    return match


@pytest.mark.parametrize(
    ("candidate", "reference"),
    [
        ("Bronchial intubation on the right.", "The ET tube tip lies in the right mainstem bronchus."),
        ("ETT in the right main bronchus.", "Right mainstem intubation."),
        ("Low endotracheal tube.", "Endotracheal tube tip at the carina."),
        ("High-riding ETT.", "ETT tip 8 cm above the carina."),
        ("The PICC is malpositioned.", "Left PICC curls in the azygos vein."),
        (
            "Malpositioned left PICC in the jugular vein.",
            "Left PICC extends cranially into the left internal jugular vein.",
        ),
        ("NG tube coiled in the esophagus.", "Nasogastric tube loops in the mid esophagus."),
        ("NG tube, side port in the lower esophagus.", "NG tube side hole above the GE junction."),
        ("Right IJ line ends in the distal SVC.", "Right IJ line tip at the cavoatrial junction."),
        ("ETT 4 cm above the carina.", "Endotracheal tube tip 3.5 cm above the carina."),
        ("ETT 1.8 cm above the carina.", "Endotracheal tube tip 2.2 cm above the carina."),
        ("UAC at T8.", "UAC tip at the T7 level."),
        (
            "Swan-Ganz catheter tip in the left pulmonary artery.",
            "Pulmonary artery catheter ends in the main pulmonary artery.",
        ),
        ("Chest tube side port in the subcutaneous tissues.", "The chest tube's side hole is outside the ribs."),
        ("The patient is intubated. The tube ends in the right mainstem bronchus.", "ETT in the right main bronchus."),
        ("Right PICC. The catheter is malpositioned.", "Right PICC in the azygos vein."),
        ("Swan-Ganz too far out.", "Swan-Ganz catheter in a lower lobe branch."),
    ],
)
def test_one_place_in_other_words_costs_nothing(candidate, reference):
    match = matched(candidate, reference)
    assert not match.differs_in("tip"), match.differences


@pytest.mark.parametrize(
    ("candidate", "reference"),
    [
        ("ETT tip 3 cm above the carina.", "ETT tip 6.5 cm above the carina."),
        ("Feeding tube tip in the stomach.", "Feeding tube tip in the duodenum."),
        ("Left PICC tip in the right atrium.", "Left PICC tip in the mid SVC."),
        ("UAC at T6.", "UAC at L4."),
        ("Right PICC in the azygos vein.", "Right PICC in the right axillary vein."),
    ],
)
def test_another_place_that_means_the_same_costs_little(candidate, reference):
    match = matched(candidate, reference)
    assert match.differs_in("tip")
    assert not any(one.significant for one in issues(match, reader()))


@pytest.mark.parametrize(
    ("candidate", "reference"),
    [
        ("ETT in good position.", "Right mainstem intubation."),
        ("ETT tip 4 cm above the carina.", "ETT tip at the carina."),
        ("ETT tip 4 cm above the carina.", "ETT tip 9 cm above the carina."),
        ("NG tube tip in the stomach.", "NG tube tip in the left lower lobe bronchus."),
        ("Right PICC tip in the SVC.", "Right PICC tip in the right jugular vein."),
        ("UVC tip at the inferior cavoatrial junction.", "UVC tip in the right portal vein."),
        ("UAC at T7.", "UAC at L1."),
        ("Right chest tube tip at the apex.", "Right chest tube in the soft tissues of the chest wall."),
        ("ETT 4 cm above the carina.", "The patient is intubated. The tube ends in the right mainstem bronchus."),
        ("IABP tip in the proximal descending aorta.", "IABP tip in the abdominal aorta."),
        ("Pacemaker lead in the right ventricle.", "Dislodged pacemaker lead."),
    ],
)
def test_a_right_place_for_a_wrong_one_opposes_it(candidate, reference):
    match = matched(candidate, reference)
    apart = reader().placements.apart
    assert apart(match.candidate, match.reference) is apart(match.reference, match.candidate) is Apart.OPPOSED
    assert any(one.significant for one in issues(match, reader()))


@pytest.mark.parametrize("candidate", ["ETT in place.", "Endotracheal tube."])
def test_not_to_mention_a_wrong_place_matters(candidate):
    match = matched(candidate, "ETT in the right main bronchus.")
    assert match.differs_in("tip")
    assert any(one.significant for one in issues(match, reader()))
    assert not matched(candidate, "ETT tip 4 cm above the carina.").differs_in("tip")


@pytest.mark.parametrize(
    ("report", "level"),
    [
        ("ETT in the left main bronchus.", "urgent"),
        ("Left mainstem intubation.", "urgent"),
        ("The tip of the ET tube is 1 cm above the carina.", "actionable"),
        ("The tip of the ET tube is 9 cm above the carina.", "actionable"),
        ("ET tube 5 cm above the carina.", "minor"),
        ("Double-lumen tube with its tip in the left main bronchus.", "minor"),
        ("Dobbhoff tube courses into the left lower lobe bronchus.", "urgent"),
        ("Dobbhoff tube tip in the duodenum.", "minor"),
        ("NG tube tip in the stomach, side port in the esophagus.", "actionable"),
        ("Left subclavian line in the subclavian artery.", "urgent"),
        ("Right IJ line in the right ventricle.", "actionable"),
        ("Hemodialysis catheter tip in the right atrium.", "minor"),
        ("Swan-Ganz tip in a segmental pulmonary artery.", "actionable"),
        ("Chest tube in the lung parenchyma.", "urgent"),
        ("Chest tube tip at the lung base.", "minor"),
        ("UAC at L1.", "actionable"),
        ("UAC at T8.", "minor"),
        ("IABP tip at the aortic arch.", "actionable"),
        ("The ECMO cannula has slipped back.", "urgent"),
        ("Malpositioned PICC.", "actionable"),
        ("Broken pacemaker lead.", "actionable"),
        ("Sternal wires have shifted.", "actionable"),
    ],
)
def test_where_a_device_ends_decides_what_it_means(report, level):
    found = max(
        (significance_of(one) for one in read(report).findings),
        key=lambda one: ("expected", "minor", "actionable", "urgent").index(one.level),
    )
    assert found.level == level, found


def test_a_rule_of_the_users_goes_before_ours():
    text = """[pack]
name = "ours"
version = 1
summary = "a ward that likes its tubes low"
modalities = ["cxr"]
[[placement]]
devices = ["endotracheal_tube"]
sites = ["carina"]
standing = "acceptable"
reason = "as agreed"
"""
    own = reader("cxr", (PackFile("ours.toml", text),))
    [tube] = own.read("ETT tip at the carina.").findings
    assert tube.tip.placement == "acceptable"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('[[placement]]\ndevices = ["picc"]\nsites = ["nowhere"]\nstanding = "intended"\nreason = "x"', "nowhere"),
        ('[[placement]]\ndevices = ["pick"]\nsites = ["carina"]\nstanding = "intended"\nreason = "x"', "pick"),
        (
            '[[placement]]\ndevices = ["picc"]\nsites = ["carina"]\nstanding = "malpositioned"\nreason = "x"',
            "significance",
        ),
        ('[[placement]]\ndevices = ["picc"]\nstanding = "intended"\nreason = "x"', "sites"),
        ('[[tip_site]]\nname = "here"\nterms = ["here"]\npart_of = "there"', "there"),
        ('[[failure]]\ndevices = ["picc"]\nterms = ["torn"]\nconcept = "tear"', "tear"),
    ],
)
def test_entries_that_name_nothing_are_refused(entry, problem):
    head = '[pack]\nname = "own"\nversion = 1\nsummary = "own"\nmodalities = ["cxr"]\n'
    with pytest.raises(LexiconError, match=problem):
        load_lexicon("cxr", (PackFile("own.toml", head + entry),))


def test_every_place_that_a_rule_needs_is_read():
    for rule in reader().lexicon.placements:
        for site in rule.sites:
            assert reader().lexicon.tip_sites[site].terms


def test_a_child_has_a_short_trachea_but_the_same_bronchi():
    [near] = read("ETT 1 cm above the carina.").findings
    [beyond] = read("Right mainstem intubation.").findings
    newborn, adult = Context(age=0.01), Context(age=60.0)
    assert [significance_of(near, one).level for one in (newborn, adult)] == ["minor", "actionable"]
    assert [significance_of(beyond, one).level for one in (newborn, adult)] == ["urgent", "urgent"]


def test_a_sentence_of_any_length_keeps_its_devices():
    tubes = "NG tube tip in the stomach, PICC tip in the SVC, ETT 3 cm above the carina, "
    found = read(tubes * 60).findings
    assert len(found) <= 3  # said again, it is the same
    kinds = ("Left", "Right")
    lines = "".join(f"{kinds[place % 2]} PICC tip {place + 1} mm from the cavoatrial junction, " for place in range(90))
    found = [one for one in read(lines).findings if one.concept == "picc"]
    assert len(found) == 90
    assert sum(one.tip is not None and one.tip.site == "cavoatrial_junction" for one in found) >= 88


@pytest.mark.parametrize("report", ["", "tip", "Tip.", "side port", "malposition", "fracture of the lead", "ETT ETT"])
def test_bare_words_are_read(report):
    read(report)
