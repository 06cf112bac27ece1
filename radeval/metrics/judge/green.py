"""GREEN: what a candidate has right, against its clinically significant errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from radeval.core.example import Example
from radeval.core.finding import Finding, Kind, Presence
from radeval.core.info import EmptyRules, MetricInfo, Parameter, Part, Properties
from radeval.core.score import Evidence, Score
from radeval.findings.reading import Reading
from radeval.metrics.entity.reading import MODALITIES
from radeval.metrics.judge.counts import count_errors, error_evidence
from radeval.metrics.judge.errors import ERROR_KINDS, MatchedFinding, ReportError, check_errors, rules_errors
from radeval.metrics.judge.evidence import quoted
from radeval.metrics.judge.forms import Form, Quotation, require_quotation
from radeval.metrics.judge.judge import Judge, beside_nothing, is_empty, judge_parameters, no_verdict
from radeval.metrics.judge.pair import Pair, pair_slots
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.rules import RULES
from radeval.metrics.judge.task import AnswerError, Task, Verdict, ask

if TYPE_CHECKING:
    from radeval.metrics.judge.checkpoints.wording import CheckpointTask


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
        if not answer.errors and not answer.matched:
            raise AnswerError("two reports have errors or findings of both, and neither is listed")
        for one in answer.matched:
            require_quotation(asked.candidate, one.candidate, "a matched finding of the candidate")
            require_quotation(asked.reference, one.reference, "a matched finding of the reference")
        return answer

    def by_rules(self, asked: Pair, readings: Readings) -> ErrorsAndMatches:
        """Returns what differs and what agrees between the findings of both reports.

        Where no finding is matched and nothing significant is wrong, what both call normal or absent is matched.
        """
        errors = rules_errors(asked, readings)
        matches = [(one.candidate, one.reference) for one in readings.compare(asked.candidate, asked.reference).matched]
        if not matches and not any(one.significant for one in errors):
            matches = _both_normal(readings.read(asked.candidate), readings.read(asked.reference))
        matched = tuple(
            MatchedFinding.made(
                candidate=Quotation.of(asked.candidate, one), reference=Quotation.of(asked.reference, other)
            )
            for one, other in matches
        )
        return ErrorsAndMatches.made(errors=errors, matched=matched)


def _both_normal(candidate: Reading, reference: Reading) -> list[tuple[Finding, Finding]]:
    """Returns what both reports say is normal, or is not there."""
    theirs = {one.concept: one for one in reversed(reference.findings) if _is_normal(one)}
    ours = {one.concept: one for one in reversed(candidate.findings) if _is_normal(one)}
    return [(one, theirs[name]) for name, one in reversed(ours.items()) if name in theirs]


def _is_normal(finding: Finding) -> bool:
    return finding.kind is Kind.NORMAL or finding.presence is Presence.ABSENT


_PARTS = {kind: kind.replace(" ", "_") for kind in ERROR_KINDS}


class Green(Judge):
    """Matched findings in proportion to matched findings and significant errors."""

    info = MetricInfo(
        name="green",
        version=1,
        summary="share of matched findings among matched findings and clinically significant errors, as in GREEN",
        main="green",
        direction="higher",
        range=(0.0, 1.0),
        citation="Ostmeier et al. 2024, Findings of EMNLP, GREEN: Generative Radiology Report Evaluation and Error "
        "Notation",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=1.0),
        parameters=(
            Parameter(
                "max_words",
                "int",
                1500,
                "a longer report is unscored, not cut, where a model judges",
                minimum=1,
                maximum=1_000_000,
            ),
            *judge_parameters(),
        ),
        parts=(
            Part("matched", "findings of both reports", range=(0.0, None)),
            Part("significant", "clinically significant errors", "lower", (0.0, None)),
            Part("insignificant", "other errors, which the value leaves out", "lower", (0.0, None)),
            *(
                Part(name, f"significant errors: {kind}", "lower", (0.0, None), detail=True)
                for kind, name in _PARTS.items()
            ),
            *(Part(f"no_{name}", f"share without a significant {kind}", detail=True) for kind, name in _PARTS.items()),
        ),
        properties=Properties(clinical=True),
        modalities=MODALITIES,
        languages=("en",),
        tuned_on=("radpref",),
        notes="Without a matched finding the value is 0. By rules, two reports without a finding in common and without "
        "a significant error match in what both call normal, and two that say nothing at all agree.",
    )

    tasks = (FindErrorsAndMatches(),)

    def verdict(self, example: Example) -> Verdict:
        """Returns the protocol: one question, and the formula."""
        reference = example.references[0]
        if is_empty(example.candidate) and is_empty(reference):
            return _score((), example, ())
        if is_empty(example.candidate) or is_empty(reference):
            return beside_nothing(0.0, self.info)
        if too_long := self._too_long(example):
            return Score.unscored("report too long", too_long)
        pair = Pair(example.candidate, reference, example.context)
        if self.checkpoint is not None:
            return (yield from self._checkpoint_verdict(self.checkpoint, pair))
        answer = yield from ask(FindErrorsAndMatches(), pair)
        if answer.value is None:
            return no_verdict(answer)
        found = answer.value
        matched = [
            quoted("matched", "candidate", example.candidate, one.candidate, other=reference, counterpart=one.reference)
            for one in found.matched
        ]
        return _score(found.errors, example, matched)

    def _checkpoint_verdict(self, task: CheckpointTask, pair: Pair) -> Verdict:
        from radeval.metrics.judge.checkpoints.green import analysis_score

        answer = yield from ask(task, pair)
        return no_verdict(answer) if answer.value is None else analysis_score(answer.value, _PARTS)

    def _too_long(self, example: Example) -> str:
        """Returns what is too long to be given to a model whole; reports are never cut."""
        if self.solvers["judge"] == RULES:
            return ""
        most = int(self.parameters["max_words"] or 0)
        if self.checkpoint is not None:
            from radeval.metrics.judge.checkpoints.green import MOST_WORDS

            most = min(most, MOST_WORDS)
        for side, report in (("candidate", example.candidate), ("reference", example.references[0])):
            n = len(report.split())
            if n > most:
                return f"the {side} has {n} words, more than {most}"
        return ""


def _score(errors: Sequence[ReportError], example: Example, matched: Sequence[Evidence]) -> Score:
    counts = count_errors(errors)
    significant = sum(number for (matters, _), number in counts.items() if matters)
    total = len(matched) + significant
    parts = {
        "matched": float(len(matched)),
        "significant": float(significant),
        "insignificant": float(len(errors) - significant),
        **{name: float(counts[True, kind]) for kind, name in _PARTS.items()},
        **{f"no_{name}": float(not counts[True, kind]) for kind, name in _PARTS.items()},
    }
    value = len(matched) / total if total else float(not errors)
    return Score.ok(value, parts, evidence=(*matched, *error_evidence(errors, example)))
