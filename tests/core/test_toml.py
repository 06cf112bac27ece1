"""Errors in TOML files name the line that is wrong."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict

from radeval.core.errors import InputError
from radeval.core.toml import line_of, parse_toml


class Point(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    score: int
    meaning: str


class Criterion(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    scale: list[Point] = []


class File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    title: str
    criterion: list[Criterion]


GOOD = '''title = "mine"

[[criterion]]
name = "first"
[[criterion.scale]]
score = 1
meaning = """
[[criterion]]
name = "a text that looks like a table"
"""
[[criterion.scale]]
score = 2
meaning = "all"  # as it should be

[[criterion]]
name = "second"
'''


def parse(text: str) -> File:
    return parse_toml(text, File, name="mine.toml", error=InputError, what="the rubric", hint="see the docs")


def test_a_good_file_is_read_whole():
    content = parse(GOOD)
    assert [one.name for one in content.criterion] == ["first", "second"]
    assert content.criterion[0].scale[1].meaning == "all"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("score = 2", "score = 'two'", 12, "criterion.0.scale.1.score"),
        ('name = "second"', "name = 2", 16, "criterion.1.name"),
        ('name = "second"', "nam = 2", 15, "criterion.1.name"),
        ("score = 1", "score = 1\nscores = 2", 7, "criterion.0.scale.0.scores"),
        ('title = "mine"', "", 1, "title"),
        ("score = 2", "score = ", 12, "not TOML"),
    ],
)
def test_an_error_names_file_and_line(old, new, line, says):
    with pytest.raises(InputError) as caught:
        parse(GOOD.replace(old, new, 1))
    assert caught.value.where == f"mine.toml, line {line}"
    assert says in caught.value.message


def test_tables_of_a_dotted_name_and_dotted_keys_are_found():
    text = "[tasks.phrases]\nsystem = 'x'\n[[tasks.phrases.examples]]\nslots.report = 'y'\n"
    assert line_of(text, ("tasks", "phrases", "system")) == 2
    assert line_of(text, ("tasks", "phrases", "examples", 0, "slots", "report")) == 4
    assert line_of(text, ("tasks", "phrases", "examples", 0, "answer")) == 3
    assert line_of(text, ("nothing",)) == 1
