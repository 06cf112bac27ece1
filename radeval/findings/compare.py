"""Compares two readings: what matches, what is left out, what is made up, and what differs in what matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from radeval.core.finding import Finding, Kind, Presence
from radeval.findings.assign import best_assignment
from radeval.findings.reader import ReportReader
from radeval.findings.reading import Reading

Attribute = Literal["presence", "location", "laterality", "severity", "size", "count", "change"]

_SIDE_PENALTY = 0.1
_PLACE_PENALTY = 0.05
_DETAIL_PENALTY = 0.001
_SEVERITY_TOLERANCE = 1.0
_SIZE_MARGINS_MM = ((6.0, 2.0), (30.0, 4.0))
_LARGE_SIZE_MARGIN = 0.2


@dataclass(frozen=True, slots=True)
class Difference:
    """An attribute in which two matched findings differ.

    Attributes:
        attribute: Which one.
        candidate: What the candidate says, in words; empty where it says nothing.
        reference: What the reference says, in words; empty where it says nothing.
    """

    attribute: Attribute
    candidate: str
    reference: str


@dataclass(frozen=True, slots=True)
class Match:
    """A finding that both reports state.

    Attributes:
        candidate: As the candidate states it.
        reference: As the reference states it.
        credit: From 0 to 1; below 1 where the two name near neighbours.
        differences: What differs between them.
    """

    candidate: Finding
    reference: Finding
    credit: float
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readings side by side. Only findings that are present or uncertain are matched, each at most once.

    Attributes:
        matched: Findings of both.
        omitted: Findings of the reference that the candidate lacks.
        false: Findings of the candidate that the reference lacks.
        denied: Of the omitted and the false, those that the other report denies in words.
    """

    matched: tuple[Match, ...]
    omitted: tuple[Finding, ...]
    false: tuple[Finding, ...]
    denied: frozenset[Finding]


@dataclass(frozen=True, slots=True)
class _Stated:
    """A finding with what the report offers as its explanations: together one statement."""

    finding: Finding
    explanations: tuple[Finding, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.finding.concept, *(one.concept for one in self.explanations))


def compare(candidate: Reading, reference: Reading, reader: ReportReader) -> Comparison:
    """Returns the comparison of two readings by the same reader."""
    ours, theirs = _statements(candidate, reader), _statements(reference, reader)
    weights = [[_weight(one, other, reader) for other in theirs] for one in ours]
    pairs = best_assignment(weights)
    matched = tuple(
        Match(
            ours[row].finding,
            theirs[column].finding,
            _credit(ours[row], theirs[column], reader),
            differences(ours[row].finding, theirs[column].finding, reader),
        )
        for row, column in pairs
    )
    rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
    false = tuple(one.finding for place, one in enumerate(ours) if place not in rows)
    omitted = tuple(one.finding for place, one in enumerate(theirs) if place not in columns)
    denied = {one for one in false if denies(reference, one, reader)}
    denied |= {one for one in omitted if denies(candidate, one, reader)}
    return Comparison(matched, omitted, false, frozenset(denied))


def denies(reading: Reading, finding: Finding, reader: ReportReader) -> bool:
    """Tells whether a reading denies a finding, by name, as a case of something denied, or by a normal statement."""
    general = reader.kinship.implied(finding.concept)
    for one in reading.findings:
        if one.kind is Kind.NORMAL:
            if finding.concept in reader.kinship.denied_by_normal(one.concept) and not _sides_differ(one, finding):
                return True
        elif one.presence is Presence.ABSENT and one.concept in general and not _sides_differ(one, finding):
            return True
    return False


def _statements(reading: Reading, reader: ReportReader) -> list[_Stated]:
    """Returns what a report states, repetitions joined and explanations put with what they explain."""
    merged: list[Finding] = []
    explained: dict[int, list[Finding]] = {}
    for one in reading.findings:
        if one.kind is Kind.NORMAL or one.presence is Presence.ABSENT:
            continue
        place = next((at for at, other in enumerate(merged) if _repeats(one, other, reader)), None)
        if place is not None:
            merged[place] = _joined(merged[place], one)
        elif one.interprets and merged and merged[-1].sentence == one.sentence:
            explained.setdefault(len(merged) - 1, []).append(one)
        else:
            merged.append(one)
    return [_Stated(one, tuple(explained.get(place, ()))) for place, one in enumerate(merged)]


