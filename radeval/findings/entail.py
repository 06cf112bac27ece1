"""Whether statements follow from others, by what the reader understands of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from radeval.core.errors import TextError
from radeval.core.finding import Finding, Kind, Laterality, Presence
from radeval.findings.inference import affirms, conflicts, rules_out
from radeval.findings.reader import ReportReader, reader
from radeval.findings.reading import Reading
from radeval.findings.words import tokenize

_SIDES: tuple[Laterality, Laterality] = ("left", "right")
_ENLARGED = "enlarged"
_SUMMARIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "cardiomediastinal_silhouette": (("heart", "mediastinum"),),
    "pleuropulmonary": (("lung", "pleura"),),
    "cardiopulmonary": (("lung", "pleura"), ("heart", "lung")),
    "thorax": (("lung", "pleura"), ("heart", "lung")),
}
"""Parts of which a report with nothing in them calls the whole free of acute disease, in one of several ways.

For the whole to be normal, all the parts must be.
"""

_SHOWN_CLEAN_BY = {
    "lung": ("consolidation",),
    "pleura": ("pleural_effusion", "pneumothorax"),
}
"""What must be denied for a part to be free of acute disease: what radiologists list before they say so."""


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


_NEUTRAL = Entailment(Verdict.NEUTRAL, ())


def entails(premises: Sequence[str], hypothesis: str, modality: str = "cxr") -> Entailment:
    """Returns whether a statement follows from others, contradicts them, or neither.

    A hypothesis in which nothing is understood is neutral; what is not understood in another must stand in a premise
    in the same words.

    Args:
        premises: Statements taken as true.
        hypothesis: The statement in question.
        modality: "cxr" or "ct".

    Raises:
        TextError: The premises are one bare text, or something is not text.
    """
    if isinstance(premises, str):
        raise TextError("the premises are a list of statements, not one text", hint="entails([premise], hypothesis)")
    for text in (*premises, hypothesis):
        if not isinstance(text, str):
            raise TextError(f"a statement is text, not {type(text).__name__}", hint="entails([premise], hypothesis)")
    judge = reader(modality)
    readings = [judge.read(text) for text in premises]
    claims = judge.read(hypothesis)
    found = Premises([one.findings for one in readings], judge).judge(claims.findings)
    if claims.unread and found.verdict is Verdict.ENTAILMENT:
        known = {words for text, one in zip(premises, readings, strict=True) for words in _unread(text, one)}
        return found if known.issuperset(_unread(hypothesis, claims)) else _NEUTRAL
    return found


def _unread(text: str, reading: Reading) -> list[tuple[str, ...]]:
    return [tuple(token.word for token in tokenize(text[start:end])) for start, end in reading.unread]


class _Normal(NamedTuple):
    """A premise that calls a structure normal.

    Attributes:
        place: Which premise.
        finding: The statement.
        denied: The concepts that it denies.
        covered: The structures that it is about.
    """

    place: int
    finding: Finding
    denied: frozenset[str]
    covered: frozenset[str]


class Premises:
    """Statements taken as true, read once, against which any number of hypotheses are judged.

    Args:
        premises: The findings of each statement.
        reader: What read them.
    """

    def __init__(self, premises: Sequence[Sequence[Finding]], reader: ReportReader) -> None:
        self._kinship = kinship = reader.kinship
        self._normal: list[_Normal] = []
        self._denied: dict[str, list[tuple[int, Finding]]] = {}
        self._stated: dict[str, list[tuple[int, Finding]]] = {}
        sides: set[Laterality | None] = set()
        for place, findings in enumerate(premises):
            for one in findings:
                sides.add(one.laterality)
                if one.kind is Kind.NORMAL:
                    denied, covered = kinship.denied_by_normal(one.concept), reader.anatomy.covered(one.concept)
                    self._normal.append(_Normal(place, one, denied, covered))
                else:
                    side = self._denied if one.presence is Presence.ABSENT else self._stated
                    side.setdefault(one.concept, []).append((place, one))
        self._sided = sides.issuperset(_SIDES)

    def judge(self, claims: Sequence[Finding]) -> Entailment:
        """Returns how a hypothesis stands to the premises.

        Args:
            claims: What the hypothesis says, by the same reader.
        """
        deciding: set[int] = set()
        followed = bool(claims)
        for claim in claims:
            support = self._support(claim)
            if support:
                deciding.update(support)
                continue
            against = self._against(claim)
            if against:
                return Entailment(Verdict.CONTRADICTION, tuple(sorted(set(against))))
            followed = False
        return Entailment(Verdict.ENTAILMENT, tuple(sorted(deciding))) if followed else _NEUTRAL

    def _support(self, claim: Finding) -> Iterable[int]:
        if claim.kind is Kind.NORMAL:
            return self._normality(claim)
        if claim.presence is Presence.ABSENT:
            return self._absence(claim)
        whole = self._presence(claim)
        if whole or claim.laterality != "bilateral":
            return whole
        return self._on_both_sides(claim, self._presence)

    def _on_both_sides(self, claim: Finding, deciding: Callable[[Finding], Iterable[int]]) -> Iterable[int]:
        """Returns what decides a claim on the left and on the right, nothing where one side stays open.

        Only what speaks of one side can decide a half of what it does not decide whole, so that both must be spoken of.
        """
        if not self._sided:
            return ()
        found: set[int] = set()
        for side in _SIDES:
            half = deciding(replace(claim, laterality=side))
            if not half:
                return ()
            found.update(half)
        return found

    def _presence(self, claim: Finding) -> list[int]:
        named_by = self._kinship.named_by
        return [
            place
            for concept, known in self._stated.items()
            if claim.concept in named_by(concept)
            for place, one in known
            if affirms(one, claim, self._kinship)
        ]

    def _denying(self, claim: Finding, *, everywhere: bool) -> list[int]:
        """Returns the premises that deny what a claim names, by name or by a normal statement."""
        kinship, claimed = self._kinship, claim.concept
        names = kinship.named_by(claimed)
        found = [
            place
            for concept, known in self._denied.items()
            if concept in names
            for place, one in known
            if rules_out(one, claim, kinship, everywhere=everywhere)
        ]
        found += [
            place
            for place, one, denied, _ in self._normal
            if claimed in denied and rules_out(one, claim, kinship, everywhere=everywhere)
        ]
        return found

    def _absence(self, claim: Finding) -> Iterable[int]:
        """Returns the premises by which something is not there, on one side or, where none is named, on both."""
        if claim.change == "resolved":
            # That it once was there follows only from who says so.
            return [
                place
                for known in self._denied.values()
                for place, one in known
                if one.change == "resolved" and rules_out(one, claim, self._kinship, everywhere=True)
            ]
        whole = self._denying(claim, everywhere=True)
        if whole or claim.laterality in _SIDES:
            return whole
        return self._on_both_sides(claim, lambda half: self._denying(half, everywhere=True))

    def _normality(self, claim: Finding) -> Iterable[int]:
        """Returns the premises by which a structure is normal, itself or by its sides, parts or denied abnormality."""
        found: Iterable[int] = self._called_normal(claim) or self._not_enlarged(claim)
        if not found and claim.laterality in (None, "bilateral"):
            found = self._on_both_sides(claim, self._called_normal)
        if found or claim.concept not in _SUMMARIES or self._against(claim):
            return found
        ways = _SUMMARIES[claim.concept]
        if "acute" not in claim.descriptors:
            ways = (tuple(dict.fromkeys(part for way in ways for part in way)),)
        for way in ways:
            parts = [self._clean(_normal_part(part, claim.laterality, claim.descriptors)) for part in way]
            if all(parts):
                return {place for part in parts for place in part}
        return ()

    def _called_normal(self, claim: Finding) -> list[int]:
        """Returns the premises that call a structure normal, or what it is a part of."""
        structure, side, acute = claim.concept, claim.laterality, "acute" in claim.descriptors
        return [
            place
            for place, one, _, covered in self._normal
            if structure in covered
            and one.laterality in (None, "bilateral", side)
            # Without acute disease something lasting may still be there.
            and (acute or "acute" not in one.descriptors)
            # Something has been named that is excepted from a statement on the rest.
            and ("remainder" in claim.descriptors or "remainder" not in one.descriptors)
        ]

    def _clean(self, part: Finding) -> Iterable[int]:
        """Returns the premises by which a part of a summary is normal or without what a summary denies."""
        found = self._normality(part)
        if found or part.concept not in _SHOWN_CLEAN_BY or "acute" not in part.descriptors:
            return found
        shown = [self._absence(_denied(concept, part.laterality)) for concept in _SHOWN_CLEAN_BY[part.concept]]
        return {place for one in shown for place in one} if all(shown) else ()

    def _not_enlarged(self, claim: Finding) -> list[int]:
        enlarged = self._kinship.composed.get((claim.concept, _ENLARGED))
        return [place for place, one in self._denied.get(enlarged or "", ()) if one.change is None]

    def _against(self, claim: Finding) -> Iterable[int]:
        """Returns the premises that a claim cannot be true with."""
        kinship = self._kinship
        if claim.kind is Kind.NORMAL or claim.presence is Presence.ABSENT:
            normal, named_by = claim.kind is Kind.NORMAL, kinship.named_by
            deniable = kinship.denied_by_normal(claim.concept) if normal and self._stated else ()
            return [
                place
                for concept, known in self._stated.items()
                if (concept in deniable if normal else claim.concept in named_by(concept))
                for place, one in known
                if one.presence is Presence.PRESENT and rules_out(claim, one, kinship)
            ]
        denying = self._denying(claim, everywhere=False)
        return denying or [
            place
            for concept, known in self._stated.items()
            if concept == claim.concept or kinship.excludes(concept, claim.concept)
            for place, one in known
            if conflicts(one, claim, kinship)
        ]


@lru_cache(maxsize=1024)
def _normal_part(structure: str, side: Laterality | None, descriptors: tuple[str, ...]) -> Finding:
    """Returns the statement that a part of a summary is normal, as the summary says it of the whole."""
    return Finding(structure, Presence.PRESENT, laterality=side, descriptors=descriptors, kind=Kind.NORMAL)


@lru_cache(maxsize=1024)
def _denied(concept: str, side: Laterality | None) -> Finding:
    return Finding(concept, Presence.ABSENT, laterality=side)
