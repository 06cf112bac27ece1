"""GEMA-distilled: the scores and error counts that its makers' small models write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictFloat, StrictInt, StrictStr, ValidationError, create_model

from radeval.core.errors import MissingResourceError
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Part, Properties
from radeval.core.metric import RunContext
from radeval.core.score import Evidence, Score
from radeval.llm.endpoint import RULES
from radeval.llm.outcome import InvalidReply
from radeval.llm.replies import json_of
from radeval.metrics.judge.checkpoints.wording import CheckpointTask, Wording, wording_from_file
from radeval.metrics.judge.forms import Form
from radeval.metrics.judge.judge import Judge, beside_nothing, is_empty, judge_parameters, no_verdict
from radeval.metrics.judge.pair import Pair, pair_slots
from radeval.metrics.judge.task import Verdict, ask

_DIMENSIONS = ("entity_name", "location", "severity", "uncertainty")
_ERRORS = {"false_prediction": "false", "omission": "missing"}
_RATINGS = ("completeness", "readability", "clinical_utility")
_Count = Annotated[StrictInt, Field(ge=0)]


class DistilledScores(Form):
    """What a distilled model writes.

    Attributes:
        final: Its weighted final score, on its own scale.
        parts: Its error counts and ratings, by the names of our parts.
        reasons: What it says of each.
    """

    final: float
    parts: dict[str, float]
    reasons: dict[str, str]


def _form() -> Any:
    """Returns the form of its JSON, whose keys hold blanks."""
    fields: dict[str, Any] = {"weighted_final_score": (StrictFloat | StrictInt, ...)}
    for dimension in _DIMENSIONS:
        for error in _ERRORS:
            fields[f"{dimension} {error}"] = (_Count, ...)
            fields[f"{dimension} {error}_explanation"] = (StrictStr, "")
    for rating in _RATINGS:
        fields[f"{rating}_score"] = (StrictFloat | StrictInt, ...)
        fields[f"{rating}_reason"] = (StrictStr, "")
    return create_model("DistilledReply", **fields)


class ScoreAsDistilled(CheckpointTask):
    """Asks a distilled model to score two reports."""

    name: ClassVar[str] = "gema_distilled/scores"
    output = DistilledScores

    def wording(self, context: RunContext) -> Wording:
        """Returns the prompt of the user's file."""
        return wording_from_file("gema_distilled", ("reference", "candidate"), context)

    def slots(self, asked: Pair) -> Mapping[str, str]:
        """Returns the slots `reference` and `candidate`."""
        return pair_slots(asked)

    def read(self, text: str) -> DistilledScores:
        """Returns the numbers of a reply."""
        try:
            said = _form().model_validate(json_of(text)).model_dump()
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise InvalidReply(f"{'.'.join(map(str, first['loc'])) or 'the answer'}: {first['msg']}") from None
        parts, reasons = {}, {}
        for dimension in _DIMENSIONS:
            for key, name in _ERRORS.items():
                parts[f"{name}_{dimension}"] = float(said[f"{dimension} {key}"])
                reasons[f"{name}_{dimension}"] = said[f"{dimension} {key}_explanation"]
        for rating in _RATINGS:
            parts[rating] = float(said[f"{rating}_score"])
            reasons[rating] = said[f"{rating}_reason"]
        return DistilledScores(final=float(said["weighted_final_score"]), parts=parts, reasons=reasons)


class GemaDistilled(Judge):
    """The final score that a GEMA-distilled model gives."""

    info = MetricInfo(
        name="gema_distilled",
        version=1,
        summary="final score of a GEMA-distilled model, on the model's own scale, with its error counts",
        main="gema_distilled",
        direction="higher",
        range=(None, None),
        citation="GEMA-Score, arXiv:2503.05347",
        empty=EmptyRules(candidate=0.0, reference="unscored", both="unscored"),
        parameters=judge_parameters(),
        parts=(
            *(
                Part(f"{name}_{dimension}", f"{name} {dimension}: errors counted", "lower", (0.0, None))
                for dimension in _DIMENSIONS
                for name in _ERRORS.values()
            ),
            *(Part(rating, f"{rating}, on the model's own scale", range=(None, None)) for rating in _RATINGS),
        ),
        properties=Properties(identity_is_best=False, deterministic=False),
        needs=("a GEMA-distilled model and its prompt",),
        notes="Needs the model (judge=hf:...) and its makers' prompt (--prompts FILE). The model writes no true "
        "positives, so no F1 follows from it: this is no `gema`. Neither its weights nor its scale are published. An "
        "empty candidate scores 0 without being asked about; against an empty reference nothing is scored.",
    )
    tasks = (ScoreAsDistilled(),)
    needs_model: ClassVar[bool] = True

    def check(self, context: RunContext) -> None:
        """Finds the model and its prompt.

        Raises:
            MissingResourceError: No model is named.
            PromptError: No prompt is.
        """
        if self.solvers["judge"] == RULES:
            raise MissingResourceError(
                "gema_distilled is one of its makers' models",
                where=f"metric {str(self.spec)!r}",
                hint="gema_distilled:judge=hf:PATH, with --prompts FILE",
            )
        super().check(context)

    @property
    def checkpoint(self) -> CheckpointTask:
        """The only task there is."""
        return self.tasks[0]

    def verdict(self, example: Example) -> Verdict:
        """Returns the protocol: one question, and the model's own score."""
        reference = example.references[0]
        if is_empty(reference):
            return Score.unscored("empty reference", "the model was not made for empty references")
        if is_empty(example.candidate):
            return beside_nothing(0.0, self.info)
        answer = yield from ask(self.tasks[0], Pair(example.candidate, reference, example.context))
        if answer.value is None:
            return no_verdict(answer)
        found: DistilledScores = answer.value
        evidence = [Evidence(name.replace("_", " "), note=words) for name, words in found.reasons.items() if words]
        return Score.ok(found.final, found.parts, evidence=tuple(evidence))
