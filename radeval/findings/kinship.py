"""How near two concepts are to each other, and what a normal statement denies."""

from __future__ import annotations

from functools import lru_cache

from radeval.findings.anatomy import Anatomy
from radeval.findings.packs import Lexicon

_IMPLIED = 0.7
"""Credit for naming the more general or more specific of two concepts, where the lexicon states no other."""


class Kinship:
    """Relations of a lexicon's concepts."""

    def __init__(self, lexicon: Lexicon, anatomy: Anatomy) -> None:
        self._concepts = lexicon.concepts
        self._anatomy = anatomy
        self._resembles: dict[tuple[str, str], float] = {}
        for one in lexicon.concepts.values():
            for other, value in one.resembles.items():
                self._resembles[one.name, other] = self._resembles[other, one.name] = value

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

    @lru_cache(maxsize=4096)  # noqa: B019 - see above
    def denied_by_normal(self, structure: str) -> frozenset[str]:
        """Returns the concepts that a statement denies by calling a structure normal."""
        covered = self._anatomy.covered(structure)
        return frozenset(one.name for one in self._concepts.values() if covered.intersection(one.normal_of))
