"""Reads statements that structures are normal, or that nothing is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from radeval.core.finding import Presence
from radeval.findings.naming import structures_after, structures_before
from radeval.findings.phrases import offers_alternative
from radeval.findings.presence import Stand
from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token

WHOLE = "thorax"
"""The structure that a statement without a subject is about ("no acute abnormality")."""

_UPPER = {"upper", "top", "high", "borderline"}
_REST = {"remainder", "rest"}
_LEADING = 3
"""How many words before a structure may say that only the rest of it is meant."""
_MASK = re.compile(r"[Xx]{3,}|_{2,}")
_ACUTE = {"acute", "active"}
_LIMITS = {"normal", "limit", "wnl"}


def normal_subjects(
    clause: Sequence[Mention], stand: dict[int, Stand], generic: Sequence[int], used: set[int]
) -> list[tuple[int, int | None]]:
    """Returns the normal words of a clause, each with the structure that it is about, None for everything.

    Args:
        clause: The clause.
        stand: How it stands to its named things.
        generic: Places of words such as "abnormality".
        used: Places of structures that a concept of the clause is composed with.
    """
    found: list[tuple[int, int | None]] = []
    for place, one in enumerate(clause):
        denied = place in generic and stand[place].presence is Presence.ABSENT
        if denied:
            before, after = _structures_without(clause, place)
            whole = not _only_leads_to_a_finding(clause, place) and not structures_before(clause, place)
        elif "normal" in one.roles and not (place and "negation_before" in clause[place - 1].roles):
            if one.roles["normal"] == "position" and not _is_predicate(clause, place):
                continue
            if _is_in_place_of_finding(clause, place):
                continue
            before, after = structures_before(clause, place), structures_after(clause, place)
            before = _after_heading(before, place, clause, bool(after))
            whole = not any("concept" in other.roles for other in clause)
        else:
            continue
        # "Clear lungs" and "lungs are clear": whichever stands there; before wins where a verb links it.
        subjects = _heads(before or after, clause)
        if denied or not before or offers_alternative(clause, place + 1):
            subjects = [other for other in subjects if other not in used]
        found += [(place, other) for other in subjects if all(about != other for _, about in found)]
        if whole and not before and not after:
            found.append((place, None))
    return found


def _after_heading(structures: Sequence[int], place: int, clause: Sequence[Mention], named_after: bool) -> list[int]:
    """Returns the structures before a normal word without those of a heading, where others follow it.

    "Airway: the trachea is midline"; "mediastinum: midline trachea".
    """
    mark = next((other for other in range(place - 1, -1, -1) if "mark" in clause[other].roles), -1)
    later = [other for other in structures if other > mark]
    return later if later or named_after else list(structures)


def _heads(structures: Sequence[int], clause: Sequence[Mention]) -> list[int]:
    """Returns structures without those that only tell what the one before is part of ("bones of the thorax")."""
    return [
        other
        for at, other in enumerate(structures)
        if at == 0 or not any("preposition" in clause[place].roles for place in range(structures[at - 1] + 1, other))
    ]


def _is_in_place_of_finding(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a word only describes where a finding is ("infiltrate within the aerated lung")."""
    at = place - 1
    while at > 0 and ("ignored" in clause[at].roles or "side" in clause[at].roles):
        at -= 1
    return at > 0 and "preposition" in clause[at].roles and any("concept" in one.roles for one in clause[:at])


