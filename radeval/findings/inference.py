"""What one finding says of another: that it is there, or that it cannot be."""

from __future__ import annotations

from radeval.core.finding import Finding, Kind, Presence, Tip
from radeval.findings.differences import (
    OPPOSED,
    descriptors_oppose,
    grades_differ,
    sides_differ,
    sizes_differ,
    tips_differ,
)
from radeval.findings.kinship import Kinship
from radeval.findings.placements import Apart

_GRADES_APART = 2.0
"""Grades that one finding cannot both have: "small" and "moderate" overlap between readers, small and large do not."""

_CHANGES_APART = {
    frozenset(("new", "stable")),
    frozenset(("new", "better")),
    frozenset(("worse", "better")),
    frozenset(("worse", "stable")),
    frozenset(("better", "stable")),
}
_TELLING = frozenset[str]().union(*(side for pair in OPPOSED for side in pair)) - {
    "focal", "diffuse", "widespread", "single", "solitary", "multiple", "multifocal", "numerous", "several",
    "layering", "dependent", "irregular", "smooth", "unilateral", "bilateral",
}  # fmt: skip
"""Descriptors that make a finding another one: who has only heard of a fracture does not know that it is displaced."""

_ASSUMED = frozenset(("acute",))
"""What a finding is taken to be where nothing else is said."""


def affirms(premise: Finding, claim: Finding, kinship: Kinship) -> bool:
    """Tells whether a stated finding says a claimed one: the same or a special case of it, with all that is claimed.

    A place, side, grade, size, count or tip that only the claim names does not follow. That something has stayed the
    same follows from its being there, as it does to radiologists who compare phrases; any other change must be said.
    """
    if premise.kind is Kind.NORMAL or premise.presence is Presence.ABSENT:
        return False
    # An explanation is never more than likely, in whichever words it is offered.
    if premise.presence is Presence.UNCERTAIN and claim.presence is Presence.PRESENT and not claim.interprets:
        return False
    if not kinship.is_case_of(premise.concept, claim.concept):
        return False
    if claim.laterality and premise.laterality not in (claim.laterality, "bilateral"):
        return False
    return _is_where(premise, claim, kinship) and _has_details(premise, claim, kinship)


def _is_where(premise: Finding, claim: Finding, kinship: Kinship) -> bool:
    if claim.tip and premise.tip:
        return True  # a tube is where its tip is
    if kinship.stated_nowhere(claim) or claim.locations == premise.locations:
        return True
    # Of a special name the usual place is implied: a compression fracture is one of the spine.
    if kinship.stated_nowhere(premise) and premise.concept == claim.concept:
        return False
    return all(any(kinship.regions.within(a, b) for a in premise.locations) for b in claim.locations)


def _has_details(premise: Finding, claim: Finding, kinship: Kinship) -> bool:
    if claim.severity is not None and (premise.severity is None or grades_differ(premise.severity, claim.severity)):
        return False
    if claim.sizes_mm and sizes_differ(premise.sizes_mm, claim.sizes_mm):
        return False
    if claim.count is not None and claim.count != premise.count:
        return False
    if claim.change and claim.change != premise.change and (claim.change != "stable" or premise.change):
        return False
    if claim.tip and (
        not premise.tip or tips_differ(premise, claim, kinship) or not _ends_there(premise.tip, claim.tip)
    ):
        return False
    if claim.descriptors:
        if descriptors_oppose(premise.descriptors, claim.descriptors):
            return False
        return _TELLING.isdisjoint(claim.descriptors) or _tells(premise, claim)
    return True


def _ends_there(premise: Tip, claim: Tip) -> bool:
    """Tells whether a tip is at all that is claimed: a site, or a judgement of it."""
    if claim.site is None:
        return premise.placement == claim.placement
    return premise.site is not None


def _tells(premise: Finding, claim: Finding) -> bool:
    """Tells whether a premise bears every telling descriptor of a claim, in this or a like word."""
    for word in _TELLING.intersection(claim.descriptors):
        if not any(word in side and not side.isdisjoint(premise.descriptors) for pair in OPPOSED for side in pair):
            return False
    return True


def conflicts(premise: Finding, claim: Finding, kinship: Kinship) -> bool:
    """Tells whether two stated findings cannot both hold, though neither is denied in words.

    Their concepts exclude each other, or they are one finding with a grade, change or tip that it cannot have.
    """
    if premise.kind is Kind.NORMAL or premise.presence is not Presence.PRESENT or sides_differ(premise, claim):
        return False
    if kinship.excludes(premise.concept, claim.concept):
        return True
    if premise.concept == claim.concept and kinship.placements.apart(premise, claim) in (Apart.NEAR, Apart.OPPOSED):
        return True
    if premise.concept != claim.concept or not kinship.regions.meet(premise.locations, claim.locations):
        return False
    if premise.laterality != claim.laterality:
        return False
    grades = (premise.severity, claim.severity)
    if grades[0] is not None and grades[1] is not None and abs(grades[0] - grades[1]) >= _GRADES_APART:
        return True
    return bool(premise.change and claim.change and frozenset((premise.change, claim.change)) in _CHANGES_APART)


def rules_out(denial: Finding, stated: Finding, kinship: Kinship, *, everywhere: bool = False) -> bool:
    """Tells whether a denial or a normal statement says that something is not there.

    Args:
        denial: Denied by name, or a structure that is normal.
        stated: What is in question; its presence does not matter.
        kinship: Relations of the concepts.
        everywhere: Whether it must be ruled out wherever it is claimed, not only in part: "no left effusion" rules out
            bilateral effusions, but it does not say that there are none.
    """
    side = denial.laterality
    if side not in (None, "bilateral", stated.laterality) and (everywhere or stated.laterality != "bilateral"):
        return False
    if denial.kind is Kind.NORMAL:
        if stated.concept not in kinship.denied_by_normal(denial.concept):
            return False
        return "acute" not in denial.descriptors or not _chronic(stated, kinship)
    if denial.presence is not Presence.ABSENT:
        return False
    if not kinship.is_case_of(stated.concept, denial.concept):
        return False
    if not kinship.stated_nowhere(denial) and not kinship.regions.all_within(stated.locations, denial.locations):
        return False
    return not _qualified(denial) or _within_terms(denial, stated, kinship)


def _qualified(denial: Finding) -> bool:
    return bool(denial.severity is not None or denial.sizes_mm or denial.change or denial.descriptors)


def _within_terms(denial: Finding, stated: Finding, kinship: Kinship) -> bool:
    """Tells whether a finding is of the sort that a qualified denial denies ("no large effusion", "no new nodule")."""
    if denial.severity is not None and (stated.severity is None or stated.severity < denial.severity):
        return False
    if denial.sizes_mm and not stated.sizes_mm:
        return False
    if denial.change in ("new", "worse") and denial.change != stated.change:
        return False
    if descriptors_oppose(denial.descriptors, stated.descriptors):
        return False
    if "acute" in denial.descriptors and _chronic(stated, kinship):
        return False
    telling = _TELLING.intersection(denial.descriptors) - _ASSUMED
    return all(
        any(word in side and not side.isdisjoint(stated.descriptors) for pair in OPPOSED for side in pair)
        for word in telling
    )


def _chronic(stated: Finding, kinship: Kinship) -> bool:
    """Tells whether a finding is none that "no acute abnormality" denies."""
    if "acute" in stated.descriptors:
        return False
    return kinship.lasting(stated.concept) or descriptors_oppose(("acute",), stated.descriptors)
