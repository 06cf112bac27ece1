"""Readings in the JSON form of RadGraph: entities with labels and relations, over tokens.

The entities are the words that name a finding, those of its structures and sides, and those that grade, describe or
compare it. Tokens are words and single punctuation marks, nearly as in RadGraph-XL.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from radeval.core.finding import Finding, Kind, Presence
from radeval.findings.reader import ReportReader, reader
from radeval.findings.reading import Reading
from radeval.findings.words import Token, tokenize

_TOKEN = re.compile(r"\w+|[^\w\s]")
_ANATOMY = "Anatomy::definitely present"
_LABELS = {
    Presence.PRESENT: "Observation::definitely present",
    Presence.ABSENT: "Observation::definitely absent",
    Presence.UNCERTAIN: "Observation::uncertain",
}
_CUES = ("severity", "descriptor", "change", "side", "normal", "generic")
_AROUND = 30
"""How many phrases on either side of a finding may belong to it; bounds the work on endless sentences."""

Span = tuple[int, int]
Roles = dict[str, set[str]]


class _Phrase(NamedTuple):
    """A term of the lexicon in the text.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        roles: What it can mean: names of structures, qualities and concepts, values of cues.
    """

    start: int
    end: int
    roles: Roles


@dataclass(slots=True, eq=False)
class _Entity:
    """An entity of the graph; `first` and `last` are token indices, both included."""

    first: int
    last: int
    label: str
    relations: dict[tuple[str, _Entity], None]


def to_radgraph(text: str, modality: str = "cxr") -> dict[str, Any]:
    """Returns the findings of a report as the entry that RadGraph's output has for it.

    Made from rules, not by RadGraph's model. Normal statements become the structure and the word that calls it normal.

    Args:
        text: The report.
        modality: "cxr" or "ct".
    """
    judge = reader(modality)
    return graph_of(text, judge.read(text), judge)


def graph_of(text: str, reading: Reading, judge: ReportReader) -> dict[str, Any]:
    """Returns a report that has been read as `to_radgraph` does.

    Args:
        text: The report.
        reading: What it says.
        judge: The reader that read it.
    """
    graph = _Graph(text)
    sentences: dict[int, list[Finding]] = {}
    for one in reading.findings:
        sentences.setdefault(one.sentence, []).append(one)
    for number, findings in sentences.items():
        start, end = reading.sentences[number]
        graph.add(findings, _phrases(text[start:end], start, judge))
    return graph.annotation()


def token_spans(text: str) -> list[Span]:
    """Returns the start and end offset of each token of a report."""
    return [match.span() for match in _TOKEN.finditer(text)]


class _Graph:
    """The entities of a report, which never overlap."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = token_spans(text)
        self._starts = [start for start, _ in self._tokens]
        self._ends = [end for _, end in self._tokens]
        self._owner: dict[int, _Entity] = {}

    def add(self, findings: Sequence[Finding], phrases: Sequence[_Phrase]) -> None:
        """Adds the findings of a sentence: first the words that name them, then those around these."""
        starts = [one.start for one in phrases]
        heads: list[tuple[Finding, _Entity, list[_Phrase]]] = []
        explained: _Entity | None = None
        for one in findings:
            place = bisect_left(starts, one.span[0])
            near = list(phrases[max(0, place - _AROUND) : place + _AROUND])
            head = self._normal(one, near) if one.kind is Kind.NORMAL else self._named(one, near)
            if head is None:
                continue
            if one.interprets and explained is not None:
                _relate(explained, "suggestive_of", head)
            elif one.kind is not Kind.NORMAL:
                explained = head
            heads.append((one, head, near))
        for one, head, near in heads:
            if one.kind is not Kind.NORMAL:
                self._describe(one, head, near)

    def annotation(self) -> dict[str, Any]:
        """Returns the graph as RadGraph writes it; entities are numbered in the order of the text."""
        found = sorted(set(self._owner.values()), key=lambda one: one.first)
        keys = {one: str(number) for number, one in enumerate(found, 1)}
        words = [self._text[start:end] for start, end in self._tokens]
        return {
            "text": " ".join(words),
            "entities": {
                keys[one]: {
                    "tokens": " ".join(words[one.first : one.last + 1]),
                    "label": one.label,
                    "start_ix": one.first,
                    "end_ix": one.last,
                    "relations": [[kind, keys[target]] for kind, target in one.relations],
                }
                for one in found
            },
            "data_source": None,
            "data_split": "inference",
        }

    def _entity(self, span: Span, label: str) -> _Entity | None:
        """Returns the entity at a span: the one that already holds some of its tokens, else a new one."""
        first, last = bisect_right(self._ends, span[0]), bisect_left(self._starts, span[1]) - 1
        for place in range(first, last + 1):
            if place in self._owner:
                return self._owner[place]
        if last < first:
            return None
        made = _Entity(first, last, label, {})
        self._owner.update(dict.fromkeys(range(first, last + 1), made))
        return made

    def _named(self, finding: Finding, near: Sequence[_Phrase]) -> _Entity | None:
        """Returns the observation: the words that name the concept, or the state of a structure that makes it."""
        inside = [one for one in near if finding.span[0] <= one.start and one.end <= finding.span[1]]
        span = finding.span
        if not any(finding.concept in one.roles.get("concept", ()) for one in inside):
            states = [one for one in inside if "quality" in one.roles]
            if states and any("structure" in one.roles for one in inside):
                span = (states[-1].start, states[-1].end)
        return self._entity(span, _LABELS[finding.presence])

    def _normal(self, finding: Finding, near: Sequence[_Phrase]) -> _Entity | None:
        """Returns what a normal statement says of a structure: "clear" is present, "abnormality" is absent."""
        said = _nearest(near, finding.span, "normal") + _nearest(near, finding.span, "generic")
        said.sort(key=lambda one: _distance((one.start, one.end), finding.span))
        if not said:
            return self._entity(finding.span, _ANATOMY)
        label = _LABELS[Presence.PRESENT if "normal" in said[0].roles else Presence.ABSENT]
        state = self._entity((said[0].start, said[0].end), label)
        structure = self._entity(finding.span, _ANATOMY)
        if state is not None and structure is not None and structure.label == _ANATOMY:
            _relate(state, "located_at", structure)
        return state

    def _describe(self, finding: Finding, head: _Entity, near: Sequence[_Phrase]) -> None:
        """Adds the structures, sides and modifiers of a finding, as far as the text names them."""
        places = []
        for name in finding.locations:
            for phrase in _nearest(near, finding.span, "structure", name):
                place = self._entity((phrase.start, phrase.end), _ANATOMY)
                if place is not None and place.label == _ANATOMY:
                    _relate(head, "located_at", place)
                    places.append(place)
        for phrase in _sides(near, finding):
            side = self._entity((phrase.start, phrase.end), _ANATOMY)
            if side is None or side.label != _ANATOMY:
                continue
            if places:
                for place in places:
                    _relate(side, "modify", place)
            else:
                _relate(head, "located_at", side)
        for phrase in _modifiers(near, finding, self._text):
            word = self._entity((phrase.start, phrase.end), head.label)
            if word is not None and word.label != _ANATOMY:
                _relate(word, "modify", head)


