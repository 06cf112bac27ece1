"""Tasks: the typed questions that a judge's protocol is made of, and how a protocol asks them."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel

from radeval.core.info import ParameterValue
from radeval.core.score import Score, Usage
from radeval.metrics.judge.readings import Readings

In = TypeVar("In")
Out = TypeVar("Out", bound=BaseModel)


class AnswerError(ValueError):
    """An answer has the right form but contradicts itself or what was asked."""


class Task(Generic[In, Out]):
    """One kind of question: the same for the report reader, a local model and a remote one.

    Attributes:
        name: `judge/task`; the prompt stands under it.
        role: Which of a judge's solvers answers, for example "extractor".
        output: The form of the answer: its JSON schema is what a model is held to, its validation is what is checked.
    """

    name: ClassVar[str]
    role: ClassVar[str] = "judge"
    output: type[Out]

    def slots(self, asked: In) -> Mapping[str, str]:
        """Returns what fills the prompt, by slot. All of it is data of unknown origin and is fenced as such."""
        raise NotImplementedError

    def trusted(self, asked: In) -> Mapping[str, str]:
        """Returns further slots: words of the user's own, which instruct and are not fenced."""
        return {}

    def check(self, asked: In, answer: Out) -> Out:
        """Returns the answer, mended where its protocol says how (evidence that is not in the report is dropped).

        Raises:
            AnswerError: The answer contradicts itself or what was asked.
        """
        return answer

    def by_rules(self, asked: In, readings: Readings) -> Out:
        """Returns the report reader's answer.

        Raises:
            AnswerError: It has none; so it is for every task that does not say otherwise.
        """
        raise AnswerError(f"rules do not answer {self.name}")


class Call(NamedTuple, Generic[In, Out]):
    """A question that a protocol asks.

    Attributes:
        task: The kind of question.
        asked: What is asked about.
    """

    task: Task[In, Out]
    asked: In


class Answer(NamedTuple, Generic[Out]):
    """What a solver says to a call.

    Attributes:
        value: The checked answer, None where there is none.
        reason: Why there is none, in few fixed words.
        detail: What happened in this case.
        usage: What it consumed, None where no model was asked.
        by: The solver that answered.
    """

    value: Out | None
    reason: str = ""
    detail: str = ""
    usage: Usage | None = None
    by: str = ""


Verdict = Generator[list[Call[Any, Any]], list[Answer[Any]], Score]
"""A protocol at work on one example: it yields calls, is sent their answers in order, and returns the score."""


def ask(task: Task[In, Out], asked: In) -> Generator[list[Call[Any, Any]], list[Answer[Any]], Answer[Out]]:
    """Asks one question, with `yield from`, and returns its answer."""
    (answer,) = yield [Call(task, asked)]
    return answer


def ask_all(
    task: Task[In, Out], asked: Sequence[In]
) -> Generator[list[Call[Any, Any]], list[Answer[Any]], list[Answer[Out]]]:
    """Asks many questions, with `yield from`, and returns their answers in order; they may be answered side by side."""
    if not asked:
        return []
    answers = yield [Call(task, one) for one in asked]
    return answers


class Solver(Protocol):
    """Answers the calls of protocols.

    Attributes:
        name: What stands in signatures and evidence.
    """

    name: str

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the fields of a signature that say how it answers, as far as known before it does."""

    def observed(self) -> Mapping[str, ParameterValue]:
        """Returns those that are known only after it has answered: the models served, what they did not take."""

    def run(self, verdicts: Sequence[Verdict], readings: Sequence[Readings]) -> list[Score]:
        """Returns the scores that protocols come to, each with the readings of its example's modality, in order.

        An exception in one protocol becomes status error for its example alone.
        """
