"""A comparison of two readings as evidence, in a radiologist's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from radeval.core.example import Example
from radeval.core.finding import Finding
from radeval.core.score import Evidence
from radeval.findings.compare import Comparison, Difference, Match, denies
from radeval.findings.reader import ReportReader
from radeval.findings.reading import Reading
from radeval.findings.significance import LEVELS, Significance, rules_of

_ATTRIBUTES = {
    "presence": "certainty",
    "location": "place",
    "laterality": "side",
    "severity": "grade",
    "descriptor": "kind",
}
"""What attributes are called where "change", "size", "count" and "tip" are not plain enough."""

_PRESENCE = {"present": "stated", "uncertain": "in doubt"}
_GRADES = {1: "trace", 2: "small or mild", 3: "moderate", 4: "large or severe", 5: "massive"}


def evidence(
    found: Comparison, example: Example, candidate: Reading, reference: Reading, judge: ReportReader
) -> Iterator[Evidence]:
    """Yields what matches, differs, is left out and is made up, each with how much it matters in this patient."""
    rules = rules_of(judge)
    for one in found.matched:
        ours, theirs = (rules.weigh(finding, example.context) for finding in (one.candidate, one.reference))
        # What differs matters as much as the graver of what the two say.
        graver = bool(one.differences) and LEVELS.index(ours.level) > LEVELS.index(theirs.level)
        yield _both(one, ours if graver else theirs, example)
    for finding in found.omitted:
        denial = _denial(finding, candidate, judge) if finding in found.denied else None
        weight = rules.weigh(finding, example.context)
        yield _lone("omitted", "reference", finding, example.references[0], denial, weight)
    for finding in found.false:
        denial = _denial(finding, reference, judge) if finding in found.denied else None
        yield _lone("false", "candidate", finding, example.candidate, denial, rules.weigh(finding, example.context))


def _both(match: Match, weight: Significance, example: Example) -> Evidence:
    near = f"near neighbour of {_plain(match.reference.concept)}" if match.credit < 1 else ""
    return Evidence(
        f"wrong {match.differences[0].attribute}" if match.differences else "matched",
        "candidate",
        match.candidate.span,
        example.candidate[slice(*match.candidate.span)],
        counterpart=match.reference.span,
        concept=match.candidate.concept,
        significance=weight.level,
        note=_joined([near, *(in_words(one, match) for one in match.differences), _why(weight)]),
    )


def _lone(
    kind: str,
    side: Literal["candidate", "reference"],
    finding: Finding,
    text: str,
    denial: Finding | None,
    weight: Significance,
) -> Evidence:
    return Evidence(
        kind,
        side,
        finding.span,
        text[slice(*finding.span)],
        counterpart=denial.span if denial else None,
        concept=finding.concept,
        significance=weight.level,
        note=_joined(["the other report denies it" if denial else "", _why(weight)]),
    )


def _denial(finding: Finding, reading: Reading, judge: ReportReader) -> Finding | None:
    """Returns the statement of a reading that denies a finding."""
    alone = (Reading((one,), reading.sentences, ()) for one in reading.findings)
    return next((one.findings[0] for one in alone if denies(one, finding, judge)), None)


def in_words(difference: Difference, match: Match) -> str:
    """Returns a difference as "side: right, not left"."""
    ours, theirs = difference.candidate, difference.reference
    if difference.attribute == "severity":
        ours, theirs = _grade(match.candidate.severity), _grade(match.reference.severity)
    elif difference.attribute == "presence":
        ours, theirs = _PRESENCE.get(ours, ours), _PRESENCE.get(theirs, theirs)
    elif difference.attribute == "location":
        ours, theirs = _plain(ours), _plain(theirs)
    return worded(_ATTRIBUTES.get(difference.attribute, difference.attribute), ours, theirs)


def worded(name: str, ours: str, theirs: str) -> str:
    """Returns in what an attribute differs between candidate and reference, of which one may say nothing."""
    if ours and theirs:
        return f"{name}: {ours}, not {theirs}"
    return f"{name}: {ours} (reference: not mentioned)" if ours else f"{name}: not mentioned (reference: {theirs})"


def _grade(severity: float | None) -> str:
    if severity is None:
        return ""
    low, high = int(severity), int(-(-severity // 1))
    return _GRADES[low] if low == high else f"{_GRADES[low]} to {_GRADES[high]}"


def _why(weight: Significance) -> str:
    """Returns the reason of a level that the concept does not have in every patient."""
    return "" if weight.is_default else f"why {weight.level}: {weight.reason}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _joined(notes: list[str]) -> str:
    return "; ".join(note for note in notes if note)
