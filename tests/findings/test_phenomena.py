"""What the reader must read, one row for each way of saying it.

A row is a sentence and what it says of the concepts in CORE, in a short form: "+" present, "-" absent, "?" uncertain,
with attributes in brackets; "~concept" is denied by a normal statement. Concepts of CORE that a row does not list must
not be read at all; others are not looked at. Attributes: a side or "noside", a change or "nochange", "@structure" for a
place that must be named and "!@structure" for one that must not, "s2.5" grade, "x3" count, "mm10-20x5" sizes,
"i" interprets, "descr:word", "tip:words".
"""

from __future__ import annotations

import re

import pytest

from radeval.core.finding import Finding, Kind
from radeval.findings import read
from radeval.findings.reader import reader

CORE = {
    "opacity", "consolidation", "atelectasis", "pneumonia", "pleural_effusion", "pneumothorax", "cardiomegaly",
    "pulmonary_edema", "nodule", "mass", "emphysema", "endotracheal_tube", "aortic_tortuosity", "scar", "rib_fracture",
    "hiatal_hernia",
}  # fmt: skip
SHORT = {
    "eff": "pleural_effusion", "ptx": "pneumothorax", "cm": "cardiomegaly", "edema": "pulmonary_edema",
    "pna": "pneumonia",
    "cons": "consolidation", "atel": "atelectasis", "opac": "opacity", "ett": "endotracheal_tube",
    "ribfx": "rib_fracture",
    "tort": "aortic_tortuosity", "hh": "hiatal_hernia",
}  # fmt: skip

