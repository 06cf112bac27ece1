"""Finds the concepts that a clause names: by their terms, or as a structure in a state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from radeval.findings.anatomy import Anatomy
from radeval.findings.packs import Lexicon
from radeval.findings.phrases import names_a_noun
from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token

_STATES = {"concept", "normal", "quality"}
_TIGHT = {"in", "of", "at", "within", "involving", "throughout", "to", "from", "on", "under", "beneath", "into"}
"""Prepositions after which a structure is what the state is of, and not only what lies near it."""


@dataclass(slots=True)
class Named:
    """A concept that a clause names.

    Attributes:
        concept: Its canonical name.
        place: The mention that names it.
        structures: Places of the structures that it is composed with.
    """

    concept: str
    place: int
    structures: list[int] = field(default_factory=list)


class Namer:
    """Finds concepts with one lexicon."""

    def __init__(self, lexicon: Lexicon, anatomy: Anatomy) -> None:
        self._structures = lexicon.structures
        self._concepts = lexicon.concepts
        self._anatomy = anatomy
        self._composed = {
            (one.structure, one.quality): concept.name
            for concept in lexicon.concepts.values()
            for one in concept.composed
        }

    def named(self, clause: Sequence[Mention], tokens: Sequence[Token]) -> list[Named]:
        """Returns the concepts that a clause names, each once for each place.

        A word that is both ("fracture") names the concept of its structure where there is one, else its own.
        """
        found: list[Named] = []
        for place, one in enumerate(clause):
            roles = one.roles
            composed = self._compose(clause, place, roles["quality"], tokens) if "quality" in roles else []
            if composed:
                found += [one for one in composed if not _repeats(one, found)]
            elif "concept" in roles:
                found += self._refined(clause, place, tokens) or [Named(roles["concept"], place)]
        return found

    def _refined(self, clause: Sequence[Mention], place: int, tokens: Sequence[Token]) -> list[Named]:
        """Returns the narrower concepts that a term makes with its place: "displaced fractures of the ribs"."""
        roles = clause[place].roles
        if "state" not in roles:
            return []
        composed = self._compose(clause, place, roles["state"], tokens)
        return [one for one in composed if roles["concept"] in self._concepts[one.concept].implies]

    def _compose(self, clause: Sequence[Mention], place: int, quality: str, tokens: Sequence[Token]) -> list[Named]:
        before, after = structures_before(clause, place), _structures_of_state(clause, place, tokens)
        before = [other for other in before if not _is_place_of_another(clause, other, place, tokens)]
        if _describes_next(clause, place) and not names_a_noun(clause[place], tokens):
            order = [after]  # "increased interstitial markings" say nothing of what was named before them
        else:
            order = [after, before] if _looks_ahead(clause, place) else [before, after]
        for group in order:
            found: dict[str, Named] = {}
            for other in group:
                concept = self.concept_of(clause[other].roles["structure"], quality)
                if concept:
                    found.setdefault(concept, Named(concept, place)).structures.append(other)
            if found:
                return self._narrowest(found)
        return []

    def _narrowest(self, found: dict[str, Named]) -> list[Named]:
        """Returns concepts without those that another one is a case of: "fracture of the scapula at the glenoid"."""
        if len(found) == 1:
            return list(found.values())
        implied = {other for name in found for other in self._concepts[name].implies}
        kept = [one for one in found.values() if one.concept not in implied]
        rest = [place for one in found.values() if one.concept in implied for place in one.structures]
        if len(kept) == 1:
            kept[0].structures = sorted([*kept[0].structures, *rest])
        return kept or list(found.values())

    def concept_of(self, structure: str, quality: str) -> str | None:
        """Returns the concept that a structure in a state makes, or one that it lies in or holds does."""
        for name in self._anatomy.upwards(structure):
            if (name, quality) in self._composed:
                return self._composed[name, quality]
        known = self._structures[structure]
        # A whole region names where something is, not what: an enlarged chest is no enlarged heart.
        for name in known.holds if known.part_of else ():
            if (name, quality) in self._composed:
                return self._composed[name, quality]
        return None


def _repeats(one: Named, found: Sequence[Named]) -> bool:
    """Tells whether another state of the same structures has named the concept already."""
    return any(other.concept == one.concept and other.structures == one.structures for other in found)


def _describes_next(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a state stands right before a name that it describes, and not after a verb."""
    if place + 1 == len(clause) or (place and "verb" in clause[place - 1].roles):
        return False
    at = place + 1
    while at + 1 < len(clause) and {"side", "severity", "descriptor"} & clause[at].roles.keys():
        at += 1
    return not {"structure", "concept"}.isdisjoint(clause[at].roles) and "join" not in clause[at].roles


