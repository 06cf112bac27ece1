"""Finds the words of a clause that describe each of the concepts that it names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from radeval.findings.naming import Named
from radeval.findings.phrases import ADJECTIVES, joins_alike, next_join
from radeval.findings.vocabulary import Mention
from radeval.findings.words import Token

_LISTED = {"structure", "side", "join", "ignored"}
_DECIDING = {"negation_before", "hedge_before", "hedge_between", "normal"}
_PHRASE = {"structure", "side", "ignored", "descriptor", "word"}
_OWN_STATEMENT = {"normal", "quality", "concept", "generic"}
_PLACES = ("structure", "side")
_LEADING_ON = {"hedge_before", "hedge_between", "scope_end_with", "verb", "negation_before"}
_STATED = {"ignored", "join", "scope_end_with", "scope_end_clause"}
_OWN_WORDS = ADJECTIVES | {"structure", "side", "ignored", "number"}
_BESIDE_NAMES = _OWN_WORDS | {"join", "preposition"}
_LISTING = frozenset({"join", "hedge_between", "hedge_before", "mark"})
_COORDINATE = ("and", "&", "/", "or")


def lead(clause: Sequence[Mention], named: Sequence[Named], tokens: Sequence[Token]) -> list[int]:
    """Returns the place that a clause puts first: "in the left lung there is ...", "the left lung shows ..."."""
    found: list[int] = []
    ended, closed = "preposition" in clause[0].roles, False
    for place in range(named[0].place if named else 0):
        roles = clause[place].roles
        if not _OWN_STATEMENT.isdisjoint(roles) and "severity" not in roles:
            return []
        if closed or (place == 0 and "scope_end_clause" in roles):
            continue
        if "verb" in roles or "scope_end_clause" in roles or tokens[clause[place].first].word == ":":
            closed = ended = True
        elif "structure" in roles or "side" in roles:
            found.append(place)
        else:
            closed = "negation_before" in roles or ("join" in roles and not joins_alike(clause, place))
    return found if ended else []


def neighbourhood(at: int, named: Sequence[Named], clause: Sequence[Mention]) -> list[int]:
    """Returns the places of the words that describe a named concept.

    Back to the previous concept or joining word, and on to the next one. Structures that another concept is composed
    with are left out.

    Args:
        at: Which of the concepts.
        named: The concepts of the clause.
        clause: The clause.
    """
    here = named[at].place
    low = _low(at, named, clause)
    after = at + 1
    while after < len(named) and named[after].place == here:
        after += 1
    near = list(range(low, here))
    if after == len(named):
        near += range(here + 1, _last_word(clause, here))
    else:
        # What stands between two concepts belongs to the second, unless a preposition or a verb ties it to the first.
        near += _tied(clause, here, named[after].place)
    if len(named) == 1:
        return near
    taken = {
        place
        for other in named
        if other is not named[at]
        for place in other.structures
        if not _is_held(place, other, clause)
    }
    return [place for place in near if place not in taken] if taken else near


def _is_held(place: int, other: Named, clause: Sequence[Mention]) -> bool:
    """Tells whether a structure stays with what is before it: "disc disease of the thoracic spine, no deformity"."""
    return place < other.place and any("negation_before" in one.roles for one in clause[place + 1 : other.place])


def _hides(mention: Mention) -> bool:
    return mention.roles.get("beside") == "structure"


def without_beside(near: Sequence[int], here: int, clause: Sequence[Mention]) -> list[int]:
    """Returns places without those of what a finding only touches or hides ("a mass abutting the mediastinum")."""
    greatest = next(
        (place for place in range(here + 1, len(clause)) if clause[place].roles.get("beside") == "largest"), len(clause)
    )
    near = [place for place in near if place < greatest or all(role not in clause[place].roles for role in _PLACES)]
    start = next((place for place in range(here + 1, len(clause)) if _hides(clause[place])), len(clause))
    end = next((place for place in range(start, len(clause)) if "preposition" in clause[place].roles), len(clause))
    return [
        place for place in near if not (start < place < end and any(role in clause[place].roles for role in _PLACES))
    ]


def shared(at: int, named: Sequence[Named], clause: Sequence[Mention], denied: bool) -> list[int]:
    """Returns the places of side, structure and change that a concept has in common with those joined to it.

    In "resolving left effusion and atelectasis" and in "effusion and atelectasis on the left" they describe both. What
    is denied takes nothing from the one before it: "no left effusion or pneumothorax" denies a pneumothorax anywhere.

    Args:
        at: Which of the concepts.
        named: The concepts of the clause.
        clause: The clause.
        denied: Whether the concept is denied.
    """
    here = named[at].place
    later = [one.place for one in named[at + 1 :] if one.place > here]
    if later and all(_lists(clause[other]) for other in range(here + 1, later[0])):
        found = _shared_after(clause, later)
        own = {place for one in named[at + 1 :] for place in one.structures}
        found = [place for place in found if not _is_of(place, own, clause)]
        if found:
            return found
    elif len(later) == 1 and _is_joined_subject(clause, here, later[0]):
        return _change_of_all(clause, later[0])
    if not denied and at > 0 and _is_same_in_another_state(named[at], named[at - 1], clause):
        before = range(_low(at - 1, named, clause), named[at - 1].place)
        return [place for place in before if "change" in clause[place].roles]
    while not denied and at > 0 and _follows_bare(at, named, clause):
        at -= 1
        low = _low(at, named, clause)
        if low < named[at].place:
            roles: tuple[str, ...] = (*_PLACES, "change")
            if clause[named[at].place + 1].roles.get("join") == "/":
                roles = (*roles, "severity")  # "minimal atelectasis/scarring"
            return [
                place for place in range(low, named[at].place) if any(role in clause[place].roles for role in roles)
            ]
    return []


def change_of_all(named: Sequence[Named], clause: Sequence[Mention]) -> list[int]:
    """Returns the change that a comma sets off from all findings before it ("..., with interval improvement").

    It is that of all where "and" or a comma joins them, each with words of its own.
    """
    places = [one.place for one in named]
    between = (clause[at].roles for at in range(places[0] + 1, places[-1]) if at not in places)
    if any(_BESIDE_NAMES.isdisjoint(roles) for roles in between):
        return []
    comma = next((at for at in range(places[-1] + 1, len(clause)) if clause[at].roles.get("join") == ","), None)
    if comma is None or comma + 1 == len(clause) or "scope_end_with" not in clause[comma + 1].roles:
        return []
    said = [at for at in range(comma + 2, len(clause)) if "change" in clause[at].roles]
    only = all(not {"change", "severity", "ignored", "mark"}.isdisjoint(one.roles) for one in clause[comma + 2 :])
    return said if len(said) == 1 and only else []


def _is_of(place: int, structures: Collection[int], clause: Sequence[Mention]) -> bool:
    """Tells whether a place or side is part of another name ("low volumes and elevation of the left hemidiaphragm")."""
    return place in structures or ("side" in clause[place].roles and place + 1 in structures)


def _follows_bare(at: int, named: Sequence[Named], clause: Sequence[Mention]) -> bool:
    one, previous = named[at], named[at - 1]
    return (
        not one.structures
        and not previous.structures
        and previous.place == one.place - 2
        and (clause[one.place - 1].roles.get("join") in _COORDINATE or "hedge_between" in clause[one.place - 1].roles)
    )


def _is_same_in_another_state(one: Named, previous: Named, clause: Sequence[Mention]) -> bool:
    """Tells whether two joined adjectives are of one structure ("unchanged tortuous and calcified aorta")."""
    return (
        bool(one.structures)
        and one.structures == previous.structures
        and previous.place == one.place - 2
        and clause[one.place - 1].roles.get("join") in _COORDINATE
    )


def _low(at: int, named: Sequence[Named], clause: Sequence[Mention]) -> int:
    """Returns where the words before a concept that describe it begin."""
    here = named[at].place
    low = next((named[before].place + 1 for before in range(at - 1, -1, -1) if named[before].place < here), 0)
    follows = low > 0
    for other in range(here - 1, low - 1, -1):
        if _bounds(clause, other, low, follows):
            return _before_doubt(clause, low, other) if "hedge_before" in clause[other].roles else other + 1
    return low


def _bounds(clause: Sequence[Mention], place: int, low: int, follows: bool) -> bool:
    """Tells whether a word ends the words before a concept that describe it.

    Args:
        clause: The clause.
        place: The word's place.
        low: Where the words after the previous concept begin.
        follows: Whether there is one.
    """
    roles = clause[place].roles
    if not _DECIDING.isdisjoint(roles) and not ("descriptor" in roles and roles.get("normal") == "position"):
        return True
    if follows and ("scope_end_with" in roles or "verb" in roles):
        return True
    if "join" not in roles or (not follows and _only_places(clause, place)):
        return False
    return not joins_alike(clause, place) or (follows and _placed(clause, low, place))


def _only_places(clause: Sequence[Mention], join: int) -> bool:
    """Tells whether a comma follows nothing but places ("left lower lobe, superior segment, consolidation")."""
    return clause[join].roles.get("join") == "," and all(not _LISTED.isdisjoint(one.roles) for one in clause[:join])


def _before_doubt(clause: Sequence[Mention], low: int, hedge: int) -> int:
    """Returns where a phrase begins that only places what is doubted ("left basilar changes, likely ...")."""
    start = hedge
    while start > low and ("ignored" in clause[start - 1].roles or clause[start - 1].roles.get("join") == ","):
        start -= 1
    described = start
    certain = "interpretation" in clause[hedge].roles
    while not certain and described > low and not ADJECTIVES.isdisjoint(clause[described - 1].roles):
        described -= 1
    if described < start == hedge and (described == low or not _STATED.isdisjoint(clause[described - 1].roles)):
        return described  # "stable borderline cardiomegaly"
    first = start
    while first > low and not _PHRASE.isdisjoint(clause[first - 1].roles):
        first -= 1
    opened = first == low or "join" in clause[first - 1].roles
    placed = any(role in one.roles for one in clause[first:start] for role in _PLACES)
    return first if opened and placed else hedge + 1


def _last_word(clause: Sequence[Mention], here: int) -> int:
    """Returns where the words on a clause's last concept end: before a listed structure that is normal."""
    joined = len(clause)
    if here + 2 < len(clause) and clause[here + 1].roles.get("join") == "and":
        following = next((one.roles for one in clause[here + 2 :] if "ignored" not in one.roles), {})
        if "structure" in following:
            return here + 1  # "enlarged heart and mediastinum": no place of the first
    for place in range(here + 1, len(clause)):
        roles = clause[place].roles
        if "normal" in roles:
            return min(joined, place)
        if "negation_before" in roles and any("generic" in one.roles for one in clause[place:]):
            return place
        if roles.get("join") in ("or", "nor") and not joins_alike(clause, place) and _another(clause[place + 1 :]):
            return place  # "no rib fracture or significant displacement": the grade is that of another thing
        if "join" in roles:
            joined = place
    return len(clause)