ROWS = [
    # lists under one negation
    ("No focal consolidation, pleural effusion or pneumothorax.", "-cons -eff -ptx"),
    ("No focal consolidation, pleural effusion, or pneumothorax.", "-cons -eff -ptx"),
    ("There is no consolidation, effusion, pneumothorax, or edema.", "-cons -eff -ptx -edema"),
    ("No pneumothorax or pleural effusion.", "-ptx -eff"),
    ("No effusion/pneumothorax.", "-eff -ptx"),
    ("No effusion & no pneumothorax.", "-eff -ptx"),
    ("Neither pneumothorax nor effusion is seen.", "-ptx -eff"),
    ("Without consolidation, effusion and pneumothorax.", "-cons -eff -ptx"),
    ("There is no evidence of pneumonia, nodule, mass or edema.", "-pna -nodule -mass -edema"),
    ("No pneumothorax, no pleural effusion, no consolidation.", "-ptx -eff -cons"),
    ("No definite pneumothorax or effusion.", "-ptx -eff"),
    ("Negative for pneumothorax, effusion, or pneumonia.", "-ptx -eff -pna"),
    ("The lungs are free of consolidation or nodule.", "-cons -nodule"),
    ("No large pleural effusion or pneumothorax.", "-eff -ptx"),
    ("No left pleural effusion or right pneumothorax.", "-eff(left) -ptx(right)"),
    ("No consolidation, large effusion or pneumothorax.", "-cons -eff -ptx"),
    ("No pleural effusion, pneumothorax or focal airspace consolidation is identified.", "-eff -ptx -cons"),
    # scope that ends
    ("No pneumothorax but small effusion.", "-ptx +eff(s2)"),
    ("No pneumothorax, but there is a small effusion.", "-ptx +eff(s2)"),
    ("No consolidation; however, a nodule is present.", "-cons +nodule"),
    ("No pneumothorax, however there is left effusion.", "-ptx +eff(left)"),
    ("Effusion with no pneumothorax.", "+eff -ptx"),
    ("Effusion without pneumothorax.", "+eff -ptx"),
    ("Consolidation without effusion or pneumothorax.", "+cons -eff -ptx"),
    ("Left effusion with associated atelectasis.", "+eff(left) +atel"),
    ("No consolidation although mild edema is present.", "-cons +edema(s2)"),
    ("There is no effusion while a nodule is seen.", "-eff +nodule"),
    ("No pneumothorax, small effusion.", "-ptx +eff(s2)"),
    ("No pneumothorax, small left pleural effusion.", "-ptx(noside) +eff(s2,left)"),
    ("No effusion and the heart is enlarged.", "-eff +cm"),
    ("No effusion, and the heart is enlarged.", "-eff +cm"),
    ("The heart is enlarged and there is no effusion.", "+cm -eff"),
    ("The heart is enlarged without edema.", "+cm -edema"),
    ("Cardiomegaly without pulmonary edema.", "+cm -edema"),
    ("No consolidation. Small effusion.", "-cons +eff(s2)"),
    ("No consolidation; small effusion.", "-cons +eff(s2)"),
    ("No acute disease other than a small effusion.", "+eff(s2)"),
    ("No pneumothorax except for a left apical pneumothorax.", "-ptx +ptx(left)"),
    ("There is mild edema, no pneumothorax.", "+edema(s2) -ptx"),
    ("Small effusion, no pneumothorax, mild edema.", "+eff(s2) -ptx +edema(s2)"),
    # negation after the finding
    ("Pneumothorax is not seen.", "-ptx"),
    ("Pleural effusion not identified.", "-eff"),
    ("Pneumothorax and effusion are not identified.", "-ptx -eff"),
    ("Consolidation is absent.", "-cons"),
    ("Pneumonia has been excluded.", "-pna"),
    ("Pneumonia is unlikely.", "-pna"),
    ("Pneumothorax: none.", "-ptx"),
    ("Effusion, pneumothorax or consolidation is not demonstrated.", "-eff -ptx -cons"),
    # what only looks like a negation
    ("No change in the left effusion.", "+eff(left,stable)"),
    ("No significant interval change in small pleural effusion.", "+eff(stable,s2)"),
    ("No interval change in cardiomegaly.", "+cm(stable)"),
    ("Not only effusion but also pneumothorax.", "+eff +ptx"),
    ("Cannot exclude pneumonia.", "?pna"),
    ("Pneumonia cannot be excluded.", "?pna"),
    ("An underlying pneumonia is not excluded.", "?pna"),
    ("Cannot rule out effusion.", "?eff"),
    ("Right base opacity, cannot exclude pneumonia.", "+opac(right,@base) ?pna(i)"),
    ("The effusion has not changed.", "+eff(stable)"),
    ("No decrease in effusion.", "+eff"),
    # double negatives
    ("Not without effusion.", "+eff"),
    ("Pneumothorax is not absent.", "+ptx"),
    ("The lungs are not free of consolidation.", "+cons"),
    # hedges before
    ("Possible pneumonia.", "?pna"),
    ("Probable small left effusion.", "?eff(left,s2)"),
    ("Likely atelectasis.", "?atel"),
    ("Questionable nodule in the right upper lobe.", "?nodule(right,@upper_lobe)"),
    ("Suspicious for pneumonia.", "?pna"),
    ("Findings concerning for pneumonia.", "?pna"),
    ("This may represent pneumonia or atelectasis.", "?pna ?atel"),
    ("Suspected pneumothorax.", "?ptx"),
    ("Possible pneumothorax, no effusion.", "?ptx -eff"),
    # hedges after
    ("Pneumonia is possible.", "?pna"),
    ("Pneumonia is suspected.", "?pna"),
    ("Pneumothorax should be considered.", "?ptx"),
    ("Small effusion may be present.", "?eff(s2)"),
    ("Atelectasis is favored.", "?atel"),
    # interpretations
    ("Left base opacity, likely atelectasis or pneumonia.", "+opac(left,@base) ?atel(i) ?pna(i)"),
    ("Right lower lobe opacity, possibly pneumonia.", "+opac(right,@lower_lobe) ?pna(i)"),
    ("Basilar opacity may reflect atelectasis.", "+opac ?atel(i)"),
    ("Left basilar opacities suggesting pneumonia.", "+opac(left) ?pna(i)"),
    ("Opacity compatible with pneumonia.", "+opac +pna(i)"),
    ("Opacity representing scar.", "+opac +scar(i)"),
    ("Opacity, atelectasis versus pneumonia.", "+opac ?atel(i) ?pna(i)"),
    ("Opacity due to atelectasis.", "+opac +atel(i)"),
    # normal statements
    ("The lungs are clear.", "~cons ~opac"),
    ("Clear lungs.", "~cons ~opac"),
    ("Lungs clear.", "~cons ~opac"),
    ("Lungs are clear bilaterally.", "~cons ~opac"),
    ("Heart size is normal.", "~cm"),
    ("Normal heart size.", "~cm"),
    ("The heart is normal in size.", "~cm"),
    ("Heart size within normal limits.", "~cm"),
    ("The cardiomediastinal silhouette is unremarkable.", "~cm"),
    ("Unremarkable cardiomediastinal silhouette.", "~cm"),
    ("The heart and lungs are normal.", "~cm ~cons"),
    ("The lungs and heart are unremarkable.", "~cm ~cons"),
    ("Heart size is normal and lungs are clear.", "~cm ~cons"),
    ("Heart size normal, lungs clear.", "~cm ~cons"),
    ("The lungs are clear and the heart is enlarged.", "~cons +cm"),
    ("The lungs are clear without effusion or pneumothorax.", "~cons -eff -ptx"),
    ("The lungs are clear of consolidation.", "-cons"),
    ("Lungs are clear, no effusion.", "~cons -eff"),
    ("The heart is not enlarged.", "-cm"),
    ("Heart is top normal in size without edema.", "-edema"),
    ("No acute cardiopulmonary abnormality.", "~cons ~edema"),
    ("No acute cardiopulmonary process.", "~cons"),
    ("No acute pulmonary abnormality.", "~cons"),
    ("No pleural abnormality.", "~eff ~ptx"),
    ("The heart and mediastinum are within normal limits.", "~cm"),
    ("Calcified and tortuous aorta, small effusion.", "+tort(!@pleural_space) +eff(s2,!@aorta)"),
    ("Mild bibasilar atelectasis or scar.", "?atel(s2,bilateral) ?scar"),
    ("There is no pneumothorax seen, and there may be a trace effusion.", "-ptx ?eff(s1)"),
    ("Clear lungs, no effusion, normal heart.", "~cons ~cm -eff(!@heart)"),
    ("Pulmonary vasculature is normal without edema.", "-edema(!@pulmonary_vasculature)"),
    ("The left lung shows no consolidation.", "-cons(left)"),
    ("In the left lower lobe, no consolidation.", "-cons(left,@lower_lobe)"),
    ("The previously seen right pneumothorax is not visualized.", "-ptx(right,nochange)"),
    # states of structures
    ("The heart is enlarged.", "+cm"),
    ("Enlarged heart.", "+cm"),
    ("The cardiac silhouette is mildly enlarged.", "+cm(s2)"),
    ("The cardiac silhouette is moderately enlarged and stable.", "+cm(s3,stable)"),
    ("The thoracic aorta is tortuous.", "+tort"),
    ("Tortuous aorta.", "+tort"),
    ("The aorta is calcified and tortuous.", "+tort"),
    ("The heart is normal and the aorta is tortuous.", "~cm +tort"),
    ("Fracture of the right sixth rib.", "+ribfx(right)"),
    ("There is a fracture of the left rib.", "+ribfx(left)"),
    ("The chest is enlarged.", ""),
    # sides and lobes
    ("Left pleural effusion.", "+eff(left)"),
    ("Left-sided effusion.", "+eff(left)"),
    ("Effusion on the right.", "+eff(right)"),
    ("Bilateral effusions.", "+eff(bilateral)"),
    ("Left and right effusions.", "+eff(bilateral)"),
    ("Opacity in the left lower and right middle lobes.", "+opac(bilateral,@lower_lobe,@middle_lobe)"),
    ("Left lower and right middle lobe consolidation.", "+cons(bilateral,@lower_lobe,@middle_lobe)"),
    ("Right upper and lower lobe opacities.", "+opac(right,@upper_lobe,@lower_lobe)"),
    ("Consolidation in the right upper lobe and left lower lobe.", "+cons(bilateral,@upper_lobe,@lower_lobe)"),
    ("Right lower lobe pneumonia.", "+pna(right,@lower_lobe)"),
    ("Lingular atelectasis.", "+atel(left,@lingula)"),
    ("Right effusion and left pneumothorax.", "+eff(right) +ptx(left)"),
    ("Left lower lobe atelectasis and right effusion.", "+atel(left,@lower_lobe) +eff(right,!@lower_lobe)"),
    ("Effusion and atelectasis on the left.", "+eff(left) +atel(left)"),
    ("Atelectasis and consolidation in the right lower lobe.", "+atel(right,@lower_lobe) +cons(right,@lower_lobe)"),
    ("Consolidation in the left lung, right pleural effusion.", "+cons(left) +eff(right)"),
    ("Opacity at the left base with small right effusion.", "+opac(left,@base) +eff(right,s2,!@base)"),
    ("Nodule in the left upper lobe, right rib fracture.", "+nodule(left,@upper_lobe,!@rib) +ribfx(right)"),
    ("Consolidation, pleural effusion or pneumothorax.", "+cons(!@pleural_space,noside) ?eff ?ptx"),
    ("At the right base, there is an opacity.", "+opac(right,@base)"),
    ("In the left upper lobe there is a nodule.", "+nodule(left,@upper_lobe)"),
    ("The left lower lobe demonstrates consolidation.", "+cons(left,@lower_lobe)"),
    # grades
    ("Small to moderate left effusion.", "+eff(left,s2.5)"),
    ("Small-to-moderate effusion.", "+eff(s2.5)"),
    ("Mild to moderate cardiomegaly.", "+cm(s2.5)"),
    ("Trace effusion.", "+eff(s1)"),
    ("Moderate edema.", "+edema(s3)"),
    ("Severe emphysema.", "+emphysema(s4)"),
    ("Large hiatal hernia.", "+hh(s4)"),
    ("Massive effusion.", "+eff(s5)"),
    ("Effusion is small.", "+eff(s2)"),
    ("Small left and large right effusions.", "+eff"),
    ("Small effusion and large pneumothorax.", "+eff(s2) +ptx(s4)"),
    # change
    ("New effusion.", "+eff(new)"),
    ("Worsening edema.", "+edema(worse)"),
    ("Improved pulmonary edema.", "+edema(better)"),
    ("The effusion is unchanged from prior.", "+eff(stable)"),
    ("Unchanged from prior small effusion.", "+eff(stable,s2)"),
    ("Stable cardiomegaly.", "+cm(stable)"),
    ("Effusion has increased.", "+eff(worse)"),
    ("Interval increase in left effusion.", "+eff(worse,left)"),
    ("Effusion has decreased, pneumothorax is unchanged.", "+eff(better) +ptx(stable)"),
    ("New effusion and stable cardiomegaly.", "+eff(new) +cm(stable)"),
    ("Opacity is again seen in the right base.", "+opac(stable,right,@base)"),
    # resolved and removed
    ("The effusion has resolved.", "-eff(resolved)"),
    ("Resolved pneumothorax.", "-ptx(resolved)"),
    ("Interval resolution of pneumonia.", "-pna(resolved)"),
    ("The pneumothorax is no longer seen.", "-ptx"),
    ("The endotracheal tube has been removed.", "-ett(resolved)"),
    ("Interval removal of endotracheal tube.", "-ett(resolved)"),
    ("Effusion has resolved, but atelectasis remains.", "-eff(resolved) +atel"),
    # tubes
    ("Endotracheal tube tip 4 cm above the carina.", "+ett(tip:4 cm above the carina)"),
    ("ETT terminates 3 cm above the carina.", "+ett(tip:3 cm above the carina)"),
    ("An endotracheal tube is in place with its tip at the carina.", "+ett(tip:carina)"),
    ("No endotracheal tube.", "-ett"),
    ("ET tube in good position, no pneumothorax.", "+ett(tip:in good position) -ptx"),
    # fragments and abbreviations
    ("Small PTX.", "+ptx(s2)"),
    ("No PTX.", "-ptx"),
    ("RLL consolidation.", "+cons(right,@lower_lobe)"),
    ("LLL atelectasis.", "+atel(left,@lower_lobe)"),
    ("Opacity in RUL.", "+opac(right,@upper_lobe)"),
    ("RML opacity.", "+opac(right,@middle_lobe)"),
    ("Bibasilar atelectasis.", "+atel(bilateral)"),
    ("Mild cardiomegaly.", "+cm(s2)"),
    ("Post CABG without edema.", "-edema"),
    ("R pleural effusion.", "+eff(right)"),
    # de-identification marks
    ("XXXX opacity in the right XXXX.", "+opac(right)"),
    ("No XXXX effusion or pneumothorax.", "-eff -ptx"),
    ("___ effusion, unchanged since ___.", "+eff(stable)"),
    ("Comparison XXXX. No pneumothorax.", "-ptx"),
    # misspellings
    ("No pneumothroax.", "-ptx"),
    ("Pleural effusoin.", "+eff"),
    ("Focal consolidaton.", "+cons"),
    ("Bibasilar atelectesis.", "+atel"),
    ("Mild cardiomegally.", "+cm(s2)"),
    ("Pnuemonia.", "+pna"),
    # British spelling and plurals
    ("Pulmonary oedema.", "+edema"),
    ("Bilateral pneumothoraces.", "+ptx(bilateral)"),
    ("Multiple nodules.", "+nodule"),
    # numbered impressions, capitals, headings
    ("IMPRESSION:\n1. Left effusion.\n2. No pneumothorax.", "+eff(left) -ptx"),
    ("1) Cardiomegaly. 2) No edema.", "+cm -edema"),
    ("NO PNEUMOTHORAX OR PLEURAL EFFUSION.", "-ptx -eff"),
    ("RIGHT LOWER LOBE CONSOLIDATION.", "+cons(right,@lower_lobe)"),
    ("HEART SIZE IS NORMAL. LUNGS ARE CLEAR.", "~cm ~cons"),
    ("FINDINGS/IMPRESSION: No pneumothorax. Small effusion.", "-ptx +eff(s2)"),
    ("FINDINGS AND IMPRESSION:\nMild edema.", "+edema(s2)"),
    ("INDICATION: Pneumonia.\nFINDINGS: No effusion.", "-eff"),
    # sizes and counts
    ("1.2 cm nodule in the right upper lobe.", "+nodule(right,mm12)"),
    ("8 mm nodule.", "+nodule(mm8)"),
    ("Nodule measuring 2 x 3 cm.", "+nodule(mm20x30)"),
    ("Mass measuring 2.0 x 3.5 x 4 cm.", "+mass(mm20x35x40)"),
    ("Nodules measuring 5-8 mm.", "+nodule(mm5-8)"),
    ("Nodules of 5 to 8 mm.", "+nodule(mm5-8)"),
    ("A 2 cm x 15 mm mass.", "+mass(mm20x15)"),
    ("A 10mm nodule.", "+nodule(mm10)"),
    ("Two nodules.", "+nodule(x2)"),
    ("Single nodule and three masses.", "+nodule(x1) +mass(x3)"),
    ("5 mm nodule and 4 cm mass.", "+nodule(mm5) +mass(mm40)"),
    # descriptors
    ("Patchy left base opacity.", "+opac(left,@base,descr:patchy)"),
    ("Streaky opacity, likely scar.", "+opac(descr:streaky) ?scar(i)"),
]  # fmt: skip

