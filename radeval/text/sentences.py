"""Splits report prose into sentences, keeping their places."""

from __future__ import annotations

import re

_CANDIDATE = re.compile(r"[.!?;](?=[\s\"')\]]|$)|\n|(?<=[a-z)])\.(?=[A-Z][a-z])")
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
    number = _NUMBERED.match(text, start, end)
    if number:
        start = number.end()
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end and any(character.isalnum() for character in text[start : min(end, start + 200)]):
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
    start = place
    while start > 0 and place - start < 12 and not text[start - 1].isspace():
        start -= 1
    word = text[start:place].lower().lstrip("(")
    if word in _ABBREVIATIONS:
        return True
    if len(word) == 1 and word.isalpha():
        rest = text[place + 1 : place + 9].lstrip()
        return bool(rest) and rest[0].islower()
    before = text[max(0, start - 3) : start].rstrip(" \t")
    return word.isdigit() and len(word) <= 2 and (not before or before[-1] in ".!?;:\n")
