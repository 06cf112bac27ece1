"""Grounded reports: phrases with boxes, and whether boxes lie in others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from radeval.core.errors import InputError

_GRID = 224
_LEAST_PRECISION = 0.5

_Unit = Annotated[float, Field(ge=0, le=1)]


class Box(BaseModel):
    """A box on an image, in shares of its width and height."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    x_min: _Unit
    y_min: _Unit
    x_max: _Unit
    y_max: _Unit

    @model_validator(mode="after")
    def _is_ordered(self) -> Box:
        if self.x_min > self.x_max or self.y_min > self.y_max:
            raise ValueError("a box ends before it begins")
        return self


class GroundedPhrase(BaseModel):
    """A phrase with its boxes.

    Attributes:
        text: The phrase.
        boxes: Where it is on the image; None where it has no place.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    boxes: Annotated[tuple[Box, ...], Field(min_length=1)] | None


_PHRASES = TypeAdapter(tuple[GroundedPhrase, ...])


def read_grounded(report: str, side: str) -> tuple[GroundedPhrase, ...]:
    """Returns the phrases of a grounded report; none of an empty one.

    Args:
        report: A JSON list of objects with `text` and `boxes`.
        side: Whose report it is, for the error.

    Raises:
        InputError: It is no such list.
    """
    if not report.strip():
        return ()
    try:
        return _PHRASES.validate_python(json.loads(report))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        problem = f"{place}: {first['msg']}" if place else first["msg"]
    except ValueError as error:
        problem = str(error)
    raise InputError(
        f"the {side} is no list of grounded phrases: {problem}",
        hint='write [{"text": "...", "boxes": [{"x_min": 0.1, "y_min": 0.2, "x_max": 0.3, "y_max": 0.4}]}], '
        "and null for the boxes of a phrase without any",
    )


def words_in_json(report: str, text: str) -> str:
    """Returns a phrase as a grounded report's JSON spells it, so that it can be found there."""
    for ascii_only in (False, True):
        spelled = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        if spelled in report:
            return spelled
    return text


def contained(boxes: Sequence[Box], within: Iterable[Box]) -> bool:
    """Tells whether more than half of the area of boxes lies in others, on a grid of 224 x 224.

    Boxes without a cell of the grid lie nowhere.
    """
    ours, theirs = _mask(boxes), _mask(within)
    area = int(ours.sum())
    return area > 0 and int((ours & theirs).sum()) / area > _LEAST_PRECISION


def _mask(boxes: Iterable[Box]) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    mask = np.zeros((_GRID, _GRID), dtype=np.bool_)
    for one in boxes:
        rows = slice(int(one.y_min * _GRID), int(one.y_max * _GRID))
        mask[rows, slice(int(one.x_min * _GRID), int(one.x_max * _GRID))] = True
    return mask
