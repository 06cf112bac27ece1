"""CheXprompt: how many errors of six kinds a candidate makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from radeval.metrics.judge.errors import ReportError, check_errors, rules_errors
from radeval.metrics.judge.forms import Form
from radeval.metrics.judge.pair import Pair, pair_slots
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.task import Task


class Errors(Form):
    """All errors of a candidate.

    Attributes:
        errors: One entry an error.
    """

    errors: tuple[ReportError, ...]


class FindErrors(Task[Pair, Errors]):
    """Lists the errors of a candidate."""

    name: ClassVar[str] = "chexprompt/errors"
    output = Errors

    def slots(self, asked: Pair) -> Mapping[str, str]:
        """Returns the slots `reference` and `candidate`."""
        return pair_slots(asked)

    def check(self, asked: Pair, answer: Errors) -> Errors:
        """Returns the answer, if all that it quotes is in the reports."""
        check_errors(asked, answer.errors)
        return answer

    def by_rules(self, asked: Pair, readings: Readings) -> Errors:
        """Returns what differs between the findings of both reports."""
        return Errors.model_construct(errors=rules_errors(asked, readings))
