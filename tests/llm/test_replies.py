"""Replies: exactly one JSON object, whatever stands around it, and nothing guessed."""

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radeval.llm.outcome import NOT_JSON, InvalidReply
from radeval.llm.replies import json_of

OBJECT = {"a": [1, {"b": "}]{["}], "c": None}
TEXT = '{"a": [1, {"b": "}]{["}], "c": null}'


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"\ufeff \n{TEXT}\n",
        f"```json\n{TEXT}\n```",
        f"Here it is [1], as {{asked}}: {TEXT} That is all.",
        f"{TEXT}\n{TEXT}",
        f'<think>Perhaps {{"a": 0}}, or else [2</think>\n{TEXT}',
        f"[see 1] [[2] {TEXT}",
    ],
)
def test_the_one_object_is_found(text):
    assert json_of(text) == OBJECT


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON object"),
        ("I cannot say.", "no JSON object"),
        ("[1, 2]", "no JSON object"),
        ('```json\n[{"a": 1}]\n```', "no JSON object"),
        ("null", "no JSON object"),
        ('{"a": 1} {"a": 2}', "2 different"),
        ('{"outer": {"a": 1}, "b": [1, 2', "breaks off"),
        ('Answer: {"outer": {"a": 1}, "b":', "breaks off"),
        ('The list: [{"a": 1}, {"a"', "breaks off"),
        ("{", "breaks off"),
        ("{'a': 1}", "no JSON object"),
        ('{"a": 1, "a": 2}', "'a' is written twice"),
        ('{"x": {"a": 1, "a": 1}}', "'a' is written twice"),
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "Infinity"),
        ('{"a": 1e999}', "1e999"),
        ('{"a": ' + "9" * 5000 + "}", "not a number"),
        ('{"a": ' + "[" * 100_000, "too deeply"),
        ('text {"a": ' + "[" * 100_000, "too deeply"),
        ('{"a": "line\nbreak"}', "malformed"),
    ],
)
def test_anything_else_is_refused(text, says):
    with pytest.raises(InvalidReply) as caught:
        json_of(text)
    assert says in caught.value.message
    assert caught.value.reason == NOT_JSON


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), VALUES, min_size=1, max_size=3), st.integers(1, 200))
def test_half_an_object_never_passes_for_a_whole_one(value, cut):

    text = json.dumps(value)
    assert json_of(text) == value
    assert json_of(f"So: {text}.") == value
    with pytest.raises(InvalidReply):
        json_of("So: " + text[: max(1, len(text) - cut)])


@pytest.mark.parametrize("piece", ["[", '["', "{ ", '[" ', "[1 ", "[[1],", '["a",', '{"a":"{"} '])
def test_no_reply_takes_long(piece):
    # In hours, were each beginning read to the end of the text.
    started = time.process_time()
    with contextlib.suppress(InvalidReply):
        json_of("x " + piece * (200_000 // len(piece)))
    assert time.process_time() - started < 60