def _is_predicate(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a word says where its structure is ("the trachea is midline", "midline trachea")."""
    following = clause[place + 1].roles if place + 1 < len(clause) else {}
    if "concept" in following:
        return False
    if "structure" in following:
        return not any("concept" in one.roles for one in clause)
    at = place - 1
    while at >= 0 and ("verb" in clause[at].roles or "ignored" in clause[at].roles):
        at -= 1
    return at >= 0 and "structure" in clause[at].roles and not any("concept" in one.roles for one in clause[:place])


def _structures_without(clause: Sequence[Mention], place: int) -> tuple[list[int], list[int]]:
    """Returns the structures before and after a denied word for something wrong.

    "No pleural abnormality", "no abnormality of the pleura", "the pleura shows no abnormality"; in "crowding of bronchi
    without abnormality" the denial is about nothing named before it.
    """
    before, after = structures_before(clause, place), structures_after(clause, place)
    denial = next((other for other in range(place - 1, -1, -1) if "negation_before" in clause[other].roles), None)
    if denial is None:
        return before, after
    inside = [other for other in before if other > denial]
    if inside or after:
        return inside, after
    linked = not any("quality" in one.roles or "concept" in one.roles for one in clause[:denial])
    return (before if linked else []), after


def _only_leads_to_a_finding(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether such a word only introduces what is denied ("no findings of pneumonia")."""
    for other in range(place + 1, len(clause)):
        roles = clause[other].roles
        if "concept" in roles:
            return True
        if "join" in roles or "verb" in roles:
            return False
    return False


def of_remainder(mention: Mention, tokens: Sequence[Token]) -> tuple[str, ...]:
    """Returns that only what is left of a structure is normal: "the remainder of the mediastinum is normal"."""
    words = {token.word for token in tokens[max(0, mention.first - _LEADING) : mention.last]}
    nearest = {token.word for token in tokens[max(0, mention.first - 1) : mention.last]}
    rest = "remaining" in nearest or ("of" in words and not words.isdisjoint(_REST))
    return ("remainder",) if rest else ()


def limits_of_normal(clause: Sequence[Mention], place: int, tokens: Sequence[Token]) -> tuple[str, ...]:
    """Returns in what a normal word is less than a plain one: only acute, or only just ("upper limits of normal")."""
    if _denies_only_acute(clause, place, tokens):
        return ("acute",)
    mention = clause[place]
    if "normal" not in mention.roles:
        return ()
    return ("upper limit",) if any(token.word in _UPPER for token in tokens[mention.first : mention.last]) else ()


def is_called_normal(clause: Sequence[Mention], place: int, tokens: Sequence[Token]) -> int | None:
    """Returns the words that call a finding's name normal: "heart size and vascular congestion are normal".

    Args:
        clause: The clause.
        place: What names the finding.
        tokens: The sentence's tokens.
    """
    at = place + 1
    while at < len(clause) and ("verb" in clause[at].roles or "ignored" in clause[at].roles):
        at += 1
    if (
        at >= len(clause)
        or "normal" not in clause[at].roles
        or not any("verb" in one.roles for one in clause[place:at])
    ):
        return None
    words = {token.word for token in tokens[clause[at].first : clause[at].last]}
    return None if words.isdisjoint(_LIMITS) else at


def _denies_only_acute(clause: Sequence[Mention], place: int, tokens: Sequence[Token]) -> bool:
    """Tells whether only acute abnormality is denied: "no acute process", "no active disease"."""
    if "generic" not in clause[place].roles:
        return False
    denial = next((other for other in range(place, -1, -1) if "negation_before" in clause[other].roles), place)
    words = {token.word for token in tokens[clause[denial].first : clause[place].last]}
    return not words.isdisjoint(_ACUTE) and "chronic" not in words


def has_known_subject(clause: Sequence[Mention], place: int, tokens: Sequence[Token], sentence: str) -> bool:
    """Tells whether a normal word without a structure is about the whole examination.

    "Normal chest", "unremarkable examination" and "no acute abnormality" are; where the subject is unknown or masked
    ("XXXX is normal"), nothing is said of the rest.
    """
    if any("word" in one.roles for one in clause):
        return False
    verb = next((other for other in range(place) if "verb" in clause[other].roles), None)
    if verb is not None and not any("ignored" in one.roles for one in clause[:verb]):
        start = tokens[clause[0].first].start
        introduced = any("negation_before" in one.roles or "scope_end_clause" in one.roles for one in clause[:place])
        return introduced and not _MASK.search(sentence, max(0, start - 8), tokens[clause[place].first].start)
    start = tokens[clause[0].first].start
    return not _MASK.search(sentence, start, tokens[clause[place].last - 1].end) and not _MASK.search(
        sentence[max(0, start - 8) : start]
    )
