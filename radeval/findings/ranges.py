"""Ranges of ribs and vertebrae: "the fifth through seventh ribs", "T7-T9"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_WORDS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth",
)  # fmt: skip
_ORDINALS = {word: number for number, word in enumerate(_WORDS, 1)}
_TO = r"\s?(?:-|–|through|thru|to)\s?(?:the )?"
_ORDINAL = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(_ORDINALS)})"
_RANGES = re.compile(
    rf"\b(?P<low>{_ORDINAL}|\d{{1,2}}){_TO}(?P<high>{_ORDINAL})\b"
    rf"|\bribs? (?P<first>\d{{1,2}}){_TO}(?P<last>\d{{1,2}})\b"
    rf"|\b(?P<upper>[CTL]\d{{1,2}}){_TO}(?P<lower>[CTL]?\d{{1,2}})\b",
    re.IGNORECASE,
)
_SPINE = [f"{part}{number}" for part, count in (("c", 7), ("t", 12), ("l", 5)) for number in range(1, count + 1)]
_RIBS = [f"rib_{number}" for number in range(1, 13)]


def with_those_between(places: Sequence[str], sentence: str) -> tuple[str, ...]:
    """Returns places, with those between where a range of ribs or vertebrae ends at one of them.

    Args:
        places: Names of structures.
        sentence: The sentence that names them.
    """
    if not any(place[-1].isdigit() for place in places):
        return tuple(places)
    found = list(places)
    for several in _ranges(sentence):
        at = next((found.index(end) for end in (several[0], several[-1]) if end in found), None)
        if at is not None:
            found = [*found[:at], *several, *found[at:]]
    return tuple(dict.fromkeys(found)) if len(found) > len(places) else tuple(places)


def _ranges(sentence: str) -> Iterator[list[str]]:
    for match in _RANGES.finditer(sentence):
        if match["upper"]:
            upper, lower = match["upper"].lower(), match["lower"].lower()
            ends = upper, lower if lower[0].isalpha() else upper[0] + lower
            order = _SPINE
        else:
            ends = _rib(match["low"] or match["first"]), _rib(match["high"] or match["last"])
            order = _RIBS
        if ends[0] in order and ends[1] in order and order.index(ends[0]) < order.index(ends[1]):
            yield order[order.index(ends[0]) : order.index(ends[1]) + 1]


def _rib(number: str) -> str:
    word = number.lower()
    return f"rib_{_ORDINALS.get(word) or re.sub('[a-z]', '', word)}"
