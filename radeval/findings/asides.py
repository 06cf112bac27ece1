"""Leaves out what a sentence does not say of the patient: recommendations, conditions, history, technique."""

from __future__ import annotations

from collections.abc import Sequence

from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token

_CAUSES = frozenset({"due", "because", "secondary", "owing", "given", "by", "from"})
_TECHNIQUE = frozenset({
    "exposure", "technique", "technical", "positioning", "position", "rotation", "rotated", "projection",
    "habitus", "motion", "underexposure", "overexposure", "penetration", "underpenetration", "overpenetration",
    "inspiration", "magnification", "portable", "lordotic", "kyphotic", "artifact", "quality", "leads", "lead", "wire",
})  # fmt: skip
_NEAR = 6
"""Words after a cause in which it is named."""
_OPENS = ("join", "scope_end_clause", "scope_end_with")


_ENGLISH = frozenset({
    "the", "is", "are", "there", "of", "with", "and", "was", "were", "has", "have", "without", "seen", "which", "by",
    "from", "for",
})  # fmt: skip


def is_foreign(tokens: Sequence[Token]) -> bool:
    """Tells whether a sentence with a word of another language has none of the small words of English beside it.

    Args:
        tokens: The sentence's tokens, one of which is in the lexicon's list of words of other languages.
    """
    return _ENGLISH.isdisjoint(token.word for token in tokens)


def owes_to_technique(place: int, mentions: Sequence[Mention], tokens: Sequence[Token]) -> bool:
    """Tells whether what a mention names is put down to how the film was taken ("not well-defined due to exposure").

    Args:
        place: The mention.
        mentions: The mentions of its clause.
        tokens: The sentence's tokens.
    """
    words = [token.word for token in tokens[mentions[place].last :]]
    cause = next((at for at, word in enumerate(words) if word in _CAUSES), len(words))
    return not _TECHNIQUE.isdisjoint(words[cause + 1 : cause + _NEAR])


def without_asides(mentions: Sequence[Mention]) -> list[Sequence[Mention]]:
    """Returns the stretches of a sentence that state something, in order.

    "Recommend CT to exclude ..." is an aside from its first word on; "CT is more sensitive for ..." is one as a whole,
    back to the last joining word. Either ends at words such as "but" and "however".

    Args:
        mentions: All mentions of the sentence.
    """
    found: list[Sequence[Mention]] = []
    start, place = 0, 0
    while place < len(mentions):
        if "aside" not in mentions[place].roles:
            place += 1
            continue
        begin = place
        if mentions[place].roles["aside"] == "whole":
            while begin > start and not any(role in mentions[begin - 1].roles for role in _OPENS):
                begin -= 1
        if begin > start:
            found.append(mentions[start:begin])
        while place < len(mentions) and "scope_end_clause" not in mentions[place].roles:
            place += 1
        start = place
    if start < len(mentions):
        found.append(mentions[start:])
    return found
