"""Jury: several judges, or one asked several times, and how far they agree."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from radeval.core.batch import Floats, ScoreBatch
from radeval.core.errors import ParameterError
from radeval.core.example import Example
from radeval.core.info import MetricInfo, Parameter, ParameterValue, Part
from radeval.core.metric import Metric, RunContext
from radeval.core.registry import make_metric, metric_class
from radeval.core.score import Evidence, Score, Status, Usage
from radeval.core.spec import MetricSpec, parse_spec
from radeval.metrics.judge.green import Green
from radeval.metrics.judge.judge import ASKING, Judge, judge_parameters
from radeval.metrics.judge.rules import RULES
from radeval.stats.agreement import ALPHA_STATISTICS, alpha_statistics, interval_alpha

_PARAMETERS = (
    Parameter("of", "str", "green", "the judge whose main value is combined, with parameters as in a spec"),
    Parameter("members", "str", "rules", "who answers, joined by +, for example openai/A+openai/B+rules"),
    Parameter("samples", "int", 1, "how often each member is asked", minimum=1, maximum=100),
    Parameter("combine", "str", "median", "how verdicts become one", choices=("median", "vote")),
    *(one for one in judge_parameters() if one.name != "judge"),
)
_OWN = ("of", "members", "samples", "combine")


def _jury_info(inner: MetricInfo) -> MetricInfo:
    """Returns the declaration of a jury over a judge."""
    return replace(
        inner,
        name="jury",
        version=1,
        summary="median or vote of several judges, or of several samples of one, with their agreement",
        parameters=_PARAMETERS,
        aggregate="mean",
        statistics=ALPHA_STATISTICS,
        parts=(
            Part("members", "members with a verdict", range=(0.0, None)),
            Part("spread", "highest less lowest verdict", "lower", (0.0, None)),
            Part("alpha", "Krippendorff's alpha of the members over a set, for interval data", range=(None, 1.0)),
        ),
        multi_reference="best",
        notes="Half of the members or fewer with a verdict give none. Of one report there is no alpha. Each member's "
        "evidence is kept under its name.",
    )


class Jury(Metric):
    """One judge's protocol, answered by several members."""

    info = _jury_info(Green.info)

    def __init__(self, **parameters: ParameterValue) -> None:
        super().__init__(**parameters)
        self._members = self._make_members()
        self.info = _jury_info(next(iter(self._members.values())).info)

    def _make_members(self) -> dict[str, Judge]:
        """Returns a judge for each member and sample, by name."""
        spec = parse_spec(str(self.parameters["of"]))
        if not issubclass(metric_class(spec.name), Judge):
            raise ParameterError(f"of={spec} is not a judge", where="metric 'jury'", hint="for example of=green")
        declared = {one.name: one for one in self.info.parameters}
        texts = {
            name: declared[name].format(value)
            for name, value in self.parameters.items()
            if name not in _OWN and value is not None
        }
        names = str(self.parameters["members"]).split("+")
        if "" in names or len(set(names)) < len(names):
            raise ParameterError(
                f"members={self.parameters['members']} names a member twice or none",
                where="metric 'jury'",
                hint="join different ones by +; samples=N asks each N times",
            )
        members: dict[str, Judge] = {}
        for name in names:
            # What is meant for the models is not for the report reader beside them.
            idle = ASKING if name == RULES and len(names) > 1 else ()
            taken = {key: text for key, text in texts.items() if key not in idle}
            for sample in range(int(self.parameters["samples"] or 1)):
                parameters = {**taken, **spec.parameters, "judge": name}
                made = cast(Judge, make_metric(MetricSpec(spec.name, spec.version, parameters)))
                if not isinstance(made, Judge):
                    raise ParameterError(
                        f"of={spec} is not a judge", where="metric 'jury'", hint="for example of=green"
                    )
                made.sample = sample
                members[name if self.parameters["samples"] == 1 else f"{name}#{sample + 1}"] = made
        return members

    def check(self, context: RunContext) -> None:
        """Raises what stops any member."""
        for one in self._members.values():
            one.check(context)
        self.info = _jury_info(next(iter(self._members.values())).info)

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns how verdicts are combined, and the fields of the members: one value where it is that of all."""
        own = {name: self.parameters[name] for name in _OWN}
        return {**own, **_joined([one.method() for one in self._members.values()])}

    def score_batch(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        """Returns the combined scores; of several references that of the best, as for the judge itself."""
        batches = {name: one.score_batch(examples, context) for name, one in self._members.items()}
        scores = [
            self._combined({name: batch.score(place) for name, batch in batches.items()})
            for place in range(len(examples))
        ]
        combined = ScoreBatch.from_scores(scores, [part.name for part in self.info.parts], self.info.statistics)
        combined.observed = _joined([one.observed for one in batches.values()])
        return combined

    def _combined(self, scores: Mapping[str, Score]) -> Score:
        values = [one.value for one in scores.values() if one.value is not None]
        evidence = tuple(item for name, one in scores.items() for item in _evidence(name, one, self.info.main))
        usages = [one.usage for one in scores.values() if one.usage is not None]
        usage = sum(usages[1:], usages[0]) if usages else None
        if 2 * len(values) <= len(scores):
            return _hung(scores, evidence, usage)
        value = statistics.median(values) if self.parameters["combine"] == "median" else _vote(values)
        return Score.ok(
            value,
            {"members": float(len(values)), "spread": max(values) - min(values), "alpha": None},
            part_reasons={"alpha": "there is none of one report"},
            statistics=alpha_statistics(values),
            evidence=evidence,
            usage=usage,
        )

    def corpus(self, totals: Floats) -> dict[str, Floats]:
        """Returns the members' agreement over sets."""
        return {"alpha": interval_alpha(totals)}


def _vote(values: Sequence[float]) -> float:
    """Returns the value that most members give, the median of those where several are as frequent."""
    counts = Counter(values)
    most = max(counts.values())
    return statistics.median(value for value, n in counts.items() if n == most)


def _hung(scores: Mapping[str, Score], evidence: tuple[Evidence, ...], usage: Usage | None) -> Score:
    """Returns what half a jury comes to."""
    missing = {name: one for name, one in scores.items() if one.value is None}
    reasons = {one.reason for one in missing.values()}
    reason = reasons.pop() if len(reasons) == 1 else "too few members have a verdict"
    told = "; ".join(f"{name}: {one.reason} {one.detail}".rstrip() for name, one in missing.items())
    if all(one.status is Status.ERROR for one in missing.values()):
        return Score.error(reason, told, usage=usage)
    return Score.unscored(reason, told, evidence=evidence, usage=usage)


def _evidence(name: str, score: Score, main: str) -> list[Evidence]:
    verdict = score.reason if score.value is None else f"{main} {score.value:.4g}"
    return [Evidence("verdict", note=verdict, by=name), *(replace(one, by=name) for one in score.evidence)]


def _joined(fields: Sequence[Mapping[str, ParameterValue]]) -> dict[str, ParameterValue]:
    """Returns fields of several members: one value where all that have it agree, else all values joined by "+"."""
    found: dict[str, ParameterValue] = {}
    for key in dict.fromkeys(key for one in fields for key in one):
        values = list(dict.fromkeys(one[key] for one in fields if one.get(key) is not None))
        found[key] = "+".join(map(str, values)) if len(values) > 1 else values[0] if values else None
    return found
