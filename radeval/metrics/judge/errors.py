"""What GREEN and CheXprompt are made of: the errors of a candidate in six kinds, and what it has right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal, get_args

from radeval.core.finding import Finding
from radeval.metrics.judge.forms import Form, Quotation, require_quotation
from radeval.metrics.judge.issues import Issue, issues
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.task import AnswerError

ErrorKind = Literal[
    "false finding", "missing finding", "wrong location", "wrong severity", "false comparison", "missing comparison"
]
ERROR_KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)
_ONLY_CANDIDATE = ("false finding", "false comparison")
_ONLY_REFERENCE = ("missing finding", "missing comparison")


class ReportError(Form):
    """One error of the candidate.

    Attributes:
        kind: Which of the six kinds.
        significant: Whether it is likely to change treatment, management or outcome.
        candidate: The candidate's words that are wrong, word for word; empty where it lacks them.
        reference: The reference's words that show it, word for word; empty where it has none.
        explanation: One sentence on why.
    """

    kind: ErrorKind
    significant: bool
    candidate: str
    reference: str
    explanation: str


class MatchedFinding(Form):
    """A finding that both reports state.

    Attributes:
        candidate: The candidate's words, word for word.
        reference: The reference's words, word for word.
    """

    candidate: str
    reference: str


def check_errors(asked: Pair, errors: Sequence[ReportError]) -> None:
    """Raises where an error quotes what its reports do not say, or stands twice.

    Raises:
        AnswerError: It does.
    """
    for one in errors:
        if one.kind not in _ONLY_REFERENCE or one.candidate:
            require_quotation(asked.candidate, one.candidate, f"the error {one.kind!r} of the candidate")
        if one.kind not in _ONLY_CANDIDATE or one.reference:
            require_quotation(asked.reference, one.reference, f"the error {one.kind!r} of the reference")
    for one, n in Counter(errors).items():
        report, words = (asked.candidate, one.candidate) if one.candidate else (asked.reference, one.reference)
        # The same words may be wrong at several places, but no more often than they stand there.
        if n > 1 and n > report.casefold().count(words.casefold()):
            raise AnswerError(f"the error {one.kind!r} on {words!r} is listed {n} times")


def rules_errors(asked: Pair, readings: Readings) -> tuple[ReportError, ...]:
    """Returns what differs between the findings that the reader reads in both reports.

    An error is significant where its finding is and, for what is matched, where the difference could change management.
    A finding's wrong certainty or name is none of the six kinds and left out.
    """
    found = readings.compare(asked.candidate, asked.reference)
    errors = [_lone("false finding", one, asked, readings) for one in found.false]
    errors += [_lone("missing finding", one, asked, readings) for one in found.omitted]
    for match in found.matched:
        weight = readings.weigh(match.reference, asked.context)
        for issue in issues(match, readings.reader):
            kind = _kind(issue, match.candidate)
            if kind is not None:
                errors.append(
                    ReportError.made(
                        kind=kind,
                        significant=issue.significant and weight.clinically_significant,
                        candidate=Quotation.of(asked.candidate, match.candidate),
                        reference=Quotation.of(asked.reference, match.reference),
                        explanation=issue.note,
                    )
                )
    return tuple(errors)


def _lone(kind: ErrorKind, finding: Finding, asked: Pair, readings: Readings) -> ReportError:
    weight = readings.weigh(finding, asked.context)
    false = kind == "false finding"
    return ReportError.made(
        kind=kind,
        significant=weight.clinically_significant,
        candidate=Quotation.of(asked.candidate, finding) if false else "",
        reference="" if false else Quotation.of(asked.reference, finding),
        explanation=f"{weight.level}: {weight.reason}",
    )


def _kind(issue: Issue, candidate: Finding) -> ErrorKind | None:
    if issue.kind == "location":
        return "wrong location"
    if issue.kind in ("severity", "measurement"):
        return "wrong severity"
    if issue.kind == "temporal":
        return "false comparison" if candidate.change else "missing comparison"
    return None
