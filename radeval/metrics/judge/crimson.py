"""CRIMSON: findings weighed by what they mean for the patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Part, Properties
from radeval.core.score import Evidence, Score
from radeval.metrics.entity.reading import MODALITIES
from radeval.metrics.judge.crimson_task import CrimsonFindings, WeighedFinding, WeighFindings
from radeval.metrics.judge.evidence import quoted
from radeval.metrics.judge.issues import IssueKind
from radeval.metrics.judge.judge import Judge, beside_nothing, is_empty, judge_parameters, no_verdict
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.task import Verdict, ask

_WEIGHTS = {"urgent": 1.0, "actionable": 0.5, "minor": 0.25, "expected": 0.0}
_ATTRIBUTE_WEIGHTS = {"significant": 0.5, "negligible": 0.0}
_KINDS: tuple[IssueKind, ...] = get_args(IssueKind)


class Crimson(Judge):
    """Credit for the reference's findings less the weight of false ones, by clinical significance."""

    info = MetricInfo(
        name="crimson",
        version=1,
        summary="abnormal findings weighed by clinical significance for the patient, as in CRIMSON; below 0 where "
        "false findings outweigh right ones",
        main="crimson",
        direction="higher",
        range=(-1.0, 1.0),
        citation="CRIMSON 2026, arXiv:2603.06183",
        empty=EmptyRules(candidate=0.0, reference="computed", both=1.0),
        parameters=judge_parameters(),
        parts=(
            Part("weight", "weight of the reference's findings", range=(0.0, None), detail=True),
            Part("credit", "weight of what the candidate has right", range=(0.0, None), detail=True),
            Part("false_weight", "weight of false findings", "lower", (0.0, None), detail=True),
            Part("missing_weight", "weight of missing findings", "lower", (0.0, None), detail=True),
            Part("attribute_weight", "weight of wrong attributes", "lower", (0.0, None), detail=True),
            Part("false", "number of false findings", "lower", (0.0, None)),
            Part("missing", "number of missing findings", "lower", (0.0, None)),
            *(Part(kind, f"wrong attributes: {kind}", "lower", (0.0, None), detail=True) for kind in _KINDS),
        ),
        properties=Properties(clinical=True),
        modalities=MODALITIES,
        languages=("en",),
        tuned_on=("radpref",),
        notes="Weights: urgent 1, actionable 0.5, minor 0.25, expected 0; a significant wrong attribute 0.5. Age, sex, "
        "indication and comparison change them where they are known. Normal statements do not count: against a normal "
        "reference every candidate without a false finding scores 1, but an empty one 0.",
    )

    tasks = (WeighFindings(),)

    def verdict(self, example: Example) -> Verdict:
        """Returns the protocol: one question, and the formula."""
        if is_empty(example.candidate):
            both = is_empty(example.references[0])
            return Score.ok(1.0, _parts(_NOTHING)) if both else beside_nothing(0.0, self.info)
        task = self.checkpoint or WeighFindings()
        answer = yield from ask(task, Pair(example.candidate, example.references[0], example.context))
        if answer.value is None:
            return no_verdict(answer)
        parts = _parts(answer.value)
        return Score.ok(crimson_score(parts), parts, evidence=weighed_evidence(answer.value, example))


_NOTHING = CrimsonFindings(
    reference_findings=(),
    candidate_findings=(),
    matched=(),
    missing_findings=(),
    false_findings=(),
    attribute_errors=(),
)


def crimson_score(parts: Mapping[str, float]) -> float:
    """Returns the score of weights: `weight`, `credit` and `false_weight`."""
    total, false, credit = parts["weight"], parts["false_weight"], parts["credit"]
    if total == 0 and false == 0:
        return 1.0
    # Where nothing of weight is to be found, every false finding is a deficit.
    return (credit - false) / total if credit >= false else _damped(false - credit)


def _damped(deficit: float) -> float:
    """Returns what a surplus of false weight scores: from 0 down to -1."""
    return -deficit / (1 + deficit) if deficit > 0 else 0.0


def _parts(found: CrimsonFindings) -> dict[str, float]:
    ours, theirs = _weights(found.reference_findings), _weights(found.candidate_findings)
    wrong: dict[str, float] = {}
    for error in found.attribute_errors:
        wrong[error.reference_id] = wrong.get(error.reference_id, 0.0) + _ATTRIBUTE_WEIGHTS[error.severity]
    erring = {error.reference_id for error in found.attribute_errors}
    credit = sum(
        _credit(ours[name], wrong.get(name, 0.0)) if name in erring else ours[name]
        for name in dict.fromkeys(one.reference_id for one in found.matched)
    )
    return {
        "weight": sum(ours.values()),
        "credit": credit,
        "false_weight": sum(theirs[name] for name in found.false_findings),
        "missing_weight": sum(ours[name] for name in found.missing_findings),
        "attribute_weight": sum(wrong.values()),
        "false": float(len(found.false_findings)),
        "missing": float(len(found.missing_findings)),
        **{kind: float(sum(kind in error.kinds for error in found.attribute_errors)) for kind in _KINDS},
    }


def _credit(weight: float, wrong: float) -> float:
    return weight * weight / (weight + wrong) if weight + wrong else 0.0


def _weights(findings: Iterable[WeighedFinding]) -> dict[str, float]:
    return {one.id: _WEIGHTS[one.significance] for one in findings}


def weighed_evidence(found: CrimsonFindings, example: Example) -> tuple[Evidence, ...]:
    """Returns what was matched, left out and made up, each with its significance."""
    candidate, reference = example.candidate, example.references[0]
    ours = {one.id: one for one in found.reference_findings}
    theirs = {one.id: one for one in found.candidate_findings}
    items = []
    for match in found.matched:
        one, other = theirs[match.candidate_id], ours[match.reference_id]
        wrong = [
            error
            for error in found.attribute_errors
            if (error.reference_id, error.candidate_id) == (match.reference_id, match.candidate_id)
        ]
        items.append(
            quoted(
                f"wrong {wrong[0].kinds[0]}" if wrong else "matched",
                "candidate",
                candidate,
                one.finding,
                other=reference,
                counterpart=other.finding,
                significance=other.significance,
                note="; ".join(f"{error.severity} {', '.join(error.kinds)}: {error.explanation}" for error in wrong),
            )
        )
    items += [
        quoted("omitted", "reference", reference, ours[name].finding, significance=ours[name].significance)
        for name in found.missing_findings
    ]
    items += [
        quoted("false", "candidate", candidate, theirs[name].finding, significance=theirs[name].significance)
        for name in found.false_findings
    ]
    return tuple(items)
