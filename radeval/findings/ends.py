"""Tells which of the places that a report names for a device is where it ends, and how far from there."""

from __future__ import annotations

from collections.abc import Sequence

from radeval.findings.device_words import FILLERS, Hit, Places

ENDS = frozenset({"tip", "terminates", "terminating", "terminate", "ends", "ending", "end", "now"})
"""Words right after which stands where a device ends."""

UNSEEN = "out_of_view"
"""The site of a tip that the film does not show."""

_ELSEWHERE = frozenset(
    {"from", "through", "via", "past", "previously", "formerly", "not", "traverses", "across", "longer"}
)
"""Words before a site where the device does not end."""

_ACCESS = frozenset({"approach", "access", "puncture", "line", "catheter", "sheath", "venotomy", "entry", "lead"})
"""Words after a site that only names a device or its way in."""

_DENIALS = frozenset({"not", "longer"})
_INSIDE = frozenset({"in", "within", "at"})
_UNITS = frozenset({"cm", "mm", "centimeter", "millimeter"})
_BEFORE_NUMBER = frozenset({"by", "another", "further", "additional"})
_AFTER_NUMBER = frozenset({"retraction", "advancement", "further", "withdrawal"})
_LEADING = frozenset({"in", "into", "within", "at", "over", "to", "near", "left", "right", "on"}) | FILLERS
_BEFORE = 3
"""How many words before a site may say that it is none, or that it is entered."""

_REACH = 6
"""How many words may stand between a distance and its site."""


def is_end(own: Sequence[Hit], place: int, words: Sequence[str]) -> bool:
    """Tells whether a site can be where a device ends, and not where it came from or passes through."""
    hit = own[place]
    floor = own[place - 1].last if place else 0
    before = _leading(words, floor, hit.first)
    if "from" in before[1:] and before[before.index("from") - 1] in _UNITS:
        before = []  # "3 cm from the junction" measures
    return _ELSEWHERE.isdisjoint(before) and (hit.last >= len(words) or words[hit.last] not in _ACCESS)


def is_place_denied(own: Sequence[Hit], device: int, words: Sequence[str]) -> bool:
    """Tells whether a denial is one of a device's place and not of the device: "no longer in ...", "tip not seen"."""
    for hit in own:
        if hit.role != "site":
            continue
        if hit.value == UNSEEN:
            return "tip" in words[max(0, device - _BEFORE - 1) : hit.first]
        before = _leading(words, 0, hit.first)
        return not _DENIALS.isdisjoint(before) and not _INSIDE.isdisjoint(before)
    return False


def _leading(words: Sequence[str], floor: int, first: int) -> list[str]:
    """Returns the last words before a site that are neither fillers nor its side."""
    before = words[max(floor, first - 2 * _BEFORE) : first]
    return [word for word in before if word not in FILLERS and word not in ("left", "right")][-_BEFORE:]


def where_it_ends(sites: Sequence[Hit], start: int, words: Sequence[str]) -> Hit | None:
    """Returns the site where a device ends: the first after the last word for its end, else what it goes into."""
    seen = [hit for hit in sites if hit.value != UNSEEN] or list(sites)
    if not seen:
        return None
    cues = [at for at in range(start, seen[-1].first) if words[at] in ENDS]
    if cues:
        return next(hit for hit in seen if hit.first > cues[-1])
    entered = [hit for hit in seen if "into" in words[max(start, hit.first - _BEFORE) : hit.first]]
    return entered[-1] if entered else seen[0]


def distance_to(hit: Hit, start: int, places: Places) -> float | None:
    """Returns the distance that stands before a site, in millimetres."""
    for begin, end, value in reversed(places.distances):
        first, last = places.at(begin), places.at(end)
        if not start <= first or not last <= hit.first + 1 or hit.first - last > _REACH:
            continue
        before = places.words[first - 1] if first else ""
        after = places.words[last] if last < len(places.words) else ""
        if before not in _BEFORE_NUMBER and after not in _AFTER_NUMBER:
            return value
    return None


def start_of_phrase(hit: Hit, words: Sequence[str]) -> int:
    """Returns the index of the first word that leads on to a site ("in the right ...")."""
    first = hit.first
    while first and words[first - 1] in _LEADING:
        first -= 1
    return first
