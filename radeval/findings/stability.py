"""Reads statements that structures, or all that is seen, look as before, where nothing else is said of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token

UNCHANGED = "unchanged_appearance"
"""The concept of such a statement; see the general pack."""

_MASKED = re.compile(r"\s?(?:[Xx]{3}|__)")
_STOPS = frozenset(".;")
_OTHERWISE = {
    "concept", "quality", "normal", "severity", "negation_before", "negation_after", "hedge_before",
    "hedge_after", "word", "tip",
}  # fmt: skip
"""Roles of words that say something else, or something that is not known."""


def unchanged_subjects(
    clause: Sequence[Mention], tokens: Sequence[Token], sentence: str, earlier: bool
) -> list[int | None]:
    """Returns the structures that a clause says to be unchanged, None for all that is seen.

    "The cardiac silhouette is stable", "similar to prior imaging". A clause without a structure goes on about the
    finding before it, where there is one.

    Args:
        clause: The clause.
        tokens: The sentence's tokens.
        sentence: Its text.
        earlier: Whether the sentence has named a finding before it.
    """
    if not any(one.roles.get("change") == "stable" for one in clause):
        return []
    if any(one.roles.get("change", "stable") != "stable" for one in clause):
        return []
    if any(not _OTHERWISE.isdisjoint(one.roles) and "change" not in one.roles for one in clause):
        return []
    found: list[int | None] = []
    placed = False
    for place, one in enumerate(clause):
        placed = placed or ("preposition" in one.roles and bool(found))
        if "structure" in one.roles and not placed:
            if _MASKED.match(sentence, tokens[one.last - 1].end):
                return []  # "the right chest XXXX is stable": what is stable is masked
            found.append(place)
    said = sum(one.last - one.first for one in clause)
    alone = said == sum(token.word not in _STOPS for token in tokens)
    whole = len(clause) > 1 or alone  # "persistent but smaller ..." has still to name it
    return found or ([None] if whole and not earlier else [])
