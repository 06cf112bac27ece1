"""GREEN: what a candidate has right, against its clinically significant errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from radeval.metrics.judge.errors import MatchedFinding, ReportError, check_errors, rules_errors
from radeval.metrics.judge.forms import Form, Quotation, require_quotation
from radeval.metrics.judge.pair import Pair, pair_slots
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.task import Task


class ErrorsAndMatches(Form):
    """All errors of a candidate, and all findings that it has right.

    Attributes:
        errors: One entry an error.
        matched: One entry a finding that both reports state.
    """

    errors: tuple[ReportError, ...]
    matched: tuple[MatchedFinding, ...]


class FindErrorsAndMatches(Task[Pair, ErrorsAndMatches]):
    """Lists the errors of a candidate and what it has right."""

    name: ClassVar[str] = "green/errors"
    output = ErrorsAndMatches

    def slots(self, asked: Pair) -> Mapping[str, str]:
        """Returns the slots `reference` and `candidate`."""
        return pair_slots(asked)

    def check(self, asked: Pair, answer: ErrorsAndMatches) -> ErrorsAndMatches:
        """Returns the answer, if all that it quotes is in the reports."""
        check_errors(asked, answer.errors)
        for one in answer.matched:
            require_quotation(asked.candidate, one.candidate, "a matched finding of the candidate")
            require_quotation(asked.reference, one.reference, "a matched finding of the reference")
        return answer

    def by_rules(self, asked: Pair, readings: Readings) -> ErrorsAndMatches:
        """Returns what differs and what agrees between the findings of both reports."""
        found = readings.compare(asked.candidate, asked.reference)
        matched = tuple(
            MatchedFinding.model_construct(
                candidate=Quotation.at(asked.candidate, one.candidate.span),
                reference=Quotation.at(asked.reference, one.reference.span),
            )
            for one in found.matched
        )
        return ErrorsAndMatches.model_construct(errors=rules_errors(asked, readings), matched=matched)