def _relate(source: _Entity, kind: str, target: _Entity) -> None:
    if source is not target:
        source.relations[kind, target] = None


def _distance(one: Span, other: Span) -> int:
    return max(one[0] - other[1], other[0] - one[1], 0)


def _nearest(near: Sequence[_Phrase], span: Span, role: str, value: str = "") -> list[_Phrase]:
    """Returns the phrase of a role, with a value where one is asked for, that is nearest to a span; or none."""
    found = [one for one in near if role in one.roles and (not value or value in one.roles[role])]
    return [min(found, key=lambda one: (_distance((one.start, one.end), span), one.start))] if found else []


def _sides(near: Sequence[_Phrase], finding: Finding) -> list[_Phrase]:
    if finding.laterality is None:
        return []
    found = _nearest(near, finding.span, "side", finding.laterality)
    if not found and finding.laterality == "bilateral":
        for side in ("left", "right"):
            found += _nearest(near, finding.span, "side", side)
    return found


def _modifiers(near: Sequence[_Phrase], finding: Finding, text: str) -> list[_Phrase]:
    found: list[_Phrase] = []
    if finding.severity is not None:
        grades = [one for one in near if "severity" in one.roles]
        exact = [one for one in grades if any(float(grade) == finding.severity for grade in one.roles["severity"])]
        grades = sorted(exact or grades, key=lambda one: _distance((one.start, one.end), finding.span))
        found += grades[: 1 if exact else 2]
    for words in finding.descriptors:
        alike = [one for one in near if text[one.start : one.end].lower() == words]
        found += _nearest(alike, finding.span, "descriptor")
    if finding.change is not None:
        found += _nearest(near, finding.span, "change", finding.change)
    return found


def _phrases(sentence: str, offset: int, judge: ReportReader) -> list[_Phrase]:
    """Returns the lexicon's terms in a sentence, the longest at each place, with offsets in the report."""
    terms, longest = _terms(judge)
    tokens: list[Token] = tokenize(sentence)
    found: list[_Phrase] = []
    place = 0
    while place < len(tokens):
        most = min(longest.get(tokens[place].word, 0), len(tokens) - place)
        for length in range(most, 0, -1):
            last = tokens[place + length - 1]
            roles = terms.get(tuple(token.word for token in tokens[place : place + length]))
            if roles is not None:
                found.append(_Phrase(tokens[place].start + offset, last.end + offset, roles))
                place += length - 1
                break
        place += 1
    return found


@lru_cache(maxsize=8)
def _terms(judge: ReportReader) -> tuple[dict[tuple[str, ...], Roles], dict[str, int]]:
    """Returns roles by the words of each term, and the length of the longest term by its first word."""
    lexicon = judge.lexicon
    listed = [("structure", one.name, one.terms) for one in lexicon.structures.values()]
    listed += [("quality", one.name, one.terms) for one in lexicon.qualities.values()]
    listed += [("concept", one.name, one.terms) for one in lexicon.concepts.values()]
    listed += [(one.kind, one.value, one.terms) for one in lexicon.cues if one.kind in _CUES]
    terms: dict[tuple[str, ...], Roles] = {}
    longest: dict[str, int] = {}
    for role, name, words in listed:
        for term in words:
            key = tuple(token.word for token in tokenize(term))
            if key:
                terms.setdefault(key, {}).setdefault(role, set()).add(name)
                longest[key[0]] = max(longest.get(key[0], 0), len(key))
    return terms, longest
