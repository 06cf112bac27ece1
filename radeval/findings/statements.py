"""Reads one sentence: what it names, how it stands to it, and with which attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from radeval.core.finding import Finding, Kind, Laterality, Presence
from radeval.findings.anatomy import Anatomy
from radeval.findings.asides import is_foreign, owes_to_technique, without_asides
from radeval.findings.attributes import read_attributes
from radeval.findings.clauses import Clause, clauses
from radeval.findings.continuing import continued, lacks_subject, leading_structures, lungs_otherwise
from radeval.findings.ellipsis import complete
from radeval.findings.groups import groups
from radeval.findings.inherited import Inherited
from radeval.findings.measured import ENLARGED, heart_by_ratio, measured_node
from radeval.findings.measures import with_sizes
from radeval.findings.naming import Named, Namer, structures_before
from radeval.findings.neighbourhood import change_of_all, lead, neighbourhood, shared, without_beside
from radeval.findings.normality import (
    WHOLE,
    has_known_subject,
    is_called_normal,
    limits_of_normal,
    normal_subjects,
    of_remainder,
)
from radeval.findings.placements import Placements
from radeval.findings.places import Places, is_on_both_sides
from radeval.findings.positions import PositionReader
from radeval.findings.presence import Stand, stands
from radeval.findings.ranges import with_those_between
from radeval.findings.sizes import Size, find_sizes
from radeval.findings.stability import UNCHANGED, unchanged_subjects
from radeval.findings.tips import tip_position
from radeval.findings.understanding import is_unread, words_of
from radeval.findings.vocabulary import Mention, Vocabulary
from radeval.findings.words import Token, tokenize

_HIDDEN, _LIMITED = "obscured_outline", "technical_limited"
"""An outline that is not seen, and what that is where the film is to blame."""
_KINDS = {"observation": Kind.OBSERVATION, "device": Kind.DEVICE, "procedure": Kind.PROCEDURE}

Span = tuple[int, int]


class SentenceReader:
    """Reads sentences with one vocabulary.

    Args:
        words: The vocabulary.
    """

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._lexicon = words.lexicon
        self.anatomy = Anatomy(words.lexicon)
        self.placements = Placements(words.lexicon)
        self._namer = Namer(words.lexicon, self.anatomy)
        self._positions = PositionReader(words.lexicon, self.placements, self.anatomy)
        self._places = Places(words.lexicon, self.anatomy)
        self._inherited = Inherited(words.lexicon, self.anatomy)

    def read(self, sentence: str) -> tuple[tuple[Finding, ...], tuple[Span, ...]]:
        """Returns a sentence's findings and the clauses that were not understood, with offsets in the sentence."""
        tokens = tokenize(sentence)
        mentions = self._words.mentions(tokens)
        roles = {role for one in mentions for role in one.roles}
        if "foreign" in roles and is_foreign(tokens):
            return (), ((tokens[0].start, tokens[-1].end),)
        complete(mentions, tokens, sentence, self._words, roles)
        found: list[Finding] = []
        unread: list[Span] = []
        subject: list[Mention] = []
        before = 0
        stretches = without_asides(mentions) if "aside" in roles else [mentions]
        cut = [clause for stretch in stretches for clause in clauses(stretch, tokens)]
        for at, (clause, sizes) in enumerate(zip(cut, _sizes_of(cut, tokens, sentence), strict=True)):
            if at == 1 == len(found) and not subject:
                subject = lungs_otherwise(cut[0], clause, tokens, self._words)
            whole = [*subject, *clause] if subject and lacks_subject(clause) else clause
            said = self._said(Clause(whole, tokens, sentence, roles), sizes, bool(found))
            if not said and "change" in roles:
                said = [
                    self._unchanged(place, clause, tokens)
                    for place in unchanged_subjects(clause, tokens, sentence, bool(found))
                ]
            subject = leading_structures(clause) or subject
            understood = bool(said)
            if said:
                before = len(found)
                found += said
            elif len(found) > before:
                more = continued(found[-1], clause, tokens, sentence)
                understood = bool(sizes) or more is not found[-1]
                [found[-1]] = with_sizes([more], sizes, clause, tokens)
            if is_unread(clause, understood, tokens):
                unread.append(words_of(clause, tokens))
        stated = self._telling(_distinct(self._inherited.placed(found, sentence)), sentence)
        settled, told = self._positions.read(stated, tokens, sentence)
        if told:
            unread = [one for one in unread if not any(one[0] < end and start < one[1] for start, end in told)]
        return tuple(settled), tuple(unread)

    def _said(self, clause: Clause, sizes: Sequence[Size], earlier: bool) -> list[Finding]:
        """Returns what one clause says."""
        mentions, tokens, roles = clause.mentions, clause.tokens, clause.roles
        named = self._namer.named(mentions, tokens) or self._measured(clause, sizes)
        for one in named:
            if one.concept == _HIDDEN and owes_to_technique(one.place, mentions, tokens):
                one.concept = _LIMITED
        generic = [place for place, one in enumerate(mentions) if "generic" in one.roles] if "generic" in roles else []
        stand = stands(mentions, [one.place for one in named] + generic, earlier)
        beside = self._called_normal(named, stand, mentions, tokens) if named and "normal" in roles else []
        front = lead(mentions, named, tokens) if named else []
        found = [one for at in range(len(named)) for one in self._findings(at, named, front, clause, stand)]
        if sizes:
            found = with_sizes(found, sizes, mentions, tokens)
        used = {place for one in named for place in one.structures}
        normal = normal_subjects(mentions, stand, generic, used) if "normal" in roles or generic else []
        if not named and not normal and "number" in roles:
            beside = self._measured_normal(clause, sizes)
        for place, structure in [*normal, *beside]:
            limits = limits_of_normal(mentions, place, tokens)
            if structure is not None:
                found.append(self._normal(structure, clause, limits))
            elif has_known_subject(mentions, place, tokens, clause.sentence):
                found.append(_statement(WHOLE, None, mentions[place], tokens, limits))
        return sorted(found, key=lambda one: one.span) if len(found) > 1 else found

    def _measured(self, clause: Clause, sizes: Sequence[Size]) -> list[Named]:
        """Returns what a measurement alone says to be enlarged: "cardiothoracic ratio 0.62", "node of 18 mm"."""
        if "number" not in clause.roles:
            return []
        heart = _heart(clause.mentions)
        if heart is not None and heart_by_ratio(clause.text()):
            return self._enlarged(heart, clause)
        node = measured_node(clause.mentions, sizes) if sizes else None
        return self._enlarged(node[0], clause) if node is not None and node[1] else []

    def _measured_normal(self, clause: Clause, sizes: Sequence[Size]) -> list[tuple[int, int]]:
        """Returns what a measurement alone says not to be enlarged."""
        heart = _heart(clause.mentions)
        if heart is not None and heart_by_ratio(clause.text()) is False:
            return [(heart, heart)]
        node = measured_node(clause.mentions, sizes) if sizes else None
        return [(node[0], node[0])] if node is not None and not node[1] else []

    def _enlarged(self, place: int, clause: Clause) -> list[Named]:
        concept = self._namer.concept_of(clause.mentions[place].roles["structure"], ENLARGED)
        return [Named(concept, place, [place])] if concept else []

    def _called_normal(
        self, named: Sequence[Named], stand: dict[int, Stand], clause: Sequence[Mention], tokens: Sequence[Token]
    ) -> list[tuple[int, int]]:
        """Denies what is called normal by its name, and returns the structures that are so beside it.

        "Heart size and pulmonary vascular congestion are within normal limits."
        """
        found: list[tuple[int, int]] = []
        for one in named:
            at = is_called_normal(clause, one.place, tokens)
            if at is None or one.structures or self._lexicon.concepts[one.concept].kind != "observation":
                continue
            stand[one.place].presence = Presence.ABSENT
            if one.place and clause[one.place - 1].roles.get("join") in ("and", "&", ","):
                found += [(at, other) for other in structures_before(clause, one.place)]
        return found

    def _findings(
        self, at: int, named: Sequence[Named], front: Sequence[int], clause: Clause, stand: dict[int, Stand]
    ) -> list[Finding]:
        """Returns the findings that a named concept stands for: one, or several with sides and grades of their own."""
        one, mentions = named[at], clause.mentions
        near = neighbourhood(at, named, mentions)
        if "beside" in clause.roles:
            near = without_beside(near, one.place, mentions)
        joined = "join" in clause.roles and "side" in clause.roles and not one.structures
        several = groups(near, one.place, mentions) if joined else [near]
        denied = stand[one.place].presence is Presence.ABSENT
        extra = shared(at, named, mentions, denied) if len(named) > 1 else []
        if len(named) > 1 and not denied and self._lexicon.concepts[one.concept].kind == "observation":
            extra = [*extra, *change_of_all(named, mentions)]
        found = []
        for own in several:
            place = self._places.of(one, own, extra, front, clause)
            if place[1] is None and not denied and is_on_both_sides([*own, *extra], place[0], clause):
                place = place[0], "bilateral"
            found.append(self._finding(one, own, extra, place, clause, stand[one.place]))
        return found

    def _finding(
        self,
        one: Named,
        near: Sequence[int],
        extra: Sequence[int],
        place: tuple[tuple[str, ...], Laterality | None],
        clause: Clause,
        standing: Stand,
    ) -> Finding:
        mentions, tokens, sentence, _ = clause
        concept = self._lexicon.concepts[one.concept]
        if concept.kind == "device" and "tip" in clause.roles:
            # "Tip overlying the vein" tells where it ends, and not what it is like.
            near = [
                other for other in near if "beside" not in mentions[other].roles or not _is_of_tip(one, other, mentions)
            ]
        said = read_attributes(near, one.place, mentions, tokens, sentence)
        change = said.change or _change_of_state(one, mentions)
        severity = said.severity
        if extra and (change is None or severity is None):
            common = read_attributes(extra, one.place, mentions, tokens, sentence)
            change = change or common.change
            severity = common.severity if severity is None else severity
        if standing.presence is Presence.UNCERTAIN and change == "stable" and _is_of_before(near, mentions, tokens):
            change = None  # "the previously noted nodule is not well seen": it may be gone
        if standing.presence is Presence.ABSENT and change not in ("resolved", "new"):
            change = None  # "the previously seen pneumothorax is not visualized": what is not there does not stay
        places = [one.place, *one.structures]
        start = min(tokens[mentions[other].first].start for other in places)
        end = max(tokens[mentions[other].last - 1].end for other in places)
        return Finding(
            concept=one.concept,
            presence=standing.presence,
            locations=with_those_between(place[0], sentence),
            laterality=place[1],
            severity=severity,
            count=said.number,
            change="resolved" if standing.resolved else "new" if standing.new else change,  # type: ignore[arg-type]
            descriptors=said.descriptors,
            tip_position=tip_position(one.place, mentions, tokens, sentence, self.placements.has_places(one.concept))
            if concept.kind == "device"
            else None,
            kind=_KINDS[concept.kind],
            span=(start, end),
            interprets=standing.interprets,
        )

    def _normal(self, place: int, clause: Clause, limits: tuple[str, ...]) -> Finding:
        mention = clause.mentions[place]
        structure = mention.roles["structure"]
        side = self._places.side(clause.mentions, range(max(0, place - 2), place + 1), [structure])
        return _statement(structure, side, mention, clause.tokens, limits + of_remainder(mention, clause.tokens))

    def _unchanged(self, place: int | None, clause: Sequence[Mention], tokens: Sequence[Token]) -> Finding:
        """Returns the statement that a structure, or all that is seen, looks as before."""
        structure = clause[place].roles["structure"] if place is not None else WHOLE
        side = (
            self._places.side(clause, range(max(0, place - 1), place + 1), [structure]) if place is not None else None
        )
        own = [clause[place]] if place is not None else clause
        return Finding(
            concept=UNCHANGED,
            presence=Presence.PRESENT,
            locations=(structure,),
            laterality=side,
            change="stable",
            span=(tokens[own[0].first].start, tokens[own[-1].last - 1].end),
        )

    def _telling(self, found: list[Finding], sentence: str) -> list[Finding]:
        """Returns findings without bare repetitions of those beside them ("thoracic vertebroplasty/kyphoplasty")."""
        if len({one.concept for one in found}) == len(found):
            return found
        return [
            one
            for place, one in enumerate(found)
            if not any(
                self._only_repeats(one, found[at], sentence) for at in (place - 1, place + 1) if 0 <= at < len(found)
            )
        ]

    def _only_repeats(self, one: Finding, other: Finding, sentence: str) -> bool:
        if other.concept != one.concept or one.presence is not other.presence or one.presence is Presence.ABSENT:
            return False
        first, second = sorted((one.span, other.span))
        return self._is_bare(one) and not self._is_bare(other) and " and " not in sentence[first[1] : second[0]]

    def _is_bare(self, one: Finding) -> bool:
        """Tells whether a finding says nothing but its name."""
        if one.kind is Kind.NORMAL:
            return False
        site = self._lexicon.concepts[one.concept].site
        said = (one.laterality, one.severity, one.sizes_mm, one.count, one.change, one.descriptors, one.tip_position)
        return one.locations == ((site,) if site else ()) and not any(said)


