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
_FROM = re.compile(r"(?<!ranging )(?<!varying )(?<!range )\bfrom\s{0,2}$", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_DIRECTIONS = 3


class Size(NamedTuple):
    """A measurement.

    Attributes:
        extents: Lowest and highest value of each measured direction, in millimetres; none where only an earlier one
            is told.
        start: Offset of its first character.
        end: Offset after its last character.
        before: The earlier value in millimetres, where the text says from which one it has changed.
    """

    extents: tuple[tuple[float, float], ...]
    start: int
    end: int
    before: float | None = None


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
            size = Size(extents, start, match.end())
            found.append(_from_to(size, parts[0], unit) if _FROM.search(text, max(0, start - 16), start) else size)
        match = _PART.search(text, match.end())
    return found


def _from_to(size: Size, part: re.Match[str], unit: str) -> Size:
    """Reads "from 4 to 2 cm" as a size of 2 cm that was 4 cm before, and "from 4 cm" as an earlier size alone."""
    if not part[2] or len(size.extents) > 1:
        return size._replace(extents=(), before=max(high for _, high in size.extents))
    scale = _scale(part[3] or unit)
    now = float(part[2]) * scale
    return size._replace(extents=((now, now),), before=float(part[1]) * scale)


def _scale(unit: str) -> float:
    return 10.0 if unit.lower().startswith("c") else 1.0


def _extent(part: re.Match[str], unit: str) -> tuple[float, float]:
    scale = _scale(unit)
    low = float(part[1]) * scale
    high = float(part[2]) * scale if part[2] else low
    return min(low, high), max(low, high)
