"""The task of CRIMSON: the abnormal findings of both reports, weighed, matched and compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from radeval.core.example import Context
from radeval.core.finding import Finding
from radeval.findings.placements import Apart
from radeval.metrics.judge.forms import Form, Quotation, require_unique
from radeval.metrics.judge.issues import IssueKind, issues
from radeval.metrics.judge.pair import Pair, context_slots, pair_slots
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.task import AnswerError, Task

Significance = Literal["urgent", "actionable", "minor", "expected"]


class WeighedFinding(Form):
    """An abnormal finding of a report.

    Attributes:
        id: R1, R2, ... in the reference, P1, P2, ... in the candidate.
        finding: The report's words, with all that qualifies them.
        significance: "urgent": act at once; "actionable": changes management; "minor": reported, rarely changes it;
            "expected": normal for this patient.
    """

    id: str
    finding: str
    significance: Significance


class MatchedIds(Form):
    """A finding of the candidate that is one of the reference's, whatever its attributes.

    Attributes:
        reference_id: Id in the reference.
        candidate_id: Id in the candidate.
    """

    reference_id: str
    candidate_id: str


class WrongAttribute(Form):
    """Something about a matched finding that is wrong.

    Attributes:
        reference_id: Id in the reference.
        candidate_id: Id in the candidate.
        kinds: What is wrong.
        severity: "significant" where it could change management, else "negligible".
        explanation: One sentence on why.
    """

    reference_id: str
    candidate_id: str
    kinds: tuple[IssueKind, ...]
    severity: Literal["significant", "negligible"]
    explanation: str


class CrimsonFindings(Form):
    """Both reports' abnormal findings, and how they stand to each other.

    Attributes:
        reference_findings: All of the reference.
        candidate_findings: All of the candidate.
        matched: Which are the same; several of the candidate may be one of the reference.
        missing_findings: Ids of the reference's that the candidate lacks.
        false_findings: Ids of the candidate's that the reference lacks.
        attribute_errors: What is wrong about matched findings, one entry an issue.
    """

    reference_findings: tuple[WeighedFinding, ...]
    candidate_findings: tuple[WeighedFinding, ...]
    matched: tuple[MatchedIds, ...]
    missing_findings: tuple[str, ...]
    false_findings: tuple[str, ...]
    attribute_errors: tuple[WrongAttribute, ...]


class WeighFindings(Task[Pair, CrimsonFindings]):
    """Weighs, matches and compares the abnormal findings of two reports."""

    name: ClassVar[str] = "crimson/findings"
    output = CrimsonFindings

    def slots(self, asked: Pair) -> Mapping[str, str]:
        """Returns the slots `reference`, `candidate`, `age`, `sex`, `indication` and `comparison`."""
        return {**pair_slots(asked), **context_slots(asked.context)}

    def check(self, asked: Pair, answer: CrimsonFindings) -> CrimsonFindings:
        """Returns the answer, if every finding stands where it must and attribute errors are of matched pairs."""
        reference = require_unique((one.id for one in answer.reference_findings), "reference findings")
        candidate = require_unique((one.id for one in answer.candidate_findings), "candidate findings")
        if reference & candidate:
            raise AnswerError(f"ids are used in both reports: {', '.join(sorted(reference & candidate))}")
        matched = {(one.reference_id, one.candidate_id) for one in answer.matched}
        if len({one for _, one in matched}) < len(answer.matched):
            raise AnswerError("a finding of the candidate is matched twice")
        missing = require_unique(answer.missing_findings, "missing findings")
        false = require_unique(answer.false_findings, "false findings")
        _require_split(reference, {one for one, _ in matched}, missing, "reference")
        _require_split(candidate, {one for _, one in matched}, false, "candidate")
        for error in answer.attribute_errors:
            if (error.reference_id, error.candidate_id) not in matched:
                raise AnswerError(f"{error.reference_id} and {error.candidate_id} have an attribute error but no match")
            if not error.kinds:
                raise AnswerError(f"the attribute error of {error.candidate_id} has no kind")
        return answer

    def by_rules(self, asked: Pair, readings: Readings) -> CrimsonFindings:
        """Returns the comparison of the two readings, each finding weighed for the patient."""
        found = readings.compare(asked.candidate, asked.reference)
        reference = _Listed("R", asked.reference, asked.context, readings)
        candidate = _Listed("P", asked.candidate, asked.context, readings)
        # A tube called well placed that is not, or the reverse, is not the finding that must be acted on.
        apart = readings.reader.placements.apart
        opposed = [one for one in found.matched if apart(one.candidate, one.reference) is Apart.OPPOSED]
        same = [one for one in found.matched if one not in opposed]
        matched = [(reference.add(one.reference), candidate.add(one.candidate), one) for one in same]
        missing = tuple(reference.add(one) for one in (*found.omitted, *(pair.reference for pair in opposed)))
        false = tuple(candidate.add(one) for one in (*found.false, *(pair.candidate for pair in opposed)))
        wrong = tuple(
            WrongAttribute.made(
                reference_id=ours,
                candidate_id=theirs,
                kinds=(issue.kind,),
                # To say nothing of the course is less than to say the wrong one.
                severity="significant" if issue.significant and not issue.lone_change else "negligible",
                explanation=issue.note,
            )
            for ours, theirs, match in matched
            for issue in issues(match, readings.reader)
            # What has not changed is taken to be as it was where nothing else is said.
            if issue.lone_change != "stable" or match.candidate.change
        )
        return CrimsonFindings.made(
            reference_findings=tuple(reference.findings),
            candidate_findings=tuple(candidate.findings),
            matched=tuple(MatchedIds.made(reference_id=ours, candidate_id=theirs) for ours, theirs, _ in matched),
            missing_findings=missing,
            false_findings=false,
            attribute_errors=wrong,
        )


class _Listed:
    """The findings of one report as they get their ids."""

    def __init__(self, letter: str, report: str, context: Context, readings: Readings) -> None:
        self._letter, self._report, self._context, self._readings = letter, report, context, readings
        self.findings: list[WeighedFinding] = []

    def add(self, finding: Finding) -> str:
        """Returns the id that a finding is listed under from now on."""
        name = f"{self._letter}{len(self.findings) + 1}"
        self.findings.append(
            WeighedFinding.made(
                id=name,
                finding=Quotation.of(self._report, finding),
                significance=self._readings.weigh(finding, self._context).level,
            )
        )
        return name


def _require_split(known: set[str], matched: set[str], lone: set[str], side: str) -> None:
    """Raises unless every known id is either matched or lone."""
    if matched & lone:
        raise AnswerError(f"ids of the {side} are matched and not matched: {', '.join(sorted(matched & lone))}")
    if matched | lone != known:
        odd = ", ".join(sorted((matched | lone) ^ known))
        raise AnswerError(f"ids of the {side} are unknown, or stand nowhere: {odd}")
