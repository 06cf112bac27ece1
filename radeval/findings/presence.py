"""Decides whether what a clause names is there, denied or in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from radeval.core.finding import Presence
from radeval.findings.phrases import offers_alternative
from radeval.findings.vocabulary import Mention

_CUES = frozenset({
    "change", "negation_before", "negation_after", "hedge_before", "hedge_between", "hedge_after", "scope_end_with",
    "join", "preposition",
})  # fmt: skip


@dataclass(slots=True)
class Stand:
    """How a clause stands to one of its mentions.

    Attributes:
        presence: Whether it is there.
        interprets: Whether it is offered as an explanation of what was named before.
        resolved: Whether it is said to be gone.
        new: Whether it is said not to have been there before.
    """

    presence: Presence = Presence.PRESENT
    interprets: bool = False
    resolved: bool = False
    new: bool = False


def stands(clause: Sequence[Mention], named: Sequence[int], earlier: bool) -> dict[int, Stand]:
    """Returns how the clause stands to each of its named things.

    Args:
        clause: The clause.
        named: Places in the clause of concepts, composed findings and generic words.
        earlier: Whether the sentence has named a finding before this clause.
    """
    scope = _Scope(clause, frozenset(named), earlier)
    for place, mention in enumerate(clause):
        if place in scope.targets:
            scope.name(place)
        elif not _CUES.isdisjoint(mention.roles):
            scope.hear(place)
    return scope.found


@dataclass(slots=True)
class _Scope:
    """What holds at one place of a clause, read from its beginning.

    Attributes:
        clause: The clause.
        targets: Places of its named things.
        earlier: Whether the sentence has named a finding before.
        denied: Whether what is named next is denied.
        doubted: Whether it is in doubt.
        explains: Whether it is an explanation.
        offered: How many things were named since it was begun.
        resolving: Whether the denial says that it is gone.
        waiting: What was named and may still be denied or doubted by a later word.
        found: How the clause stands to what was named so far.
    """

    clause: Sequence[Mention]
    targets: frozenset[int]
    earlier: bool
    denied: bool = False
    doubted: bool = False
    explains: bool = False
    offered: int = 0
    resolving: bool = False
    waiting: list[int] = field(default_factory=list)
    found: dict[int, Stand] = field(default_factory=dict)

    def name(self, place: int) -> None:
        """Takes in a named thing."""
        roles = self.clause[place].roles
        if roles.get("change") == "resolved":
            self.found[place] = Stand(Presence.ABSENT, resolved=True)  # "extubated" says itself that it is gone
            return
        doubtful = self.doubted or "doubtful" in roles
        presence = Presence.ABSENT if self.denied else Presence.UNCERTAIN if doubtful else Presence.PRESENT
        explains = self.explains and bool(self.found or self.earlier)
        self.found[place] = Stand(presence, explains, self.resolving and self.denied)
        self.waiting.append(place)
        self.offered += 1

    def hear(self, place: int) -> None:
        """Takes in a word that may deny, doubt or join."""
        roles = self.clause[place].roles
        if not self.denied and self._joins_alternatives(place):
            return
        if "negation_after" in roles and _is_of_tip(self.clause, place):
            return
        after = self._reaches_back(place, roles)
        resolved = roles.get("change") == "resolved"
        if after and self._closes(place, roles, resolved):
            return
        if resolved and "pseudo_negation" not in roles:
            self.denied = self.resolving = True
        elif "negation_before" in roles:
            self._deny(place, roles)
        elif "hedge_before" in roles and not self.denied:
            self._doubt_on(place, roles, after)
        elif "scope_end_with" in roles:
            if self.found or not self.denied:
                self.denied = False
                if self.offered:  # "may represent changes associated with fibrosis": nothing is named yet
                    self.doubted = self.explains = False
            self.waiting = []
        elif "join" in roles and self._ends_doubt(place, roles["join"]):
            self.doubted = self.explains = False

    def _joins_alternatives(self, place: int) -> bool:
        """Takes in a word between alternatives: in "scar versus atelectasis" neither is certain."""
        if self.waiting and _is_alternative(self.clause, place):
            _doubt(self.found, self.waiting[-1], _is_set_off(self.clause, self.waiting[-1], self.found))
            self.doubted, self.explains = True, self.found[self.waiting[-1]].interprets
            return True
        if offers_alternative(self.clause, place):
            self.doubted = True
            return True
        return False

    def _ends_doubt(self, place: int, join: str) -> bool:
        """Tells whether a joining word ends what a doubt or interpretation is about.

        ", and" after one thing goes on with another statement: "likely edema, and a tube is in place"; after two or
        more it ends their list.
        """
        if join == ",":
            return self.doubted and not _list_goes_on(self.clause, place, self.targets)
        if join not in ("and", "&") or self.offered != 1 or place == 0 or place + 1 == len(self.clause):
            return False
        return self.clause[place - 1].roles.get("join") == "," and "join" not in self.clause[place + 1].roles

    def _reaches_back(self, place: int, roles: dict[str, str]) -> bool:
        """Tells whether a cue speaks of what was named before it: something was, and nothing named follows directly."""
        if not self.waiting:
            return False
        if "negation_before" not in roles and "hedge_before" not in roles and "change" not in roles:
            return True
        return not any(later > place and _same_phrase(self.clause, place, later) for later in self.targets)

    def _was_seen_before(self, place: int) -> bool:
        """Tells whether what is not well seen now is spoken of as seen before, so that it may be gone."""
        return any("earlier" in one.roles or one.roles.get("change") == "stable" for one in self.clause[:place])

    def _is_of_before(self, place: int) -> bool:
        """Tells whether a denial is about an earlier examination ("not seen on the previous film")."""
        ahead = self.clause[place + 1 : place + 4]
        return bool(ahead) and "preposition" in ahead[0].roles and any("earlier" in one.roles for one in ahead)

    def _is_affirmed(self, name: int, denial: int) -> bool:
        """Tells whether a verb has stated a name already, so that a later denial is not about it.

        It is about another name that begins a statement of its own, or only about one view.
        """
        seen = next((at for at in range(name + 1, denial - 1) if _states_seen(self.clause, at)), None)
        if seen is None:
            return False
        following = next((at for at in self.waiting if at > seen), None)
        if following is None:
            return is_of_one_view(self.clause, denial)
        return not any("join" in one.roles for one in self.clause[seen:following])

    def _closes(self, place: int, roles: dict[str, str], resolved: bool) -> bool:
        """Applies a cue to what waits for one; tells whether it was such a cue."""
        if resolved:
            self._close(Presence.ABSENT, resolved=True)
        elif "negation_after" in roles and self._is_of_before(place):
            for other in self.waiting:
                self.found[other].new = True
        elif "negation_after" in roles:
            self.waiting = [other for other in self.waiting if not self._is_affirmed(other, place)]
            self._close(Presence.ABSENT)
        elif "hedge_after" in roles and ("pseudo_negation" not in roles or self._was_seen_before(place)):
            self._close(Presence.UNCERTAIN)
        else:
            return False
        return True

    def _close(self, presence: Presence, resolved: bool = False) -> None:
        """Applies a cue to everything that waits for one and is stated so far."""
        for place in self.waiting:
            one = self.found[place]
            if one.presence is not Presence.ABSENT:
                one.presence = presence
            one.resolved = one.resolved or resolved
        self.waiting.clear()

    def _deny(self, place: int, roles: dict[str, str]) -> None:
        """Takes in a denial; "not without" and "not free of" are two side by side, which cancel each other."""
        twice = self.denied and place > 0 and _denies(self.clause[place - 1]) and "join" not in roles
        self.denied = not twice
        self.doubted = self.explains = self.resolving = False
        self.waiting = []

    def _doubt_on(self, place: int, roles: dict[str, str], after: bool) -> None:
        """Takes in a doubt or an interpretation."""
        if after and _doubts_back(self.clause, place, self.targets):
            self._close(Presence.UNCERTAIN)
            return
        certain = roles.get("interpretation") == "certain"
        # "Possibly related to": a doubt before a certain interpretation keeps it doubtful.
        self.doubted = not certain or (self.doubted and not self.waiting)
        self.explains = True
        self.offered = 0
        self.waiting = []


def _states_seen(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a verb begins at a place that states what stands before it: "is seen", "are present"."""
    return all("verb" in one.roles for one in clause[place : place + 2])


