"""Whether statements follow from others, by what the reader understands of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from radeval.core.finding import Finding, Kind, Presence
from radeval.findings.reader import ReportReader, reader

_SAME_ENOUGH = 0.8
"""Likeness from which one concept stands for another in an inference."""


class Verdict(StrEnum):
    """How a hypothesis stands to its premises."""

    ENTAILMENT = "entailment"
    CONTRADICTION = "contradiction"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Entailment:
    """A verdict with the premises that decide it.

    Attributes:
        verdict: Entailed where every finding of the hypothesis follows, contradicted where one is denied, else neutral.
        premises: Indices of the premises that decide it; empty where it is neutral.
    """

    verdict: Verdict
    premises: tuple[int, ...]


def entails(premises: Sequence[str], hypothesis: str, modality: str = "cxr") -> Entailment:
    """Returns whether a statement follows from others, contradicts them, or neither.

    A hypothesis in which nothing is understood is neutral.

    Args:
        premises: Statements taken as true.
        hypothesis: The statement in question.
        modality: "cxr" or "ct".
    """
    judge = reader(modality)
    known = [(place, one) for place, text in enumerate(premises) for one in judge.read(text).findings]
    claims = judge.read(hypothesis).findings
    if not claims:
        return Entailment(Verdict.NEUTRAL, ())
    deciding: set[int] = set()
    open_claims = False
    for claim in claims:
        against = [place for place, one in known if _contradicts(one, claim, judge)]
        support = [place for place, one in known if _supports(one, claim, judge)]
        if support:
            deciding.update(support)
        elif against:
            return Entailment(Verdict.CONTRADICTION, tuple(sorted(set(against))))
        else:
            open_claims = True
    if open_claims:
        return Entailment(Verdict.NEUTRAL, ())
    return Entailment(Verdict.ENTAILMENT, tuple(sorted(deciding)))


def _supports(premise: Finding, claim: Finding, judge: ReportReader) -> bool:
    if claim.kind is Kind.NORMAL:
        covered = premise.kind is Kind.NORMAL and claim.concept in judge.anatomy.covered(premise.concept)
        return covered and _lies_on(claim.laterality, premise.laterality)
    if claim.presence is Presence.ABSENT:
        return _denies(premise, claim, judge)
    if premise.kind is Kind.NORMAL or premise.presence is Presence.ABSENT:
        return False
    if premise.presence is Presence.UNCERTAIN and claim.presence is Presence.PRESENT:
        return False
    return _is_case_of(premise, claim, judge) and _place_fits(premise, claim, judge)


def _contradicts(premise: Finding, claim: Finding, judge: ReportReader) -> bool:
    if claim.kind is Kind.NORMAL:
        return (
            premise.kind is not Kind.NORMAL
            and premise.presence is Presence.PRESENT
            and premise.concept in judge.kinship.denied_by_normal(claim.concept)
            and _lies_on(premise.laterality, claim.laterality)
        )
    if claim.presence is Presence.ABSENT:
        return (
            premise.kind is not Kind.NORMAL
            and premise.presence is Presence.PRESENT
            and _is_case_of(premise, claim, judge)
            and _lies_on(premise.laterality, claim.laterality)
            and (_stated_nowhere(claim, judge) or _within_any(premise, claim, judge))
        )
    return _denies(premise, claim, judge)


def _denies(premise: Finding, claim: Finding, judge: ReportReader) -> bool:
    """Tells whether a premise says that what a claim names is not there."""
    sided = _lies_on(claim.laterality, premise.laterality)
    if claim.presence is not Presence.ABSENT and claim.laterality == "bilateral":
        sided = True
    if premise.kind is Kind.NORMAL:
        return sided and claim.concept in judge.kinship.denied_by_normal(premise.concept)
    if premise.presence is not Presence.ABSENT or not sided:
        return False
    if not (_stated_nowhere(premise, judge) or _within_any(claim, premise, judge)):
        return False
    same = premise.concept in judge.kinship.implied(claim.concept)
    return same or judge.kinship.similarity(premise.concept, claim.concept) >= _SAME_ENOUGH


def _lies_on(inner: str | None, outer: str | None) -> bool:
    """Tells whether everything on one side is also on the other; no side stands for both."""
    return outer in (None, "bilateral") or inner == outer


def _stated_nowhere(one: Finding, judge: ReportReader) -> bool:
    """Tells whether a finding's only place is the one that its concept always has."""
    concept = judge.lexicon.concepts[one.concept]
    return not one.locations or one.locations == (concept.site,)


def _within_any(inner: Finding, outer: Finding, judge: ReportReader) -> bool:
    return any(judge.anatomy.within(a, b) for a in inner.locations for b in outer.locations)


def _is_case_of(premise: Finding, claim: Finding, judge: ReportReader) -> bool:
    if claim.concept in judge.kinship.implied(premise.concept):
        return True
    return judge.kinship.similarity(premise.concept, claim.concept) >= _SAME_ENOUGH


def _place_fits(premise: Finding, claim: Finding, judge: ReportReader) -> bool:
    """Tells whether the claim's place is the premise's or a wider one."""
    if claim.laterality and premise.laterality not in (claim.laterality, "bilateral"):
        return False
    if not claim.locations or not premise.locations:
        return True
    return _within_any(premise, claim, judge)
