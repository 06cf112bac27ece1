"""Reads one sentence: what it names, how it stands to it, and with which attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from radeval.core.finding import Finding, Kind, Laterality, Presence
from radeval.findings.anatomy import Anatomy
from radeval.findings.clauses import clauses
from radeval.findings.presence import Stand, stands
from radeval.findings.sizes import Size, find_sizes
from radeval.findings.vocabulary import Mention, Vocabulary
from radeval.findings.words import Token, tokenize

WHOLE = "thorax"
"""The structure that a statement without a subject is about ("no acute abnormality")."""

_KINDS = {"observation": Kind.OBSERVATION, "device": Kind.DEVICE, "procedure": Kind.PROCEDURE}
_CLINICAL = {"concept", "structure", "quality", "generic"}
_UNREAD = {"concept", "quality", "generic", "severity"}
_ADJECTIVES = {"severity", "descriptor", "count"}
_OWN_STATEMENT = {"normal", "quality", "concept", "generic"}
_ELLIPTICAL = {"upper": "upper_lobe", "lower": "lower_lobe", "middle": "middle_lobe"}


@dataclass(slots=True)
class _Named:
    """A concept that a clause names.

    Attributes:
        concept: Its canonical name.
        place: The mention that names it.
        structures: Places of the structures that it is composed with.
    """

    concept: str
    place: int
    structures: list[int] = field(default_factory=list)


class SentenceReader:
    """Reads sentences with one vocabulary.

    Args:
        words: The vocabulary.
    """

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._lexicon = words.lexicon
        self.anatomy = Anatomy(words.lexicon)
        self._composed = {
            (one.structure, one.quality): concept.name
            for concept in words.lexicon.concepts.values()
            for one in concept.composed
        }

    def read(self, sentence: str) -> tuple[tuple[Finding, ...], bool]:
        """Returns a sentence's findings, with offsets in the sentence, and whether it was understood.

        A sentence without findings counts as understood where it names nothing clinical, or says of structures only
        that they have not changed.
        """
        tokens = tokenize(sentence)
        mentions = self._with_elliptical_lobes(self._words.mentions(tokens), tokens)
        sizes = find_sizes(sentence)
        found: list[Finding] = []
        unclear = False
        measured = 0
        for clause in clauses(mentions, tokens):
            end = tokens[clause[-1].last - 1].end
            first = measured
            while measured < len(sizes) and sizes[measured].start < end:
                measured += 1
            said = self._clause(clause, tokens, sentence, sizes[first:measured], bool(found))
            unclear = unclear or not (said or _without_news(clause))
            found += said
        if not found and unclear:
            unclear = not any("ignored" in one.roles for one in mentions)
        return tuple(found), bool(found) or not unclear

    def _with_elliptical_lobes(self, mentions: list[Mention], tokens: Sequence[Token]) -> list[Mention]:
        """Completes "left lower and right middle lobes": a bare "lower" before a joined lobe is a lobe itself."""
        for place, mention in enumerate(mentions):
            name = _ELLIPTICAL.get(tokens[mention.first].word)
            if name is None or "structure" in mention.roles or name not in self._lexicon.structures:
                continue
            if place + 1 < len(mentions) and "join" in mentions[place + 1].roles:
                ahead = mentions[place + 2 : place + 6]
                other = next((one for one in ahead if "structure" in one.roles), None)
                if other and other.roles["structure"].endswith("_lobe"):
                    mentions[place] = mention._replace(roles={"structure": name})
        return mentions

    def _clause(
        self, clause: Sequence[Mention], tokens: Sequence[Token], sentence: str, sizes: Sequence[Size], earlier: bool
    ) -> list[Finding]:
        named = self._named(clause)
        generic = [place for place, one in enumerate(clause) if "generic" in one.roles]
        stand = stands(clause, [one.place for one in named] + generic, earlier)
        used = {place for one in named for place in one.structures}
        lead = _lead(clause, named, tokens)
        found = [self._finding(at, named, lead, clause, tokens, sentence, stand) for at in range(len(named))]
        if sizes:
            found = _with_sizes(found, sizes)
        found += self._normal(clause, tokens, stand, generic, used, bool(named))
        return sorted(found, key=lambda one: one.span) if len(found) > 1 else found

    def _named(self, clause: Sequence[Mention]) -> list[_Named]:
        """Returns the concepts that a clause names, by term or as a structure in a state.

        A word that is both ("fracture") names the concept of its structure where there is one, else its own.
        """
        named: list[_Named] = []
        for place, one in enumerate(clause):
            roles = one.roles
            composed = self._compose(clause, place, roles["quality"]) if "quality" in roles else None
            if composed:
                named += composed
            elif "concept" in roles:
                named.append(_Named(roles["concept"], place))
        return named

    def _compose(self, clause: Sequence[Mention], place: int, quality: str) -> list[_Named]:
        before = _structures_before(clause, place)
        after = _structures_after(clause, place)
        # "Enlargement of the heart" speaks of what follows, "the heart is enlarged" of what stands before.
        tied = place + 1 < len(clause) and "preposition" in clause[place + 1].roles
        for group in (after, before) if tied else (before, after):
            found: dict[str, _Named] = {}
            for other in group:
                concept = self._concept_of(clause[other].roles["structure"], quality)
                if concept:
                    found.setdefault(concept, _Named(concept, place)).structures.append(other)
            if found:
                return list(found.values())
        return []

    def _concept_of(self, structure: str, quality: str) -> str | None:
        for name in self.anatomy.upwards(structure):
            if (name, quality) in self._composed:
                return self._composed[name, quality]
        known = self._lexicon.structures[structure]
        # A whole region names where something is, not what: an enlarged chest is no enlarged heart.
        for name in known.holds if known.part_of else ():
            if (name, quality) in self._composed:
                return self._composed[name, quality]
        return None

    def _finding(
        self,
        at: int,
        named: Sequence[_Named],
        lead: Sequence[int],
        clause: Sequence[Mention],
        tokens: Sequence[Token],
        sentence: str,
        stand: dict[int, Stand],
    ) -> Finding:
        one = named[at]
        concept = self._lexicon.concepts[one.concept]
        near = _neighbourhood(at, named, clause)
        structures = [clause[place].roles["structure"] for place in near if "structure" in clause[place].roles]
        structures += [clause[place].roles["structure"] for place in one.structures]
        # A side stands right before the structure that it is of, which may be before the previous concept.
        sides = [place - 1 for place in one.structures if place]
        placed = [*near, *one.structures, *sides, one.place]
        if not structures and not any("side" in clause[place].roles for place in placed):
            structures = self._leading(lead, clause, concept.site)
            placed = [*lead] if structures else []
        mention = clause[one.place]
        first, last = mention.first, mention.last
        for place in one.structures:
            first, last = min(first, clause[place].first), max(last, clause[place].last)
        severity, count, change, descriptors = _attributes(near, one.place, clause, tokens, sentence)
        standing = stand[one.place]
        if standing.presence is Presence.ABSENT and change == "stable":
            change = None  # "the previously seen pneumothorax is not visualized": what is not there does not stay
        return Finding(
            concept=one.concept,
            presence=standing.presence,
            locations=self._specific(structures) or ((concept.site,) if concept.site else ()),
            laterality=self._side(clause, placed, structures),
            severity=severity,
            count=count,
            change="resolved" if standing.resolved else change,  # type: ignore[arg-type]
            descriptors=descriptors,
            tip_position=_tip(one.place, clause, tokens, sentence) if concept.kind == "device" else None,
            kind=_KINDS[concept.kind],
            span=(tokens[first].start, tokens[last - 1].end),
            interprets=standing.interprets,
        )

    def _leading(self, lead: Sequence[int], clause: Sequence[Mention], site: str | None) -> list[str]:
        """Returns the structures put first in a clause, if a concept's own place and they lie in one another."""
        found = [clause[place].roles["structure"] for place in lead if "structure" in clause[place].roles]
        within = self.anatomy.within
        return found if site is None or all(within(one, site) or within(site, one) for one in found) else []

    def _specific(self, names: Sequence[str]) -> tuple[str, ...]:
        """Returns the structures without those that another one lies in."""
        if len(names) < 2:
            return tuple(names)
        distinct = list(dict.fromkeys(names))
        return tuple(
            name
            for name in distinct
            if not any(other != name and name in self.anatomy.upwards(other) for other in distinct)
        )

    def _side(self, clause: Sequence[Mention], near: Sequence[int], locations: Sequence[str]) -> Laterality | None:
        sides = {clause[place].roles["side"] for place in near if "side" in clause[place].roles}
        sides |= {side for name in locations if (side := self.anatomy.fixed_side(name))}
        if "bilateral" in sides or {"left", "right"} <= sides:
            return "bilateral"
        return "left" if "left" in sides else "right" if "right" in sides else None

    def _normal(
        self,
        clause: Sequence[Mention],
        tokens: Sequence[Token],
        stand: dict[int, Stand],
        generic: Sequence[int],
        used: set[int],
        concepts: bool,
    ) -> list[Finding]:
        """Returns the statements that structures are normal, or that nothing is wrong with them."""
        found = []
        for place, one in enumerate(clause):
            denied = place in generic and stand[place].presence is Presence.ABSENT
            if not denied and ("normal" not in one.roles or _negated(clause, place)):
                continue
            before, after = _structures_before(clause, place), _structures_after(clause, place)
            # "Clear lungs" and "lungs are clear": whichever stands there; before wins where a verb links it.
            subjects = [other for other in (before or after) if other not in used]
            if not subjects and (denied or not concepts) and not before and not after:
                found.append(self._statement(WHOLE, None, one, tokens))
            for other in subjects:
                mention = clause[other]
                side = self._side(clause, range(max(0, other - 2), other + 1), [mention.roles["structure"]])
                found.append(self._statement(mention.roles["structure"], side, mention, tokens))
        return found

    def _statement(self, structure: str, side: Laterality | None, mention: Mention, tokens: Sequence[Token]) -> Finding:
        return Finding(
            concept=structure,
            presence=Presence.PRESENT,
            locations=(structure,),
            laterality=side,
            kind=Kind.NORMAL,
            span=(tokens[mention.first].start, tokens[mention.last - 1].end),
        )


