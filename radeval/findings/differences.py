"""In what two statements of one finding differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from radeval.core.finding import Finding, Kind
from radeval.findings.kinship import Kinship
from radeval.findings.placements import Apart

Attribute = Literal["presence", "location", "laterality", "severity", "size", "count", "change", "tip", "descriptor"]

_SEVERITY_TOLERANCE, _MILD = 1.0, 2.0
_SIZE_MARGINS_MM = ((6.0, 2.0), (30.0, 4.0))
_LARGE_SIZE_MARGIN = 0.2
OPPOSED = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, other in (
        ("acute subacute", "chronic old remote healed healing"),
        ("focal", "diffuse widespread"),
        ("unilateral", "bilateral"),
        ("left-predominant", "right-predominant"),
        ("single solitary", "multiple multifocal numerous several"),
        ("displaced", "nondisplaced undisplaced"),
        ("calcified", "noncalcified uncalcified"),
        ("solid", "cystic cavitary cavitating"),
        ("loculated", "layering free-flowing dependent"),
        ("spiculated irregular ill-defined", "smooth well-defined circumscribed well-circumscribed"),
    )
)
"""Descriptors of which a finding cannot bear one of the first and one of the second group."""


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


def differences(candidate: Finding, reference: Finding, kinship: Kinship) -> tuple[Difference, ...]:
    """Returns the attributes in which two findings differ.

    What only one of them mentions is a difference for size and change, since the other left it out; a side, place,
    grade, count, descriptor or tip that only one names is none, but a wrong tip is.
    """
    found: list[Difference] = []
    # Doubt about one name and certainty about another are no contradiction: "opacity" and "possible pneumonia".
    if candidate.presence is not reference.presence and candidate.concept == reference.concept:
        found.append(Difference("presence", str(candidate.presence), str(reference.presence)))
    if candidate.laterality and reference.laterality and candidate.laterality != reference.laterality:
        found.append(Difference("laterality", candidate.laterality, reference.laterality))
    # A tube is where its tip is: two names for its course are no difference of their own.
    if not (candidate.tip or reference.tip) and kinship.apart(candidate, reference):
        found.append(Difference("location", ", ".join(candidate.locations), ", ".join(reference.locations)))
    if grades_differ(candidate.severity, reference.severity):
        found.append(Difference("severity", f"{candidate.severity:g} of 5", f"{reference.severity:g} of 5"))
    if (candidate.sizes_mm or reference.sizes_mm) and sizes_differ(candidate.sizes_mm, reference.sizes_mm):
        found.append(Difference("size", _size(candidate.sizes_mm), _size(reference.sizes_mm)))
    counts = [_count(candidate), _count(reference)]
    if counts[0] is not None and counts[1] is not None and counts[0] != counts[1]:
        found.append(Difference("count", str(counts[0]), str(counts[1])))
    if candidate.change != reference.change:
        found.append(Difference("change", candidate.change or "", reference.change or ""))
    if candidate.kind is Kind.DEVICE and tips_differ(candidate, reference, kinship):
        found.append(Difference("tip", _tip(candidate), _tip(reference)))
    if candidate.descriptors and reference.descriptors:
        found += _opposed(candidate.descriptors, reference.descriptors)
    return tuple(found)


def _count(one: Finding) -> int | None:
    """Returns how many a finding is: as many as it names parts of a row, such as ribs, where it says no number."""
    if one.count is not None:
        return one.count
    numbered = [name for name in one.locations if name[-1:].isdigit()]
    return len(numbered) if numbered and len(numbered) == len(one.locations) else None


def grades_differ(one: float | None, other: float | None) -> bool:
    """Tells whether two grades are a whole grade apart; an unstated one agrees with any.

    Below moderate they do not differ: "trace", "minimal", "small" and "mild" are used for one another.
    """
    if one is None or other is None or max(one, other) <= _MILD:
        return False
    return abs(one - other) >= _SEVERITY_TOLERANCE


def sides_differ(one: Finding, other: Finding) -> bool:
    """Tells whether two sides exclude each other; where either names none or both, they do not."""
    return bool(one.laterality and other.laterality) and {one.laterality, other.laterality} == {"left", "right"}


def sizes_differ(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> bool:
    """Tells whether the greatest extents are further apart than two readers measure, or only one is measured."""
    if not one or not other:
        return bool(one) != bool(other)
    small, large = sorted((max(high for _, high in one), max(high for _, high in other)))
    margin = next((margin for limit, margin in _SIZE_MARGINS_MM if small < limit), small * _LARGE_SIZE_MARGIN)
    return large - small > margin


def tips_differ(one: Finding, other: Finding, kinship: Kinship) -> bool:
    """Tells whether two devices end at different places, or one of them is said to end at a wrong one."""
    return kinship.placements.apart(one, other) is not Apart.SAME


@lru_cache(maxsize=16_384)
def descriptors_oppose(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tells whether two findings bear descriptors that exclude each other."""
    return bool(_opposed(one, other))


@lru_cache(maxsize=16_384)
def _opposed(candidate: tuple[str, ...], reference: tuple[str, ...]) -> tuple[Difference, ...]:
    found = []
    for pair in OPPOSED:
        ours, theirs = ([[word for word in side if word in words] for side in pair] for words in (candidate, reference))
        # Who says "acute on chronic" opposes neither.
        for mine, yours in ((ours, theirs[::-1]), (ours[::-1], theirs)):
            if mine[0] and yours[0] and not mine[1] and not yours[1]:
                found.append(Difference("descriptor", ", ".join(sorted(mine[0])), ", ".join(sorted(yours[0]))))
    return tuple(found)


def _tip(one: Finding) -> str:
    return one.tip_position or (one.tip.placement or "" if one.tip else "")


def _size(sizes: Sequence[tuple[float, float]]) -> str:
    return " x ".join(f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in sizes) + (
        " mm" if sizes else ""
    )