def _repeats(one: Finding, other: Finding, reader: ReportReader) -> bool:
    if one.concept != other.concept or _sides_differ(one, other):
        return False
    if one.sizes_mm and other.sizes_mm and _sizes_differ(one.sizes_mm, other.sizes_mm):
        return False
    # Two findings of one sort in one sentence are two where anything tells them apart, as are those at places that
    # exclude each other.
    if one.sentence == other.sentence:
        return _details(one) == _details(other)
    return not _places_differ(one, other, reader)


def _joined(first: Finding, again: Finding) -> Finding:
    """Returns the first mention with what the second adds."""
    stated = Presence.PRESENT if Presence.PRESENT in (first.presence, again.presence) else first.presence
    return replace(
        first,
        presence=stated,
        locations=first.locations if len(first.locations) >= len(again.locations) else again.locations,
        laterality=first.laterality or again.laterality,
        severity=first.severity if first.severity is not None else again.severity,
        sizes_mm=first.sizes_mm or again.sizes_mm,
        count=first.count if first.count is not None else again.count,
        change=first.change or again.change,
        tip_position=first.tip_position or again.tip_position,
    )


def _credit(one: _Stated, other: _Stated, reader: ReportReader) -> float:
    return max(reader.kinship.similarity(a, b) for a in one.names for b in other.names)


def _weight(one: _Stated, other: _Stated, reader: ReportReader) -> float:
    """Returns what pairing two statements is worth: their likeness, less a little for every doubt about the place.

    Less still for each detail that is not the same, which decides between pairings that are otherwise as good.
    """
    credit = _credit(one, other, reader)
    if not credit:
        return 0.0
    credit -= _SIDE_PENALTY * _sides_differ(one.finding, other.finding)
    credit -= _PLACE_PENALTY * _places_differ(one.finding, other.finding, reader)
    ours, theirs = _details(one.finding), _details(other.finding)
    return credit - _DETAIL_PENALTY * sum(a != b for a, b in zip(ours, theirs, strict=True))


def _details(one: Finding) -> tuple[object, ...]:
    return (
        one.presence,
        one.locations,
        one.laterality,
        one.severity,
        one.sizes_mm,
        one.count,
        one.change,
        one.descriptors,
        one.tip_position,
    )


def _sides_differ(one: Finding, other: Finding) -> bool:
    """Tells whether two sides exclude each other; where either names none or both, they do not."""
    sides = {one.laterality, other.laterality}
    return sides == {"left", "right"}


def _places_differ(one: Finding, other: Finding, reader: ReportReader) -> bool:
    """Tells whether no place of the one lies in a place of the other or the other way round."""
    if not one.locations or not other.locations:
        return False
    within = reader.anatomy.within
    return not any(within(a, b) or within(b, a) for a in one.locations for b in other.locations)


def differences(candidate: Finding, reference: Finding, reader: ReportReader) -> tuple[Difference, ...]:
    """Returns the attributes in which two findings differ.

    What only one of them mentions is a difference for size and change, since the other left it out; a side, place,
    grade or count that only one names is none.
    """
    found: list[Difference] = []
    if candidate.presence is not reference.presence:
        found.append(Difference("presence", str(candidate.presence), str(reference.presence)))
    if candidate.laterality and reference.laterality and candidate.laterality != reference.laterality:
        found.append(Difference("laterality", candidate.laterality, reference.laterality))
    if _places_differ(candidate, reference, reader):
        found.append(Difference("location", ", ".join(candidate.locations), ", ".join(reference.locations)))
    grades = (candidate.severity, reference.severity)
    if grades[0] is not None and grades[1] is not None and abs(grades[0] - grades[1]) >= _SEVERITY_TOLERANCE:
        found.append(Difference("severity", f"{grades[0]:g} of 5", f"{grades[1]:g} of 5"))
    if _sizes_differ(candidate.sizes_mm, reference.sizes_mm):
        found.append(Difference("size", _size(candidate.sizes_mm), _size(reference.sizes_mm)))
    if candidate.count is not None and reference.count is not None and candidate.count != reference.count:
        found.append(Difference("count", str(candidate.count), str(reference.count)))
    if (candidate.change or reference.change) and candidate.change != reference.change:
        found.append(Difference("change", candidate.change or "", reference.change or ""))
    return tuple(found)


def _sizes_differ(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> bool:
    if not one or not other:
        return bool(one) != bool(other)
    ours, theirs = max(high for _, high in one), max(high for _, high in other)
    margin = next((margin for limit, margin in _SIZE_MARGINS_MM if theirs < limit), theirs * _LARGE_SIZE_MARGIN)
    return abs(ours - theirs) > margin


def _size(sizes: Sequence[tuple[float, float]]) -> str:
    return " x ".join(f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in sizes) + (
        " mm" if sizes else ""
    )
