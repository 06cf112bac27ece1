"""Errors in six kinds, counted and shown: what GREEN and CheXprompt have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from radeval.core.example import Example
from radeval.core.score import Evidence
from radeval.metrics.judge.errors import ErrorKind, ReportError
from radeval.metrics.judge.evidence import quoted

EVIDENCE: dict[ErrorKind, str] = {"false finding": "false", "missing finding": "omitted"}
"""What evidence of an error is called, where all metrics have a word for it."""


def count_errors(errors: Sequence[ReportError]) -> Counter[tuple[bool, ErrorKind]]:
    """Returns how often each kind occurs, by whether it is significant."""
    return Counter((one.significant, one.kind) for one in errors)


def error_evidence(errors: Sequence[ReportError], example: Example) -> list[Evidence]:
    """Returns errors as evidence."""
    return [_shown(one, example) for one in errors]


def _shown(error: ReportError, example: Example) -> Evidence:
    kind = EVIDENCE.get(error.kind, error.kind)
    weight = "significant" if error.significant else "insignificant"
    note = f"{weight}; {error.explanation}"
    reference = example.references[0]
    if error.candidate:
        return quoted(
            kind,
            "candidate",
            example.candidate,
            error.candidate,
            other=reference,
            counterpart=error.reference,
            note=note,
        )
    return quoted(kind, "reference", reference, error.reference, note=note)
