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
    denied = doubted = explains = resolving = False
    waiting: list[int] = []
    targets = set(named)
    for place, mention in enumerate(clause):
        roles = mention.roles
        if place in targets:
            doubtful = doubted or "doubtful" in roles
            presence = Presence.ABSENT if denied else Presence.UNCERTAIN if doubtful else Presence.PRESENT
            found[place] = Stand(presence, explains and bool(found or earlier), resolving and denied)
            waiting.append(place)
            continue
        if not denied and waiting and _is_alternative(clause, place):
            # "Scar versus atelectasis", "scar or atelectasis": neither is certain.
            _doubt(found, waiting[-1], _is_set_off(clause, waiting[-1], found))
            doubted, explains = True, found[waiting[-1]].interprets
            continue
        after = _reaches_back(clause, place, roles, waiting, targets)
        if after and "change" in roles and roles["change"] == "resolved":
            _close(found, waiting, Presence.ABSENT, resolved=True)
        elif after and "negation_after" in roles:
            _close(found, waiting, Presence.ABSENT)
        elif after and "hedge_after" in roles:
            _close(found, waiting, Presence.UNCERTAIN)
        elif roles.get("change") == "resolved" and "pseudo_negation" not in roles:
            denied = resolving = True
        elif "negation_before" in roles:
            # "Not without" and "not free of": two denials side by side cancel each other.
            twice = denied and place > 0 and _denies(clause[place - 1]) and "join" not in roles
            denied, doubted, explains, resolving, waiting = not twice, False, False, False, []
        elif "hedge_before" in roles and not denied:
            if after and _doubts_back(clause, place, targets):
                _close(found, waiting, Presence.UNCERTAIN)
                continue
            certain = roles.get("interpretation") == "certain"
            # "Possibly related to": a doubt before a certain interpretation keeps it doubtful.
            doubted, explains = not certain or (doubted and not waiting), True
            waiting = []
        elif "scope_end_with" in roles:
            if found or not denied:
                denied = doubted = explains = False
            waiting = []
        elif roles.get("join") == "," and doubted and not _list_goes_on(clause, place, targets):
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


def _is_alternative(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a word joins alternatives: "versus", and "or" before another name."""
    roles = clause[place].roles
    if "hedge_between" in roles:
        return True
    if roles.get("join") != "or":
        return False
    for one in clause[place + 1 :]:
        if "concept" in one.roles or "quality" in one.roles:
            return True
        if "join" in one.roles or "verb" in one.roles or "negation_before" in one.roles:
            return False
    return False


def _is_set_off(clause: Sequence[Mention], place: int, found: dict[int, Stand]) -> bool:
    """Tells whether a comma sets a name off from one that it explains ("density at the base, scar versus ...")."""
    before = max((other for other in found if other < place), default=place)
    between = [one.roles for one in clause[before + 1 : place]]
    return any(roles.get("join") == "," for roles in between) and not any(
        "scope_end_with" in roles or roles.get("join") in ("and", "&") for roles in between
    )


def _doubt(found: dict[int, Stand], place: int, explains_earlier: bool) -> None:
    if found[place].presence is Presence.PRESENT:
        found[place].presence = Presence.UNCERTAIN
        found[place].interprets = found[place].interprets or explains_earlier


def _doubts_back(clause: Sequence[Mention], place: int, targets: set[int]) -> bool:
    """Tells whether a doubt is about what stands before it: "pneumonia, possibly.", "a nodule could be seen"."""
    if clause[place].roles.get("interpretation") == "certain":
        return False
    following = clause[place + 1].roles if place + 1 < len(clause) else {"join": ""}
    if not {"join", "verb", "mark"} & following.keys():
        return False
    return not any(later > place and _same_phrase(clause, place, later) for later in targets)


def _list_goes_on(clause: Sequence[Mention], place: int, targets: set[int]) -> bool:
    """Tells whether a doubt reaches over a comma: to the last "or" of a list, or to another bare name."""
    if any(one.roles.get("join") in ("or", "/") for one in clause[place + 1 :]):
        return True
    for other in range(place + 1, len(clause)):
        if other in targets:
            return True
        if not {"join", "ignored", "descriptor"} & clause[other].roles.keys():
            return False
    return False


def _close(found: dict[int, Stand], waiting: list[int], presence: Presence, resolved: bool = False) -> None:
    """Applies a cue to everything that waits for one and is stated so far."""
    for place in waiting:
        if found[place].presence is not Presence.ABSENT:
            found[place].presence = presence
        found[place].resolved = found[place].resolved or resolved
    waiting.clear()
