"""Decides where a finding is, and on which side."""

from __future__ import annotations

from collections.abc import Sequence

from radeval.core.finding import Laterality
from radeval.findings.anatomy import Anatomy
from radeval.findings.attributes import compares_sides
from radeval.findings.clauses import Clause
from radeval.findings.naming import Named
from radeval.findings.packs import Lexicon
from radeval.findings.vocabulary import Mention
from radeval.findings.words import is_plural

_PAIRS = frozenset({
    "lung", "apex", "base", "upper_zone", "mid_zone", "lower_zone", "upper_lobe", "lower_lobe", "hilum",
    "costophrenic_angle", "hemithorax", "pleural_space",
})  # fmt: skip
"""Places of which there are two, so that the plural names both sides."""
_TISSUES = frozenset({"interstitium", "airspace", "interstitial_markings", "bronchovascular_markings"})
"""Sites that are wherever the lung is."""


class Places:
    """Finds places with one lexicon."""

    def __init__(self, lexicon: Lexicon, anatomy: Anatomy) -> None:
        self._lexicon = lexicon
        self._anatomy = anatomy

    def of(
        self, one: Named, near: Sequence[int], extra: Sequence[int], front: Sequence[int], whole: Clause
    ) -> tuple[tuple[str, ...], Laterality | None]:
        """Returns where a finding is, and on which side."""
        clause = whole.mentions
        concept = self._lexicon.concepts[one.concept]
        if front and "preposition" not in clause[0].roles:
            near = [place for place in near if place not in front]  # a subject is the place only where that fits
        structures = [clause[place].roles["structure"] for place in near if "structure" in clause[place].roles]
        structures += [clause[place].roles["structure"] for place in one.structures]
        # A side stands right before the structure that it is of, which may be before the previous concept.
        sides = [place - 1 for place in one.structures if place]
        if concept.kind == "device":
            near = _up_to_tip(near, one.place, clause)
        placed = [*near, *one.structures, *sides, one.place]
        if not structures and not any("side" in clause[place].roles for place in placed):
            others = extra or front
            structures = self._fitting(others, clause, concept.site)
            sided = concept.site is not None and self._lexicon.structures[concept.site].sided
            placed = [*others] if structures or sided else []
        usual = clause[one.place].roles.get("placed", concept.site or "")
        return self._specific(structures) or tuple(usual.split()), self.side(clause, placed, structures)

    def _fitting(self, places: Sequence[int], clause: Sequence[Mention], site: str | None) -> list[str]:
        """Returns structures that are not right beside a concept, if its own place and they lie in one another.

        Those that its own place lies in say no more than that.
        """
        found = [clause[place].roles["structure"] for place in places if "structure" in clause[place].roles]
        within = self._anatomy.within
        if site in _TISSUES and "lung" not in found:
            site = "lung"
        return found if site is None or all(within(one, site) for one in found) else []

    def _specific(self, names: Sequence[str]) -> tuple[str, ...]:
        """Returns the structures without those that another one lies in."""
        if len(names) < 2:
            return tuple(names)
        distinct = list(dict.fromkeys(names))
        return tuple(
            name
            for name in distinct
            if not any(other != name and name in self._anatomy.upwards(other) for other in distinct)
        )

    def side(self, clause: Sequence[Mention], near: Sequence[int], locations: Sequence[str]) -> Laterality | None:
        """Returns the side that words and places name; both, where they name two or compare them."""
        sides = {clause[place].roles["side"] for place in near if "side" in clause[place].roles}
        if len(sides) == 1 and any(compares_sides(clause, place) == "more" for place in near):
            # "Worse on the right": it is on both sides, unless the other one is ruled out by a side of its own.
            own = [place for place in near if "side" in clause[place].roles]
            return "bilateral" if len(own) == 1 else clause[own[0]].roles["side"]  # type: ignore[return-value]
        sides |= {side for name in locations if (side := self._anatomy.fixed_side(name))}
        if "bilateral" in sides or {"left", "right"} <= sides:
            return "bilateral"
        return "left" if "left" in sides else "right" if "right" in sides else None


def _up_to_tip(near: Sequence[int], here: int, clause: Sequence[Mention]) -> list[int]:
    """Returns places without the sides that only tell where a tip lies ("left line, tip in the right atrium")."""
    tip = next((place for place in near if place > here and "tip" in clause[place].roles), len(clause))
    return [place for place in near if place < tip or "side" not in clause[place].roles]


def is_on_both_sides(near: Sequence[int], locations: Sequence[str], clause: Clause) -> bool:
    """Tells whether a finding is in both of a pair ("scarring in the apices")."""
    mentions, tokens, sentence, _ = clause
    for place in near:
        structure = mentions[place].roles.get("structure")
        if structure not in _PAIRS or structure not in locations:
            continue
        before = next((other for other in range(place - 1, -1, -1) if "preposition" in mentions[other].roles), None)
        last = tokens[mentions[place].last - 1]
        if before is None or not is_plural(sentence[last.start : last.end]):
            continue
        one_of = any(token.word == "one" for token in tokens[mentions[before].first : mentions[place].first])
        of_lungs = structure == "lung" and tokens[mentions[before].first].word == "of"
        return not one_of and not of_lungs
    return False
