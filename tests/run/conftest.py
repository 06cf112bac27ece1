"""Small metrics whose verdicts the tests can see in the texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo
from radeval.core.metric import Metric
from radeval.core.score import Score

INFO = MetricInfo(
    name="toy",
    version=1,
    summary="the number that the candidate holds",
    main="toy",
    direction="higher",
    range=(0.0, 1.0),
    citation="nobody",
    empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
)


def _verdict(example: Example) -> Score:
    text = example.candidate
    if text == "unscored":
        return Score.unscored("refused", f"the reply to {text}")
    if text == "raise":
        raise RuntimeError("it broke")
    return Score.ok(float(text) if text else 0.0)


@pytest.fixture
def toy() -> Callable[..., Metric]:
    """Makes a metric of a function of the example, with changes to its declaration."""

    def _toy(verdict: Callable[[Example], Score] = _verdict, **changes) -> Metric:
        class Toy(Metric):
            info = replace(INFO, **changes)

            def score(self, example, context):
                return verdict(example)

        return Toy()

    return _toy
