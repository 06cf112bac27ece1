"""Completes shortened lists: "left lower and right middle lobes", "hilar or mediastinal mass"."""

from __future__ import annotations

from collections.abc import Sequence

from radeval.findings.vocabulary import Mention, Vocabulary
from radeval.findings.words import Token, is_plural

_JOINED = {"ignored": "word"}
_BETWEEN = {"side", "structure", "ignored", "number", "descriptor"}
_ADJECTIVE = frozenset({"quality", "descriptor"})
_ENDS = frozenset({"base", "apex"})
_LEVELS = frozenset({"upper", "lower", "mid", "middle"})
_THROUGH = frozenset({"through", "to", "thru"})
"""A structure that is one of a row: "rib_7", "t12"."""
_ARTICLES = frozenset({"the", "that", "on", "of"})
_COMPARED_TO = frozenset({
    ("compared", "to"), ("compared", "with"), ("relative", "to"), ("comparison", "to"), ("comparison", "with"),
    ("contrast", "to"),
})  # fmt: skip
_PREDICATE = 9
_REACH = 4
"""How many mentions may stand between the parts of a term."""


def complete(
    mentions: list[Mention], tokens: Sequence[Token], sentence: str, words: Vocabulary, roles: set[str]
) -> None:
    """Gives shortened and interrupted terms their meaning.

    Args:
        mentions: All mentions of the sentence; changed in place.
        tokens: Its tokens.
        sentence: Its text.
        words: The vocabulary.
        roles: Every role in the sentence.
    """
    if "side" in roles:
        _drop_pairs(mentions, tokens, sentence)
        _join_zones(mentions, tokens, words)
        _drop_standards(mentions, tokens)
    if "structure" in roles:
        _drop_ends(mentions, tokens, words)
    ranges = "structure" in roles and any(token.word in _THROUGH for token in tokens)
    if "join" in roles or "quality" in roles or ranges:
        _complete_lists(mentions, tokens, words)
    if "structure" in roles:
        _join_ends(mentions, tokens, words)
    if "quality" in roles or "descriptor" in roles:
        _join_adjectives(mentions, tokens, words)


def _drop_ends(mentions: list[Mention], tokens: Sequence[Token], words: Vocabulary) -> None:
    """Takes "base" and "apex" for no part of the lung where they are of something else ("base of the glenoid")."""
    for place, mention in enumerate(mentions[:-1]):
        if mention.roles.get("structure") not in _ENDS or tokens[mentions[place + 1].first].word != "of":
            continue
        ahead = (one.roles for one in mentions[place + 2 : place + 2 + _REACH])
        of = next((roles["structure"] for roles in ahead if "structure" in roles), None)
        if of is not None and not words.within_lung(of):
            mentions[place] = mention._replace(roles=_JOINED)


def _join_zones(mentions: list[Mention], tokens: Sequence[Token], words: Vocabulary) -> None:
    """Joins a place that its side interrupts: "the lower left lung" is the left lower lung."""
    for place in range(len(mentions) - 2):
        level, side, structure = mentions[place : place + 3]
        word = tokens[level.first].word
        if word not in _LEVELS or "side" not in side.roles or "concept" in structure.roles:
            continue
        whole = words.meaning([word, *(token.word for token in tokens[structure.first : structure.last])])
        if whole is not None and "structure" in whole and words.within_lung(whole["structure"]):
            mentions[place], mentions[place + 2] = level._replace(roles=_JOINED), structure._replace(roles=whole)


