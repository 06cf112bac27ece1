"""Splits report prose into sentences, keeping their places."""

from __future__ import annotations

import re

# It begins with one set of characters, so that the search for it is a scan.
_CANDIDATE = re.compile(r"[.!?;\n](?:(?<=\n)|(?=[\s\"')\]])|\Z|(?<=[a-z)]\.)(?=[A-Z][a-z]))")
_ABBREVIATIONS = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "vs",
        "approx",
        "ca",
        "cf",
        "eg",
        "ie",
        "e.g",
        "i.e",
        "fig",
        "resp",
        "incl",
        "p.a",
        "a.p",
    ]
)
_LONGEST_ABBREVIATION = max(map(len, _ABBREVIATIONS))
_NUMBERED = re.compile(r"\s*(?:\(?\d{1,2}[.):]|[-*•–])\s+")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Returns the start and end of each sentence, without surrounding blanks and list numbers.

    A line break ends a sentence only where the next line begins a new one: reports are often wrapped.

    Args:
        text: A report or a section of one.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _CANDIDATE.finditer(text):
        if match[0] == "\n":
            if not _line_ends(text, match.start()):
                continue
        elif match[0] == "." and _abbreviates(text, match.start()):
            continue
        _add(text, start, match.end(), spans)
        start = match.end()
    _add(text, start, len(text), spans)
    return spans


def _add(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    if start < end and not text[start].isalpha():
        number = _NUMBERED.match(text, start, end)
        if number:
            start = number.end()
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end and (text[start].isalnum() or any(map(str.isalnum, text[start : min(end, start + 200)]))):
        spans.append((start, end))


def _line_ends(text: str, place: int) -> bool:
    """Tells whether a line break ends a sentence: a blank line, a list, or a line that begins with a capital."""
    rest = text[place + 1 : place + 9].lstrip(" \t")
    if not rest or rest[0] in "\r\n-*•":
        return True
    if rest[0].isdigit():
        return bool(_NUMBERED.match(text, place + 1))
    before = text[max(0, place - 3) : place].rstrip()
    # A line that stops at a comma or a joining word goes on below, whatever the next one begins with.
    return rest[0].isupper() and not before.endswith((",", "and", "or", "of", "the"))


def _abbreviates(text: str, place: int) -> bool:
    """Tells whether a full stop belongs to an abbreviation or a list number."""
    # Nearly every full stop follows a long word.
    if place > _LONGEST_ABBREVIATION and text[place - _LONGEST_ABBREVIATION - 1 : place].isalpha():
        return False
    near = text[max(0, place - 12) : place]
    start = place if near[-1:].isspace() or not near else place - len(near.rsplit(None, 1)[-1])
    word = text[start:place].lower().lstrip("(")
    if word in _ABBREVIATIONS:
        return True
    if len(word) == 1 and word.isalpha():
        rest = text[place + 1 : place + 9].lstrip()
        return bool(rest) and rest[0].islower()
    before = text[max(0, start - 3) : start].rstrip(" \t")
    return word.isdigit() and len(word) <= 2 and (not before or before[-1] in ".!?;:\n")
