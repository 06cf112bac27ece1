"""The verdict on one example: a number, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Status(StrEnum):
    """Whether there is a verdict.

    `unscored`: the metric gave no verdict (refused, unparseable, nothing to judge). `error`: our own fault or the
    backend's. Neither ever has a value.
    """

    OK = "ok"
    UNSCORED = "unscored"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a score, with its place in the reports.

    Offsets point into the text that the metric was given; a run moves them to the original report.

    Attributes:
        kind: What it shows, for example "matched", "omitted", "false", "wrong location".
        side: The report that `span` points into, None where the evidence has no place.
        span: Start and end offset in the report of `side`.
        text: The words at the span.
        counterpart: Start and end offset of what it was compared with, in the report of the other side.
        concept: Canonical name of the finding it is about.
        significance: Clinical significance: "urgent", "actionable", "minor" or "expected".
        note: The reason in words.
        reference: Which of several references, counted from 0.
        by: Who says so, where several judge: a member of a jury, an agent's role.
    """

    kind: str
    side: Literal["candidate", "reference"] | None = None
    span: tuple[int, int] | None = None
    text: str = ""
    counterpart: tuple[int, int] | None = None
    concept: str = ""
    significance: str | None = None
    note: str = ""
    reference: int = 0
    by: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a score consumed.

    Attributes:
        calls: Requests to a model.
        cached: Requests answered from a cache.
        input_tokens: Tokens sent.
        output_tokens: Tokens received.
        cost_usd: US dollars; None where the price is unknown.
    """

    calls: int = 0
    cached: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0

    def __add__(self, other: Usage) -> Usage:
        known = self.cost_usd is not None and other.cost_usd is not None
        return Usage(
            self.calls + other.calls,
            self.cached + other.cached,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            (self.cost_usd or 0.0) + (other.cost_usd or 0.0) if known else None,
        )


@dataclass(frozen=True, slots=True)
class Score:
    """What a metric says of one example.

    Make one with `Score.ok`, `Score.unscored` or `Score.error`; a value is present if and only if the status is ok.

    Attributes:
        status: Whether there is a verdict.
        value: The metric's main value, finite.
        parts: Further values by name; an undefined part is None and has its reason in `part_reasons`.
        part_reasons: Why a part is undefined.
        statistics: The numbers that the metric's corpus rule sums over examples; empty where the rule is the mean.
        evidence: Why the score is what it is.
        reason: Why there is no verdict, in few fixed words, so that failures can be counted by reason.
        detail: What happened in this case; may quote a reply or an error, and is left out of files without text.
        usage: What the verdict consumed, where a model was asked.
    """

    status: Status
    value: float | None = None
    parts: Mapping[str, float | None] = field(default_factory=dict, hash=False)
    part_reasons: Mapping[str, str] = field(default_factory=dict, hash=False)
    statistics: tuple[float, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""
    detail: str = ""
    usage: Usage | None = None

    def __post_init__(self) -> None:
        if (self.value is not None) != (self.status is Status.OK):
            raise ValueError("a score has a value if and only if its status is ok")
        if self.status is not Status.OK and not self.reason:
            raise ValueError(f"a score without a verdict ({self.status}) needs a reason")
        defined = [part for part in self.parts.values() if part is not None]
        # One sum tells whether there is anything to complain of; metrics make many scores of many numbers.
        if not math.isfinite(sum(defined) + sum(self.statistics) + (self.value or 0.0)):
            self._refuse_infinite()
        if len(defined) < len(self.parts):
            for name, part in self.parts.items():
                if part is None and name not in self.part_reasons:
                    raise ValueError(f"the undefined part {name!r} needs a reason")

    def _refuse_infinite(self) -> None:
        numbers = [("value", self.value), *self.parts.items(), *(("statistics", one) for one in self.statistics)]
        for name, number in numbers:
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{name} must be finite, not {number!r}")

    @classmethod
    def ok(
        cls,
        value: float,
        parts: Mapping[str, float | None] | None = None,
        *,
        part_reasons: Mapping[str, str] | None = None,
        statistics: tuple[float, ...] = (),
        evidence: tuple[Evidence, ...] = (),
        usage: Usage | None = None,
    ) -> Score:
        """Returns a verdict."""
        return cls(
            Status.OK,
            float(value),
            parts or {},
            part_reasons or {},
            statistics,
            evidence,
            usage=usage,
        )

    @classmethod
    def unscored(
        cls, reason: str, detail: str = "", *, evidence: tuple[Evidence, ...] = (), usage: Usage | None = None
    ) -> Score:
        """Returns "no verdict": the metric could not judge this example, and why."""
        return cls(Status.UNSCORED, reason=reason, detail=detail, evidence=evidence, usage=usage)

    @classmethod
    def error(cls, reason: str, detail: str = "", *, usage: Usage | None = None) -> Score:
        """Returns "failed": our own fault or a backend's, and which."""
        return cls(Status.ERROR, reason=reason, detail=detail, usage=usage)
