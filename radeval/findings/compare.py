"""Compares two readings: what matches, what is left out, what is made up, and what differs in what matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from radeval.core.finding import Finding, Kind, Laterality, Presence
from radeval.findings.assign import best_assignment
from radeval.findings.differences import Attribute, Difference, differences, sides_differ
from radeval.findings.inference import rules_out
from radeval.findings.kinship import SYNONYM, Kinship, names_no_finding
from radeval.findings.merging import Stated, stated
from radeval.findings.placements import Apart
from radeval.findings.reader import ReportReader
from radeval.findings.reading import Reading

__all__ = ["Attribute", "Comparison", "Difference", "Match", "compare", "denies"]

_SIDE_PENALTY = 0.1
_PLACE_PENALTY = 0.05
_DETAIL_PENALTY = 0.001
_LEAST_LIKENESS = 0.4
"""Likeness below which two names are two findings."""

_SIDES: tuple[Laterality, Laterality] = ("left", "right")


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

    def differs_in(self, attribute: Attribute) -> bool:
        """Tells whether the two differ in an attribute."""
        return any(one.attribute == attribute for one in self.differences)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readings side by side. Only findings that are present or uncertain are matched, each at most once.

    A bilateral finding is matched as a left and a right one where the other report states the two apart.

    Attributes:
        matched: Findings of both.
        omitted: Findings of the reference that the candidate lacks.
        false: Findings of the candidate that the reference lacks.
        implied: Findings of either that a matched finding of the other contains: neither matched, omitted nor false.
        denied: Of the omitted and the false, those that the other report denies in words.
        false_comparisons: Findings of the candidate for which it states a change and the reference, which has the same
            finding or rightly none, does not.
        omitted_comparisons: The same with the sides exchanged.
    """

    matched: tuple[Match, ...]
    omitted: tuple[Finding, ...]
    false: tuple[Finding, ...]
    implied: tuple[Finding, ...]
    denied: frozenset[Finding]
    false_comparisons: tuple[Finding, ...]
    omitted_comparisons: tuple[Finding, ...]


def compare(candidate: Reading, reference: Reading, reader: ReportReader) -> Comparison:
    """Returns the comparison of two readings by the same reader."""
    kinship = reader.kinship
    ours, theirs = stated(candidate.findings, kinship), stated(reference.findings, kinship)
    ours, theirs = _as_sided_as(ours, theirs, kinship), _as_sided_as(theirs, ours, kinship)
    ours, theirs = _one_by_one(ours, theirs, kinship), _one_by_one(theirs, ours, kinship)
    pairs = best_assignment([[_weight(one, other, kinship) for other in theirs] for one in ours])
    matched = tuple(_match(ours[row], theirs[column], kinship) for row, column in pairs)
    rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
    extra = [one for place, one in enumerate(ours) if place not in rows]
    missing = [one for place, one in enumerate(theirs) if place not in columns]
    contained = [one for one in extra if _contained(one, [theirs[column] for column in columns], kinship)]
    contained += [one for one in missing if _contained(one, [ours[row] for row in rows], kinship)]
    false = tuple(one.finding for one in extra if one not in contained)
    omitted = tuple(one.finding for one in missing if one not in contained)
    denied = {one for one in false if denies(reference, one, reader)}
    denied |= {one for one in omitted if denies(candidate, one, reader)}
    alone = [one for one in matched if one.candidate.change and not one.reference.change]
    unsaid = [one for one in matched if one.reference.change and not one.candidate.change]
    return Comparison(
        matched,
        omitted=omitted,
        false=false,
        implied=tuple(one.finding for one in contained),
        denied=frozenset(denied),
        false_comparisons=(*(one.candidate for one in alone), *_resolved_alone(candidate, reference, kinship)),
        omitted_comparisons=(*(one.reference for one in unsaid), *_resolved_alone(reference, candidate, kinship)),
    )


def denies(reading: Reading, finding: Finding, reader: ReportReader) -> bool:
    """Tells whether a reading denies a finding, by name, as a case of something denied, or by a normal statement."""
    kinship = reader.kinship
    names = kinship.named_by(finding.concept)
    for one in reading.findings:
        # What cannot deny it, which is most of a report, is told by its name alone.
        if one.kind is not Kind.NORMAL and (one.presence is not Presence.ABSENT or one.concept not in names):
            continue
        if rules_out(one, finding, kinship):
            return True
    return False


def _as_sided_as(ours: list[Stated], theirs: Sequence[Stated], kinship: Kinship) -> list[Stated]:
    """Returns statements, those on both sides cut in two where the other report states left and right apart."""
    if not any(one.finding.laterality == "bilateral" for one in ours):
        return ours
    found: list[Stated] = []
    for one in ours:
        if one.finding.laterality == "bilateral" and _apart(one, theirs, kinship) and not _apart(one, ours, kinship):
            found += [replace(one, finding=replace(one.finding, laterality=side)) for side in _SIDES]
        else:
            found.append(one)
    return found