def _another(item: Sequence[Mention]) -> bool:
    """Tells whether an alternative begins with another thing, and not with another place of the same one."""
    return not any("preposition" in one.roles for one in item[:2])


def _placed(clause: Sequence[Mention], start: int, join: int) -> bool:
    """Tells whether the structure before a joining word is where an earlier concept is ("... in the lung, right")."""
    return "structure" in clause[join - 1].roles and any("preposition" in one.roles for one in clause[start:join])


def _separates(mention: Mention) -> bool:
    return not {"join", "scope_end_with", "hedge_before", "hedge_between"}.isdisjoint(mention.roles)


def _tied(clause: Sequence[Mention], start: int, end: int) -> list[int]:
    """Returns the places between two concepts that describe the first."""
    limit = end
    # Grades and other words right before the second are its own, wherever the place of the first ends.
    while limit - 1 > start and not ADJECTIVES.isdisjoint(clause[limit - 1].roles):
        limit -= 1
    for place in range(limit - 1, start, -1):
        roles = clause[place].roles
        if _separates(clause[place]):
            limit = place
            break
        if "preposition" in roles or "verb" in roles:
            break
    # "A low volume examination demonstrates a small amount of right atelectasis": the verb leads to the second.
    verb = next((place for place in range(start + 1, limit) if _leads_on(clause, place)), limit)
    if not any(_separates(one) for one in clause[verb:end]):
        limit = min(limit, verb)
    found: list[int] = []
    tied = False
    for place in range(start + 1, limit):
        roles = clause[place].roles
        if "scope_end_with" in roles:
            break
        if "join" in roles and not joins_alike(clause, place):
            if not _sets_off_place(clause, place, limit):
                break
            tied = True
        tied = tied or "preposition" in roles or "verb" in roles or "beside" in roles
        if tied or "change" in roles:
            found.append(place)
    return found


