"""What one report states, each thing once: repetitions joined, explanations put with what they explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from radeval.core.finding import Finding, Kind, Presence, Tip
from radeval.findings.differences import sides_differ, sizes_differ
from radeval.findings.kinship import Kinship

_LIKELY_SAME = 0.5
"""Likeness from which a finding may be another name for one stated before, where place and side allow it."""

_PARTS = {"pacemaker_lead": frozenset({"pacemaker", "icd", "nerve_stimulator"})}
"""What is named beside the device that it is a part of: a generator with its leads is one device."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A finding with everything that the report calls it.

    Attributes:
        finding: The first mention, with what later ones add.
        names: Its concept first, then the concepts of later mentions and of offered explanations.
        latest: The sentence of the last mention.
    """

    finding: Finding
    names: tuple[str, ...]
    latest: int


def stated(findings: Sequence[Finding], kinship: Kinship) -> list[Stated]:
    """Returns what a report says is there or may be there, each thing once.

    Args:
        findings: The report's findings, in the order of the text.
        kinship: Relations of the concepts.
    """
    merged: list[Stated] = []
    for one in findings:
        if one.kind is Kind.NORMAL or one.presence is Presence.ABSENT:
            continue
        for place in range(len(merged) - 1, -1, -1):
            known = merged[place]
            if one.concept == known.finding.concept:
                if _repeats(one, known.finding, kinship):
                    merged[place] = Stated(_joined(known.finding, one, kinship), known.names, one.sentence)
                    break
            elif one.concept in known.names:
                again = one.interprets and one.sentence == known.latest
                if not sides_differ(one, known.finding) and (again or not kinship.apart(one, known.finding)):
                    break
            elif known.finding.concept in _PARTS.get(one.concept, ()):
                if not sides_differ(one, known.finding):
                    merged[place] = Stated(
                        _joined(known.finding, one, kinship), (*known.names, one.concept), one.sentence
                    )
                    break
            elif one.concept in _PARTS.get(known.finding.concept, ()):
                if not sides_differ(one, known.finding):
                    merged[place] = Stated(
                        _joined(one, known.finding, kinship), (one.concept, *known.names), one.sentence
                    )
                    break
            elif one.sentence == known.latest:
                if one.interprets and _explains(one, known, kinship):
                    merged[place] = Stated(known.finding, (*known.names, one.concept), one.sentence)
                    break
            elif kinship.similarity(one.concept, known.finding.concept) >= _LIKELY_SAME and _renames(
                one, known.finding, kinship
            ):
                # Doubt about one name is none about the other.
                alike = replace(one, presence=known.finding.presence)
                merged[place] = Stated(
                    _joined(known.finding, alike, kinship), (*known.names, one.concept), one.sentence
                )
                break
        else:
            merged.append(Stated(one, (one.concept,), one.sentence))
    return merged


def _repeats(one: Finding, other: Finding, kinship: Kinship) -> bool:
    if sides_differ(one, other):
        return False
    if one.sizes_mm and other.sizes_mm and sizes_differ(one.sizes_mm, other.sizes_mm):
        return False
    # Two findings of one sort in one sentence are two where anything tells them apart, as are those at places that
    # exclude each other.
    if one.sentence == other.sentence:
        if one.presence is not other.presence:
            return False
        ours, theirs = _details(one), _details(other)
        if one.locations == other.locations and ours == theirs:
            return True
        return not (any(ours) and any(theirs)) and not kinship.apart(one, other)
    return kinship.regions.meet(one.locations, other.locations)


def _details(one: Finding) -> tuple[object, ...]:
    return (
        one.laterality,
        one.severity,
        one.sizes_mm,
        one.count,
        one.change,
        one.descriptors,
        one.tip,
    )


def _explains(one: Finding, known: Stated, kinship: Kinship) -> bool:
    """Tells whether an explanation is one of another finding of its sentence: they are kindred, or cases of one sort.

    An effusion offered beside an atelectasis as what a density is likely to be is a finding of its own.
    """
    if one.kind is not known.finding.kind or sides_differ(one, known.finding):
        return False
    return kinship.nearest((one.concept,), known.names) > 0 or any(
        not kinship.implied(one.concept).isdisjoint(kinship.implied(name)) for name in known.names
    )


def _renames(one: Finding, earlier: Finding, kinship: Kinship) -> bool:
    """Tells whether a finding is the kindred one of an earlier sentence: more general, more specific, nearly the same.

    A name that is more than a synonym needs the same place, or no place of its own: a focal opacity beside an edema is
    a second finding, though an edema is a sort of opacity. Devices are only named again in general ("the tube").
    """
    if one.kind is not earlier.kind or sides_differ(one, earlier):
        return False
    if one.kind is not Kind.OBSERVATION:
        general = one.concept in kinship.implied(earlier.concept)
        if general and one.tip and one.tip.site:
            return kinship.placements.rule(earlier.concept, one.tip.site, one.tip.distance_mm) is not None
        return general and kinship.regions.meet(one.locations, earlier.locations)
    vague = kinship.stated_nowhere(one) and one.laterality is None
    meeting = not kinship.apart(one, earlier)
    if kinship.alike(one.concept, earlier.concept):
        return meeting
    general, special = (
        a in kinship.implied(b) for a, b in ((one.concept, earlier.concept), (earlier.concept, one.concept))
    )
    if vague:
        likely = kinship.resemblance(one.concept, earlier.concept) >= _LIKELY_SAME
        return meeting and (general or (special and likely))
    placed = not kinship.stated_nowhere(earlier) and not kinship.stated_nowhere(one)
    return meeting and placed and (general or special)


def _joined(first: Finding, again: Finding, kinship: Kinship) -> Finding:
    """Returns the first mention with what the second adds."""
    present = Presence.PRESENT in (first.presence, again.presence)
    tip = again if _tells_more(again.tip, first.tip) else first
    sides = (first.laterality, again.laterality)
    return replace(
        first,
        presence=Presence.PRESENT if present else first.presence,
        locations=first.locations if len(first.locations) >= len(again.locations) else again.locations,
        laterality="bilateral" if "bilateral" in sides else first.laterality or again.laterality,
        severity=first.severity if first.severity is not None else again.severity,
        sizes_mm=first.sizes_mm or again.sizes_mm,
        count=first.count if first.count is not None else again.count,
        change=first.change or again.change,
        tip_position=tip.tip_position,
        tip=kinship.placements.judged(first.concept, tip.tip) if tip.tip else None,
    )


def _tells_more(again: Tip | None, first: Tip | None) -> bool:
    """Tells whether the second mention of a device says more about its tip: a place, or that it is a wrong one."""
    if again is None or first is None:
        return first is None and again is not None
    if again.placement == "malpositioned" != first.placement:
        return True
    return first.site is None and again.site is not None
