"""Schemas: what strict structured output takes."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from radeval.llm.schema import digest_of, schema_of


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    kind: Literal["a"]
    score: int = Field(default=3, ge=0, le=10)


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    first: Inner
    others: tuple[Inner, ...] = ()
    note: str | None = None


class Tree(BaseModel):
    children: tuple[Tree, ...]


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    counts: dict[str, int]


def test_objects_are_closed_fields_required_and_nothing_is_referred_to():
    schema = schema_of(Outer, "judge/task")
    inner = {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "kind": {"type": "string", "enum": ["a"]},
            "score": {"type": "integer", "minimum": 0, "maximum": 10},
        },
        "required": ["title", "kind", "score"],
        "additionalProperties": False,
    }
    assert schema.name == "judge_task"
    assert schema.json == {
        "type": "object",
        "properties": {
            "first": inner,
            "others": {"type": "array", "items": inner},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["first", "others", "note"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize("output", [Tree, Open])
def test_what_no_model_can_be_held_to_is_an_error(output):
    with pytest.raises(TypeError):
        schema_of(output, "x")


def test_a_digest_does_not_depend_on_order_and_changes_with_a_form():
    outer, inner = schema_of(Outer, "outer"), schema_of(Inner, "inner")
    assert digest_of([outer, inner]) == digest_of([inner, outer])
    assert digest_of([outer]) != digest_of([inner])
