"""Reads where a tube or line ends."""

from __future__ import annotations

from collections.abc import Sequence

from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token

_BEYOND = {"out", "outside", "beyond", "off", "excluded", "not"}
_LIES = {"lies", "lie", "lying", "located", "sits", "reaches", "seated", "situated"}
_INSIDE = {"in", "within"}
_OUTSIDE = {"thorax", "chest_wall", "neck", "axilla", "soft_tissue", "infraclavicular_region", "supraclavicular_region"}
"""Where a line enters or a generator lies, and not where it ends."""
_REACH = 6
_ENDS = {"concept", "hedge_before", "hedge_between", "interpretation"}


def tip_position(
    place: int, clause: Sequence[Mention], tokens: Sequence[Token], sentence: str, rests: bool = False
) -> str | None:
    """Returns the words that say where a device ends, up to the next device.

    Args:
        place: The mention that names the device.
        clause: The clause.
        tokens: The sentence's tokens.
        sentence: Its text.
        rests: Whether it is a tube or line that ends where it is said to be ("the feeding tube is in the stomach").
    """
    end = next(
        (other for other in range(place + 1, len(clause)) if not _ENDS.isdisjoint(clause[other].roles)), len(clause)
    )
    cues = [other for other in range(place + 1, end) if "tip" in clause[other].roles]
    # "In place, with its tip at the carina": where it ends says more than that it is there.
    cue = next((other for other in cues if _names_tip(clause[other], tokens)), cues[0] if cues else None)
    if len(cues) > 1 and cue is not None and _is_unseen(cue, clause, tokens):
        cue = next(
            other for other in cues if other != cue
        )  # "turns up into the jugular vein, tip out of the field of view"
    if cue is None:
        cue = _after_verb(place, end, clause, tokens) if _tip_of(place, clause) else None
    if cue is None and rests and (span := _rest(place, end, clause, tokens)):
        cue, end = span
    if cue is None or cue >= end:
        return None
    while (
        end > cue + 1 and not {"structure", "side", "tip", "number", "ignored", "word"} & clause[end - 1].roles.keys()
    ):
        end -= 1
    words = sentence[tokens[clause[cue].first].start : tokens[clause[end - 1].last - 1].end]
    return None if words.lower() == "tip" else words


def _rest(place: int, end: int, clause: Sequence[Mention], tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Returns where the words begin and end that say in what a tube or line lies."""
    at = place + 1
    while at < end and {"verb", "ignored", "change"} & clause[at].roles.keys():
        at += 1
    if at >= end or tokens[clause[at].first].word not in _INSIDE:
        # "Courses through the trachea into a bronchus."
        at = next((other for other in range(at, end) if tokens[clause[other].first].word == "into"), end)
    if at >= end:
        return None
    for other in range(at, min(at + _REACH, end)):
        roles = clause[other].roles
        if "structure" in roles:
            return None if roles["structure"] in _OUTSIDE else (at, other + 1)
        if not {"side", "ignored", "preposition", "descriptor"} & roles.keys():
            return None
    return None


def _is_unseen(cue: int, clause: Sequence[Mention], tokens: Sequence[Token]) -> bool:
    """Tells whether a tip is only said to lie beyond what is seen."""
    return any(token.word in _BEYOND for token in tokens[clause[cue].last : clause[cue].last + 3])


def _names_tip(mention: Mention, tokens: Sequence[Token]) -> bool:
    return any(token.word == "tip" for token in tokens[mention.first : mention.last])


def _tip_of(place: int, clause: Sequence[Mention]) -> bool:
    """Tells whether a device's tip is the subject: "the tip of the tube is ..."."""
    for other in range(place - 1, max(-1, place - 6), -1):
        roles = clause[other].roles
        if "tip" in roles:
            return True
        if not {"preposition", "ignored", "side", "mark"} & roles.keys():
            return False
    return False


def _after_verb(place: int, end: int, clause: Sequence[Mention], tokens: Sequence[Token]) -> int | None:
    verbs = [
        other
        for other in range(place + 1, end)
        if "verb" in clause[other].roles or tokens[clause[other].first].word in _LIES
    ]
    return verbs[0] + 1 if verbs else None