FORM = re.compile(r"([+\-?~])(\w+)(?:\(([^)]*)\))?")
PRESENCE = {"+": "present", "-": "absent", "?": "uncertain"}
SIDES = {"left", "right", "bilateral"}
CHANGES = {"new", "worse", "better", "stable", "resolved"}


def misses(one: Finding, attribute: str) -> bool:
    if attribute in SIDES:
        return one.laterality != attribute
    if attribute == "noside":
        return one.laterality is not None
    if attribute in CHANGES:
        return one.change != attribute
    if attribute == "nochange":
        return one.change is not None
    if attribute == "i":
        return not one.interprets
    if attribute.startswith("@"):
        return attribute[1:] not in one.locations
    if attribute.startswith("!@"):
        return attribute[2:] in one.locations
    if attribute.startswith("descr:"):
        return attribute[6:] not in one.descriptors
    if attribute.startswith("tip:"):
        return attribute[4:] not in (one.tip_position or "")
    if attribute.startswith("mm"):
        sizes = [tuple(float(end) for end in part.split("-")) for part in attribute[2:].split("x")]
        return one.sizes_mm != tuple((part[0], part[-1]) for part in sizes)
    if attribute.startswith("x"):
        return one.count != int(attribute[1:])
    assert attribute.startswith("s"), attribute
    return one.severity != float(attribute[1:])


