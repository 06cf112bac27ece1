"""How the words of a clause hang together: adjectives, joined words of one sort, nouns and predicates."""

from __future__ import annotations

from collections.abc import Sequence

from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token

ADJECTIVES = frozenset({"severity", "descriptor", "count", "change"})
"""Roles of words that describe what follows them."""

_ALIKE = ("side", "severity", "structure", "descriptor")
_NOUN_ENDINGS = ("ing", "ion", "ment", "ness", "ity", "sis", "ure", "ia", "ease", "ence", "change", "shift", "collapse")


def is_adjective(mention: Mention) -> bool:
    """Tells whether a mention grades, counts, compares or describes."""
    return not ADJECTIVES.isdisjoint(mention.roles)


def joins_alike(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a joining word stands between two words of one sort: "left and right", "large, irregular"."""
    if place == 0 or place + 1 >= len(clause):
        return False
    before, after = clause[place - 1].roles, clause[place + 1].roles
    if any(role in before and role in after for role in _ALIKE) or ("structure" in before and "side" in after):
        return True
    if before.get("ignored") == after.get("ignored") == "word":
        return True  # "the seventh and eighth rib"
    if clause[place].roles.get("join") != "," or ("change" in after and "severity" not in before):
        return False
    described = not ADJECTIVES.isdisjoint(after) or "side" in after
    return described and is_adjective(clause[place - 1]) and _stands_before_its_noun(clause, place - 1)


def _stands_before_its_noun(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether adjectives begin a phrase, and do not end one ("effusion unchanged, small pneumothorax")."""
    while place >= 0 and is_adjective(clause[place]):
        place -= 1
    while place >= 0 and clause[place].roles.get("ignored") == "word":
        place -= 1
    return place < 0 or not {"concept", "structure", "quality", "verb", "side"} & clause[place].roles.keys()


def names_a_noun(mention: Mention, tokens: Sequence[Token]) -> bool:
    """Tells whether a state is named by a noun ("enlargement", "thickening") and not by an adjective ("enlarged")."""
    return tokens[mention.last - 1].word.endswith(_NOUN_ENDINGS)


def next_join(clause: Sequence[Mention], start: int) -> int:
    """Returns the place of the next joining word, the end of the clause where there is none."""
    return next((place for place in range(start, len(clause)) if "join" in clause[place].roles), len(clause))
