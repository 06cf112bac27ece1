"""Gives findings without a place of their own that of what they go with: explanations, and what comes along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from radeval.core.finding import Finding, Kind, Presence
from radeval.findings.anatomy import Anatomy
from radeval.findings.packs import Lexicon

_COMPANION = frozenset({
    "associated", "accompanying", "residual", "adjacent", "underlying", "overlying", "compressive", "subjacent",
    "superimposed", "neighboring", "concomitant",
})  # fmt: skip
"""Words for what lies where the finding before it does ("left effusion with associated atelectasis")."""
_OF_THE_FILM = frozenset({
    "technical_rotation", "technical_underpenetration", "technical_overpenetration", "technical_limited",
    "technical_body_habitus", "technical_low_inspiration", "technical_projection", "technical_motion",
})  # fmt: skip
"""What may explain a shadow and is true of the whole film."""
_NEAR = 24
"""Characters before a finding in which such a word may stand."""


class Inherited:
    """Passes places on from finding to finding within a sentence."""

    def __init__(self, lexicon: Lexicon, anatomy: Anatomy) -> None:
        self._lexicon = lexicon
        self._anatomy = anatomy

    def placed(self, found: list[Finding], sentence: str) -> list[Finding]:
        """Returns findings, those that explain or accompany another at its place ("left base opacity, likely ...").

        Args:
            found: The findings of one sentence, in order; changed in place.
            sentence: Its text.
        """
        stated: list[Finding] = []
        for place, one in enumerate(found):
            if one.kind is Kind.NORMAL:
                continue
            placeless = one.concept not in _OF_THE_FILM and self._is_placeless(one)
            if stated and placeless and (one.interprets or _accompanies(one, stated[-1], sentence)):
                found[place] = self._at(one, stated)
            if not one.interprets:
                stated.append(found[place])
        return found

    def _is_placeless(self, one: Finding) -> bool:
        site = self._lexicon.concepts[one.concept].site
        return one.laterality is None and one.locations == ((site,) if site else ())

    def _at(self, one: Finding, stated: Sequence[Finding]) -> Finding:
        concepts = self._lexicon.concepts
        site = concepts[one.concept].site
        # "Lobar opacity and small effusion, likely pneumonia": what lies where a pneumonia can lie.
        inner, explained = False, stated[-1]
        for other in reversed(stated) if site is not None else ():
            if all(self._anatomy.within(name, str(site)) for name in other.locations):
                inner, explained = True, other
                break
        akin = [other for other in stated if one.concept in concepts[other.concept].resembles]
        if (
            inner
            and explained not in akin
            and any(
                self._is_placeless(other) or (other.laterality is None and site in other.locations) for other in akin
            )
        ):
            return one  # "hyperinflation with crowded bases, compatible with emphysema": that of the whole lung
        sided = site is not None and self._lexicon.structures[site].sided
        if not inner and not (sided and explained.laterality):
            return one
        return replace(
            one,
            locations=(explained.locations or one.locations) if inner else one.locations,
            laterality=explained.laterality if sided else None,
        )


def _accompanies(one: Finding, before: Finding, sentence: str) -> bool:
    """Tells whether a finding is said to come along with the one before it, at its place."""
    if Presence.ABSENT in (one.presence, before.presence) or one.kind is not before.kind:
        return False
    between = sentence[max(before.span[1], one.span[0] - _NEAR) : one.span[0]]
    return not _COMPANION.isdisjoint(between.lower().split())