def _negated(clause: Sequence[Mention], place: int) -> bool:
    return place > 0 and "negation_before" in clause[place - 1].roles


def _structures_before(clause: Sequence[Mention], place: int) -> list[int]:
    """Returns the structures that a statement at a place is about, back to the statement before it."""
    found: list[int] = []
    for other in range(place - 1, -1, -1):
        roles = clause[other].roles
        if "structure" in roles:
            found.append(other)
        elif (found and ("concept" in roles or "normal" in roles or "quality" in roles)) or "concept" in roles:
            break
    return found[::-1]


def _structures_after(clause: Sequence[Mention], place: int) -> list[int]:
    """Returns the structures that follow a state directly or joined to one that does."""
    found: list[int] = []
    for other in range(place + 1, len(clause)):
        roles = clause[other].roles
        if "structure" in roles:
            found.append(other)
        elif {"concept", "verb", "negation_before", "normal", "quality"} & roles.keys():
            break
    return found


def _with_sizes(found: list[Finding], sizes: Sequence[Size]) -> list[Finding]:
    """Gives each size in a clause to the nearest finding."""
    candidates = [place for place, one in enumerate(found) if one.tip_position is None]
    for size in sizes if candidates else ():
        nearest = min(candidates, key=lambda place: abs(found[place].span[0] - size.start))
        found[nearest] = replace(found[nearest], sizes_mm=(*found[nearest].sizes_mm, *size.extents))
    return found


