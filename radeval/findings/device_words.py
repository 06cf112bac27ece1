"""Finds the words for places, positions and failures of devices in a sentence."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from radeval.core.finding import Finding
from radeval.findings.packs import Lexicon
from radeval.findings.sizes import find_sizes
from radeval.findings.vocabulary import JOINS, PREPOSITIONS, VERBS
from radeval.findings.words import Token, tokenize

FILLERS = frozenset({
    "the", "a", "an", "level", "of", "its", "expected", "presumed", "region", "location", "portion", "this",
})  # fmt: skip
"""Words that a name may hold or leave out."""


_LOOSE = (JOINS | VERBS | PREPOSITIONS | {";", ":", ".", "with", "adjacent", "overlying"}) - {"of", "in"}
_LONGEST_BOUND = 5


class Hit(NamedTuple):
    """A known term in a sentence.

    Attributes:
        role: "site", "position" or "failure".
        value: The site's name, the judgement, or the failure's term.
        first: Index of its first token.
        last: Index after its last token.
    """

    role: str
    value: str
    first: int
    last: int


class DeviceWords:
    """The terms of one lexicon as a tree of words."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._positions: dict[str, Any] = {}
        self._failures: dict[str, Any] = {}
        for site in lexicon.tip_sites.values():
            for term in site.terms:
                _add(self._positions, term, "site", site.name)
        for cue in lexicon.cues:
            if cue.kind == "position":
                for term in cue.terms:
                    _add(self._positions, term, "position", cue.value)
        for failure in lexicon.failures:
            for term in failure.terms:
                _add(self._failures, term, "failure", term)

    def positions(self, tokens: Sequence[Token]) -> list[Hit]:
        """Returns the sites and judgements in a sentence, the longest at each place, in order."""
        return _hits(self._positions, tokens)

    def failures(self, tokens: Sequence[Token]) -> list[Hit]:
        """Returns the words for failures in a sentence, the longest at each place, in order."""
        return _hits(self._failures, tokens)


def _add(tree: dict[str, Any], term: str, role: str, value: str) -> None:
    node = tree
    for token in tokenize(term):
        if token.word not in FILLERS:
            node = node.setdefault(token.word, {})
    node.setdefault("", {}).setdefault(role, value)


def _hits(tree: dict[str, Any], tokens: Sequence[Token]) -> list[Hit]:
    kept = [place for place, token in enumerate(tokens) if token.word not in FILLERS]
    found: list[Hit] = []
    at = 0
    while at < len(kept):
        node, ahead, end, roles = tree.get(tokens[kept[at]].word), at + 1, at + 1, None
        while node is not None:
            if "" in node:
                roles, end = node[""], ahead
            node = node.get(tokens[kept[ahead]].word) if ahead < len(kept) else None
            ahead += 1
        if roles:
            found += [Hit(role, value, kept[at], kept[end - 1] + 1) for role, value in roles.items()]
        at = end
    return found


class Places:
    """The tokens of a sentence, and which of them its findings stand for.

    Attributes:
        tokens: The tokens.
        words: Their folded forms.
        distances: Start, end and millimetres of each measure among them.
    """

    def __init__(self, tokens: Sequence[Token], found: Sequence[Finding], sentence: str) -> None:
        self.tokens = tokens
        self.words = [token.word for token in tokens]
        self._starts = [token.start for token in tokens]
        self._sentence = sentence
        self.distances = _distances(sentence)
        if self.distances:
            low, high = (bisect_left(self.distances, (offset,)) for offset in (tokens[0].start, tokens[-1].end))
            self.distances = self.distances[low:high]
        self._spans = [(self.at(one.span[0]), self.at(one.span[1])) for one in found]

    def at(self, offset: int) -> int:
        """Returns the index of the first token that begins at an offset or after it."""
        return bisect_left(self._starts, offset)

    def of(self, finding: int) -> tuple[int, int]:
        """Returns the index of a finding's first token, and the one after its last."""
        return self._spans[finding]

    def bind(self, start: int, end: int) -> bool:
        """Tells whether the words between two tokens only lead on to what a noun is of ("fracture of the left ...")."""
        return end - start <= _LONGEST_BOUND and _LOOSE.isdisjoint(self.words[start:end])

    def text(self, first: int, last: int) -> str:
        """Returns the sentence from one token to before another."""
        return self._sentence[self.tokens[first].start : self.tokens[last - 1].end]


@lru_cache(maxsize=256)
def _distances(sentence: str) -> tuple[tuple[int, int, float], ...]:
    return tuple(
        (size.start, size.end, max(high for _, high in size.extents)) for size in find_sizes(sentence) if size.extents
    )