def _is_place_of_another(clause: Sequence[Mention], structure: int, state: int, tokens: Sequence[Token]) -> bool:
    """Tells whether a structure before a state is only where something else is, or what an explanation follows.

    "A lucency in the upper lung, large emphysematous ..."; "enlarged heart, consistent with postoperative changes".
    """
    between = [one.roles for one in clause[structure + 1 : state]]
    if names_a_noun(clause[state], tokens) and any("interpretation" in roles for roles in between):
        return True
    if not any(roles.get("join") == "," for roles in between) or any("verb" in roles for roles in between):
        return False
    at = structure - 1
    while at > 0 and {"side", "ignored", "descriptor"} & clause[at].roles.keys():
        at -= 1
    return at > 0 and "preposition" in clause[at].roles and any("concept" in one.roles for one in clause[:at])


def _structures_of_state(clause: Sequence[Mention], place: int, tokens: Sequence[Token]) -> list[int]:
    """Returns the structures after a state, without those that it only lies beside ("nodule overlying the rib")."""
    found: list[int] = []
    for other in structures_after(clause, place):
        between = clause[place + 1 : other]
        loose = any(
            "beside" in one.roles or ("preposition" in one.roles and tokens[one.first].word not in _TIGHT)
            for one in between
        )
        if loose:
            break
        found.append(other)
    return found


def _looks_ahead(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a state speaks of what follows: "enlargement of the heart", "enlarged heart".

    "Calcification is seen within the aorta" does too; "the heart is enlarged" speaks of what stands before.
    """
    verb = place > 0 and "verb" in clause[place - 1].roles
    for other in range(place + 1, len(clause)):
        roles = clause[other].roles
        if "preposition" in roles:
            return True
        if "structure" in roles:
            return not verb
        if "join" in roles:
            # "Tortuous and calcified aorta": a state that follows goes on to the same structure.
            following = clause[other + 1].roles if other + 1 < len(clause) else {}
            if verb or "quality" not in following or "structure" in following:
                return False
        elif not {"quality", "verb", "severity", "descriptor", "side", "change", "ignored"} & roles.keys():
            return False
    return False


def structures_before(clause: Sequence[Mention], place: int) -> list[int]:
    """Returns the structures that a statement at a place is about, back to the statement before it."""
    found: list[int] = []
    for other in range(place - 1, -1, -1):
        roles = clause[other].roles
        if "structure" in roles:
            found.append(other)
        elif "quality" in roles and not found and _joins_states(clause, other + 1, place):
            continue  # "aortic calcifications and tortuosity": both are states of the aorta
        elif (found and ("normal" in roles or "quality" in roles)) or "concept" in roles:
            break
    return found[::-1]


def _joins_states(clause: Sequence[Mention], join: int, place: int) -> bool:
    """Tells whether a joining word leads from one state directly to another."""
    if "join" not in clause[join].roles:
        return False
    return all({"scope_end_with", "preposition"}.isdisjoint(one.roles) for one in clause[join:place])


def structures_after(clause: Sequence[Mention], place: int) -> list[int]:
    """Returns the structures that follow a state directly, joined to one that does, or after "is seen in"."""
    found: list[int] = []
    tied = True
    for other in range(place + 1, len(clause)):
        roles = clause[other].roles
        if "structure" in roles and (tied or "within" in roles):
            found.append(other)
        elif "verb" in roles and not found:
            tied = False
        elif "preposition" in roles:
            tied = True
        elif "quality" in roles and not found:
            continue
        elif {"structure", "verb", "negation_before"} & roles.keys() or not _STATES.isdisjoint(roles):
            break
    return found
