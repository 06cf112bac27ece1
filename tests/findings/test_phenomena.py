"""What the reader must read, one row for each way of saying it, in phenomena/*.txt.

A row is a sentence, an arrow and what it says of the concepts in CORE and of those that it names, in a short form:
"+" present, "-" absent, "?" uncertain, with attributes in brackets; "~concept" is denied by a normal statement. Each
is read once, and concepts of CORE that a row does not list are not read at all; others are not looked at. Attributes:
a side or "noside", "nograde", a change or "nochange", "@structure" for a place that must be named and "!@structure"
for one that must not, "s2.5" grade, "x3" count, "mm10-20x5" sizes, "i" interprets, "descr:word", "tip:words". Of a tip,
"site:trachea" or "nosite", "tipside:left", "far30" millimetres, "at:malpositioned", and "noplace" where there is none.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from radeval.core.finding import Finding, Kind, Tip
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
    tuple(part.strip() for part in line.replace("\\n", "\n").split("=>"))
    for path in sorted(Path(__file__).with_name("phenomena").glob("*.txt"))
    for line in path.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]

FORM = re.compile(r"([+\-?~])(\w+)(?:\(([^)]*)\))?")
PRESENCE = {"+": "present", "-": "absent", "?": "uncertain"}
SIDES = {"left", "right", "bilateral"}
TIPS = ("site:", "tipside:", "at:", "far", "nosite")
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
    if attribute == "notip":
        return one.tip_position is not None
    if attribute == "nograde":
        return one.severity is not None
    if attribute == "i":
        return not one.interprets
    if attribute.startswith("@"):
        return attribute[1:] not in one.locations
    if attribute.startswith("!@"):
        return attribute[2:] in one.locations
    if attribute.startswith("!descr:"):
        return attribute[7:] in one.descriptors
    if attribute.startswith("descr:"):
        return attribute[6:] not in one.descriptors
    if attribute.startswith("tip:"):
        return attribute[4:] not in (one.tip_position or "")
    if attribute == "noplace":
        return one.tip is not None
    if attribute in TIPS or attribute.startswith(TIPS):
        return one.tip is None or misses_tip(one.tip, attribute)
    if attribute.startswith("mm"):
        sizes = [tuple(float(end) for end in part.split("-")) for part in attribute[2:].split("x")]
        return one.sizes_mm != tuple((part[0], part[-1]) for part in sizes)
    if attribute.startswith("x"):
        return one.count != int(attribute[1:])
    assert attribute.startswith("s"), attribute
    return one.severity != float(attribute[1:])


def misses_tip(tip: Tip, attribute: str) -> bool:
    if attribute == "nosite":
        return tip.site is not None
    name, _, value = attribute.partition(":")
    if value:
        return value != {"site": tip.site, "tipside": tip.laterality, "at": tip.placement}[name]
    return tip.distance_mm != float(attribute[3:])


@pytest.mark.parametrize(("text", "expected"), ROWS, ids=[text[:60] for text, _ in ROWS])
def test_reads(text, expected):
    reading = read(text)
    named = CORE | {SHORT.get(short, short) for _, short, _ in FORM.findall(expected)}
    found = [one for one in reading.findings if one.kind is not Kind.NORMAL and one.concept in named]
    normal = [one.concept for one in reading.findings if one.kind is Kind.NORMAL]
    denied = set().union(*(reader().kinship.denied_by_normal(one) for one in normal)) if normal else set()
    said: list[tuple[str, str]] = []
    for sign, short, attributes in FORM.findall(expected):
        concept = SHORT.get(short, short)
        if sign == "~":
            assert concept in denied, (normal, reading)
            continue
        said.append((concept, PRESENCE[sign]))
        matching = [one for one in found if one.concept == concept and one.presence == PRESENCE[sign]]
        assert matching, reading
        wrong = [[part for part in attributes.split(",") if part and misses(one, part)] for one in matching]
        assert [] in wrong, (wrong, matching)
    assert sorted((one.concept, str(one.presence)) for one in found) == sorted(said)


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


@pytest.mark.parametrize(
    ("text", "subject", "side"),
    [
        ("Hyperinflated lungs, otherwise clear.", "lung", None),
        ("Emphysematous lungs, otherwise unremarkable.", "lung", None),
        ("Low lung volumes, otherwise clear.", "lung", None),
        ("Hyperinflated left lung, otherwise normal.", "lung", "left"),
        ("Right lung nodule, otherwise clear.", "lung", "right"),
        ("Right lung nodule, otherwise normal.", "thorax", None),
        ("Tortuous aorta, otherwise normal.", "thorax", None),
        ("Left effusion, otherwise clear.", "thorax", None),
        ("No lung nodule, otherwise normal.", "thorax", None),
        ("Hyperinflated lungs and large heart, otherwise normal.", "thorax", None),
        ("Hyperinflated lungs, otherwise normal heart.", "heart", None),
        ("Hyperinflated lungs, otherwise normal chest.", "thorax", None),
        ("Otherwise clear.", "thorax", None),
    ],
)
def test_the_rest_of_the_lungs_is_not_all_that_is_seen(text, subject, side):
    normal = [(one.concept, one.laterality) for one in read(text).findings if one.kind is Kind.NORMAL]
    assert normal == [(subject, side)]
