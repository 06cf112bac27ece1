"""How near two concepts are to each other, and what a normal statement denies."""

from __future__ import annotations

from functools import cached_property, lru_cache

from radeval.core.finding import Finding
from radeval.findings.anatomy import Anatomy
from radeval.findings.packs import Lexicon
from radeval.findings.placements import Placements
from radeval.findings.regions import Regions
from radeval.findings.stability import UNCHANGED

SYNONYM = 0.8
"""Likeness from which one concept stands for another."""

_IMPLIED = 0.7
"""Credit for naming the more general or more specific of two concepts, where the lexicon states no other."""

_TISSUES = frozenset({"interstitium", "airspace"})

_TECHNIQUE = "technical_"
"""How the packs begin the names of what is said of the film, not of the patient."""


def names_no_finding(concept: str) -> bool:
    """Tells whether a concept is about how a film was taken or that it looks as before: none need repeat it."""
    return concept.startswith(_TECHNIQUE) or concept == UNCHANGED


class Kinship:
    """Relations of a lexicon's concepts."""

    def __init__(self, lexicon: Lexicon, anatomy: Anatomy, placements: Placements) -> None:
        self.placements = placements
        self._concepts = lexicon.concepts
        self._anatomy = anatomy
        self.regions = Regions(anatomy)
        self.composed = {
            (made.structure, made.quality): one.name for one in lexicon.concepts.values() for made in one.composed
        }
        self._resembles: dict[tuple[str, str], float] = {}
        self._synonyms: dict[str, set[str]] = {}
        self._normal_of = {one.name: frozenset(one.normal_of) for one in lexicon.concepts.values() if one.normal_of}
        for one in lexicon.concepts.values():
            for other, value in one.resembles.items():
                self._resembles[one.name, other] = self._resembles[other, one.name] = value
        for (name, other), value in self._resembles.items():
            if value >= SYNONYM:
                self._synonyms.setdefault(name, set()).add(other)

    @lru_cache(maxsize=4096)  # noqa: B019 - lives as long as its lexicon
    def implied(self, concept: str) -> frozenset[str]:
        """Returns a concept and all more general ones that it is a case of."""
        found, queue = {concept}, [concept]
        while queue:
            current = self._concepts.get(queue.pop())
            for other in current.implies if current else ():
                if other not in found:
                    found.add(other)
                    queue.append(other)
        return frozenset(found)

    @lru_cache(maxsize=65_536)  # noqa: B019 - see above
    def similarity(self, one: str, other: str) -> float:
        """Returns from 0 (unrelated) to 1 (the same) how nearly two concepts say the same thing. Symmetric."""
        if one == other:
            return 1.0
        if (one, other) in self._resembles:
            return self._resembles[one, other]
        return _IMPLIED if other in self.implied(one) or one in self.implied(other) else 0.0

    @lru_cache(maxsize=65_536)  # noqa: B019 - see above
    def nearest(self, ours: tuple[str, ...], theirs: tuple[str, ...]) -> float:
        """Returns the greatest likeness between several names of one thing and several of another."""
        return max(self.similarity(one, other) for one in ours for other in theirs)

    def resemblance(self, one: str, other: str) -> float:
        """Returns the likeness that the lexicon states for two concepts, 0 where it states none. Symmetric."""
        return self._resembles.get((one, other), 0.0)

    @lru_cache(maxsize=65_536)  # noqa: B019 - see above
    def alike(self, one: str, other: str) -> bool:
        """Tells whether one concept stands for another. Symmetric."""
        return self.similarity(one, other) >= SYNONYM

    @lru_cache(maxsize=4096)  # noqa: B019 - see above
    def named_by(self, concept: str) -> frozenset[str]:
        """Returns the concepts that name what a concept does: itself, all more general ones, and what stands for it."""
        return self.implied(concept) | self._synonyms.get(concept, frozenset())

    def is_case_of(self, one: str, other: str) -> bool:
        """Tells whether a concept is another one, a case of it, or a name that stands for it."""
        return other in self.named_by(one)

    @lru_cache(maxsize=4096)  # noqa: B019 - see above
    def lasting(self, concept: str) -> bool:
        """Tells whether a concept is no acute abnormality: it seldom matters for management by itself."""
        return self._concepts[concept].significance in ("minor", "expected")

    @lru_cache(maxsize=65_536)  # noqa: B019 - see above
    def excludes(self, one: str, other: str) -> bool:
        """Tells whether two concepts, or what they are cases of, cannot be together. Symmetric."""
        ours, theirs = self.implied(one), self.implied(other)
        return any(
            not theirs.isdisjoint(known.excludes) for name in ours if (known := self._concepts.get(name))
        ) or any(not ours.isdisjoint(known.excludes) for name in theirs if (known := self._concepts.get(name)))

    @lru_cache(maxsize=4096)  # noqa: B019 - see above
    def denied_by_normal(self, structure: str) -> frozenset[str]:
        """Returns the concepts that a statement denies by calling a structure normal, with their special cases.

        Of what matters, the lasting special cases stay open: bones without fracture may have an old one.
        """
        covered = self._anatomy.covered(structure)
        denied = set()
        for general, normal_of in self._normal_of.items():
            if not covered.isdisjoint(normal_of):
                acute = not self.lasting(general)
                denied.add(general)
                denied.update(name for name in self._cases[general] if not (acute and self.lasting(name)))
        return frozenset(denied)

    @cached_property
    def _cases(self) -> dict[str, list[str]]:
        """The concepts that are a case of each concept."""
        cases: dict[str, list[str]] = {}
        for name in self._concepts:
            for general in self.implied(name):
                cases.setdefault(general, []).append(name)
        return cases

    def stated_nowhere(self, one: Finding) -> bool:
        """Tells whether a finding's only place is the one that its concept always has."""
        if not one.locations:
            return True
        concept = self._concepts.get(one.concept)
        return concept is not None and one.locations == (concept.site,)

    def apart(self, one: Finding, other: Finding) -> bool:
        """Tells whether two findings are at places that exclude each other; an implied place excludes none."""
        if one.locations == other.locations or self.regions.meet(one.locations, other.locations):
            return False
        # Tissue of the lung is in each part of it: opacities of the interstitium may be those of the bases.
        if _TISSUES.issuperset(one.locations) is not _TISSUES.issuperset(other.locations):
            return False
        return not self.stated_nowhere(one) and not self.stated_nowhere(other)
