"""Share of what matters that a candidate has right: the number that is recommended where one is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Part, Properties
from radeval.core.score import Score
from radeval.metrics.entity.reading import MODALITIES
from radeval.metrics.judge.crimson import weighed_evidence
from radeval.metrics.judge.crimson_task import (
    CrimsonFindings,
    Significance,
    WeighedFinding,
    WeighFindings,
    WrongAttribute,
)
from radeval.metrics.judge.issues import IssueKind
from radeval.metrics.judge.judge import Judge, beside_nothing, is_empty, judge_parameters, no_verdict
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.task import Verdict, ask

_LEVELS: dict[Significance, float] = {"urgent": 2.0, "actionable": 1.0, "minor": 0.25, "expected": 0.05}
_NAMES: frozenset[IssueKind] = frozenset({"unspecific", "overinterpretation", "descriptor"})


@dataclass(frozen=True, slots=True)
class Constants:
    """What the formula holds besides counting.

    Attributes:
        levels: Weight of a finding by its significance. What changes management is the unit; what must be acted on at
            once is two of it, what seldom matters a quarter, and what is normal for the patient next to nothing; but
            not nothing, or to make it up would be free.
        significant: What is left of a right finding with something wrong about it that could change management.
        negligible: The same where it could not.
        related: The same where it is called by a related name that is managed otherwise: interstitial for airspace
            disease is another finding rather than half of it.
        doubt: The same where one report doubts what the other states. Were it more than half, a candidate with little
            right would gain by listing every finding as possible.
        prior: What every pair agrees in before anything is compared, one minor finding: a study without any weight has
            a score, and a minor finding more or less does not decide that of a study which is normal but for it.
    """

    levels: Mapping[Significance, float] = field(default_factory=lambda: _LEVELS)
    significant: float = 0.5
    negligible: float = 0.9
    related: float = 0.1
    doubt: float = 0.5
    prior: float = _LEVELS["minor"]


CONSTANTS = Constants()


class WeightedFindings(Judge):
    """Weight of the findings that a candidate has right among all that either report states."""

    info = MetricInfo(
        name="weighted_findings",
        version=1,
        summary="share of right findings among right, wrong, missing and false ones, each by its significance for "
        "the patient",
        main="weighted_findings",
        direction="higher",
        range=(0.0, 1.0),
        citation="radeval's own; docs/agreement.md",
        empty=EmptyRules(candidate=0.0, reference="computed", both=1.0),
        parameters=judge_parameters(),
        parts=(
            Part("right", "weight of the findings that the candidate has right", range=(0.0, None)),
            Part("missing", "weight of the findings that it leaves out", "lower", (0.0, None)),
            Part("false", "weight of the findings that it makes up", "lower", (0.0, None)),
            Part("wrong", "weight that right findings lose by wrong attributes", "lower", (0.0, None)),
        ),
        properties=Properties(identity_is_best=True, clinical=True),
        modalities=MODALITIES,
        languages=("en",),
        tuned_on=("radpref",),
        notes="(right + 0.25) / (right + wrong + missing + false + 0.25). Weights: urgent 2, actionable 1, minor 0.25, "
        "expected 0.05; age, sex, indication and comparison change them where they are known. Of a finding in both "
        "reports the graver weight counts. Of it, doubt in one report takes half, as does a wrong side, place, size or "
        "change that could change management; a related name that is managed otherwise takes nine tenths; any other "
        "fault a tenth. Normal statements do not count. Models are asked what crimson asks.",
    )

    tasks = (WeighFindings(),)

    def verdict(self, example: Example) -> Verdict:
        """Returns the protocol: one question, and the formula."""
        reference = example.references[0]
        if is_empty(example.candidate):
            both = is_empty(reference)
            return Score.ok(1.0, dict.fromkeys(_PARTS, 0.0)) if both else beside_nothing(0.0, self.info)
        answer = yield from ask(WeighFindings(), Pair(example.candidate, reference, example.context))
        if answer.value is None:
            return no_verdict(answer)
        parts = weights_of(answer.value)
        return Score.ok(share_right(parts), parts, evidence=weighed_evidence(answer.value, example))


_PARTS = tuple(part.name for part in WeightedFindings.info.parts)


def weights_of(found: CrimsonFindings, constants: Constants = CONSTANTS) -> dict[str, float]:
    """Returns the weight of what is right, missing, false, and lost by wrong attributes."""
    ours, theirs = _by_id(found.reference_findings, constants), _by_id(found.candidate_findings, constants)
    stated: dict[str, float] = {}
    for one in found.matched:
        # To call a small finding a grave one is as far off as to miss the grave one.
        graver = max(ours[one.reference_id], theirs[one.candidate_id])
        stated[one.reference_id] = max(stated.get(one.reference_id, 0.0), graver)
    left = dict.fromkeys(stated, 1.0)
    for error in found.attribute_errors:
        # Several faults of one finding are one wrong finding: the worst counts.
        left[error.reference_id] = min(left[error.reference_id], _left(error, constants))
    return {
        "right": sum(weight * left[name] for name, weight in stated.items()),
        "missing": sum(ours[name] for name in found.missing_findings),
        "false": sum(theirs[name] for name in found.false_findings),
        "wrong": sum(weight * (1 - left[name]) for name, weight in stated.items()),
    }


def share_right(weights: Mapping[str, float], constants: Constants = CONSTANTS) -> float:
    """Returns the score of weights."""
    return (weights["right"] + constants.prior) / (sum(weights.values()) + constants.prior)


def _left(error: WrongAttribute, constants: Constants) -> float:
    left = constants.significant if error.severity == "significant" else constants.negligible
    if error.severity == "significant" and not _NAMES.isdisjoint(error.kinds):
        left = min(left, constants.related)
    return min(left, constants.doubt) if "certainty" in error.kinds else left


def _by_id(findings: Iterable[WeighedFinding], constants: Constants) -> dict[str, float]:
    return {one.id: constants.levels[one.significance] for one in findings}
