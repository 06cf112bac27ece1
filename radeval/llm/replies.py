"""Reads the one JSON object of a reply, whatever stands around it, and repairs nothing."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from radeval.llm.outcome import NOT_JSON, InvalidReply

_BLANK = " \t\r\n"
_BRACKET = re.compile(r"[{\[]")
_MOST_STRAY = 1000
"""Each attempt to read costs as much as what stands before it, so a flood of brackets must not be tried one by one."""


def json_of(text: str) -> dict[str, Any]:
    """Returns the JSON object of a reply: the whole reply, or the only object that stands in its text or fence.

    Nothing is guessed: half an object, an object beside another one, a key that is written twice or a number that is
    none makes a reply unusable.

    Raises:
        InvalidReply: The reply does not hold exactly one JSON object.
    """
    text = text.strip("\ufeff" + _BLANK)
    try:
        whole = _DECODER.decode(text)
    except json.JSONDecodeError:
        objects = list(_objects(_without_thoughts(text)))
    except RecursionError:
        raise InvalidReply("the JSON is nested too deeply", NOT_JSON) from None
    else:
        objects = [whole] if isinstance(whole, dict) else []
    if not objects:
        raise InvalidReply("the reply holds no JSON object", NOT_JSON)
    if any(one != objects[0] for one in objects):
        raise InvalidReply(f"the reply holds {len(objects)} different JSON objects instead of one", NOT_JSON)
    return objects[0]


def _without_thoughts(text: str) -> str:
    """Returns what follows the thoughts that some local models write before they answer."""
    return text.rpartition("</think>")[2] if text.startswith("<think>") else text


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yields the objects that stand in a text, not those inside of others or of lists."""
    at = stray = 0
    while (bracket := _BRACKET.search(text, at)) is not None:
        at = bracket.start()
        try:
            value, at = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            # What begins as an object or a list of objects must be one: its inner objects are not the answer.
            if _begins_object(text, at):
                raise InvalidReply(f"the JSON breaks off or is malformed: {error}", NOT_JSON) from None
            at, stray = at + 1, stray + 1
            if stray > _MOST_STRAY:
                raise InvalidReply("the reply holds brackets that begin nothing", NOT_JSON) from None
        except RecursionError:
            raise InvalidReply("the JSON is nested too deeply", NOT_JSON) from None
        else:
            if isinstance(value, dict):
                yield value


def _begins_object(text: str, at: int) -> bool:
    while text[at] == "[":
        at = _skip_blank(text, at + 1)
        if at == len(text):
            return True
    following = _skip_blank(text, at + 1)
    return text[at] == "{" and (following == len(text) or text[following] in '"}')


def _skip_blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InvalidReply(f"the key {twice!r} is written twice", NOT_JSON)
    return found


def _no_number(word: str) -> NoReturn:
    raise InvalidReply(f"{word} is not a number of JSON", NOT_JSON)


def _float(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _int(digits: str) -> int:
    # Python refuses to read very long numbers with an error that says nothing of JSON; no count has this many digits.
    return int(digits) if len(digits) < 1000 else _no_number(f"{digits[:20]}...")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number, parse_float=_float, parse_int=_int)
