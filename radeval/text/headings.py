"""Which lines and phrases of a radiology report are section headings.

Every look at the text is bounded (a label has at most `_MAX_LABEL` characters), so finding headings is linear in
the length of the text whatever it holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TITLE = "report"
"""The name of a title such as "Radiology report:", which may stand for the findings (see `sections`)."""

LABELS: dict[str, tuple[str, ...]] = {
    "findings": (
        "finding", "findings", "observation", "observations", "description", "radiographic findings",
        "radiological findings", "radiologic findings", "radiology findings", "imaging findings", "image findings",
        "chest findings", "chest x ray findings", "chest xray findings", "chest radiograph findings", "cxr findings",
        "x ray findings", "ct findings", "ct chest findings", "chest ct findings", "key findings", "main findings",
        "detailed findings",
    ),
    "impression": (
        "impression", "impressions", "final impression", "overall impression", "diagnostic impression",
        "clinical impression", "radiological impression", "radiologic impression", "radiographic impression",
        "radiology impression", "radiologist impression", "radiologist's impression", "imaging impression",
        "cxr impression", "ct impression", "preliminary impression", "summary impression", "conclusion",
        "conclusions", "final conclusion", "opinion", "summary", "final summary", "summary of findings",
        "interpretation", "final interpretation", "assessment", "overall assessment", "diagnosis", "diagnoses",
        "final diagnosis", "radiological diagnosis", "radiologic diagnosis", "differential", "differential diagnosis",
        "differential diagnoses",
    ),
    "indication": (
        "indication", "indications", "clinical indication", "clinical indications", "indication for exam",
        "indication for examination", "indication for study", "exam indication", "study indication", "reason",
        "reason for exam", "reason for examination", "reason for study", "reason for this exam",
        "reason for this examination", "reason for this study", "reason for the exam", "reason for visit",
        "reason for request", "reason for referral", "reason for imaging", "reason for procedure",
        "clinical question", "symptoms", "chief complaint",
    ),
    "history": (
        "history", "clinical history", "patient history", "medical history", "past medical history",
        "history of present illness", "relevant history", "clinical information", "clinical info", "clinical data",
        "clinical details", "clinical background", "clinical context", "clinical notes", "clinical statement",
        "medical condition", "underlying medical condition",
    ),
    "comparison": (
        "comparison", "comparisons", "comparison study", "comparison studies", "comparison exam", "comparison exams",
        "comparison examination", "comparison examinations", "comparison film", "comparison films",
        "comparison date", "prior study", "prior studies", "prior exam", "prior exams", "prior examination",
        "prior examinations", "prior imaging", "previous study", "previous studies", "previous exam",
        "previous examination", "previous imaging", "priors",
    ),
    "technique": (
        "technique", "techniques", "imaging technique", "technical factors", "technical details", "technical quality",
        "technical adequacy", "image quality", "study quality", "exam quality", "protocol", "view", "views",
        "projection", "projections", "contrast", "radiation dose", "dose",
    ),
    "examination": (
        "exam", "exams", "examination", "examinations", "exam type", "examination type", "type of exam",
        "type of examination", "type of study", "exam date", "exam performed", "examination performed", "date of exam",
        "date of examination", "date of study", "study", "study type", "study date", "study performed", "imaging study",
        "procedure", "procedures", "procedure performed", "modality",
    ),
    "recommendation": (
        "recommendation", "recommendations", "recommended", "recommended follow up", "follow up",
        "follow up recommendation", "follow up recommendations", "suggestion", "suggestions", "advice", "plan",
        "management", "management recommendations", "next steps",
    ),
    "addendum": ("addendum", "addenda"),
    "preliminary": ("wet read", "preliminary read"),
    "notification": (
        "notification", "notifications", "communication", "results communication", "communication of results",
        "critical result", "critical results", "critical result notification", "critical results notification",
    ),
    "limitations": ("limitation", "limitations", "disclaimer"),
    "patient": (
        "patient", "patient name", "patient id", "patient information", "patient details", "patient data", "name",
        "mrn", "date of birth", "dob", "age", "sex", "gender", "accession", "accession number", "date",
    ),
    "signature": (
        "signature", "signed", "signed by", "electronically signed", "electronically signed by", "dictated by",
        "reported by", "interpreted by", "read by", "approved by", "transcribed by", "radiologist",
        "reporting radiologist", "attending radiologist", "attending physician", "referring physician",
    ),
    TITLE: (
        "report", "radiology report", "radiological report", "radiologic report", "imaging report", "diagnostic report",
        "chest x ray report", "chest xray report", "chest radiograph report", "chest radiography report", "cxr report",
        "x ray report", "xray report", "ct report", "chest ct report", "ct chest report",
    ),
}  # fmt: skip
"""The labels (lower case, hyphens as spaces) of each canonical section name."""

_NAME_OF = {label: name for name, labels in LABELS.items() for label in labels}
_LAST_WORDS = frozenset(label.rsplit(" ", 1)[-1] for label in _NAME_OF)
_MAX_LABEL = 64
_MAX_WORDS = 8

_LONGEST_LAST_WORD = 20
_COLONS = (":", "\uff1a")
_OPENED_BY = {"*": "*", "_": "_", "]": "["}
_BINDING = frozenset({"a", "an", "the", "no", "of", "on", "for", "with", "and", "or", "to", "in", "by", "other"})
_SENTENCE_END = frozenset('.!?;:)]"|\uff1a')

_LINE = re.compile(r"[^\r\n\f\v\u2028\u2029]+")
_PREFIX = re.compile(r"[\s>#*_=\[|~\u2022-]{0,64}(?:\d{1,2}[.)]\s{0,2})?[*_\[]{0,4}")
_LABEL = re.compile(r"[A-Za-z](?:[A-Za-z ()/&+,'\t]++|-(?=[A-Za-z]))*+")
_CLOSE = re.compile(
    r"\s{0,3}(?P<mark>[*\]=#]{0,8}|__)\s{0,3}(?P<end>[:\uff1a]|[-\u2013\u2014](?=\s|\Z)|)(?P<rest>\s*\Z)?"
)
_ENDING = re.compile(r"[:\uff1a]|[-\u2013\u2014](?=\s)")
_BRACKETS = re.compile(r"\([^()]*\)")
_JOIN = re.compile(r"[/&+,]| and ")
_WORD = re.compile(r"[A-Za-z][A-Za-z'()-]*")
_LAST_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]+\Z")
_SENTENCE_START = re.compile(r"\s{1,4}(?:[A-Z][a-z]|A\s|\d{1,2}[.)])")


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading found in a text.

    Attributes:
        start: Offset of its first character, list marks and markdown included.
        end: Offset after its last character, colon or dash and closing marks included.
        names: The canonical names it stands for; several for "FINDINGS/IMPRESSION".
    """

    start: int
    end: int
    names: tuple[str, ...]


