"""Rubric: a user's own criteria, judged by a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from radeval.core.errors import MissingResourceError
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Part, Properties
from radeval.core.metric import RunContext
from radeval.core.score import Evidence, Score
from radeval.metrics.judge.evidence import quoted
from radeval.metrics.judge.judge import Judge, is_empty, judge_parameters, no_verdict
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.rubric_file import Rubric, read_rubric
from radeval.metrics.judge.rubric_task import Criterion, Criticism, Grade, GradeCriterion
from radeval.metrics.judge.task import Verdict, ask_all


class RubricJudge(Judge):
    """Weighted mean of a model's grades by the user's criteria."""

    info = MetricInfo(
        name="rubric",
        version=1,
        summary="weighted mean of grades by criteria of your own, each on its own scale",
        main="rubric",
        direction="higher",
        range=(0.0, 1.0),
        citation="the user's rubric",
        empty=EmptyRules(candidate=0.0, reference="computed", both=0.0),
        parameters=(
            Parameter("file", "path", None, "the rubric: criteria in TOML"),
            *judge_parameters(),
        ),
        properties=Properties(identity_is_best=False, deterministic=False),
        needs=("a rubric and a model",),
        notes="Needs a rubric (file=FILE) and a model (judge=...): rules cannot answer it. Each criterion is a part, "
        "from 0 for the lowest point of its scale to 1 for the highest.",
    )
    tasks = (GradeCriterion(),)
    needs_model: ClassVar[bool] = True

    def __init__(self, **parameters: ParameterValue) -> None:
        super().__init__(**parameters)
        self._rubric: Rubric | None = None

    def check(self, context: RunContext) -> None:
        """Reads the rubric and finds the model.

        Raises:
            MissingResourceError: No rubric is named.
            RubricError: It cannot be used, with file and line.
            ParameterError: No model is named.
        """
        self._rubric = self._read()
        self.info = replace(
            self.info, parts=tuple(Part(one.name, f"grade: {one.question}") for one in self._rubric.criteria)
        )
        super().check(context)

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the rubric by content, and who answers how."""
        rubric = self._rubric or self._read()
        fields = {name: value for name, value in super().method().items() if name != "file"}
        return {"rubric": f"{rubric.name}{rubric.version}#{rubric.digest}", **fields}

    def verdict(self, example: Example) -> Verdict:
        """Returns the protocol: one question a criterion, and their weighted mean."""
        rubric = self._rubric or self._read()
        if is_empty(example.candidate):
            return Score.ok(0.0, {one.name: 0.0 for one in rubric.criteria})
        pair = Pair(example.candidate, example.references[0], example.context)
        answers = yield from ask_all(self.tasks[0], [Criticism(one, pair) for one in rubric.criteria])
        for answer in answers:
            if answer.value is None:
                return no_verdict(answer)
        grades = [answer.value for answer in answers if answer.value is not None]
        parts = {one.name: _share(one, grade) for one, grade in zip(rubric.criteria, grades, strict=True)}
        weights = {one.name: one.weight for one in rubric.criteria}
        value = sum(weights[name] * part for name, part in parts.items()) / sum(weights.values())
        evidence = [
            item
            for one, grade in zip(rubric.criteria, grades, strict=True)
            for item in _evidence(one, grade, example.candidate)
        ]
        return Score.ok(value, parts, evidence=tuple(evidence))

    def _read(self) -> Rubric:
        path = self.parameters["file"]
        if path is None:
            raise MissingResourceError(
                "rubric needs a rubric",
                where=f"metric {str(self.spec)!r}",
                hint="rubric:file=FILE; see docs/judges.md",
            )
        return read_rubric(str(path))


def _share(criterion: Criterion, grade: Grade) -> float:
    low, high = criterion.anchors[0][0], criterion.anchors[-1][0]
    return (grade.score - low) / (high - low)


def _evidence(criterion: Criterion, grade: Grade, candidate: str) -> list[Evidence]:
    kind = f"{criterion.name}: {grade.score} of {criterion.anchors[-1][0]}"
    if not grade.quotations:
        return [Evidence(kind, note=grade.reason)]
    return [quoted(kind, "candidate", candidate, one, note=grade.reason) for one in grade.quotations]