def _drop_standards(mentions: list[Mention], tokens: Sequence[Token]) -> None:
    """Takes the side that another one is compared to for no place ("elevated compared to the left")."""
    for place in range(2, len(mentions)):
        if "side" not in mentions[place].roles or mentions[place].last - mentions[place].first > 1:
            continue
        at = place - 1
        while at > 0 and tokens[mentions[at].first].word in _ARTICLES:
            at -= 1
        words = [token.word for token in tokens[max(0, mentions[at].last - 2) : mentions[at].last]]
        compared = tuple(words) in _COMPARED_TO
        # "Left greater than right" tells of both; "the left one is larger than the right" of the left.
        both = "comparative" in mentions[at - 1].roles and (at < 2 or "verb" not in mentions[at - 2].roles)
        than = words[-1:] == ["than"] and not both
        if (compared or than) and any("side" in one.roles for one in mentions[:at]):
            mentions[place] = mentions[place]._replace(roles=_JOINED)


def _drop_pairs(mentions: list[Mention], tokens: Sequence[Token], sentence: str) -> None:
    """Takes "both" for no side where it joins two things: "on both views", "both upper and lower zones"."""
    for place, mention in enumerate(mentions):
        if "side" not in mention.roles or tokens[mention.first].word != "both":
            continue
        ahead = mentions[place + 1 : place + 1 + _REACH]
        at = next(
            (other for other, one in enumerate(ahead) if not {"structure", "concept"}.isdisjoint(one.roles)), None
        )
        if at is None or any("join" in one.roles for one in ahead[:at]):
            joined = True
        else:
            last = tokens[ahead[at].last - 1]
            followed = any("join" in one.roles for one in ahead[at + 1 : at + 2])
            joined = followed and not is_plural(sentence[last.start : last.end])  # "in both bases, ..."
        if joined:
            mentions[place] = mention._replace(roles=_JOINED)


def _join_adjectives(mentions: list[Mention], tokens: Sequence[Token], words: Vocabulary) -> None:
    """Joins a term that other words interrupt: "calcified right lower lobe granuloma", "the nodule is calcified"."""
    for place, mention in enumerate(mentions):
        if "concept" in mention.roles or "quality" in mention.roles:
            _join_predicate(mentions, place, tokens, words)
    for place, mention in enumerate(mentions):
        # Beside the name itself an adjective would be part of its term already.
        if "concept" not in mention.roles or place == 0:
            continue
        before = mentions[place - 1].roles
        if not _BETWEEN.isdisjoint(before) or ("concept" in before and mention.last - mention.first > 1):
            _join_adjective(mentions, place, tokens, words)


def _join_ends(mentions: list[Mention], tokens: Sequence[Token], words: Vocabulary) -> None:
    for place, mention in enumerate(mentions[:-1]):
        if "structure" in mention.roles and mention.last - mention.first > 1:
            _join_end(mentions, place, tokens, words)


def _join_end(mentions: list[Mention], place: int, tokens: Sequence[Token], words: Vocabulary) -> None:
    """Joins a name that begins inside a longer place: "seventh rib | fracture" is a rib fracture."""
    mention, following = mentions[place], mentions[place + 1]
    if not {"join", "verb", "preposition", "mark", "structure"}.isdisjoint(following.roles):
        return
    for start in range(mention.first + 1, mention.last):
        joined = words.meaning([token.word for token in tokens[start : following.last]])
        if joined is not None and "concept" in joined:
            mentions[place + 1] = following._replace(roles=joined)
            return


def _join_adjective(mentions: list[Mention], place: int, tokens: Sequence[Token], words: Vocabulary) -> None:
    own = [token.word for token in tokens[mentions[place].first : mentions[place].last]]
    # "Nodular pulmonary opacities" are nodular opacities.
    in_lung = (words.meaning(own[:-1]) or {}).get("structure") == "lung" if len(own) > 1 else False
    for other in range(place - 1, max(-1, place - 2 - _REACH), -1):
        roles = mentions[other].roles
        completed = in_lung and "concept" in roles  # "consolidative lung opacities"
        if completed or not _ADJECTIVE.isdisjoint(roles):
            before = [token.word for token in tokens[mentions[other].first : mentions[other].last]]
            joined = words.meaning((*before, *(own[-1:] if in_lung else own))) or {}
            if "concept" in joined and roles.get("concept", joined["concept"]) == joined["concept"]:
                mentions[place] = mentions[place]._replace(roles=joined)
                mentions[other] = _without_state(mentions[other])
                return
        elif _BETWEEN.isdisjoint(roles):
            return