def _leads_on(clause: Sequence[Mention], place: int) -> bool:
    """Tells whether a verb leads to what follows; "is seen over the heart" tells where something is."""
    if "verb" not in clause[place].roles:
        return False
    first = place - 1 if place and "verb" in clause[place - 1].roles else place
    ahead = [one.roles for one in clause[first + 1 : first + 3]]
    return not (len(ahead) == 2 and "verb" in ahead[0] and "preposition" in ahead[1])


def _sets_off_place(clause: Sequence[Mention], join: int, end: int) -> bool:
    """Tells whether a comma sets off where a finding is most marked ("opacities, worst at the bases, ...")."""
    if join + 1 >= end:
        return False
    if "side" in clause[join + 1].roles and join + 2 < end and "comparative" in clause[join + 2].roles:
        return True  # "crowding, right greater than left, ..."
    if clause[join + 1].roles.get("comparative") != "most":
        return False
    aside = clause[join + 1 : next_join(clause[:end], join + 1)]
    return all(not {"preposition", "ignored", "comparative", *_PLACES}.isdisjoint(one.roles) for one in aside)


def _lists(mention: Mention) -> bool:
    return not _LISTING.isdisjoint(mention.roles)


def _is_joined_subject(clause: Sequence[Mention], here: int, later: int) -> bool:
    """Tells whether "and" joins two whole names, each with words of its own ("right effusion and basal opacity")."""
    if clause[here + 1].roles.get("join") not in ("and", "&"):
        return False
    return all(not _OWN_WORDS.isdisjoint(one.roles) for one in clause[here + 2 : later])


