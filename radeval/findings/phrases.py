"""How the words of a clause hang together: adjectives, joined words of one sort, nouns and predicates."""

from __future__ import annotations

from collections.abc import Sequence

from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token

ADJECTIVES = frozenset({"severity", "descriptor", "count", "change"})
"""Roles of words that describe what follows them."""

_BEFORE_A_NOUN = ADJECTIVES | {"side"}
_ENDING = frozenset({"concept", "structure", "quality", "verb", "preposition"})
_IN_PHRASE = _BEFORE_A_NOUN | {"structure", "ignored", "comparative", "join"}
_ALIKE = ("side", "severity", "structure", "descriptor")
_NOUN_ENDINGS = ("ing", "ion", "ment", "ness", "ity", "sis", "ure", "ia", "ease", "ence", "change", "shift", "collapse")


def joins_alike(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a joining word stands between two words of one sort: "left and right", "large, irregular"."""
    if place == 0 or place + 1 >= len(clause):
        return False
    before, after = clause[place - 1].roles, clause[place + 1].roles
    adverbs = clause[place].roles.get("join") == "," and ("ignored" in after or "comparative" in after)
    if adverbs:
        after = _after_adverbs(clause, place + 1)
    if any(role in before and role in after for role in _ALIKE) or ("structure" in before and "side" in after):
        return True
    if before.get("ignored") == after.get("ignored") == "word":
        return True  # "the seventh and eighth rib"
    if clause[place].roles.get("join") != "," or ("change" in after and "severity" not in before):
        return False
    if "severity" in before and _is_unknown_adjective(clause, place + 1):
        return _stands_before_its_noun(clause, place - 1)  # "a severe, ropelike opacity"
    if "concept" in after and not adverbs:  # "a large, poorly defined opacity" goes on
        # "There is mild, XXXX opacity": the word between is masked.
        masked = "severity" in before and _names_nothing(clause[:place]) and _stands_before_its_noun(clause, place - 1)
        return masked or _closes_aside(clause, place)
    if clause[place - 1].roles.get("side", "bilateral") != "bilateral" and "severity" in after:
        return False  # "moderate right, small left"
    return (
        (not _BEFORE_A_NOUN.isdisjoint(after) or "concept" in after)
        and _describes(clause[place - 1])
        and _stands_before_its_noun(clause, place - 1)
    )


def _closes_aside(clause: Sequence[Mention], comma: int) -> bool:
    """Tells whether a comma ends what another one has set off before a noun ("bilateral, mostly basal, opacities")."""
    place, commas = comma - 1, 0
    while place >= 0 and not _IN_PHRASE.isdisjoint(clause[place].roles):
        commas += place > 0 and clause[place].roles.get("join") == ","
        place -= 1
    return commas > 0 and (place < 0 or not _ENDING & clause[place].roles.keys() - {"verb"})


def _is_unknown_adjective(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a word that is not known stands right before a name."""
    return "word" in clause[place].roles and place + 1 < len(clause) and "concept" in clause[place + 1].roles


def _after_adverbs(clause: Sequence[Mention], place: int) -> dict[str, str]:
    """Returns what follows adverbs ("bilateral, mostly peripheral opacities"), nothing where a place does."""
    while place + 1 < len(clause) and not {"ignored", "comparative"}.isdisjoint(clause[place].roles):
        place += 1
    return clause[place].roles if "preposition" not in clause[place].roles else {}


def _describes(mention: Mention) -> bool:
    return not _BEFORE_A_NOUN.isdisjoint(mention.roles)


def _stands_before_its_noun(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether adjectives begin a phrase, and do not end one ("effusion unchanged, small pneumothorax")."""
    while place >= 0 and (_describes(clause[place]) or clause[place].roles.get("join") == ","):
        place -= 1
    opened = place
    while place >= 0 and clause[place].roles.get("ignored") == "word":
        place -= 1
    if place < 0:
        return True
    before = clause[place].roles
    if before.get("verb") == "shows":
        return True
    # "Shows a large, irregular mass": an article begins a phrase; "is small, large effusion" has none.
    return _ENDING.isdisjoint(before) or ("verb" in before and (place < opened or _names_nothing(clause[:place])))


def _names_nothing(before: Sequence[Mention]) -> bool:
    return all({"concept", "structure", "quality", "normal"}.isdisjoint(one.roles) for one in before)


def offers_alternative(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a word leads from a normal state to another one: "normal or slightly enlarged"."""
    if place == 0 or place + 1 >= len(clause) or "normal" not in clause[place - 1].roles:
        return False
    roles = clause[place].roles
    if roles.get("join") != "or" and "hedge_between" not in roles and "preposition" not in roles:
        return False
    following = next((one.roles for one in clause[place + 1 :] if "ignored" not in one.roles), {})
    graded = "severity" in following or "hedge_before" in following
    return graded or ("quality" in following and "preposition" not in roles)


def names_a_noun(mention: Mention, tokens: Sequence[Token]) -> bool:
    """Tells whether a state is named by a noun ("enlargement", "thickening") and not by an adjective ("enlarged")."""
    return tokens[mention.last - 1].word.endswith(_NOUN_ENDINGS)


def next_join(clause: Sequence[Mention], start: int) -> int:
    """Returns the place of the next joining word, the end of the clause where there is none."""
    return next((place for place in range(start, len(clause)) if "join" in clause[place].roles), len(clause))
