"""The task of rubrics: one criterion of the user's own on a candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from radeval.metrics.judge.forms import Form, require_quotation
from radeval.metrics.judge.pair import Pair, context_slots
from radeval.metrics.judge.task import AnswerError, Task


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a rubric.

    Attributes:
        name: Its name; a part of the result.
        question: What the judge answers.
        anchors: What the points of the scale mean, ascending; only these may be given.
        weight: Its share of the value.
        reference_based: Whether the judge sees the reference.
    """

    name: str
    question: str
    anchors: tuple[tuple[int, str], ...]
    weight: float
    reference_based: bool


@dataclass(frozen=True, slots=True)
class Criticism:
    """A criterion and the pair that it is asked of.

    Attributes:
        criterion: The criterion.
        pair: The reports.
    """

    criterion: Criterion
    pair: Pair


class Grade(Form):
    """The answer to a criterion.

    Attributes:
        reason: Why, in a sentence or two.
        quotations: Words of the candidate that show it, word for word; may be empty.
        score: A point of the scale.
    """

    reason: str
    quotations: tuple[str, ...]
    score: int


class GradeCriterion(Task[Criticism, Grade]):
    """Grades a candidate by one criterion."""

    name: ClassVar[str] = "rubric/criterion"
    output = Grade

    def slots(self, asked: Criticism) -> Mapping[str, str]:
        """Returns the slots `candidate`, `reference` ("not given" unless the criterion needs it) and the context's."""
        reference = asked.pair.reference if asked.criterion.reference_based else "not given"
        return {"reference": reference, "candidate": asked.pair.candidate, **context_slots(asked.pair.context)}

    def trusted(self, asked: Criticism) -> Mapping[str, str]:
        """Returns the user's own words: `question` and `scale`, one point a line."""
        scale = "\n".join(f"{point}: {meaning}" for point, meaning in asked.criterion.anchors)
        return {"question": asked.criterion.question, "scale": scale}

    def check(self, asked: Criticism, answer: Grade) -> Grade:
        """Returns the answer, if its score is on the scale and its quotations are the candidate's."""
        points = [point for point, _ in asked.criterion.anchors]
        if answer.score not in points:
            raise AnswerError(f"the score must be one of {', '.join(map(str, points))}")
        for one in answer.quotations:
            require_quotation(asked.pair.candidate, one, "the grade")
        return answer