def _without_news(clause: Sequence[Mention]) -> bool:
    """Tells whether a clause without findings names nothing clinical, or structures that are unchanged."""
    clinical = stable = graded = False
    for one in clause:
        roles = one.roles
        clinical = clinical or not _CLINICAL.isdisjoint(roles)
        stable = stable or roles.get("change") == "stable"
        graded = graded or not _UNREAD.isdisjoint(roles)
    return not clinical or (stable and not graded)


def _lead(clause: Sequence[Mention], named: Sequence[_Named], tokens: Sequence[Token]) -> list[int]:
    """Returns the place that a clause puts first: "in the left lung there is ...", "the left lung shows ..."."""
    found: list[int] = []
    ended, closed = "preposition" in clause[0].roles, False
    for place in range(named[0].place if named else 0):
        roles = clause[place].roles
        if not _OWN_STATEMENT.isdisjoint(roles):
            return []
        if closed:
            continue
        if "verb" in roles or "scope_end_clause" in roles or tokens[clause[place].first].word == ":":
            closed = ended = True
        elif "structure" in roles or "side" in roles:
            found.append(place)
        else:
            closed = "negation_before" in roles or ("join" in roles and not _joins_alike(clause, place))
    return found if ended else []


def _neighbourhood(at: int, named: Sequence[_Named], clause: Sequence[Mention]) -> list[int]:
    """Returns the places of the words that describe a named concept.

    Back to the previous concept or joining word, and on to the next one; a place that follows several joined concepts
    describes all of them.
    """
    one = named[at]
    here = one.place
    low = 0
    for before in range(at - 1, -1, -1):
        if named[before].place < here:
            low = named[before].place + 1
            break
    follows = low > 0
    for other in range(here - 1, low - 1, -1):
        roles = clause[other].roles
        if (
            "negation_before" in roles
            or "hedge_before" in roles
            or (follows and ("scope_end_with" in roles or "verb" in roles))
            or ("join" in roles and not (_joins_alike(clause, other) and not (follows and _placed(clause, low, other))))
        ):
            low = other + 1
            break
    after = at + 1
    while after < len(named) and named[after].place == here:
        after += 1
    near = [*range(low, here)]
    if after == len(named):
        return [*near, *range(here + 1, _last_word(clause, here))]
    # What stands between two concepts belongs to the second, unless a preposition or a verb ties it to the first.
    near += _tied(clause, here, named[after].place)
    if all("join" in clause[other].roles for other in range(here + 1, named[after].place)):
        near += _shared_after(clause, [other.place for other in named[after:]])
    return near


