"""Reads a user's rubric: criteria in TOML.

[rubric]
name = "follow_up"
version = 1
summary = "whether advice on follow-up is right"

[[criterion]]
name = "advice"
question = "Does the report advise the follow-up that its findings call for?"
scale = { 0 = "wrong or harmful advice", 1 = "advice is missing", 2 = "as guidelines say" }
weight = 2.0
reference_based = false
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from radeval.core.errors import InputError
from radeval.core.toml import parse_toml
from radeval.metrics.judge.rubric_task import Criterion

_HINT = "see docs/judges.md"
_Text = Annotated[str, Field(min_length=1)]
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class RubricError(InputError):
    """A rubric cannot be used."""

    stops_run = True


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Head(_Entry):
    name: _Name
    version: Annotated[int, Field(ge=1)]
    summary: _Text


class _Criterion(_Entry):
    name: _Name
    question: _Text
    scale: Annotated[dict[int, _Text], Field(min_length=2)]
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    reference_based: bool


class _Rubric(_Entry):
    rubric: _Head
    criterion: Annotated[tuple[_Criterion, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_differ(self) -> _Rubric:
        names = [one.name for one in self.criterion]
        twice = sorted({name for name in names if names.count(name) > 1} | ({"rubric", "status"} & set(names)))
        if twice:
            raise ValueError(f"the name of a criterion is taken: {', '.join(twice)}")
        return self


class Rubric:
    """A rubric.

    Attributes:
        name: Its name.
        version: Its version.
        summary: What it is about.
        criteria: What is asked.
        digest: 12 hexadecimal digits over the file's content.
    """

    def __init__(self, text: str, path: str) -> None:
        form = parse_toml(text, _Rubric, name=path, error=RubricError, what="the rubric", hint=_HINT)
        self.name = form.rubric.name
        self.version = form.rubric.version
        self.summary = form.rubric.summary
        self.criteria = tuple(
            Criterion(one.name, one.question, tuple(sorted(one.scale.items())), one.weight, one.reference_based)
            for one in form.criterion
        )
        self.digest = hashlib.sha256(text.encode()).hexdigest()[:12]


def read_rubric(path: str) -> Rubric:
    """Returns the rubric in a file.

    Raises:
        RubricError: The file cannot be read, or is no rubric; with the line.
    """
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RubricError("the rubric cannot be read", where=path, hint=f"{type(error).__name__}: {error}") from error
    return Rubric(text, path)
