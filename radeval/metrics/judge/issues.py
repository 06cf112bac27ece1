"""What is wrong about a finding that both reports state, by the kinds that judges know, and whether it matters."""

from __future__ import annotations

from typing import Literal, NamedTuple

from radeval.findings.compare import Attribute, Difference, Match
from radeval.findings.kinship import SYNONYM
from radeval.findings.placements import Apart
from radeval.findings.reader import ReportReader
from radeval.findings.significance import rules_of
from radeval.metrics.entity.evidence import in_words
from radeval.metrics.judge.readings import plain

IssueKind = Literal[
    "location",
    "severity",
    "descriptor",
    "measurement",
    "certainty",
    "unspecific",
    "overinterpretation",
    "temporal",
]

_KINDS: dict[Attribute, IssueKind] = {
    "presence": "certainty",
    "location": "location",
    "laterality": "location",
    "tip": "location",
    "severity": "severity",
    "size": "measurement",
    "count": "descriptor",
    "descriptor": "descriptor",
    "change": "temporal",
}
_MANAGED_CHANGES = ("new", "worse", "resolved")
_GRADES_APART = 1.5
_FOLLOWED_BY_SIZE = ("nodule", "mass")
_SIZES_APART = 1.5
_NEAR = 0.6
"""Likeness of two names from which taking one for the other does not change management."""


class Issue(NamedTuple):
    """Something about a matched finding that is wrong.

    Attributes:
        kind: What is wrong.
        significant: Whether it could change management.
        note: What the reports say, in words.
        lone_change: The change that only one of the reports states, else empty.
    """

    kind: IssueKind
    significant: bool
    note: str
    lone_change: str = ""


def issues(match: Match, reader: ReportReader) -> tuple[Issue, ...]:
    """Returns what is wrong about a matched finding; one entry a kind."""
    if not match.differences and match.credit == 1:
        return ()
    found: dict[IssueKind, Issue] = {}
    for one in match.differences:
        lone = one.attribute == "change" and not (one.candidate and one.reference)
        note = in_words(one, match)
        issue = Issue(
            _KINDS[one.attribute], _matters(one, match, reader), note, one.candidate + one.reference if lone else ""
        )
        # A wrong side and a wrong lobe are one wrong place.
        if issue.kind not in found or issue.significant > found[issue.kind].significant:
            found[issue.kind] = issue
    if match.credit < SYNONYM or (match.credit < 1 and _is_managed_otherwise(match, reader)):
        kind = _naming(match, reader)
        note = f"{plain(match.candidate.concept)}, not {plain(match.reference.concept)}"
        found[kind] = Issue(kind, match.credit < _NEAR, note)
    return tuple(found.values())


def _is_managed_otherwise(match: Match, reader: ReportReader) -> bool:
    """Tells whether one report's words call for action and the other's do not."""
    weigh = rules_of(reader).weigh
    return weigh(match.candidate).clinically_significant is not weigh(match.reference).clinically_significant


def _naming(match: Match, reader: ReportReader) -> IssueKind:
    if match.candidate.concept in reader.kinship.implied(match.reference.concept):
        return "unspecific"
    if match.reference.concept in reader.kinship.implied(match.candidate.concept):
        return "overinterpretation"
    return "descriptor"


def _matters(one: Difference, match: Match, reader: ReportReader) -> bool:
    if one.attribute == "tip":
        return _tip_matters(match, reader)
    if one.attribute == "laterality":
        return True
    if one.attribute == "location":
        # Readers draw the border between two zones, or count ribs, one apart.
        return not reader.kinship.regions.next_to(match.candidate.locations, match.reference.locations)
    if one.attribute == "severity":
        grades = (match.candidate.severity, match.reference.severity)
        return grades[0] is not None and grades[1] is not None and abs(grades[0] - grades[1]) >= _GRADES_APART
    if one.attribute == "size":
        return bool(one.candidate and one.reference) and _size_matters(match, reader)
    if one.attribute == "change":
        return one.reference in _MANAGED_CHANGES or one.candidate in _MANAGED_CHANGES
    return False


def _tip_matters(match: Match, reader: ReportReader) -> bool:
    """Tells whether management turns on where a device ends: it is right in one report only, or worse in one."""
    if reader.placements.apart(match.candidate, match.reference) >= Apart.UNSAID:
        return True
    levels = {rules_of(reader).weigh(one).level for one in (match.candidate, match.reference)}
    return len(levels) > 1


def _size_matters(match: Match, reader: ReportReader) -> bool:
    """Tells whether management turns on a difference in size: of nodules on any, of the rest where it is by half."""
    concept = match.reference.concept
    if any(reader.kinship.similarity(concept, one) > 0 for one in _FOLLOWED_BY_SIZE):
        return True
    small, large = sorted(max(high for _, high in one.sizes_mm) for one in (match.candidate, match.reference))
    return large > _SIZES_APART * small