def names_of(label: str) -> tuple[str, ...]:
    """Returns the canonical names that a label such as "Clinical Indication" or "FINDINGS & IMPRESSION" stands for.

    Case, hyphens, surplus spaces and words in brackets make no difference. An unknown label gives an empty tuple.
    """
    if label[-1:].isalpha() and not _may_name(label):
        return ()
    plain = " ".join(_BRACKETS.sub(" ", label).replace("-", " ").lower().split())
    name = _NAME_OF.get(plain)
    if name is not None:
        return (name,)
    parts = [_NAME_OF.get(part.strip()) for part in _JOIN.split(plain)]
    return tuple(dict.fromkeys(part for part in parts if part)) if all(parts) else ()


def _may_name(label: str) -> bool:
    """Tells whether a label ends as a known one does: nearly all that is looked at does not."""
    last = _LAST_WORD.search(label[-_LONGEST_LAST_WORD:])
    return last is not None and last[0].lower() in _LAST_WORDS


def is_heading(line: str) -> bool:
    """Tells whether a line says nothing but what follows: a few words before a colon, or the name of a section alone.

    Args:
        line: One line or sentence, such as "Lungs and pleura:" or "**FINDINGS**".
    """
    plain = line.strip(" \t*_#[]=")
    if plain.endswith(_COLONS):
        return len(plain.split()) <= _MAX_WORDS
    return bool(names_of(plain))


def find_headings(text: str) -> list[Heading]:
    """Finds every section heading of a text, in order and not overlapping.

    Args:
        text: A report in any layout: lines, one flattened line, markdown.

    Returns:
        The headings; empty where no known one occurs.
    """
    found: list[Heading] = []
    uncased = text.islower()
    # A look for a character takes a fraction of the time of a search, and most reports have no colon and no dash.
    may_end = not text.isascii() or ":" in text or "-" in text
    for line in _LINE.finditer(text):
        position, stop = line.span()
        heading = _at_line_start(text, position, stop)
        floor = position
        if heading is not None:
            found.append(heading)
            position = floor = heading.end
        for ending in _ENDING.finditer(text, position, stop) if may_end else ():
            heading = _before(text, floor, ending.start(), stop, uncased=uncased, headed=bool(found))
            if heading is not None:
                found.append(heading)
                floor = heading.end
    return found


