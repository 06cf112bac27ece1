"""Sections: which headings are known, where bodies lie, and the way back from a selection to the report."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radeval.text.headings import LABELS, is_heading, names_of
from radeval.text.sections import Selection, choose_sections, select_sections, split_sections

BODY = "Each lung looks quite clear."


def bodies(text: str) -> list[tuple[str, str]]:
    return [(section.name, text[section.start : section.end]) for section in split_sections(text)]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("FINDINGS:", "findings"),
        ("Findings:", "findings"),
        ("findings:", "findings"),
        ("FINDINGS :", "findings"),
        ("FINDINGS:-", "findings"),
        ("Findings -", "findings"),
        ("FINDINGS \u2013", "findings"),
        ("Findings\n", "findings"),
        ("FINDINGS\r\n", "findings"),
        ("FINDINGS\n--------\n", "findings"),
        ("   FINDINGS:\n\n", "findings"),
        ("FINDINGS", "findings"),
        ("FINDINGS (chest):", "findings"),
        ("CHEST X-RAY FINDINGS:", "findings"),
        ("**Findings:**", "findings"),
        ("**Findings**:", "findings"),
        ("**Findings**", "findings"),
        ("__Findings:__", "findings"),
        ("## Findings\n", "findings"),
        ("### **Findings**\n", "findings"),
        ("1. **Findings:**", "findings"),
        ("- Findings:", "findings"),
        ("[FINDINGS]", "findings"),
        ("=== FINDINGS ===\n", "findings"),
        ("Radiology report:", "findings"),
        ("IMPRESSION:", "impression"),
        ("CONCLUSION:", "impression"),
        ("Impression -", "impression"),
        ("OPINION:", "impression"),
        ("SUMMARY:", "impression"),
        ("FINAL IMPRESSION", "impression"),
        ("Final Impression:", "impression"),
        ("FINDINGS/IMPRESSION:", "findings/impression"),
        ("Findings and Impression:", "findings/impression"),
        ("IMPRESSION & FINDINGS:", "impression/findings"),
        ("REASON FOR EXAM:", "indication"),
        ("CLINICAL INDICATION:", "indication"),
        ("HISTORY:", "history"),
        ("CLINICAL HISTORY / INDICATION:", "history/indication"),
        ("COMPARISON:", "comparison"),
        ("COMPARISON(S):", "comparison"),
        ("TECHNIQUE:", "technique"),
        ("EXAM:", "examination"),
        ("PROCEDURE:", "examination"),
        ("RECOMMENDATION:", "recommendation"),
        ("RECOMMENDATION(S):", "recommendation"),
        ("Recommendations:", "recommendation"),
        ("Follow-up:", "recommendation"),
        ("WET READ:", "preliminary"),
        ("ADDENDUM:", "addendum"),
        ("Dictated by:", "signature"),
    ],
)
def test_heading_forms(heading: str, name: str) -> None:
    assert bodies(f"{heading} {BODY}") == [(name, BODY)]


@pytest.mark.parametrize(
    "text",
    [
        "The findings are unchanged.",
        "findings suggest early failure",
        "Findings are unchanged since the last film.",
        "FINDINGS ARE UNCHANGED.",
        "The old film is here. Comparison with prior: slightly better aeration.",
        "On comparison with the older film: better.",
        "There is an impression of the aortic arch on the gullet.",
        "Impression of the aortic arch on the gullet.",
        "No findings.",
        "No acute findings: each lung looks clear.",
        "NO OLDER FILM FOR COMPARISON: THE HEART LOOKS BIG.",
        "Incidental Findings: a small granuloma.",
        "Each lung looks clear. Other findings: none.",
        "Exam-related changes only.",
        "Heart: large. Lungs: clear. Bones: intact.",
        "A small nodule is new. note: compare with older films.",
        "Clear lungs - no findings - normal heart.",
        "Radiology Report\n\nEach lung looks clear.",
        "Findings-: clear",
        "Clear heart. Findings\u2014 clear.",
        "The FINDINGS Clear lungs",
        "findings",
        "12:30",
    ],
)
def test_not_headings(text: str) -> None:
    assert bodies(text) == [("", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "FINDINGS: Clear lungs. IMPRESSION: Nothing new today.",
            [("findings", "Clear lungs."), ("impression", "Nothing new today.")],
        ),
        ("Clear lungs.IMPRESSION:Normal.", [("", "Clear lungs."), ("impression", "Normal.")]),
        (
            "Clear lungs. **Impression:** Normal film.",
            [("", "Clear lungs."), ("impression", "Normal film.")],
        ),
        (
            "Clear lungs. Final Impression: Normal film.",
            [("", "Clear lungs."), ("impression", "Normal film.")],
        ),
        (
            "INDICATION: ___F with cough TECHNIQUE: two views COMPARISON: None FINDINGS: Clear lungs",
            [
                ("indication", "___F with cough"),
                ("technique", "two views"),
                ("comparison", "None"),
                ("findings", "Clear lungs"),
            ],
        ),
        (
            "Comparison: none Findings: the heart looks big Impression: large heart",
            [("comparison", "none"), ("findings", "the heart looks big"), ("impression", "large heart")],
        ),
        (
            "findings : each lung looks clear . impression : normal film .",
            [("findings", "each lung looks clear ."), ("impression", "normal film .")],
        ),
        (
            "FINDINGS\n1. Large heart.\n2. Clear lungs.\n\nIMPRESSION\n1. Large heart.",
            [("findings", "1. Large heart.\n2. Clear lungs."), ("impression", "1. Large heart.")],
        ),
        (
            "# Report\n\n## Findings\n- Large heart\n\n---\n\n## Impression\nLarge heart.\n",
            [("", "# Report"), ("findings", "- Large heart"), ("impression", "Large heart.")],
        ),
        ("FINDINGS:\nIMPRESSION: Normal film.", [("findings", ""), ("impression", "Normal film.")]),
        ("FINDINGS: IMPRESSION: Normal film.", [("findings", ""), ("impression", "Normal film.")]),
        (
            "Findings: A wire is seen. The findings are stable.\nImpression: Findings: none new.",
            [("findings", "A wire is seen. The findings are stable."), ("impression", ""), ("findings", "none new.")],
        ),
        ("Two views.\nIMPRESSION: Normal.", [("", "Two views."), ("impression", "Normal.")]),
        ("Clear lungs. IMPRESSION - Normal.", [("", "Clear lungs."), ("impression", "Normal.")]),
        ("Report: Clear lungs.\nConclusion: Normal.", [("findings", "Clear lungs."), ("impression", "Normal.")]),
        ("REPORT: FINDINGS: Clear lungs.", [("", "REPORT:"), ("findings", "Clear lungs.")]),
        ("Radiology report:\nImpression: Normal.", [("", "Radiology report:"), ("impression", "Normal.")]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_whole_reports(text: str, expected: list[tuple[str, str]]) -> None:
    assert bodies(text) == expected


def test_heading_offsets() -> None:
    text = "Two views. IMPRESSION: Normal."
    (_, section) = split_sections(text)
    assert text[slice(*section.heading)] == "IMPRESSION:"
    assert split_sections(text)[0].heading == (0, 0)


def test_every_label_is_known_in_every_case() -> None:
    labels = [(label, name) for name, group in LABELS.items() for label in group]
    assert len({label for label, _ in labels}) == len(labels)
    for label, name in labels:
        assert names_of(label) == names_of(label.upper()) == names_of(label.title()) == (name,)
    assert names_of("") == names_of("and") == names_of("findings/") == names_of("findings and lungs") == ()


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("Clear lungs.", ("findings",), "Clear lungs."),
        (" Clear lungs.\n", ("findings",), " Clear lungs.\n"),
        ("", ("findings",), ""),
        ("FINDINGS: Clear. IMPRESSION: Normal.", (), "FINDINGS: Clear. IMPRESSION: Normal."),
        ("FINDINGS: Clear. IMPRESSION: Normal.", ("findings",), "Clear."),
        ("FINDINGS: Clear. IMPRESSION: Normal.", ("impression",), "Normal."),
        ("FINDINGS: Clear. IMPRESSION: Normal.", ("impression", "findings"), "Clear.\nNormal."),
        ("FINDINGS: Clear. IMPRESSION: Normal.", ("findings", "history"), "Clear."),
        ("FINDINGS/IMPRESSION: Clear.", ("impression",), "Clear."),
        ("FINDINGS/IMPRESSION: Clear.", ("findings", "impression"), "Clear."),
        ("IMPRESSION: Normal.", ("findings",), None),
        ("Clear.\nIMPRESSION: Normal.", ("findings",), None),
        ("FINDINGS:\nIMPRESSION: Normal.", ("findings",), ""),
        ("FINDINGS:\nIMPRESSION: Normal.", ("findings", "impression"), "Normal."),
        ("FINDINGS: Clear.\nADDENDUM: None.\nFINDINGS: Large heart.", ("findings",), "Clear.\nLarge heart."),
    ],
)
def test_select(text: str, wanted: tuple[str, ...], expected: str | None) -> None:
    selection = select_sections(text, wanted)
    assert (selection.text if selection else None) == expected


def test_to_original_over_pieces_and_joiners() -> None:
    text = "FINDINGS: Clear. IMPRESSION: Normal."
    selection = select_sections(text, ("findings", "impression"))
    assert selection is not None
    assert selection.text == "Clear.\nNormal."
    assert text[slice(*selection.to_original(7, 14))] == "Normal."
    assert text[slice(*selection.to_original(3, 9))] == "ar. IMPRESSION: No"
    assert selection.to_original(6, 7) == (16, 16)
    assert selection.to_original(0, 0) == (10, 10)
    assert selection.to_original(7, 7) == (29, 29)
    for span in [(-1, 2), (3, 2), (0, 15)]:
        with pytest.raises(ValueError, match="not inside"):
            selection.to_original(*span)
    with pytest.raises(ValueError, match="at least one piece"):
        Selection("", ()).to_original(0, 0)


BOTH = "FINDINGS: Clear. IMPRESSION: Normal."


@pytest.mark.parametrize(
    ("candidates", "references", "expected"),
    [
        ([BOTH], [[BOTH]], ("findings", "impression")),
        ([BOTH, ""], [[BOTH], [BOTH, " "]], ("findings", "impression")),
        ([BOTH], [["FINDINGS: Clear."]], ("findings",)),
        ([BOTH], [["IMPRESSION: Normal."]], ("impression",)),
        (["FINDINGS: Clear."], [["IMPRESSION: Normal."]], ()),
        (["Clear lungs."], [[BOTH]], ()),
        ([BOTH], [[BOTH, "Clear lungs."]], ()),
        ([BOTH], [["FINDINGS:\nIMPRESSION: Normal."]], ("impression",)),
        (["FINDINGS/IMPRESSION: Clear."], [[BOTH]], ("findings", "impression")),
        (["", " "], [[""], []], ()),
        ([], [], ()),
    ],
)
def test_choose(candidates: list[str], references: list[list[str]], expected: tuple[str, ...]) -> None:
    assert choose_sections(candidates, references) == expected


HEADING_PARTS = [
    "FINDINGS",
    "Findings",
    "impression",
    "IMPRESSION",
    "report",
    "Exam",
    "and",
    "/",
    ":",
    " - ",
    "**",
    "##",
]
OTHER_PARTS = [
    "(",
    ")",
    "___",
    "XXXX",
    "\n",
    "\r\n",
    " ",
    "\t",
    ". ",
    "1. ",
    "---\n",
    "[",
    "]",
    "Clear",
    "\u2013",
    "\uff1a",
]
FRAGMENTS = st.sampled_from(HEADING_PARTS + OTHER_PARTS)
REPORTS = st.one_of(st.text(max_size=80), st.lists(FRAGMENTS, max_size=30).map("".join))


@settings(max_examples=300, deadline=None)
@given(REPORTS)
def test_sections_lie_in_order_inside_the_text(text: str) -> None:
    position = 0
    for number, section in enumerate(split_sections(text)):
        assert position <= section.heading[0] <= section.heading[1] <= section.start <= section.end <= len(text)
        assert text[section.start : section.end].strip() == text[section.start : section.end]
        assert section.name or number == 0
        position = section.end


@settings(max_examples=300, deadline=None)
@given(REPORTS, st.sets(st.sampled_from(["findings", "impression", "examination"])), st.data())
def test_to_original_gives_the_same_characters(text: str, wanted: set[str], data: st.DataObject) -> None:
    selection = select_sections(text, tuple(sorted(wanted)))
    if selection is None:
        return
    offset = 0
    for start, end in selection.pieces:
        length = end - start
        first = data.draw(st.integers(0, length))
        last = data.draw(st.integers(first, length))
        low, high = selection.to_original(offset + first, offset + last)
        assert text[low:high] == selection.text[offset + first : offset + last]
        offset += length + 1
    assert offset == len(selection.text) + 1


@pytest.mark.parametrize(
    "unit",
    [
        "FINDINGS ",
        "FINDINGS: ",
        ":",
        "\n",
        " ",
        "a: ",
        "exam): ",
        "---\n",
        "(",
        "**Findings",
        "report: a\n",
        "A - ",
        "\n-",
    ],
)
def test_time_is_linear(unit: str) -> None:
    """Quadratic work on 200,000 characters would take minutes; the bound leaves room for a slow machine."""
    text = unit * (200_000 // len(unit))
    begin = time.process_time()
    split_sections(text)
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    "line",
    ["FINDINGS:", "Findings", "**Impression**", "# Technique", "Lungs and Airways:", "- Pleura :", "Lungs\uff1a"],
)
def test_a_heading_alone(line: str) -> None:
    assert is_heading(line)


@pytest.mark.parametrize(
    "line",
    ["", "Edema.", "Edema", "Lungs: clear", "Impression: edema", "Findings are stable.",
     "There is a nodule in the right upper lobe of the lung with these signs:"],
)  # fmt: skip
def test_what_says_something_is_no_heading_alone(line: str) -> None:
    assert not is_heading(line)
