"""Finds the lexicon's terms in token sequences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from radeval.findings.packs import Lexicon, PackFile, load_lexicon
from radeval.findings.words import Token, tokenize

_LONG_WORD = 7
_END = ""
_new = tuple.__new__  # see words.tokenize
_QUALIFIES = frozenset({
    "acute", "subacute", "chronic", "old", "remote", "healed", "healing", "lobar", "segmental", "subsegmental", "focal",
    "multifocal", "diffuse", "calcified", "viral", "bacterial", "fungal", "layering",
    "atypical", "suspicious",
})  # fmt: skip
"""Adjectives at the beginning of a term that may say more than its bare name does."""
_TAKEN = {"lobectomy": "lobe"}
"""What an operation takes: "lower lobectomy" names the lower lobe."""
_CUES_BY_VALUE = {"negation", "hedge", "scope_end"}

# Words that are joined, not looked up; their meaning is their place between others.
JOINS = {"and", "or", ",", "/", "&", "nor", "+", "as", "plus"}
VERBS = {
    "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "appear", "appears", "demonstrate",
    "demonstrates", "show", "shows", "seen", "noted", "identified", "visualized", "remains", "remain", "present",
    "contain", "measure", "measuring", "lies", "lie", "sits",
}  # fmt: skip
PREPOSITIONS = {
    "in", "of", "at", "along", "within", "over", "involving", "near", "throughout", "from", "on", "to", "by", "above",
    "below", "into", "under", "beneath", "toward", "towards",
}  # fmt: skip


class Mention(NamedTuple):
    """A stretch of tokens and what it can mean.

    Attributes:
        roles: Value by role: "concept", "structure", "quality", a cue's kind, "join", "verb" ("shows" where a name
            follows it), "preposition", "number", "mark", "doubtful" (a concept's term that says its doubt itself),
            "state" (the quality that a concept's term ends with), "described" (adjectives that it begins with),
            "within" (a structure's term that begins with a preposition), "placed" (structures that a concept's term
            names as its place) or "word" (unknown).
        first: Index of its first token.
        last: Index after its last token.
    """

    roles: dict[str, str]
    first: int
    last: int


class Vocabulary:
    """A lexicon's terms as a tree of words, with its long words for mending misspellings."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._tree: dict[str, Any] = {}
        self._words: set[str] = set(JOINS | VERBS | PREPOSITIONS)
        for cue in lexicon.cues:
            role = f"{cue.kind}_{cue.value}" if cue.kind in _CUES_BY_VALUE else cue.kind
            for term in cue.terms:
                self._add(term, role, cue.value)
                if cue.kind == "change" and term.split()[0] in VERBS:
                    self._add(term, "verb", "")  # "remains in place" states and compares
        for structure in lexicon.structures.values():
            for term in structure.terms:
                self._add(term, "structure", structure.name)
                if term.split()[0] in PREPOSITIONS:
                    self._add(term, "within", "")  # "air is seen under the diaphragm"
        for quality in lexicon.qualities.values():
            for term in quality.terms:
                self._add(term, "quality", quality.name)
        for concept in lexicon.concepts.values():
            for term in concept.terms:
                self._add(term, "concept", concept.name)
                self._keep_inner_words(term, bool(concept.site and lexicon.structures[concept.site].sided))
        for concept in lexicon.concepts.values():
            for term in concept.terms if concept.kind == "observation" else ():
                self._keep_description(term, concept.name)
            for term in concept.terms if concept.placed else ():
                self._keep_place(term, concept.name)
        self._near = self._one_letter_off()

    def _add(self, term: str, role: str, value: str) -> None:
        node = self._tree
        for token in tokenize(term):
            self._words.add(token.word)
            node = node.setdefault(token.word, {})
        # The first pack to claim a term keeps it: user packs come last and replace whole entries, not single terms.
        node.setdefault(_END, {}).setdefault(role, value)

    def _keep_inner_words(self, term: str, sided: bool) -> None:
        """Keeps what a term of several words says itself: side ("bibasilar"), doubt ("borderline"), state."""
        words = [token.word for token in tokenize(term)]
        if len(words) < 2:
            return
        node = self._tree
        sides: set[str] = set()
        doubted = False
        for word in words:
            alone = self._tree.get(word, {}).get(_END, {})
            if sided and "side" in alone:
                sides.add(alone["side"])
            doubted = doubted or "hedge_before" in alone
            node = node[word]
        if len(sides) == 1:
            node[_END].setdefault("side", sides.pop())
        if doubted:
            node[_END].setdefault("doubtful", "")
        state = self._tree.get(words[-1], {}).get(_END, {}).get("quality")
        if state:
            node[_END].setdefault("state", state)

    def _keep_description(self, term: str, concept: str) -> None:
        """Keeps the adjectives that a term begins with, where the rest of it names the same ("lobar consolidation")."""
        words = [token.word for token in tokenize(term)]
        roles = self.meaning(words) or {}
        if roles.get("concept") != concept:
            return
        for described in range(1, len(words)):
            if words[described - 1] not in _QUALIFIES:
                return
            if (self.meaning(words[described:]) or {}).get("concept") == concept:
                roles["described"] = " ".join(words[:described])

    def _keep_place(self, term: str, concept: str) -> None:
        """Keeps the structures that a term names as its place ("hilar calcification")."""
        words = [token.word for token in tokenize(term)]
        roles = self.meaning(words) or {}
        words = [_TAKEN.get(word, word) for word in words]
        named: list[str] = []
        place = 0
        while place < len(words) and roles.get("concept") == concept:
            longest = ((end, self.meaning(words[place:end]) or {}) for end in range(len(words), place, -1))
            place, found = next(((end, one) for end, one in longest if "structure" in one), (place + 1, {}))
            named += [found["structure"]] if found else []
        if named:
            roles["placed"] = " ".join(named)

    def meaning(self, words: Sequence[str]) -> dict[str, str] | None:
        """Returns the roles of a term by its folded words, None where the lexicon does not have it."""
        node = self._tree
        for word in words:
            following = node.get(word)
            if following is None:
                return None
            node = following
        return node.get(_END)

    def within_lung(self, structure: str) -> bool:
        """Tells whether a structure is the lung, a part of it, or what it lies in."""
        known = self.lexicon.structures
        chain = {structure}
        current = known[structure].part_of
        while current is not None and current not in chain:
            chain.add(current)
            current = known[current].part_of
        return "lung" in chain or "lung" in known[structure].holds

    def _one_letter_off(self) -> dict[str, str | None]:
        """Returns long words by each form with one letter left out, None where several words share the form."""
        near: dict[str, str | None] = {}
        for word in self._words:
            if len(word) >= _LONG_WORD and word.isalpha():
                for form in {word[:place] + word[place + 1 :] for place in range(len(word))}:
                    near[form] = None if near.get(form, word) != word else word
        return near

    @lru_cache(maxsize=20_000)  # noqa: B019 - vocabularies live as long as the process
    def mend(self, word: str) -> str:
        """Returns the lexicon's word that a long unknown word misspells by one letter, else the word."""
        if len(word) < _LONG_WORD or word in self._words or not word.isalpha():
            return word
        found: set[str] = set()
        if self._near.get(word):
            found.add(str(self._near[word]))
        for place in range(len(word)):
            form = word[:place] + word[place + 1 :]
            if form in self._words and len(form) >= _LONG_WORD:
                found.add(form)
            other = self._near.get(form)
            # One letter replaced, or two neighbours exchanged; other pairs of the same form are two letters apart.
            if other and len(other) == len(word) and _differs_once(word, other):
                found.add(other)
        return found.pop() if len(found) == 1 else word

    def mentions(self, tokens: Sequence[Token]) -> list[Mention]:
        """Returns what stands in a token sequence, the longest term at each place."""
        mend, tree = self.mend, self._tree
        words = [mend(token.word) for token in tokens]
        found: list[Mention] = []
        place, size = 0, len(words)
        while place < size:
            node: dict[str, Any] | None = tree.get(words[place])
            end, ahead, roles = place + 1, place + 1, None
            while node is not None:
                if _END in node:
                    roles, end = node[_END], ahead
                node = node.get(words[ahead]) if ahead < size else None
                ahead += 1
            found.append(_new(Mention, (_plain(words[place]) if roles is None else roles, place, end)))
            place = end
        return found


def _differs_once(one: str, other: str) -> bool:
    places = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) == 1:
        return True
    return (
        len(places) == 2
        and places[1] == places[0] + 1
        and one[places[0]] == other[places[1]]
        and one[places[1]] == other[places[0]]
    )


_JOINS = {word: {"join": word} for word in JOINS}
_SHOWING = {"show", "shows", "demonstrate", "demonstrates", "contain", "has", "have"}
_SHOWS = {"verb": "shows"}
"""Verbs that a name follows, and not what is said of their subject."""
_VERB, _PREPOSITION, _NUMBER, _MARK, _WORD = ({role: ""} for role in ("verb", "preposition", "number", "mark", "word"))


def _plain(word: str) -> dict[str, str]:
    if word in JOINS:
        return _JOINS[word]
    if word in VERBS:
        return _SHOWS if word in _SHOWING else _VERB
    if word in PREPOSITIONS:
        return _PREPOSITION
    if word[0].isdigit():
        return _NUMBER
    # Single letters are initials and rests of words that de-identification masked.
    return _MARK if len(word) == 1 else _WORD


@lru_cache(maxsize=8)
def vocabulary(modality: str = "cxr", extra: tuple[str | PackFile, ...] = ()) -> Vocabulary:
    """Returns the vocabulary for an examination."""
    return Vocabulary(load_lexicon(modality, extra))
