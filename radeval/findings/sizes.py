"""Reads measured sizes out of report text."""

from __future__ import annotations

import re
from typing import NamedTuple

_NUMBER = r"\d{1,4}(?:\.\d{1,3})?"
# Every repetition is bounded, so that a match is tried in a fixed number of steps at each place.
_PART = re.compile(
    rf"(?<![\d.])({_NUMBER})(?:\s{{0,2}}(?:-|–|to)\s{{0,2}}({_NUMBER}))?(?!\d)"
    r"(?:[\s-]{0,2}(mm|cm|(?:milli|centi)met(?:er|re)s?)(?![A-Za-z]))?",
    re.IGNORECASE,
)
_BY = re.compile(r"\s{0,2}(?:x|×|by)\s{0,2}(?=\d)", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_DIRECTIONS = 3


class Size(NamedTuple):
    """A measurement.

    Attributes:
        extents: Lowest and highest value of each measured direction, in millimetres.
        start: Offset of its first character.
        end: Offset after its last character.
    """

    extents: tuple[tuple[float, float], ...]
    start: int
    end: int


def find_sizes(text: str) -> list[Size]:
    """Returns the sizes in a text: one value, a range, or two and three directions, in cm or mm."""
    found: list[Size] = []
    match = _PART.search(text) if _DIGIT.search(text) else None
    while match:
        start, parts = match.start(), [match]
        while (by := _BY.match(text, match.end())) and (following := _PART.match(text, by.end())):
            match = following
            parts.append(match)
        unit = next((part[3] for part in reversed(parts) if part[3]), None)
        if unit:
            extents = tuple(_extent(part, part[3] or unit) for part in parts[:_DIRECTIONS])
            found.append(Size(extents, start, match.end()))
        match = _PART.search(text, match.end())
    return found


def _extent(part: re.Match[str], unit: str) -> tuple[float, float]:
    scale = 10.0 if unit.lower().startswith("c") else 1.0
    low = float(part[1]) * scale
    high = float(part[2]) * scale if part[2] else low
    return min(low, high), max(low, high)
