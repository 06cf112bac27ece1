"""MedGemma-4b-CRIMSON: the prompt of the installed package `crimson-score`, its JSON in our terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from radeval.core.errors import MissingExtraError
from radeval.core.metric import RunContext
from radeval.llm.outcome import InvalidReply
from radeval.llm.replies import json_of
from radeval.llm.request import Message
from radeval.metrics.judge.checkpoints.wording import CheckpointTask, Wording, digest_of
from radeval.metrics.judge.crimson_task import (
    CrimsonFindings,
    MatchedIds,
    Significance,
    WeighedFinding,
    WeighFindings,
    WrongAttribute,
)
from radeval.metrics.judge.issues import IssueKind
from radeval.metrics.judge.pair import NOT_STATED

_LEVELS: Mapping[str, Significance] = {
    "urgent": "urgent",
    "actionable_not_urgent": "actionable",
    "not_actionable_not_urgent": "minor",
    "benign_expected": "expected",
}
_CONTEXT = {"age": "Age", "sex": "Sex", "indication": "Indication", "comparison": "Comparison"}


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


class _Finding(_Part):
    id: str
    finding: str
    clinical_significance: Literal["urgent", "actionable_not_urgent", "not_actionable_not_urgent", "benign_expected"]


class _Match(_Part):
    ref_id: str
    pred_id: str


class _Attribute(_Match):
    severity: Literal["significant", "negligible"]
    error_types: list[IssueKind]
    explanation: str = ""


class _Errors(_Part):
    false_findings: list[str]
    missing_findings: list[str]
    attribute_errors: list[_Attribute]


class _Reply(_Part):
    reference_findings: list[_Finding]
    predicted_findings: list[_Finding]
    matched_findings: list[_Match]
    errors: _Errors


class WeighAsMedGemma(CheckpointTask, WeighFindings):
    """Asks CRIMSON's own checkpoint to weigh, match and compare the findings of two reports."""

    output = CrimsonFindings

    def wording(self, context: RunContext) -> Wording:
        """Returns the prompt as the installed package makes it for this checkpoint."""
        release = _release()
        sample = {"reference": "1", "candidate": "2", **dict.fromkeys(_CONTEXT, "3")}
        told = "\0".join(one.content for one in upstream_messages(sample))
        return Wording(f"crimson-score/{release}", digest_of(told), upstream_messages)

    def read(self, text: str) -> CrimsonFindings:
        """Returns a reply in the terms of our own task."""
        try:
            said = _Reply.model_validate(json_of(text))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise InvalidReply(f"{'.'.join(map(str, first['loc'])) or 'the answer'}: {first['msg']}") from None
        return CrimsonFindings(
            reference_findings=_findings(said.reference_findings),
            candidate_findings=_findings(said.predicted_findings),
            matched=tuple(
                MatchedIds(reference_id=one.ref_id, candidate_id=one.pred_id) for one in said.matched_findings
            ),
            missing_findings=tuple(said.errors.missing_findings),
            false_findings=tuple(said.errors.false_findings),
            attribute_errors=tuple(
                WrongAttribute(
                    reference_id=one.ref_id,
                    candidate_id=one.pred_id,
                    kinds=tuple(one.error_types),
                    severity=one.severity,
                    explanation=one.explanation,
                )
                for one in said.errors.attribute_errors
            ),
        )


def upstream_messages(slots: Mapping[str, str]) -> tuple[Message, ...]:
    """Returns the conversation that the installed package would have with its own checkpoint."""
    from CRIMSON.generate_score import CRIMSONScore

    known = {title: slots[name] for name, title in _CONTEXT.items() if slots[name] != NOT_STATED}
    # The package has no function for its messages: its scorer is given an engine that keeps what it is told.
    scorer = CRIMSONScore.__new__(CRIMSONScore)
    engine = _Recorder()
    scorer.api, scorer.model_name = "vllm", CRIMSONScore.DEFAULT_HF_MODEL
    scorer.llm, scorer.sampling_params = engine, None
    prompt = scorer._build_evaluation_prompt(slots["reference"], slots["candidate"], known or None)
    scorer._chat_completion_batch([prompt])
    return engine.messages


class _Recorder:
    """Stands where the package's engine does, and answers nothing."""

    messages: tuple[Message, ...] = ()

    def chat(self, conversations: Sequence[Sequence[Mapping[str, Any]]], **_: Any) -> list[Any]:
        """Keeps the conversation."""
        (turns,) = conversations
        self.messages = tuple(Message(turn["role"], turn["content"]) for turn in turns)
        return []


def _release() -> str:
    try:
        return version("crimson-score")
    except PackageNotFoundError:
        raise MissingExtraError(
            "CRIMSON's checkpoint was trained on one exact prompt, which comes from its makers' package",
            where="crimson-score",
            hint="pip install --no-deps crimson-score",
        ) from None


def _findings(found: Sequence[_Finding]) -> tuple[WeighedFinding, ...]:
    return tuple(
        WeighedFinding(id=one.id, finding=one.finding, significance=_LEVELS[one.clinical_significance]) for one in found
    )