@pytest.mark.parametrize(("text", "expected"), ROWS, ids=[text[:60] for text, _ in ROWS])
def test_reads(text, expected):
    reading = read(text)
    found = [one for one in reading.findings if one.kind is not Kind.NORMAL and one.concept in CORE]
    normal = [one.concept for one in reading.findings if one.kind is Kind.NORMAL]
    denied = set().union(*(reader().kinship.denied_by_normal(one) for one in normal)) if normal else set()
    said: list[tuple[str, str]] = []
    for sign, short, attributes in FORM.findall(expected):
        concept = SHORT.get(short, short)
        assert concept in CORE
        if sign == "~":
            assert concept in denied, (normal, reading)
            continue
        said.append((concept, PRESENCE[sign]))
        matching = [one for one in found if one.concept == concept and one.presence == PRESENCE[sign]]
        assert matching, reading
        wrong = [[part for part in attributes.split(",") if part and misses(one, part)] for one in matching]
        assert [] in wrong, (wrong, matching)
    assert {(one.concept, str(one.presence)) for one in found} == set(said)


@pytest.mark.parametrize(
    "text",
    [
        "The heart size is stable.",
        "Heart and mediastinum stable.",
        "The cardiac silhouette is unchanged.",
        "The heart and mediastinal contours are unchanged.",
        "Stable mediastinal silhouette.",
        "Portable view.",
        "Thank you.",
    ],
)
def test_understands_without_a_finding(text):
    reading = read(text)
    assert not reading.unread
    assert not [one for one in reading.findings if one.concept in CORE]


@pytest.mark.parametrize("text", ["Lungs are XXXX.", "The heart size is."])
def test_says_what_it_could_not_read(text):
    assert read(text).unread


def test_only_named_sections_are_read():
    text = "HISTORY: Pneumothorax.\nFINDINGS: Small effusion.\nTECHNIQUE: No edema."
    assert [one.concept for one in read(text).findings] == ["pleural_effusion"]


def test_spans_name_the_words():
    text = "FINDINGS: The heart is enlarged. No small PTX.\nIMPRESSION: Left pleural effusion."
    words = [text[one.span[0] : one.span[1]] for one in read(text).findings]
    assert words == ["heart is enlarged", "PTX", "pleural effusion"]


def test_a_comma_before_or_goes_on_with_the_denied_list():
    for text in (
        "No focal consolidation, pleural effusion, or pneumothorax identified.",
        "No acute, displaced rib fractures identified.",
        "No evidence of consolidation, nodule, nor mass is seen.",
    ):
        presences = {one.concept: one.presence.value for one in reader("cxr").read(text).findings}
        assert presences
        assert set(presences.values()) == {"absent"}, (text, presences)