def is_of_one_view(clause: Sequence[Mention], denial: int) -> bool:
    """Tells whether a denial is only about one view ("not identified on the lateral view")."""
    ahead = clause[denial + 1 : denial + 4]
    return bool(ahead) and "preposition" in ahead[0].roles and any("view" in one.roles for one in ahead)


def _is_of_tip(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether what is not seen is only where a tube ends ("with its tip not visualized")."""
    for other in range(place - 1, max(-1, place - 4), -1):
        if "tip" in clause[other].roles:
            return True
        if not {"verb", "ignored"} & clause[other].roles.keys():
            return False
    return False


def _denies(mention: Mention) -> bool:
    return "negation_before" in mention.roles and "join" not in mention.roles


def _same_phrase(clause: Sequence[Mention], place: int, later: int) -> bool:
    return not any("join" in one.roles or "verb" in one.roles for one in clause[place + 1 : later])


def _is_alternative(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a word joins alternatives: "versus", and "or" before another name."""
    roles = clause[place].roles
    if "hedge_between" in roles:
        return True
    if roles.get("join") != "or" or _joins_adjectives(clause, place):
        return False
    for one in clause[place + 1 :]:
        if "concept" in one.roles or "quality" in one.roles:
            return True
        if "join" in one.roles or "verb" in one.roles or "negation_before" in one.roles:
            return False
    return False


def _joins_adjectives(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a word joins what describes one name: nothing is in doubt in "edema, small or large effusion"."""
    if place == 0:
        return False
    before, after = clause[place - 1].roles, clause[place + 1].roles if place + 1 < len(clause) else {}
    named = {"concept", "quality", "structure"}
    alike = any(role in before and role in after for role in ("severity", "descriptor"))
    return alike and named.isdisjoint(before) and named.isdisjoint(after)


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


def _doubts_back(clause: Sequence[Mention], place: int, targets: frozenset[int]) -> bool:
    """Tells whether a doubt is about what stands before it: "pneumonia, possibly.", "a nodule could be seen"."""
    if clause[place].roles.get("interpretation") == "certain":
        return False
    following = clause[place + 1].roles if place + 1 < len(clause) else {"join": ""}
    if not {"join", "verb", "mark"} & following.keys():
        return False
    return not any(later > place and _same_phrase(clause, place, later) for later in targets)


def _list_goes_on(clause: Sequence[Mention], place: int, targets: frozenset[int]) -> bool:
    """Tells whether a doubt reaches over a comma: to the last "or" of a list, or to another bare name."""
    if any(one.roles.get("join") in ("or", "/") for one in clause[place + 1 :]):
        return True
    for other in range(place + 1, len(clause)):
        if other in targets:
            return True
        if not {"join", "ignored", "descriptor"} & clause[other].roles.keys():
            return False
    return False