def _change_of_all(clause: Sequence[Mention], last: int) -> list[int]:
    """Returns the change that a verb states right after the last of several subjects."""
    for place in range(last + 1, len(clause)):
        roles = clause[place].roles
        if "change" in roles:
            stated = any("verb" in one.roles for one in clause[last + 1 : place + 1])
            return [place] if stated else []
        if not {"verb", "ignored", "severity"} & roles.keys():
            break
    return []


def _shared_after(clause: Sequence[Mention], later: Sequence[int]) -> list[int]:
    """Returns the place and the change that follow the last of several joined concepts."""
    last, end = later[0], len(clause)
    for place in later[1:]:
        if not all(_lists(clause[other]) for other in range(last + 1, place)):
            end = place
            break
        last = place
    found = []
    placed = stated = False
    for place in range(last + 1, end):
        roles = clause[place].roles
        if "join" in roles and not joins_alike(clause, place) and not _goes_on(clause, place):
            break
        if end < len(clause) and (not _LEADING_ON.isdisjoint(roles) or _leads_to(clause, place, end)):
            break
        placed = placed or "preposition" in roles
        stated = stated or "verb" in roles
        adverb = stated and roles.get("side") == "bilateral"  # "are present bilaterally"
        if adverb or (placed and any(role in roles for role in _PLACES)) or (stated and "change" in roles):
            found.append(place)
    return found


def _leads_to(clause: Sequence[Mention], join: int, name: int) -> bool:
    """Tells whether a joining word begins the words of a name ("... in the right base and lingular scarring")."""
    return "join" in clause[join].roles and all(
        _LEADING_ON.isdisjoint(one.roles) and "preposition" not in one.roles for one in clause[join + 1 : name]
    )


def _goes_on(clause: Sequence[Mention], join: int) -> bool:
    """Tells whether a comma only sets off a place ("consolidation or atelectasis, involving the left lung")."""
    if clause[join].roles.get("join") != ",":
        return False
    skipped = {"hedge_before", "ignored"}
    following = next((one.roles for one in clause[join + 1 :] if skipped.isdisjoint(one.roles)), {})
    return "preposition" in following or following.get("comparative") == "most"
