"""Runs many protocols side by side, their questions answered as models get to them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from radeval.core.metric import failure
from radeval.core.score import Score, Status, Usage
from radeval.llm.outcome import FAULTS
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.task import Answer, Call, Verdict

AnswerCall = Callable[[Call[Any, Any], Readings], Awaitable[Answer[Any]]]


async def drive(
    verdicts: Sequence[Verdict], readings: Sequence[Readings], answer: AnswerCall, at_once: int
) -> list[Score]:
    """Returns the scores that protocols come to, in order.

    Args:
        verdicts: The protocols.
        readings: What has been read for each one's modality.
        answer: Answers one call.
        at_once: Most protocols under way, so that memory does not grow with their number.

    Raises:
        RadevalError: Something stops the run; the protocols under way are given up.
    """
    scores: list[Score | None] = [None] * len(verdicts)
    places = iter(range(len(verdicts)))

    async def follow_one_after_another() -> None:
        for place in places:
            scores[place] = await _follow(verdicts[place], readings[place], answer)

    workers = [asyncio.create_task(follow_one_after_another()) for _ in range(min(at_once, len(verdicts)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return [score for score in scores if score is not None]


async def _follow(verdict: Verdict, readings: Readings, answer: AnswerCall) -> Score:
    used: Usage | None = None
    try:
        calls = next(verdict)
        while True:
            answers = await _answers(calls, readings, answer)
            for usage in (one.usage for one in answers if one.usage is not None):
                used = usage if used is None else used + usage
            calls = verdict.send(answers)
    except StopIteration as done:
        score: Score = done.value
    except Exception as error:  # one bad example must not cost the others; it is counted and shown
        score = failure(error)
    if score.status is Status.UNSCORED and score.reason in FAULTS:
        # The model never spoke: that is no missing verdict but a failed request.
        score = replace(score, status=Status.ERROR)
    return score if used is None else replace(score, usage=used)


async def _answers(calls: Sequence[Call[Any, Any]], readings: Readings, answer: AnswerCall) -> list[Answer[Any]]:
    if len(calls) == 1:
        return [await answer(calls[0], readings)]
    # A group ends the other questions of the protocol where one of them stops the run.
    asked = [asyncio.ensure_future(answer(call, readings)) for call in calls]
    try:
        return list(await asyncio.gather(*asked))
    finally:
        for one in asked:
            one.cancel()
