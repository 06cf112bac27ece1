"""How the report reader lists the entities of a report and matches those of two."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from radeval.core.finding import Finding, Kind, Presence
from radeval.findings.compare import Match
from radeval.findings.reader import ReportReader
from radeval.metrics.judge.readings import Readings

Agreement = Literal["match", "false", "omitted", "conflict", "none"]

_PLACES = ("location", "laterality", "tip")


class Agreements(NamedTuple):
    """How the attributes of a matched entity stand to each other.

    Attributes:
        location: Of its place and side.
        severity: Of its grade.
        certainty: Of how sure the reports are.
    """

    location: Agreement
    severity: Agreement
    certainty: Agreement


class Places(NamedTuple):
    """Which entities of two reports are the same, by their place in `entities`.

    Attributes:
        matched: Reference, candidate, and how their attributes stand.
        false: Of the candidate alone.
        omitted: Of the reference alone.
    """

    matched: tuple[tuple[int, int, Agreements], ...]
    false: tuple[int, ...]
    omitted: tuple[int, ...]


def entities(report: str, readings: Readings) -> list[Finding]:
    """Returns what a report states as present or uncertain, repetitions included."""
    found = readings.read(report).findings
    return [one for one in found if one.kind is not Kind.NORMAL and one.presence is not Presence.ABSENT]


def match_entities(candidate: str, reference: str, readings: Readings) -> Places:
    """Returns the entities of two reports side by side.

    What a report says again, or implies by another entity, shares that one's fate.
    """
    found = readings.compare(candidate, reference)
    ours, theirs = _Side(entities(candidate, readings)), _Side(entities(reference, readings))
    matched = {
        (theirs.place(one.reference), ours.place(one.candidate)): agreements(one, readings.reader)
        for one in found.matched
    }
    partners = {column: row for row, column in matched}
    false, omitted = ours.places(found.false), theirs.places(found.omitted)
    for place in ours.left(set(partners) | false):
        twin = ours.twin(place, set(partners), readings.reader)
        if twin is None:
            false.add(place)
        else:
            matched[partners[twin], place] = matched[partners[twin], twin]
    partners = dict(matched.keys())
    for place in theirs.left(set(partners) | omitted):
        twin = theirs.twin(place, set(partners), readings.reader)
        if twin is None:
            omitted.add(place)
        else:
            matched[place, partners[twin]] = matched[twin, partners[twin]]
    rows = tuple((row, column, how) for (row, column), how in sorted(matched.items()))
    columns = {column for _, column, _ in rows}
    lines = {row for row, _, _ in rows}
    return Places(rows, tuple(sorted(false - columns)), tuple(sorted(omitted - lines)))


class _Side:
    """The entities of one report."""

    def __init__(self, stated: list[Finding]) -> None:
        self._stated = stated
        self._by_name = {(one.span, one.concept): place for place, one in reversed(list(enumerate(stated)))}

    def place(self, finding: Finding) -> int:
        return self._by_name[finding.span, finding.concept]

    def places(self, findings: Iterable[Finding]) -> set[int]:
        return {self.place(one) for one in findings}

    def left(self, placed: set[int]) -> list[int]:
        return [place for place in range(len(self._stated)) if place not in placed]

    def twin(self, place: int, among: set[int], reader: ReportReader) -> int | None:
        """Returns the entity that another one repeats or is implied by, None where there is none."""
        name = self._stated[place].concept
        likeness = {other: reader.kinship.similarity(name, self._stated[other].concept) for other in sorted(among)}
        best = max(likeness, key=lambda other: likeness[other], default=None)
        return best if best is not None and likeness[best] > 0 else None


def agreements(match: Match, reader: ReportReader) -> Agreements:
    """Returns how the attributes of a matched finding stand to each other."""
    ours, theirs = match.candidate, match.reference
    differing = {one.attribute for one in match.differences}
    return Agreements(
        _agreement(_placed(ours, reader), _placed(theirs, reader), bool(differing.intersection(_PLACES))),
        _agreement(ours.severity is not None, theirs.severity is not None, "severity" in differing),
        "conflict" if "presence" in differing else "match",
    )


def _agreement(ours: bool, theirs: bool, differ: bool) -> Agreement:
    if differ:
        return "conflict"
    if ours and theirs:
        return "match"
    return "false" if ours else "omitted" if theirs else "none"


def _placed(finding: Finding, reader: ReportReader) -> bool:
    """Tells whether a report places a finding elsewhere than where its concept always is, or on a side."""
    site = reader.lexicon.concepts[finding.concept].site
    return bool(finding.laterality or finding.tip_position or (finding.locations and finding.locations != (site,)))
