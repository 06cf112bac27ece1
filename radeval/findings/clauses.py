"""Cuts a sentence's mentions into clauses: stretches in which a negation, a subject or a side can reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from radeval.findings.phrases import ADJECTIVES, names_a_noun
from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token

LONGEST = 120
"""Most mentions that are looked at together: a longer stretch is cut, so that reading takes time linear in length."""

_SUBJECT = ("structure", "concept")
_CLOSING = ("normal", "negation_after", "hedge_after")
_COMPARED = frozenset({"normal", "change"})
_ATTRIBUTES = frozenset({"normal", "change", "quality"})
_STATING = {
    "concept", "quality", "normal", "generic", "verb", "change", "negation_before", "negation_after", "hedge_before",
    "hedge_after",
}  # fmt: skip


class Clause(NamedTuple):
    """A clause in its sentence."""

    mentions: Sequence[Mention]
    tokens: Sequence[Token]
    sentence: str
    roles: set[str]
    """Every role in the sentence: what it does not have need not be looked for in the clause."""

    def text(self) -> str:
        """Returns its words as they stand in the sentence."""
        return self.sentence[
            self.tokens[self.mentions[0].first].start : self.tokens[self.mentions[-1].last - 1].end + 1
        ]


def clauses(mentions: Sequence[Mention], tokens: Sequence[Token]) -> list[list[Mention]]:
    """Returns the clauses of a sentence.

    A clause ends at a semicolon or full stop, before words such as "but" and "there is", and before a joining word that
    is followed by a statement of its own ("no effusion and the heart is enlarged", "no effusion, mild edema"). A place
    that is put first stays with what follows it ("in the left lung there is ..."). A stretch of more than 120 mentions
    is cut at its last joining word: no radiologist's sentence is that long.

    Args:
        mentions: All mentions of the sentence, in order.
        tokens: Its tokens.
    """
    found: list[list[Mention]] = []
    for start, end in _stretches(mentions):
        found += _clauses(mentions[start:end] if end - start < len(mentions) else mentions, tokens)
    return found


def _stretches(mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    found = []
    start, size = 0, len(mentions)
    while size - start > LONGEST:
        end = start + LONGEST
        while end > start + LONGEST // 2 and "join" not in mentions[end].roles:
            end -= 1
        if "join" not in mentions[end].roles:
            end = start + LONGEST
        found.append((start, end))
        start = end
    return [*found, (start, size)]


def _clauses(mentions: Sequence[Mention], tokens: Sequence[Token]) -> list[list[Mention]]:
    found: list[list[Mention]] = []
    current: list[Mention] = []
    for place, mention in enumerate(mentions):
        word = tokens[mention.first].word
        roles = mention.roles
        if word in ";.":
            breaks = True
        elif "scope_end_clause" in roles:
            breaks = any(not _STATING.isdisjoint(one.roles) for one in current) and not (
                word == "otherwise" and "verb" in current[-1].roles
            )
        elif "scope_end_with" in roles:
            breaks = _is_stated(current) and (
                not any("concept" in one.roles for one in current)
                or _is_state_of_structure(_up_to_join(mentions, place + 1), _ATTRIBUTES)
            )
        else:
            breaks = "join" in roles and bool(current) and _begins_statement(current, mentions, place, tokens)
        if breaks and current:
            found.append(current)
            current = []
        if word not in ";.":
            current.append(mention)
    if current:
        found.append(current)
    return found


def _begins_statement(
    before: Sequence[Mention], mentions: Sequence[Mention], place: int, tokens: Sequence[Token]
) -> bool:
    """Tells whether what follows a joining word stands on its own."""
    word = mentions[place].roles["join"]
    if word in ("or", "nor", "/"):
        return False
    if place + 1 < len(mentions) and mentions[place + 1].roles.get("join") in ("or", "nor"):
        # "..., or pneumothorax identified": the comma belongs to the "or", which goes on with the list.
        return False
    if word == "," and not any(_names_or_calls_normal(one) for one in before):
        # "No acute, displaced fracture": nothing is named yet, the comma stands between adjectives.
        return False
    if word == "," and len(before) > 1 and _opens_adjectives(before[-2], before[-1]):
        return False
    after = _up_to_join(mentions, place + 1)
    if not after:
        return False
    subject = next((at for at, one in enumerate(after) if any(role in one.roles for role in _SUBJECT)), None)
    if subject is None or _only_places(after, subject):
        return False
    if (
        _is_state_of_structure(after, _COMPARED)
        and _is_stated(before)
        and not (_denies(before) and _ors(mentions, place))
    ):
        return True
    if _is_another_place(before, after[subject:], tokens):
        return False
    if any(_closes(one) or _is_predicate(one, tokens) for one in after[subject + 1 :]):
        if _is_complete(before, tokens):
            return True
        if _is_about_structure(after[subject:]) and any("concept" in one.roles for one in before):
            return True
    if not _denies(before):
        return False
    # "No pneumothorax, and there may be an effusion": a doubt is raised, which a denial does not reach.
    doubted = any("hedge_before" in one.roles for one in after[:subject])
    return doubted or (word == "," and _affirms(mentions, place + 1, after))


def _only_places(item: Sequence[Mention], structure: int) -> bool:
    """Tells whether a structure is only where the subject of a listed item is ("and the other in the lung is")."""
    placed = any("preposition" in one.roles for one in item[1:structure])
    return placed and not any("concept" in one.roles or "normal" in one.roles for one in item)


def _names_or_calls_normal(mention: Mention) -> bool:
    roles = mention.roles
    # "A well-defined, round opacity": beside a finding that is an adjective.
    return any(role in roles for role in (*_SUBJECT, "quality")) or ("normal" in roles and "descriptor" not in roles)


def _opens_adjectives(verb: Mention, last: Mention) -> bool:
    """Tells whether a clause so far ends in an adjective whose noun is still to come ("the spine shows mild, ...")."""
    return verb.roles.get("verb") == "shows" and not ADJECTIVES.isdisjoint(last.roles)


def _is_about_structure(item: Sequence[Mention]) -> bool:
    """Tells whether the subject of a listed item is a structure, and not a finding in one ("left basal opacity")."""
    subject = next((one for one in item if "concept" in one.roles or "verb" in one.roles), item[0])
    return "structure" in item[0].roles and "concept" not in subject.roles


def _is_complete(before: Sequence[Mention], tokens: Sequence[Token]) -> bool:
    """Tells whether a clause so far states something; "there are right lower ..." has still to name it."""
    subject = next((at for at, one in enumerate(before) if any(role in one.roles for role in _SUBJECT)), 0)
    named = any("concept" in one.roles or "normal" in one.roles for one in before)
    closed = any(_closes(one) for one in (before if named else before[subject:]))
    return closed or any(_is_predicate(one, tokens) for one in before)


def _is_another_place(before: Sequence[Mention], after: Sequence[Mention], tokens: Sequence[Token]) -> bool:
    """Tells whether a structure only goes on with the place before it ("... in the mid and lower lung is seen")."""
    if "structure" not in before[-1].roles or "structure" not in after[0].roles:
        return False
    placed = any("preposition" in one.roles for one in before) and any("concept" in one.roles for one in before)
    states = ("normal", "change", "negation_before", "negation_after")
    return placed and not any(
        _is_predicate(one, tokens) or any(role in one.roles for role in states) for one in after[1:]
    )


def _is_state_of_structure(item: Sequence[Mention], states: frozenset[str]) -> bool:
    """Tells whether a listed item says how a structure is ("unchanged heart size"), and names nothing else."""
    stated = False
    for one in item:
        roles = one.roles
        if "concept" in roles or "generic" in roles or "preposition" in roles:
            return False
        if "structure" in roles:
            return stated and not any("concept" in other.roles for other in item)
        stated = stated or not states.isdisjoint(roles)
    return False


def _is_stated(before: Sequence[Mention]) -> bool:
    """Tells whether a clause so far names something and what is said of it."""
    return any("concept" in one.roles for one in before) or (
        any("structure" in one.roles for one in before) and any(not _STATING.isdisjoint(one.roles) for one in before)
    )


def _is_predicate(mention: Mention, tokens: Sequence[Token]) -> bool:
    """Tells whether a word says what state its subject is in ("enlarged"), and is no noun ("enlargement")."""
    return "quality" in mention.roles and "concept" not in mention.roles and not names_a_noun(mention, tokens)


def _closes(mention: Mention) -> bool:
    roles = mention.roles
    return "verb" in roles or "negation_before" in roles or any(role in roles for role in _CLOSING)


def _denies(before: Sequence[Mention]) -> bool:
    return any("negation_before" in one.roles for one in before)


def _affirms(mentions: Sequence[Mention], start: int, after: Sequence[Mention]) -> bool:
    """Tells whether a listed item after a comma is stated: it is graded, sided or compared, and ends the list.

    In "no consolidation, small effusion" the effusion is there; in "no consolidation, large effusion or pneumothorax"
    the final "or" keeps all of them under the denial.
    """
    first = after[0].roles
    if not any(role in first for role in ("severity", "side", "change", "count")):
        return False
    return not _ors(mentions, start)


def _ors(mentions: Sequence[Mention], start: int) -> bool:
    return any(mentions[other].roles.get("join") in ("or", "nor", "/") for other in range(start, len(mentions)))


def _up_to_join(mentions: Sequence[Mention], start: int) -> list[Mention]:
    found: list[Mention] = []
    for place in range(start, len(mentions)):
        mention = mentions[place]
        if "join" in mention.roles or "scope_end_clause" in mention.roles:
            if found:
                break
            continue
        found.append(mention)
    return found