def _without_state(mention: Mention) -> Mention:
    """Returns an adjective that a name has taken up, as a mere description."""
    roles = {role: value for role, value in mention.roles.items() if role not in ("quality", "normal", "concept")}
    return mention._replace(roles=roles or _JOINED)


def _join_predicate(mentions: list[Mention], place: int, tokens: Sequence[Token], words: Vocabulary) -> None:
    """Joins a name with what is said of it after a verb or a comma, where the two are a term together."""
    stated = False
    for other in range(place + 1, min(place + _PREDICATE, len(mentions))):
        roles = mentions[other].roles
        if stated and ("quality" in roles or "descriptor" in roles):
            before = [token.word for token in tokens[mentions[other].first : mentions[other].last]]
            own = [token.word for token in tokens[mentions[place].first : mentions[place].last]]
            joined = words.meaning((*before, *own))
            ends = other + 1 == len(mentions) or not {"join", "mark"}.isdisjoint(mentions[other + 1].roles)
            if ends and joined is not None and not {"concept", "quality"}.isdisjoint(joined):
                mentions[place] = mentions[place]._replace(roles=joined)
                mentions[other] = _without_state(mentions[other])
            return
        stated = stated or "verb" in roles or roles.get("join") == ","
        if not {"verb", "join", "ignored", "structure", "side", "preposition", "number"} & roles.keys():
            return


def _complete_lists(mentions: list[Mention], tokens: Sequence[Token], words: Vocabulary) -> None:
    """Gives a word before a joining word the meaning that it has with the end of the term after it.

    "Lower and middle lobes" names the lower lobe, "hilar or mediastinal mass" a hilar mass, where the lexicon has
    these terms.
    """
    # From the back, so that a word completed before is there for those to its left ("upper, middle and lower lobes").
    borrowed: dict[int, tuple[str, ...]] = {}
    for place in range(len(mentions) - 2, -1, -1):
        mention = mentions[place]
        if "join" in mentions[place + 1].roles or tokens[mentions[place + 1].first].word in _THROUGH:
            start = place + 2  # "fourth and fifth ribs", "fourth through seventh ribs"
        elif "quality" in mention.roles and "concept" in mentions[place + 1].roles:
            start = place + 1  # "tortuous calcified aorta", where "calcified aorta" is a term
        else:
            continue
        own = tuple(token.word for token in tokens[mention.first : mention.last])
        if not own[-1].isalnum() or own[-1].isdigit() or "concept" in mention.roles:
            continue
        after = _full_term(mentions, start, tokens, borrowed)
        for cut in range(1, len(after)):
            roles = words.meaning((*own, *after[cut:]))
            if roles is None or ("concept" not in roles and "structure" not in roles):
                continue
            mentions[place] = mention._replace(roles=roles)
            borrowed[place] = (*own, *after[cut:])
            break


def _full_term(
    mentions: Sequence[Mention], start: int, tokens: Sequence[Token], borrowed: dict[int, tuple[str, ...]]
) -> tuple[str, ...]:
    """Returns the words of the first term of several words in a list's next item, as they are completed so far."""
    for place in range(start, min(start + _REACH, len(mentions))):
        mention = mentions[place]
        if place in borrowed:
            return borrowed[place]
        if "concept" in mention.roles or "structure" in mention.roles:
            term = tuple(token.word for token in tokens[mention.first : mention.last])
            following = mentions[place + 1] if place + 1 < len(mentions) else None
            if len(term) == 1 and following and not {"concept", "structure", "quality"}.isdisjoint(following.roles):
                term += tuple(token.word for token in tokens[following.first : following.last])
            return term
        if "join" not in mention.roles and not {"side", "severity", "descriptor"} & mention.roles.keys():
            return ()
    return ()
