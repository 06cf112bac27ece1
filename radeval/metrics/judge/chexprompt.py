"""CheXprompt: how many errors of six kinds a candidate makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Part, Properties
from radeval.core.score import Score
from radeval.metrics.entity.reading import MODALITIES
from radeval.metrics.judge.counts import count_errors, error_evidence
from radeval.metrics.judge.errors import ERROR_KINDS, ReportError, check_errors, rules_errors
from radeval.metrics.judge.forms import Form
from radeval.metrics.judge.judge import Judge, is_empty, judge_parameters, no_verdict
from radeval.metrics.judge.pair import Pair, pair_slots
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.task import Task, Verdict, ask


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
        return Errors.made(errors=rules_errors(asked, readings))


_KEYS = dict(
    zip(
        ERROR_KINDS,
        (
            "false_positive_finding",
            "omission_finding",
            "incorrect_location",
            "incorrect_severity",
            "false_positive_comparison",
            "omission_comparison",
        ),
        strict=True,
    )
)
_COUNTED = [
    (weight == "significant", kind, f"{weight}_{key}")
    for weight in ("significant", "insignificant")
    for kind, key in _KEYS.items()
]


class CheXprompt(Judge):
    """The number of errors that a judge finds in a candidate."""

    info = MetricInfo(
        name="chexprompt",
        version=1,
        summary="number of errors in six kinds, clinically significant or not, as in CheXprompt",
        main="errors",
        direction="lower",
        range=(0.0, None),
        citation="Zambrano Chaves et al. 2025, Nature Communications, doi:10.1038/s41467-025-58344-x",
        empty=EmptyRules(candidate="computed", reference="computed", both=0.0),
        parameters=judge_parameters(),
        parts=(
            Part("significant", "clinically significant errors", "lower", (0.0, None)),
            Part("insignificant", "other errors", "lower", (0.0, None)),
            Part("error_free", "share of reports without an error"),
            Part("significant_error_free", "share of reports without a clinically significant error"),
            *(
                Part(
                    name, f"{'' if significant else 'in'}significant errors: {kind}", "lower", (0.0, None), detail=True
                )
                for significant, kind, name in _COUNTED
            ),
        ),
        properties=Properties(clinical=True),
        modalities=MODALITIES,
        languages=("en",),
        tuned_on=("radpref",),
        notes="Significant is what is likely to change treatment, management or outcome; by rules, findings that are "
        "urgent or actionable for the patient. An empty candidate has at least one error.",
    )

    tasks = (FindErrors(),)

    def verdict(self, example: Example) -> Verdict:
        """Returns the protocol: one question, counted."""
        reference = example.references[0]
        if is_empty(example.candidate) and is_empty(reference):
            return _counted([], example)
        answer = yield from ask(FindErrors(), Pair(example.candidate, reference, example.context))
        if answer.value is None:
            return no_verdict(answer)
        errors = list(answer.value.errors)
        if is_empty(example.candidate) and not errors:
            errors.append(_NOTHING_SAID)
        return _counted(errors, example)


_NOTHING_SAID = ReportError(
    kind="missing finding", significant=True, candidate="", reference="", explanation="the candidate is empty"
)


def _counted(errors: Sequence[ReportError], example: Example) -> Score:
    counts = count_errors(errors)
    significant = sum(number for (matters, _), number in counts.items() if matters)
    parts = {
        "significant": float(significant),
        "insignificant": float(len(errors) - significant),
        "error_free": float(not errors),
        "significant_error_free": float(not significant),
        **{name: float(counts[matters, kind]) for matters, kind, name in _COUNTED},
    }
    return Score.ok(len(errors), parts, evidence=tuple(error_evidence(errors, example)))
