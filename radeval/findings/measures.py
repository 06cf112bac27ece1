"""Gives measured sizes to the findings of a clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from radeval.core.finding import Change, Finding
from radeval.findings.sizes import Size
from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token

_SAME = 0.1
"""Share by which a size must differ from an earlier one to count as changed."""
_REACH = 4
"""How many mentions before a size may say that it is an earlier one."""


def with_sizes(
    found: list[Finding], sizes: Sequence[Size], clause: Sequence[Mention], tokens: Sequence[Token]
) -> list[Finding]:
    """Gives each size in a clause to the nearest finding; an earlier one only says how the finding has changed.

    Args:
        found: The clause's findings.
        sizes: The sizes in it.
        clause: Its mentions.
        tokens: The sentence's tokens.
    """
    candidates = [place for place, one in enumerate(found) if one.tip_position is None]
    earlier: dict[int, float] = {}
    for size in sizes if candidates else ():
        nearest = min(candidates, key=lambda place: abs(found[place].span[0] - size.start))
        if size.before is not None:
            earlier[nearest] = size.before
        elif _is_earlier(size, clause, tokens):
            earlier[nearest] = max(high for _, high in size.extents)
            continue
        found[nearest] = replace(found[nearest], sizes_mm=(*found[nearest].sizes_mm, *size.extents))
    for place, before in earlier.items():
        if found[place].sizes_mm and found[place].change in (None, "stable"):
            found[place] = replace(found[place], change=_compared(found[place], before))
    return found


def _is_earlier(size: Size, clause: Sequence[Mention], tokens: Sequence[Token]) -> bool:
    """Tells whether a word right before or after a size calls it that of an earlier examination."""
    at = next((place for place, one in enumerate(clause) if tokens[one.first].start >= size.start), len(clause))
    for place in range(at - 1, max(-1, at - 1 - _REACH), -1):
        if "earlier" in clause[place].roles:
            return True
        if {"join", "concept", "structure", "number", "mark"} & clause[place].roles.keys():
            break
    after = next((one for one in clause[at:] if tokens[one.first].start >= size.end), None)
    return after is not None and "earlier" in after.roles


def _compared(one: Finding, before: float) -> Change:
    now = max(high for _, high in one.sizes_mm)
    if now > before * (1 + _SAME):
        return "worse"
    return "better" if now < before * (1 - _SAME) else "stable"
