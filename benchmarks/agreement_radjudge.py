"""RadJudge's ranking tests: which metric orders candidates as its authors say."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from radeval.core.example import Context, Example
from radeval.core.info import MetricInfo
from radeval.io import cells
from radeval.run.options import RunOptions
from radeval.run.score import score_examples

EQUAL = 0.01
"""Scores on a scale from 0 to 1 that differ by less count as equal; that is RadJudge's own rule."""


class Ranking(NamedTuple):
    """A test.

    Attributes:
        name: Its id.
        examples: One a candidate, whose id is the candidate's.
        expected: Chains such as "C1 > C2".
    """

    name: str
    examples: tuple[Example, ...]
    expected: tuple[str, ...]


def load(path: Path) -> list[Ranking]:
    """Returns the tests."""
    found = []
    for test in json.loads(path.read_text(encoding="utf-8")):
        examples = tuple(
            Example(name, one["text"], (test["ground_truth"],), context=_context(one.get("context") or {}))
            for name, one in test["candidates"].items()
        )
        expected = test["expected_ranking"]
        found.append(Ranking(test["id"], examples, (expected,) if isinstance(expected, str) else tuple(expected)))
    return found


def _context(given: Mapping[str, Any]) -> Context:
    known = {key.lower().removeprefix("patient"): value for key, value in given.items()}
    return Context(
        age=cells.age(known.get("age")),
        sex=cells.sex(known.get("sex")),
        indication=cells.text(known.get("indication")),
        comparison=cells.text(known.get("comparison")),
        modality="cxr",
    )


def failed(tests: Sequence[Ranking], specs: Sequence[str]) -> dict[str, list[str]]:
    """Returns the tests that each metric fails."""
    found: dict[str, list[str]] = {}
    for test in tests:
        run = score_examples(test.examples, list(specs), RunOptions(n_boot=0))
        for label, result in run.metrics.items():
            values = _on_one_scale(result.scores.value, result.info)
            scores = dict(zip((one.id for one in test.examples), values.tolist(), strict=True))
            passed = all(_holds(chain, scores) for chain in test.expected)
            found.setdefault(label, []).extend([] if passed else [test.name])
    return found


def _on_one_scale(values: np.ndarray[Any, np.dtype[np.float64]], info: MetricInfo) -> np.ndarray[Any, Any]:
    """Returns values from 0 to 1, higher is better; counts of errors n become 1 / (1 + n)."""
    low, high = info.range
    if low is None or high is None:
        return 1 / (1 + values) if info.direction == "lower" else values
    scaled = (values - low) / (high - low)
    return 1 - scaled if info.direction == "lower" else scaled


def _holds(chain: str, scores: Mapping[str, float]) -> bool:
    """Tells whether scores are as "C1 > C2 = C3" says; a candidate without a score fails it."""
    words = re.split(r"\s*([>=])\s*", chain)
    for first, sign, second in zip(words[::2], words[1::2], words[2::2], strict=False):
        ahead = scores[first] - scores[second]
        if not math.isfinite(ahead) or not (abs(ahead) < EQUAL if sign == "=" else ahead > 0):
            return False
    return True