def _joins_alike(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a joining word stands between two words of one sort: "left and right", "small to moderate"."""
    if place == 0 or place + 1 >= len(clause):
        return False
    before, after = clause[place - 1].roles, clause[place + 1].roles
    return any(role in before and role in after for role in ("side", "severity", "structure", "descriptor")) or (
        "structure" in before and "side" in after
    )


def _last_word(clause: Sequence[Mention], here: int) -> int:
    """Returns where the words on a clause's last concept end: before a listed structure that is normal."""
    joined = len(clause)
    for place in range(here + 1, len(clause)):
        roles = clause[place].roles
        if "normal" in roles:
            return min(joined, place)
        if "join" in roles:
            joined = place
    return len(clause)


def _placed(clause: Sequence[Mention], start: int, join: int) -> bool:
    """Tells whether the structure before a joining word is where an earlier concept is ("... in the lung, right")."""
    return "structure" in clause[join - 1].roles and any("preposition" in one.roles for one in clause[start:join])


def _tied(clause: Sequence[Mention], start: int, end: int) -> list[int]:
    """Returns the places between two concepts that describe the first."""
    limit = end
    # Grades and other words right before the second are its own, wherever the place of the first ends.
    while limit - 1 > start and not _ADJECTIVES.isdisjoint(clause[limit - 1].roles):
        limit -= 1
    for place in range(limit - 1, start, -1):
        roles = clause[place].roles
        if "join" in roles or "scope_end_with" in roles or "hedge_before" in roles:
            limit = place
            break
        if "preposition" in roles or "verb" in roles:
            break
    found: list[int] = []
    tied = False
    for place in range(start + 1, limit):
        roles = clause[place].roles
        if ("join" in roles and not _joins_alike(clause, place)) or "scope_end_with" in roles:
            break
        tied = tied or "preposition" in roles or "verb" in roles
        if tied or "change" in roles:
            found.append(place)
    return found


def _shared_after(clause: Sequence[Mention], later: Sequence[int]) -> list[int]:
    """Returns the location that follows the last of several joined concepts."""
    last = later[0]
    for place in later[1:]:
        if not all("join" in clause[other].roles for other in range(last + 1, place)):
            return []
        last = place
    shared = []
    for place in range(last + 1, len(clause)):
        roles = clause[place].roles
        if "join" in roles and not _joins_alike(clause, place):
            break
        if "structure" in roles or "side" in roles:
            shared.append(place)
    return shared if any("preposition" in one.roles for one in clause[last + 1 :]) else []


def _attributes(
    near: Sequence[int], here: int, clause: Sequence[Mention], tokens: Sequence[Token], sentence: str
) -> tuple[float | None, int | None, str | None, tuple[str, ...]]:
    """Returns grade, count, change and descriptors that the words near a concept state; the nearest change holds."""
    grades: list[float] = []
    count: int | None = None
    change: str | None = None
    distance = len(clause)
    descriptors: list[str] = []
    for place in near:
        mention = clause[place]
        roles = mention.roles
        if "severity" in roles:
            grades.append(float(roles["severity"]))
        if "count" in roles and count is None:
            count = int(roles["count"])
        if "change" in roles and abs(place - here) < distance:
            change, distance = roles["change"], abs(place - here)
        if "descriptor" in roles:
            words = sentence[tokens[mention.first].start : tokens[mention.last - 1].end].lower()
            if words not in descriptors:
                descriptors.append(words)
    return (sum(grades) / len(grades) if grades else None, count, change, tuple(descriptors))


def _tip(place: int, clause: Sequence[Mention], tokens: Sequence[Token], sentence: str) -> str | None:
    """Returns the words that say where a device ends, up to the next device."""
    cue = next((other for other in range(place + 1, len(clause)) if "tip" in clause[other].roles), None)
    if cue is None:
        return None
    end = next((other for other in range(cue + 1, len(clause)) if "concept" in clause[other].roles), len(clause))
    return sentence[tokens[clause[cue].first].start : tokens[clause[end - 1].last - 1].end]
