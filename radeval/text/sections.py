"""Sections of a radiology report: where each one is, and the report reduced to the wanted ones.

A heading is known at the start of a line ("FINDINGS:", "Findings -", "## Findings", "FINDINGS" alone) and inside a
line after the end of a sentence ("... clear. IMPRESSION: ..."). Some rules that are choices:

- "FINDINGS/IMPRESSION:" is one section named "findings/impression". It counts as both, and is taken once.
- A title with a colon, "Radiology report: ...", is the findings where nothing else is headed as findings.
- Headings of parts of a section ("Lungs:", "Incidental findings:") are text of the section they stand in.
- A heading with nothing under it is a section with an empty body.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from radeval.text.headings import TITLE, Heading, find_headings

_RULE_MARKS = "-=*#~"
_AUTO = ("findings", "impression")


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a report, as offsets into the original text.

    Attributes:
        name: Canonical name, for example "findings"; several joined by "/" for a combined heading; empty for text
            under no heading.
        start: Offset of the first character of the body, surrounding white space and ruled lines left out.
        end: Offset after the last character of the body; equal to `start` where nothing is under the heading.
        heading: Offsets of the heading; empty at the start of the body where there is none.
    """

    name: str
    start: int
    end: int
    heading: tuple[int, int]

    @property
    def names(self) -> tuple[str, ...]:
        """The canonical names that this section counts as, at least one."""
        return tuple(self.name.split("/"))


@dataclass(frozen=True, slots=True)
class Selection:
    """The wanted sections of a report as one text, with the way back to the original.

    Attributes:
        text: The bodies in document order, joined by a line break.
        pieces: Offsets of each body in the original text, in order; at least one, empty where the body is.
    """

    text: str
    pieces: tuple[tuple[int, int], ...]

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """Maps a span of the selected text to the original text.

        A span inside one piece maps to the same characters. One over several pieces maps to the stretch from its
        first to its last character, with whatever stands between the pieces.

        Args:
            start: Offset of the first character in the selected text.
            end: Offset after the last character in the selected text.

        Returns:
            The offsets in the original text.

        Raises:
            ValueError: The span is not inside the selected text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"span {start}:{end} is not inside a text of {len(self.text)} characters")
        first = last = None
        position = 0
        for piece_start, piece_end in self.pieces:
            length = piece_end - piece_start
            if position <= start:
                first = piece_start + min(start - position, length)
            if position < end:
                last = piece_start + min(end - position, length)
            position += length + 1
        if first is None:
            raise ValueError("a selection needs at least one piece")
        return first, first if last is None or start == end else last


def split_sections(text: str) -> tuple[Section, ...]:
    """Splits a report into its sections.

    Args:
        text: A report in any layout.

    Returns:
        The sections in order, not overlapping. Text before the first heading is a section named "", and so is a whole
        text without a known heading. A blank text has no section.
    """
    headings = _settle_titles(text, find_headings(text))
    first = headings[0].start if headings else len(text)
    sections = []
    start, end = _trim(text, 0, first)
    if start < end:
        sections.append(Section("", start, end, (start, start)))
    for heading, limit in _with_limits(headings, len(text)):
        start, end = _trim(text, heading.end, limit)
        sections.append(Section("/".join(heading.names), start, end, (heading.start, heading.end)))
    return tuple(sections)


def select_sections(text: str, wanted: tuple[str, ...]) -> Selection | None:
    """Reduces a report to the wanted sections.

    A text without any known heading is taken whole: most generators write a bare findings paragraph. For the same
    reason, what stands before the first heading counts as wanted where no heading names findings or impression, as in
    a bare paragraph that ends with "Recommendation: ...".

    Args:
        text: A report in any layout.
        wanted: Canonical names; none for the whole text.

    Returns:
        The wanted sections that are there, in document order, or None where the text has headings but none of the
        wanted. Where all of those that are there are empty, so is the selection.
    """
    sections = split_sections(text) if wanted else ()
    if not any(section.name for section in sections):
        return Selection(text, ((0, len(text)),))
    present = [(section.start, section.end) for section in sections if not set(wanted).isdisjoint(section.names)]
    if not present and not any(set(_AUTO) & set(section.names) for section in sections):
        present = [(section.start, section.end) for section in sections if not section.name]
    if not present:
        return None
    pieces = [(start, end) for start, end in present if start < end] or present[:1]
    return Selection("\n".join(text[start:end] for start, end in pieces), tuple(pieces))


def choose_sections(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Chooses the sections that a run can compare: those that every report on both sides has.

    Args:
        candidates: The reports to be scored.
        references: The reference reports of each.

    Returns:
        Those of "findings" and "impression" that every non-blank text has, with a body, under a heading. Empty where
        there is none, and then whole reports are to be compared.
    """
    shared = set(_AUTO)
    seen: set[str] = set()
    for text in _all_texts(candidates, references):
        if not shared:
            break
        if text in seen or not text.strip():
            continue
        seen.add(text)
        shared &= {name for section in split_sections(text) if section.start < section.end for name in section.names}
    return tuple(name for name in _AUTO if name in shared) if seen else ()


def _all_texts(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> Iterable[str]:
    yield from candidates
    for group in references:
        yield from group


def _settle_titles(text: str, headings: list[Heading]) -> list[Heading]:
    """Makes a title with text under it the findings where nothing else is, and plain text otherwise."""
    if not any(TITLE in heading.names for heading in headings):
        return headings
    has_findings = any("findings" in heading.names for heading in headings)
    settled = []
    for heading, limit in _with_limits(headings, len(text)):
        if TITLE not in heading.names:
            settled.append(heading)
        elif not has_findings and text[heading.end : limit].strip():
            names = tuple("findings" if name == TITLE else name for name in heading.names)
            settled.append(Heading(heading.start, heading.end, names))
    return settled


def _with_limits(headings: list[Heading], length: int) -> Iterable[tuple[Heading, int]]:
    """Pairs each heading with the offset at which its body must end."""
    limits = [heading.start for heading in headings[1:]] + [length]
    return zip(headings, limits, strict=False)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Narrows a span by the white space around it and by ruled lines such as "-----" at either edge."""
    while True:
        while start < end and text[start].isspace():
            start += 1
        mark = start
        while mark < end and text[mark] in _RULE_MARKS:
            mark += 1
        if mark - start < 3 or (mark < end and not text[mark].isspace()) or not _ends_line(text, mark, end):
            break
        start = mark
    while True:
        while end > start and text[end - 1].isspace():
            end -= 1
        mark = end
        while mark > start and text[mark - 1] in _RULE_MARKS:
            mark -= 1
        if end - mark < 3 or (mark > start and text[mark - 1] not in "\r\n"):
            return start, end
        end = mark


def _ends_line(text: str, position: int, end: int) -> bool:
    """Tells whether nothing but blanks follows on the line."""
    while position < end and text[position] in " \t":
        position += 1
    return position == end or text[position] in "\r\n"
