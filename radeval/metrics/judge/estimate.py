"""What asking models would take, estimated without asking any: a run's protocols with the report reader's answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import BaseModel

from radeval.core.example import Example
from radeval.core.judging import JudgeOptions
from radeval.core.metric import Metric, RunContext
from radeval.llm.prices import Price, most_input_tokens
from radeval.llm.request import Request
from radeval.metrics.judge.questions import LONGEST_COMPLAINT

_BYTES_A_TOKEN = 3.5
HOW: Final = (
    "estimated without asking any model: each judge's questions are those that the report reader's own answers lead "
    f"to, a token is taken for {_BYTES_A_TOKEN} bytes, and replies that are stored already are not left out. At most: "
    "every answer is repaired once and as long as allowed, and every byte that is read is a token"
)
"""How an estimate is made; stands beside its numbers."""


@dataclass(frozen=True, slots=True)
class ModelEstimate:
    """What one model would be asked.

    Attributes:
        model: The endpoint.
        calls: Requests.
        input_tokens: Tokens read.
        output_tokens: Tokens written.
        cost_usd: US dollars; None where the price is not known.
        most_calls: The upper bound of `calls`.
        most_input_tokens: That of `input_tokens`.
        most_output_tokens: That of `output_tokens`.
        most_cost_usd: That of `cost_usd`.
    """

    model: str
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    most_calls: int = 0
    most_input_tokens: int = 0
    most_output_tokens: int = 0
    most_cost_usd: float | None = 0.0


class Rehearsal(RunContext):
    """A run in which no model is asked, and what would be asked is counted. Equal requests are counted once."""

    def __init__(self, judging: JudgeOptions) -> None:
        super().__init__(judging=judging)
        self._counts: dict[str, ModelEstimate] = {}
        self._prices: dict[str, Price | None] = {}
        self._seen: set[int] = set()

    def count(self, model: str, price: Price | None, request: Request, answer: BaseModel | None) -> None:
        """Counts a request.

        Args:
            model: Who would be asked.
            price: What it costs, None where that is not known.
            request: What it would be asked.
            answer: What it might answer; None where that is not known.
        """
        form = request.schema.name if request.schema is not None else ""
        key = hash((model, request.messages, form, request.sampling, request.sample))
        if key in self._seen:
            return
        self._seen.add(key)
        longest = request.sampling.max_tokens
        most_read = most_input_tokens(request)
        known = self._counts.get(model) or ModelEstimate(model)
        self._prices[model] = price
        self._counts[model] = replace(
            known,
            calls=known.calls + 1,
            input_tokens=known.input_tokens + _tokens(_read(request)),
            output_tokens=known.output_tokens + min(longest, _tokens(_written(request, answer))),
            most_calls=known.most_calls + 2,
            # The second time it reads the first answer, too, and what is wrong with it.
            most_input_tokens=known.most_input_tokens + 2 * most_read + longest + 2 * LONGEST_COMPLAINT,
            most_output_tokens=known.most_output_tokens + 2 * longest,
        )

    def estimates(self) -> tuple[ModelEstimate, ...]:
        """Returns what has been counted, by model."""
        return tuple(_priced(one, self._prices[name]) for name, one in self._counts.items())


def estimate(
    metrics: Iterable[Metric], examples: Sequence[Example], judging: JudgeOptions
) -> tuple[ModelEstimate, ...]:
    """Returns what scoring examples would ask of models, by model; none where nothing would be asked.

    Args:
        metrics: The metrics of a run; those that never ask a model are left out.
        examples: What would be scored.
        judging: The run's options.

    Raises:
        MetricError: A metric cannot be run as it is.
    """
    rehearsal = Rehearsal(judging)
    try:
        for metric in metrics:
            if any(one.name == "prompt" for one in metric.info.parameters):
                metric.check(rehearsal)
                metric.score_batch(examples, rehearsal)
        return rehearsal.estimates()
    finally:
        rehearsal.things.close()


def _read(request: Request) -> int:
    schema = len(str(request.schema.json)) if request.schema is not None else 0
    return schema + sum(len(one.content.encode()) for one in request.messages)


def _written(request: Request, answer: BaseModel | None) -> int:
    """Returns the bytes of an answer: of the reader's own, else of the worked examples' mean."""
    if answer is not None:
        return len(answer.model_dump_json().encode())
    shown = [len(one.content.encode()) for one in request.messages if one.role == "assistant"]
    return sum(shown) // max(1, len(shown))


def _tokens(size: int) -> int:
    return math.ceil(size / _BYTES_A_TOKEN)


def _priced(one: ModelEstimate, price: Price | None) -> ModelEstimate:
    if price is None:
        return replace(one, cost_usd=None, most_cost_usd=None)
    return replace(
        one,
        cost_usd=price.cost(one.input_tokens, one.output_tokens),
        most_cost_usd=price.cost(one.most_input_tokens, one.most_output_tokens),
    )