def _apart(one: Stated, others: Sequence[Stated], kinship: Kinship) -> bool:
    """Tells whether others state a finding on the left and on the right, and not on both sides at once."""
    sides = {
        other.finding.laterality
        for other in others
        if other.finding.laterality
        and other is not one
        and kinship.similarity(one.finding.concept, other.finding.concept) >= SYNONYM
    }
    return sides == {"left", "right"}


def _one_by_one(ours: list[Stated], theirs: Sequence[Stated], kinship: Kinship) -> list[Stated]:
    """Returns statements, those on several ribs or vertebrae taken apart: three broken ribs are three fractures.

    Not where the other report says the same of no rib by its number ("several left rib fractures"), and not what seldom
    matters ("degenerative changes at T8 and T9").
    """
    found: list[Stated] = []
    for one in ours:
        places = one.finding.locations
        several = len(places) > 1 and all(kinship.regions.numbered(name) for name in places)
        if several and not kinship.lasting(one.finding.concept) and not _in_general(one, theirs, kinship):
            found += [replace(one, finding=replace(one.finding, locations=(name,))) for name in places]
        else:
            found.append(one)
    return found


def _in_general(one: Stated, others: Sequence[Stated], kinship: Kinship) -> bool:
    """Tells whether others state a finding without a numbered place."""
    return any(
        kinship.alike(one.finding.concept, other.finding.concept)
        and not any(kinship.regions.numbered(name) for name in other.finding.locations)
        for other in others
    )


def _match(one: Stated, other: Stated, kinship: Kinship) -> Match:
    ours, theirs = one.finding, other.finding
    return Match(ours, theirs, _credit(one, other, kinship), differences(ours, theirs, kinship))


def _credit(one: Stated, other: Stated, kinship: Kinship) -> float:
    if len(one.names) == 1 == len(other.names):
        return kinship.similarity(one.names[0], other.names[0])
    return kinship.nearest(one.names, other.names)


def _weight(one: Stated, other: Stated, kinship: Kinship) -> float:
    """Returns what pairing two statements is worth: their likeness, less a little for every doubt about the place.

    Less still for each detail that is not the same, which decides between pairings that are otherwise as good. Mere
    neighbours are one finding only where place and side allow it.
    """
    credit = _credit(one, other, kinship)
    if credit < _LEAST_LIKENESS:
        return 0.0
    ours, theirs = one.finding, other.finding
    sides, places = sides_differ(ours, theirs), _places_differ(ours, theirs, kinship)
    if credit < SYNONYM and (sides or places):
        return 0.0
    unlike = (
        (ours.concept != theirs.concept)
        + (ours.presence is not theirs.presence)
        + (ours.locations != theirs.locations)
        + (ours.laterality != theirs.laterality)
        + (ours.severity != theirs.severity)
        + (ours.sizes_mm != theirs.sizes_mm)
        + (ours.count != theirs.count)
        + (ours.change != theirs.change)
        + (ours.descriptors != theirs.descriptors)
        + (ours.tip != theirs.tip)
    )
    return credit - _SIDE_PENALTY * sides - _PLACE_PENALTY * places - _DETAIL_PENALTY * unlike


def _places_differ(ours: Finding, theirs: Finding, kinship: Kinship) -> bool:
    """Tells whether two findings are at different places: devices where they end, the rest where they lie."""
    if ours.tip or theirs.tip:
        return kinship.placements.apart(ours, theirs) is Apart.OPPOSED
    return kinship.apart(ours, theirs)


def _contained(one: Stated, matched: Sequence[Stated], kinship: Kinship) -> bool:
    """Tells whether a statement that found no partner says what a matched one of the other report says already.

    Either it is about the film and not about the patient, or a finding at several places has it at one of them, or it
    is one of the names that the other gives a finding, or the general name of what the other calls by a special one.
    """
    finding = one.finding
    if names_no_finding(finding.concept):
        return True
    for known in matched:
        other = known.finding
        if other.kind is not finding.kind:
            continue
        together = not sides_differ(finding, other) and not kinship.apart(finding, other)
        if together and finding.concept in known.names[1:]:
            return True
        if finding.concept not in kinship.implied(other.concept):
            continue
        if finding.concept == other.concept:
            several = other.laterality == "bilateral" or len(other.locations) > 1
            sided = other.laterality in ("bilateral", finding.laterality)
            if several and sided and kinship.regions.all_within(finding.locations, other.locations):
                return True
        elif together:
            # A focal opacity is not said by an edema of the lungs.
            vague = finding.laterality is None and kinship.stated_nowhere(finding)
            if vague or not kinship.stated_nowhere(other):
                return True
    return False


def _resolved_alone(reading: Reading, other: Reading, kinship: Kinship) -> list[Finding]:
    """Returns what a report calls resolved where the other neither says so nor has it."""
    gone = [one for one in reading.findings if one.presence is Presence.ABSENT and one.change == "resolved"]
    return [
        one
        for one in gone
        if not any(
            again.kind is not Kind.NORMAL
            and (again.presence is not Presence.ABSENT or again.change == "resolved")
            and kinship.similarity(one.concept, again.concept) >= SYNONYM
            and not sides_differ(one, again)
            for again in other.findings
        )
    ]
