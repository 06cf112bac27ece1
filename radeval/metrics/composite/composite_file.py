"""Reads and writes a composite: a weighted sum of metrics, fitted to experts' ratings, in TOML.

[composite]
name = "ours"
summary = "fitted to the ratings of RadPref"
direction = "higher"
intercept = 3.07
tuned_on = ["radpref"]

[[metric]]
spec = "findings"
mean = 0.55
scale = 0.31
weight = 0.62

The value is intercept + the sum of weight * (score - mean) / scale. A table [fit], which tells how it was fitted, is
for readers only.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from radeval.core.errors import InputError
from radeval.core.toml import parse_toml

_HINT = "docs/studies.md shows the form; `radeval study fit` writes one"
_Text = Annotated[str, Field(min_length=1)]
_Number = Annotated[float, Field(allow_inf_nan=False)]


class CompositeError(InputError):
    """A composite cannot be used."""

    stops_run = True


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CompositeHead(_Entry):
    """What a composite is.

    Attributes:
        name: Its name.
        summary: What it is meant for.
        direction: Which way is better.
        intercept: Its value where every metric has its mean.
        tuned_on: Data sets that it was fitted to; on those, agreement is in-sample. "NAME/part" is a part of one.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
    summary: _Text
    direction: Literal["higher", "lower"]
    intercept: _Number
    tuned_on: tuple[_Text, ...]


class Term(_Entry):
    """One metric of a composite.

    Attributes:
        spec: The metric.
        mean: Its mean where the composite was fitted.
        scale: Its standard deviation there.
        weight: What one standard deviation adds to the value.
    """

    spec: _Text
    mean: _Number
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    weight: _Number


class CompositeForm(_Entry):
    """The content of a composite's file.

    Attributes:
        composite: What it is.
        metric: Its terms.
        fit: How it was fitted, for readers.
    """

    composite: CompositeHead
    metric: Annotated[tuple[Term, ...], Field(min_length=1)]
    fit: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _terms_differ(self) -> CompositeForm:
        specs = [one.spec for one in self.metric]
        if len(set(specs)) < len(specs):
            raise ValueError("a metric is there twice")
        return self


class StoredComposite:
    """A composite as its file has it.

    Attributes:
        form: Its content.
        digest: 12 hexadecimal digits over all that changes a score.
    """

    def __init__(self, text: str, path: str) -> None:
        self.form = parse_toml(text, CompositeForm, name=path, error=CompositeError, what="the composite", hint=_HINT)
        scoring = self.form.model_dump_json(exclude={"fit": True, "composite": {"name", "summary", "tuned_on"}})
        self.digest = hashlib.sha256(scoring.encode()).hexdigest()[:12]


def read_composite(path: str) -> StoredComposite:
    """Returns the composite in a file.

    Raises:
        CompositeError: The file cannot be read, or is no composite; with the line.
    """
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CompositeError(
            "the composite cannot be read", where=path, hint=f"{type(error).__name__}: {error}"
        ) from error
    return StoredComposite(text, path)


def composite_text(form: CompositeForm) -> str:
    """Returns a composite as TOML that `read_composite` reads."""
    tables = [("[composite]", form.composite.model_dump())]
    tables += [("[[metric]]", one.model_dump()) for one in form.metric]
    tables += [("[fit]", form.fit)] if form.fit else []
    blocks = [
        "\n".join([head, *(f"{key} = {_toml(value)}" for key, value in values.items())]) for head, values in tables
    ]
    return "\n\n".join(blocks) + "\n"


def _toml(value: Any) -> str:
    """Returns a text, a number or a list of them as TOML writes it."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return repr(value)
