"""Reads grade, count, change and descriptors out of the words near a concept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from radeval.findings.phrases import names_a_noun
from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token, is_plural

_LOOK_BACK = 4
_MOST = 20
"""The greatest number of findings that is told in figures."""
_COUNTED = frozenset({"side", "structure", "severity", "descriptor", "quality", "change"})
"""What may stand between a figure and the name that it counts."""
_NUMBERED = frozenset({"word", "structure", "concept", "number"})
"""What a figure numbers and does not count: "rib 2", "T 4"."""
_SERIES = frozenset({"series", "image", "slice", "stage", "frame"})
_OTHER_SIDE = {"left": "right", "right": "left"}
_LESS = {"less", "smaller", "<"}
_SEEN = {"present", "seen", "noted"}
_WEIGHTLESS = {"significant", "gross", "pronounced"}
"""Grades that, right after a denial, deny the whole: "no significant effusion" leaves none that matters."""


class Attributes(NamedTuple):
    """What the words near a concept say of it; see Finding."""

    severity: float | None = None
    number: int | None = None
    change: str | None = None
    descriptors: tuple[str, ...] = ()


def read_attributes(
    near: Sequence[int], here: int, clause: Sequence[Mention], tokens: Sequence[Token], sentence: str
) -> Attributes:
    """Returns the attributes of a concept.

    Args:
        near: Places of the words that describe it.
        here: Its own place.
        clause: The clause.
        tokens: The sentence's tokens.
        sentence: Its text.
    """
    grades: list[float] = []
    count: int | None = None
    changes: list[tuple[bool, int, str]] = []
    descriptors: dict[str, None] = {}
    for place in near:
        mention = clause[place]
        roles = mention.roles
        if "severity" in roles and not _grades_another_word(clause, place, tokens):
            grades.append(float(roles["severity"]))
        if "count" in roles and count is None:
            count = int(roles["count"])
        elif "number" in roles and count is None and place < here:
            count = _counted(place, here, clause, tokens, sentence)
        if "change" in roles and not compares_sides(clause, place):
            # "Is not new"; in "no new opacity" the denial is that of the opacity.
            change = (
                _undone(mention, tokens) if place > here and _denied_change(clause, place, tokens) else roles["change"]
            )
            changes.append((change == "stable", abs(place - here), change))
        if "descriptor" in roles and not _names_a_view(clause, place, tokens):
            descriptors[sentence[tokens[mention.first].start : tokens[mention.last - 1].end].lower()] = None
        if "comparative" in roles and (side := greater_side(clause, place, tokens)):
            descriptors[f"{side}-predominant"] = None
    if here >= 0 and "described" in clause[here].roles:
        descriptors |= dict.fromkeys(clause[here].roles["described"].split())
    return Attributes(
        sum(grades) / len(grades) if grades else None,
        count,
        # "Again seen and smaller": what has changed says more than what is still there; then the nearest word holds.
        min(changes)[2] if changes else None,
        tuple(descriptors),
    )


def _counted(place: int, here: int, clause: Sequence[Mention], tokens: Sequence[Token], sentence: str) -> int | None:
    """Returns how many there are where a figure stands before a plural and its adjectives ("2 right lung nodules")."""
    figure, last = tokens[clause[place].last - 1], tokens[clause[here].last - 1]
    if clause[place].last - clause[place].first > 1 or not figure.word.isdigit() or int(figure.word) > _MOST:
        return None
    if sentence[figure.end : figure.end + 1] != " " or not is_plural(sentence[last.start : last.end]):
        return None
    if any(_COUNTED.isdisjoint(one.roles) for one in clause[place + 1 : here]):
        return None
    before = clause[place - 1] if place else None
    numbers = before is not None and (
        not _NUMBERED.isdisjoint(before.roles)
        or before.roles.get("ignored") == "administrative"
        or tokens[before.first].word in _SERIES
        or ("join" in before.roles and "number" in clause[place - 2].roles)
    )
    return int(figure.word) if not numbers and int(figure.word) > 1 else None


def greater_side(clause: Sequence[Mention], place: int, tokens: Sequence[Token]) -> str | None:
    """Returns the side on which more of a finding is: "left greater than right", "more pronounced on the left"."""
    if compares_sides(clause, place) != "more":
        return None
    sides = [one.roles["side"] for one in clause[place + 1 : place + 5] if "side" in one.roles][:1]
    before = clause[place - 1].roles.get("side") if place else None
    if before in _OTHER_SIDE and sides == [_OTHER_SIDE[before]]:
        sides = [before]
    if not sides or sides[0] not in _OTHER_SIDE:
        return None
    less = not _LESS.isdisjoint(token.word for token in tokens[clause[place].first : clause[place].last])
    return _OTHER_SIDE[sides[0]] if less else sides[0]


def compares_sides(clause: Sequence[Mention], place: int) -> str | None:
    """Tells whether a word compares two sides and not two examinations: "left greater than right".

    Returns:
        "more" for a comparative, "most" for a superlative, None where it compares no sides.
    """
    roles = clause[place].roles
    if "comparative" not in roles:
        return None
    comparative = roles["comparative"]
    for other in range(place + 1, min(place + 5, len(clause))):
        roles = clause[other].roles
        if not {"side", "structure", "number"}.isdisjoint(roles):
            return comparative  # or a size: "no nodule larger than 1 cm"
        if "preposition" not in roles and "ignored" not in roles:
            return None
    return None


def _names_a_view(clause: Sequence[Mention], place: int, tokens: Sequence[Token]) -> bool:
    """Tells whether a word describes the examination ("an old film", "on the lateral radiograph", "on the lateral")."""
    following = clause[place + 1].roles if place + 1 < len(clause) else {}
    if following.get("ignored") == "administrative" or (
        "structure" in following
        and place + 2 < len(clause)
        and clause[place + 2].roles.get("ignored") == "administrative"
    ):
        return True
    if following and not {"join", "mark"} & following.keys():
        return False
    before = [tokens[one.first].word for one in clause[max(0, place - 2) : place]]
    return before == ["on", "the"] or before[-1:] == ["on"]


def _grades_another_word(clause: Sequence[Mention], place: int, tokens: Sequence[Token]) -> bool:
    """Tells whether a grade is that of a change or a description ("marked decrease in ...", "mildly displaced")."""
    if tokens[clause[place].first].word in _WEIGHTLESS and place and "negation_before" in clause[place - 1].roles:
        return True
    adverb = tokens[clause[place].last - 1].word.endswith("ly")
    following = clause[place + 1].roles if place + 1 < len(clause) else {}
    if adverb and "descriptor" in following and "quality" not in following:
        return True
    for other in (place + 1, place - 1) if adverb else (place + 1,):
        if not 0 <= other < len(clause) or clause[other].roles.get("change") not in ("worse", "better"):
            continue
        followed = other + 1 < len(clause) and "preposition" in clause[other + 1].roles
        ties = tokens[clause[other].last - 1].word in ("in", "of")
        if adverb or ties or followed or names_a_noun(clause[other], tokens):
            return True
    return False


def _undone(mention: Mention, tokens: Sequence[Token]) -> str:
    """Returns what a denied change says: what was "not present on the prior" is new, what is "not larger" is stable."""
    return "new" if tokens[mention.first].word in _SEEN else "stable"


def _denied_change(clause: Sequence[Mention], place: int, tokens: Sequence[Token]) -> bool:
    """Tells whether a denial stands right before a change ("is not new", "has not significantly increased")."""
    for other in range(place - 1, max(-1, place - 1 - _LOOK_BACK), -1):
        roles = clause[other].roles
        if "negation_before" in roles:
            return True
        if not {"verb", "severity", "ignored"} & roles.keys() and tokens[clause[other].first].word != "to":
            return False
    return False