def _at_line_start(text: str, begin: int, stop: int) -> Heading | None:
    """Reads the heading that a line opens with, or None."""
    prefix = None if text[begin].isalpha() else _PREFIX.match(text, begin, stop)
    label_start = prefix.end() if prefix else begin
    matched = _LABEL.match(text, label_start, min(stop, label_start + _MAX_LABEL))
    if matched is None:
        return None
    label = matched.group().rstrip()
    names = names_of(label)
    close = _CLOSE.match(text, label_start + len(label), stop) if names else None
    if close is None:
        return _capitals_without_colon(text, begin, label_start, matched.group())
    opened = text[begin:label_start]
    if close["end"] in _COLONS:
        return Heading(begin, _after_colon(text, close.end("end"), stop, opened), names)
    if not label[0].isupper() or TITLE in names:
        return None
    closes_mark = close["mark"][:1] in _OPENED_BY and _OPENED_BY[close["mark"][:1]] in opened
    if close["end"] or closes_mark or close["rest"] is not None:
        return Heading(begin, close.end(), names)
    return _capitals_without_colon(text, begin, label_start, matched.group())


def _capitals_without_colon(text: str, begin: int, label_start: int, opening: str) -> Heading | None:
    """Reads "IMPRESSION No acute disease": a label in capitals before a word that is not, or before "1."."""
    if opening[1:2].islower():
        return None
    words = list(_WORD.finditer(opening))[:_MAX_WORDS]
    for word in reversed(words):
        label = opening[: word.end()]
        if not label.isupper():
            continue
        names = names_of(label)
        if names and TITLE not in names:
            end = label_start + word.end()
            return Heading(begin, end, names) if _SENTENCE_START.match(text, end) else None
    return None


def _before(text: str, floor: int, end: int, stop: int, *, uncased: bool, headed: bool) -> Heading | None:
    """Reads the heading inside a line that the colon or dash at `end` closes, or None.

    Args:
        text: The report.
        floor: Where the line or its last heading ends: the heading may not begin before.
        end: Offset of the colon or dash.
        stop: Offset of the end of the line.
        uncased: Whether the text has no capital at all, so that case can tell nothing.
        headed: Whether a heading came before, so that this may be a report written on one line.
    """
    segment = text[max(floor, end - _MAX_LABEL) : end].rstrip(" \t*_]")
    if not segment.endswith(")") and not _may_name(segment):
        return None
    offset = max(floor, end - _MAX_LABEL)
    dash = text[end] not in _COLONS
    for word in list(_WORD.finditer(segment))[-_MAX_WORDS:]:
        label = segment[word.start() :]
        names = names_of(label)
        if not names or not (uncased or label[0].isupper()) or (dash and not label.isupper()):
            continue
        start = offset + word.start()
        while start > floor and text[start - 1] in "*_[#":
            start -= 1
        anywhere = not dash and (label.isupper() or (headed and not uncased))
        if _may_begin(text, floor, start, anywhere=anywhere, capitals=label.isupper()):
            return Heading(start, _after_colon(text, end + 1, stop, text[start : offset + word.start()]), names)
    return None


def _may_begin(text: str, floor: int, start: int, *, anywhere: bool, capitals: bool) -> bool:
    """Tells whether a heading inside a line may begin here.

    Args:
        text: The report.
        floor: Where the line or its last heading ends.
        start: Where the heading would begin.
        anywhere: Whether it may also follow words without a full stop, as in "Comparison: none Findings: ...".
        capitals: Whether it is in capitals.

    Returns:
        True after the end of a sentence, or where `anywhere` and the word before is not part of the same label.
    """
    before = text[max(floor, start - _MAX_LABEL) : start].rstrip()
    if not before or before[-1] in _SENTENCE_END:
        return True
    if before[-1] in "-\u2013\u2014\u2022":
        return before[-2:-1].isspace()
    if not anywhere or before[-1] in ",/(&" or not text[start - 1].isspace():
        return False
    word = before.split()[-1].strip("*_")
    if not word.strip("X") or word.lower() == "none" or not word[0].isalpha():
        return True
    if word in _BINDING:
        return False
    # "NO PRIOR FOR COMPARISON:" is a sentence in a text all in capitals, "Incidental Findings:" a heading of its own.
    return not word.isupper() if capitals else word[0].islower()


def _after_colon(text: str, end: int, stop: int, opened: str) -> int:
    """Returns the offset after the marks that close a heading behind its colon, as in "**Findings:**" or ":-"."""
    if "_" in opened and text.startswith("__", end):
        return end + 2
    if "[" in opened and text.startswith("]", end):
        return end + 1
    while end < stop and text[end] == "*":
        end += 1
    if text.startswith("-", end) and (end + 1 >= stop or text[end + 1].isspace()):
        end += 1
    return end
