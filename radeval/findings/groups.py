"""Tells several findings under one name apart: "small right and moderate left effusions"."""

from __future__ import annotations

from collections.abc import Sequence

from radeval.findings.vocabulary import Mention

_OWN = ("severity", "change", "count")
_PLACES = ("structure", "side")
_MODIFIERS = {"severity", "change", "count", "descriptor", "side", "structure", "ignored", "word", "number"}


def groups(near: Sequence[int], here: int, clause: Sequence[Mention]) -> list[list[int]]:
    """Returns the words that describe a concept, a list for each of the findings that it stands for.

    There are several where joined sides or places have grades of their own, before the concept or after it. "Moderate
    right and left effusions" have one grade and are one finding.

    Args:
        near: Places of the words that describe the concept, as far as its own phrase reaches.
        here: Its place.
        clause: The clause.
    """
    pieces = _pieces_after(near, here, clause)
    if len(pieces) > 1:
        inside = {place for piece in pieces for place in piece}
        shared = [place for place in near if place not in inside and not _places_or_grades(clause[place])]
        return [[*shared, *piece] for piece in pieces]
    before = [place for place in near if place < here]
    first = before[0] if before else here
    placed = _places_with_sides(before, clause)
    if placed:
        inside = {place for piece in placed for place in piece}
        return [[*(place for place in near if place not in inside), *piece] for piece in placed]
    if not before or not _has(before, clause, _OWN) or not _has(before, clause, _PLACES):
        return [list(near)]
    found = _pieces_before(first, clause)
    if not found:
        return [list(near)]
    # What stands after the last side goes for all: "mild right and severe left lower lobe consolidation".
    sides = [place for place in before if "side" in clause[place].roles]
    tail = [place for place in near if sides and place > sides[-1]]
    return [
        *(
            [*piece, *(place for place in tail if not (_has(piece, clause, ("structure",)) and place < here))]
            for piece in found
        ),
        list(near),
    ]


def _places_with_sides(before: Sequence[int], clause: Sequence[Mention]) -> list[list[int]]:
    """Returns two joined places of which one is on both sides and the other is not ("right hilar and bibasilar ...").

    Together they would be on both sides, which says of the first what it does not.
    """
    joins = [place for place in before if "join" in clause[place].roles]
    if len(joins) != 1:
        return []
    pieces = [
        [place for place in before if (place < joins[0]) is first and _has([place], clause, _PLACES)]
        for first in (True, False)
    ]
    sides = [{side for place in piece if (side := clause[place].roles.get("side"))} for piece in pieces]
    unequal = all(len(one) == 1 for one in sides) and sides[0] != sides[1] and {"bilateral"} in sides
    later = [place for place in before if place > joins[0]]
    if not unequal or _has(later, clause, _OWN) or not all(_has(piece, clause, ("structure",)) for piece in pieces):
        return []
    return pieces


def _pieces_before(first: int, clause: Sequence[Mention]) -> list[list[int]]:
    """Returns the words of the joined sides to the left of a phrase, in order."""
    found: list[list[int]] = []
    end = first - 1
    while end > 0 and "join" in clause[end].roles:
        start = end
        while (
            start > 0
            and not _MODIFIERS.isdisjoint(clause[start - 1].roles)
            and "concept" not in clause[start - 1].roles
        ):
            if "verb" in clause[start - 1].roles or "preposition" in clause[start - 1].roles:
                break
            start -= 1
        piece = list(range(start, end))
        opened = start == 0 or not {"preposition", "concept"} & clause[start - 1].roles.keys()
        if not opened or not any("side" in clause[place].roles for place in piece):
            break
        found.insert(0, piece)
        end = start - 1
    return found


def _pieces_after(near: Sequence[int], here: int, clause: Sequence[Mention]) -> list[list[int]]:
    """Returns the pieces such as "small on the right" after a concept, if there are two with their own grades."""
    found: list[list[int]] = []
    piece: list[int] = []
    for place in [*(place for place in near if place > here), None]:
        if place is None or "join" in clause[place].roles:
            if _has(piece, clause, _OWN) and _has(piece, clause, ("side",)):
                found.append(piece)
            piece = []
        else:
            piece.append(place)
    return found


def _places_or_grades(mention: Mention) -> bool:
    return any(role in mention.roles for role in (*_OWN, "side"))


def _has(places: Sequence[int], clause: Sequence[Mention], roles: Sequence[str]) -> bool:
    return any(role in clause[place].roles for place in places for role in roles)
