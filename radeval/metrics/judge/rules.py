"""The solver that every judge has by default: the report reader answers each task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from radeval.core.info import ParameterValue
from radeval.core.metric import failure
from radeval.core.score import Score
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.task import Answer, AnswerError, Call, Verdict

RULES = "rules"


class RulesSolver:
    """Answers by rules, in this process, the same for the same reports always."""

    name = RULES

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns nothing: how reports are read is stated by the judge."""
        return {}

    def observed(self) -> Mapping[str, ParameterValue]:
        """Returns nothing: all is known before."""
        return {}

    def run(self, verdicts: Sequence[Verdict], readings: Sequence[Readings]) -> list[Score]:
        """Returns the scores that protocols come to, in order."""
        return [follow(verdict, read, answer) for verdict, read in zip(verdicts, readings, strict=True)]


def follow(verdict: Verdict, readings: Readings, answering: Callable[[Call[Any, Any], Readings], Answer[Any]]) -> Score:
    """Returns the score that a protocol comes to where each of its calls is answered at once."""
    try:
        calls = next(verdict)
        while True:
            calls = verdict.send([answering(call, readings) for call in calls])
    except StopIteration as done:
        score: Score = done.value
        return score
    except Exception as error:  # one bad example must not cost the others; it is counted and shown
        return failure(error)


def answer(call: Call[Any, Any], readings: Readings) -> Answer[Any]:
    """Returns the reader's answer to a call."""
    try:
        return Answer(call.task.by_rules(call.asked, readings), "", "", None, RULES)
    except AnswerError as error:
        return Answer(None, "not answered by rules", str(error), by=RULES)
