"""Decides whether what a clause names is there, denied or in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from radeval.core.finding import Presence
from radeval.findings.vocabulary import Mention


@dataclass(slots=True)
class Stand:
    """How a clause stands to one of its mentions.

    Attributes:
        presence: Whether it is there.
        interprets: Whether it is offered as an explanation of what was named before.
        resolved: Whether it is said to be gone.
    """

    presence: Presence = Presence.PRESENT
    interprets: bool = False
    resolved: bool = False


def stands(clause: Sequence[Mention], named: Sequence[int], earlier: bool) -> dict[int, Stand]:
    """Returns how the clause stands to each of its named things.

    Args:
        clause: The clause.
        named: Places in the clause of concepts, composed findings and generic words.
        earlier: Whether the sentence has named a finding before this clause.
    """
    found: dict[int, Stand] = {}
    denied = doubted = explains = False
    waiting: list[int] = []
    targets = set(named)
    for place, mention in enumerate(clause):
        roles = mention.roles
        if place in targets:
            presence = Presence.ABSENT if denied else Presence.UNCERTAIN if doubted else Presence.PRESENT
            found[place] = Stand(presence, explains and bool(found or earlier))
            waiting.append(place)
            continue
        after = _reaches_back(clause, place, roles, waiting, targets)
        if after and "change" in roles and roles["change"] == "resolved":
            _close(found, waiting, Presence.ABSENT, resolved=True)
        elif after and "negation_after" in roles:
            _close(found, waiting, Presence.ABSENT)
        elif after and "hedge_after" in roles:
            _close(found, waiting, Presence.UNCERTAIN)
        elif roles.get("change") == "resolved" and "pseudo_negation" not in roles:
            denied = True
            for later in targets:
                if later > place and _same_phrase(clause, place, later):
                    found.setdefault(later, Stand())
        elif "negation_before" in roles:
            # "Not without" and "not free of": two denials side by side cancel each other.
            twice = denied and place > 0 and _denies(clause[place - 1]) and "join" not in roles
            denied, doubted, explains, waiting = not twice, False, False, []
        elif "hedge_before" in roles and not denied:
            certain = roles.get("interpretation") == "certain"
            doubted, explains = not certain, True
            waiting = []
        elif "scope_end_with" in roles:
            if found or not denied:
                denied = doubted = explains = False
            waiting = []
        elif roles.get("join") == "," and doubted and not _or_follows(clause, place):
            doubted = explains = False
    return found


def _reaches_back(
    clause: Sequence[Mention], place: int, roles: dict[str, str], waiting: Sequence[int], targets: set[int]
) -> bool:
    """Tells whether a cue speaks of what was named before it: something was, and nothing named follows directly."""
    if not waiting:
        return False
    if "negation_before" not in roles and "hedge_before" not in roles and "change" not in roles:
        return True
    return not any(later > place and _same_phrase(clause, place, later) for later in targets)


def _denies(mention: Mention) -> bool:
    return "negation_before" in mention.roles and "join" not in mention.roles


def _same_phrase(clause: Sequence[Mention], place: int, later: int) -> bool:
    return not any("join" in one.roles or "verb" in one.roles for one in clause[place + 1 : later])


def _or_follows(clause: Sequence[Mention], place: int) -> bool:
    return any(one.roles.get("join") in ("or", "/") for one in clause[place + 1 :])


def _close(found: dict[int, Stand], waiting: list[int], presence: Presence, resolved: bool = False) -> None:
    """Applies a cue to everything that waits for one and is stated so far."""
    for place in waiting:
        if found[place].presence is not Presence.ABSENT:
            found[place].presence = presence
        found[place].resolved = found[place].resolved or resolved
    waiting.clear()