def _heart(clause: Sequence[Mention]) -> int | None:
    return next((place for place, one in enumerate(clause) if one.roles.get("structure") == "heart"), None)


def _sizes_of(cut: Sequence[Sequence[Mention]], tokens: Sequence[Token], sentence: str) -> Iterator[list[Size]]:
    """Yields the sizes that stand in each clause."""
    sizes = find_sizes(sentence)
    at = 0
    for clause in cut:
        start, end = tokens[clause[0].first].start, tokens[clause[-1].last - 1].end
        while at < len(sizes) and sizes[at].start < start:
            at += 1
        first = at
        while at < len(sizes) and sizes[at].start < end:
            at += 1
        yield sizes[first:at]


def _is_of_before(near: Sequence[int], clause: Sequence[Mention], tokens: Sequence[Token]) -> bool:
    """Tells whether all that is said of stability is that something was seen previously."""
    words = [tokens[clause[place].first].word for place in near if clause[place].roles.get("change") == "stable"]
    return bool(words) and all(word == "previously" for word in words)


def _is_of_tip(device: Named, place: int, clause: Sequence[Mention]) -> bool:
    return any("tip" in one.roles for one in clause[device.place + 1 : place])


def _change_of_state(one: Named, clause: Sequence[Mention]) -> str | None:
    """Returns the change that a state says itself: "the heart is larger", "has enlarged"."""
    roles = clause[one.place].roles
    return roles.get("change") if one.structures and ("comparative" in roles or "verb" in roles) else None


def _statement(
    structure: str, side: Laterality | None, mention: Mention, tokens: Sequence[Token], limits: tuple[str, ...]
) -> Finding:
    return Finding(
        concept=structure,
        presence=Presence.PRESENT,
        locations=(structure,),
        laterality=side,
        descriptors=limits,
        kind=Kind.NORMAL,
        span=(tokens[mention.first].start, tokens[mention.last - 1].end),
    )


def _distinct(found: list[Finding]) -> list[Finding]:
    """Returns findings without those that say the same again ("the lungs are expanded and clear")."""
    if len({one.concept for one in found}) == len(found):
        return found
    distinct: dict[tuple[object, ...], Finding] = {}
    for one in found:
        place = (one.concept, one.presence, one.locations, one.laterality, one.kind)
        said = (one.severity, one.sizes_mm, one.count, one.change, one.descriptors, one.tip_position)
        distinct.setdefault((*place, *said), one)
    return list(distinct.values())
