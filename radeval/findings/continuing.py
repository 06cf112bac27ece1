"""Reads clauses that go on about what an earlier one has named: "..., but unchanged", "... which measures 2 cm"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from radeval.core.finding import Finding, Kind, Presence
from radeval.findings.attributes import read_attributes
from radeval.findings.presence import is_of_one_view
from radeval.findings.tips import tip_position
from radeval.findings.vocabulary import Mention, Vocabulary
from radeval.findings.words import Token

_NAMES = {"concept", "structure", "generic"}
_ENDS_NAME = {"preposition", "scope_end_with", "negation_before"}
_LUNG = "lung"
_STATES = {"quality", "normal"}
_SAYS = {"change", "severity", "descriptor", "negation_after", "hedge_after"}


def leading_structures(clause: Sequence[Mention]) -> list[Mention]:
    """Returns the structures that a clause is about: those before its first statement."""
    found: list[Mention] = []
    if "preposition" in clause[0].roles:
        return found
    for one in clause:
        roles = one.roles
        if "structure" in roles or (found and "join" in roles):
            found.append(one)
        elif {"concept", "verb", "normal", "quality", "generic", "negation_before", "preposition"} & roles.keys():
            break
    while found and "join" in found[-1].roles:
        found.pop()
    return found


def lungs_otherwise(
    before: Sequence[Mention], clause: Sequence[Mention], tokens: Sequence[Token], words: Vocabulary
) -> list[Mention]:
    """Returns the lungs, with their side, whose rest a clause tells: "hyperexpanded lungs, otherwise clear".

    What is said of the rest after another name is as often about all that is seen ("large heart, otherwise normal",
    "lung nodule, otherwise normal"); only lungs are clear.
    """
    said = {token.word for token in tokens[clause[0].first : clause[-1].last]}
    if "otherwise" not in said:
        return []
    sides: list[Mention] = []
    for one in before:
        if not _ENDS_NAME.isdisjoint(one.roles):
            break
        if "side" in one.roles:
            sides.append(one)
        for place in range(one.first, one.last) if not _NAMES.isdisjoint(one.roles) else ():
            if tokens[place].word == _LUNG and ("clear" in said or place == one.last - 1):
                return [*sides, Mention(words.meaning([_LUNG]) or {}, place, place + 1)]
    return []


def lacks_subject(clause: Sequence[Mention]) -> bool:
    """Tells whether a clause says a state without what is in it ("but appears enlarged")."""
    state = next((at for at, one in enumerate(clause) if not _STATES.isdisjoint(one.roles)), None)
    if len(clause) < 2 or state is None:
        return False
    # "But clear without effusion" is about the lungs named before; "but clear lungs" are named there.
    told = next((at for at in range(state, len(clause)) if "negation_before" in clause[at].roles), len(clause))
    return all(_NAMES.isdisjoint(one.roles) for one in clause[:told])


def _goes_on(clause: Sequence[Mention]) -> bool:
    """Tells whether a clause names nothing, and says what has become of the finding before it."""
    roles = {role for one in clause for role in one.roles}
    return not roles & _NAMES and bool(roles & _SAYS)


def continued(one: Finding, clause: Sequence[Mention], tokens: Sequence[Token], sentence: str) -> Finding:
    """Returns a finding with what a later clause says of it; the same where it says nothing that goes on about it.

    What is known of the finding already holds.

    Args:
        one: The finding named before.
        clause: The clause that goes on about it.
        tokens: The sentence's tokens.
        sentence: Its text.
    """
    if one.kind is Kind.DEVICE and one.tip_position is None and any("tip" in other.roles for other in clause):
        tip = tip_position(-1, clause, tokens, sentence)
        return replace(one, tip_position=tip) if tip else one
    if not _goes_on(clause):
        return one
    said = read_attributes(range(len(clause)), -1, clause, tokens, sentence)
    presence = one.presence
    denials = [at for at, other in enumerate(clause) if "negation_after" in other.roles]
    if any(not is_of_one_view(clause, at) for at in denials) or said.change == "resolved":
        presence = Presence.ABSENT
    elif any("hedge_after" in other.roles for other in clause) and presence is Presence.PRESENT:
        presence = Presence.UNCERTAIN
    # "Again seen, but has improved": what has changed says more than what is still there.
    change = said.change if one.change in (None, "stable") and said.change else one.change
    if presence is Presence.ABSENT:
        change = "resolved" if "resolved" in (one.change, said.change) else None
    return replace(
        one,
        presence=presence,
        severity=one.severity if one.severity is not None else said.severity,
        change=change,  # type: ignore[arg-type]
        descriptors=tuple(dict.fromkeys((*one.descriptors, *said.descriptors))),
    )
