"""Reads how devices fail: broken leads, disconnected shunts, shifted wires, migrated stents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from radeval.core.finding import Finding, Kind, Presence
from radeval.findings.device_words import FILLERS, Hit, Places
from radeval.findings.packs import Lexicon
from radeval.findings.placements import Placements
from radeval.findings.vocabulary import VERBS

_REACH = 6
"""How many words may stand between a device and what it is said to have done."""

_DENIALS = frozenset({"no", "not", "without", "nor"})
_BEFORE = 4
_OF_ANYTHING = "fracture"
"""What "fractured" names where nothing says of what."""
_OF_BONE = "Fracture"
"""The label of what a broken rod is taken for beside the name of a bone: "the rod is broken at T9"."""
_STATING = VERBS | FILLERS | {"now", "again", "also", "newly", "likely"}


class Failures(NamedTuple):
    """What failed in a sentence.

    Attributes:
        findings: The failures.
        dropped: Places of findings that they replace.
        whole: Places of devices of which only the failure is denied.
        used: The words that say them.
    """

    findings: list[Finding]
    dropped: set[int]
    whole: set[int]
    used: list[Hit]


def failures(
    found: Sequence[Finding], hits: Sequence[Hit], places: Places, lexicon: Lexicon, placements: Placements
) -> Failures:
    """Returns the failures of a sentence's devices.

    Args:
        found: The sentence's findings.
        hits: The words for failures in it.
        places: Where the findings stand.
        lexicon: The lexicon.
        placements: Its rules on devices, for what a device is a case of.
    """
    said = Failures([], set(), set(), [])
    for hit in hits:
        covered = [place for place in range(len(found)) if _meets(places.of(place), hit)]
        if any(_OF_BONE not in lexicon.concepts[found[place].concept].labels for place in covered):
            continue
        general = all(found[place].concept == _OF_ANYTHING for place in covered)
        for place, one in enumerate(found):
            if one.kind is not Kind.DEVICE or place in covered:
                continue
            concept = _failure_of(one.concept, hit.value, lexicon, placements)
            if concept is None or not _is_said_of(place, hit, covered, found, places):
                continue
            if not general and not _is_subject(places.of(place), hit, places):
                continue
            failure = _failure(concept, one, hit, places, lexicon)
            if one.presence is Presence.ABSENT:
                if failure.presence is not Presence.ABSENT or one.change == "resolved":
                    continue
                said.whole.add(place)
            said.dropped.update(covered)
            said.used.append(hit)
            if not any(other.concept == concept for other in (*found, *said.findings)):
                said.findings.append(failure)
            break
    return said


def _meets(span: tuple[int, int], hit: Hit) -> bool:
    return span[0] < hit.last and hit.first < span[1]


def _failure_of(device: str, term: str, lexicon: Lexicon, placements: Placements) -> str | None:
    """Returns what a device's failure in a word is called, by the nearest name of the device."""
    for name in placements.lineage(device):
        for one in lexicon.failures:
            if name in one.devices and term in one.terms:
                return one.concept
    return None


def _is_said_of(place: int, hit: Hit, covered: Sequence[int], found: Sequence[Finding], places: Places) -> bool:
    """Tells whether a word is said of a device: right before its name, or after it with nothing named between."""
    first, last = places.of(place)
    if hit.last <= first:
        return places.bind(hit.last, first)
    if hit.first < last or hit.first - last > _REACH:
        return False
    return not any(
        last <= places.of(other)[0] < hit.first for other in range(len(found)) if other not in (place, *covered)
    )


def _is_subject(device: tuple[int, int], hit: Hit, places: Places) -> bool:
    """Tells whether a device itself is what a word is said of, and not a bone beside it: "the rod is broken"."""
    return hit.last <= device[0] or _STATING.issuperset(places.words[device[1] : hit.first])


def _failure(concept: str, device: Finding, hit: Hit, places: Places, lexicon: Lexicon) -> Finding:
    words = places.words[max(0, hit.first - _BEFORE) : hit.first]
    site = lexicon.concepts[concept].site
    return Finding(
        concept,
        Presence.PRESENT if _DENIALS.isdisjoint(words) else Presence.ABSENT,
        locations=(site,) if site else (),
        laterality=device.laterality,
        change="new" if device.change == "new" else None,
        span=(places.tokens[hit.first].start, places.tokens[hit.last - 1].end),
    )
