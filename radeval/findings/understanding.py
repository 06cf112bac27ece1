"""Tells which clauses of a sentence were not understood."""

from __future__ import annotations

from collections.abc import Sequence

from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token

_CLINICAL = {"concept", "structure", "quality", "generic"}
_GRADED = {"concept", "quality", "generic", "severity"}
_HEADING = {"structure", "side", "join", "number", "mark"}
"""Roles of the words of a heading such as "Left ankle."."""
_SHOWN = frozenset({
    "present", "visible", "seen", "visualized", "noted", "identified", "shown", "demonstrated", "included",
    "depicted",
})  # fmt: skip
_BADLY = frozenset({"poorly", "incompletely", "partially", "suboptimally", "partly", "barely", "hardly"})
_SHOWN_WITH = frozenset({"structure", "side", "join", "ignored", "verb", "mark"})
_BOUNDS = {
    "join", "verb", "preposition", "mark", "negation_before", "negation_after", "hedge_before", "hedge_between",
    "hedge_after", "scope_end_clause", "scope_end_with",
}  # fmt: skip
_HEADS = {
    "concept", "structure", "quality", "generic", "normal", "tip", "change", "side", "number", "severity", "descriptor",
}  # fmt: skip


def is_unread(clause: Sequence[Mention], said: bool, tokens: Sequence[Token]) -> bool:
    """Tells whether a clause says something that was not understood.

    Where it gave findings, an unknown adjective beside one is no loss ("feathery opacity"), an unknown noun of its own
    is ("effusion and frobnication"). Where it gave none, every unknown word counts, and known clinical words too,
    unless they only say that structures have not changed.

    Args:
        clause: The clause.
        said: Whether it gave findings, or described one that was named before it.
        tokens: The sentence's tokens.
    """
    if said:
        return _has_unknown_head(clause)
    if all(not _HEADING.isdisjoint(one.roles) for one in clause) or _only_shows(clause, tokens):
        return False
    return any("word" in one.roles for one in clause) or not _is_without_news(clause)


def _only_shows(clause: Sequence[Mention], tokens: Sequence[Token]) -> bool:
    """Tells whether a clause only says that structures can be seen ("the diaphragm is visible")."""
    shown = any("verb" in one.roles for one in clause) and tokens[clause[-1].last - 1].word in _SHOWN
    badly = any(token.word in _BADLY for token in tokens[clause[0].first : clause[-1].last])
    return shown and not badly and all(not _SHOWN_WITH.isdisjoint(one.roles) for one in clause)


def words_of(clause: Sequence[Mention], tokens: Sequence[Token]) -> tuple[int, int]:
    """Returns where a clause begins and ends in its sentence, without joining words and marks at its ends."""
    first, last = 0, len(clause) - 1
    while first < last and not {"join", "mark"}.isdisjoint(clause[first].roles):
        first += 1
    while last > first and not {"join", "mark"}.isdisjoint(clause[last].roles):
        last -= 1
    return tokens[clause[first].first].start, tokens[clause[last].last - 1].end


def _is_without_news(clause: Sequence[Mention]) -> bool:
    clinical = stable = graded = administrative = False
    if any("normal" in one.roles for one in clause):
        return False  # said to be normal, but of nothing that is known
    for one in clause:
        roles = one.roles
        clinical = clinical or not _CLINICAL.isdisjoint(roles)
        stable = stable or roles.get("change") == "stable"
        graded = graded or not _GRADED.isdisjoint(roles)
        administrative = administrative or roles.get("ignored") == "administrative"
    return not clinical or administrative or (stable and not graded)


def _has_unknown_head(clause: Sequence[Mention]) -> bool:
    """Tells whether a phrase ends in an unknown word; places after a preposition only add to what is known."""
    unknown = placed = False
    for one in clause:
        roles = one.roles
        if "word" in roles:
            unknown = True
        elif not _BOUNDS.isdisjoint(roles):
            if unknown and not placed:
                return True
            unknown, placed = False, "preposition" in roles
        elif not _HEADS.isdisjoint(roles):
            unknown = False
    return unknown and not placed
