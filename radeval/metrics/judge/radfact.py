"""RadFact: which phrases of each report follow from the other report."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from radeval.core.batch import Floats
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Part, Properties
from radeval.core.metric import RunContext
from radeval.core.score import Score
from radeval.metrics.entity.reading import MODALITIES
from radeval.metrics.judge.grounding import read_grounded, words_in_json
from radeval.metrics.judge.judge import Judge, is_empty, judge_parameters, no_verdict
from radeval.metrics.judge.phrases import Entail, Inference, TakeApart
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.rules_phrases import Phrase
from radeval.metrics.judge.support import LEVELS, SIDES, STATISTICS, Supported, Taken, f1, judged, shares, shown
from radeval.metrics.judge.task import Answer, Call, Solver, Task, Verdict, ask_all

_AGGREGATES = {
    "f1_of_means": "F1 of mean precision and mean recall",
    "mean_of_f1": "mean",
    "micro": "F1 of the phrases of all reports together",
}
_RATIOS = ("precision", "recall")
_SPATIAL_PARTS = tuple(
    Part(f"{level}_{name}", summary)
    for level, what in (("spatial", "boxed phrases"), ("grounding", "supported boxed phrases"))
    for name, summary in (
        ("precision", f"share of the candidate's {what} whose boxes lie in those of their evidence"),
        ("recall", f"share of the reference's {what} whose boxes lie in those of their evidence"),
        ("f1", "harmonic mean of the two"),
    )
)
_UNDEFINED = {
    "logical_precision": "the candidate has no phrase",
    "logical_recall": "the reference has no phrase",
    "spatial_precision": "the candidate has no phrase with boxes",
    "spatial_recall": "the reference has no phrase with boxes",
    "spatial_f1": "a report has no phrase with boxes",
    "grounding_precision": "no phrase of the candidate with boxes is supported",
    "grounding_recall": "no phrase of the reference with boxes is supported",
    "grounding_f1": "no phrase of a report with boxes is supported",
}

AGGREGATION = Parameter("aggregation", "str", "f1_of_means", "the value over a set", choices=tuple(_AGGREGATES))
PARTS = (
    Part("logical_precision", "share of the candidate's phrases that follow from the reference"),
    Part("logical_recall", "share of the reference's phrases that follow from the candidate"),
    Part("candidate_phrases", "phrases of the candidate", range=(0.0, None), detail=True),
    Part("reference_phrases", "phrases of the reference", range=(0.0, None), detail=True),
)
Asked = Generator[list[Call[Any, Any]], list[Answer[Any]], Score | None]


class Radfact(Judge):
    """Precision and recall of the phrases of two reports by entailment."""

    info = MetricInfo(
        name="radfact",
        version=1,
        summary="F1 of the phrases of each report that follow from the other report, as in RadFact",
        main="logical_f1",
        direction="higher",
        range=(0.0, 1.0),
        citation="Bannur et al. 2024, MAIRA-2, arXiv:2406.04449",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=1.0),
        aggregate=_AGGREGATES["f1_of_means"],
        statistics=STATISTICS,
        parameters=(
            AGGREGATION,
            Parameter("grounded", "bool", False, "whether reports are JSON lists of phrases with boxes"),
            *judge_parameters("extractor", "matcher"),
        ),
        parts=PARTS,
        properties=Properties(clinical=True),
        modalities=MODALITIES,
        languages=("en",),
        notes="Negative and normal phrases count like others. Where only one report has phrases the value is 0, where "
        "neither has any 1.",
    )
    take_apart: ClassVar[TakeApart] = TakeApart()
    entail: ClassVar[Entail] = Entail()
    tasks: ClassVar[tuple[Task[Any, Any], ...]] = (take_apart, entail)

    def __init__(self, **parameters: ParameterValue) -> None:
        super().__init__(**parameters)
        aggregation = str(self.parameters["aggregation"])
        self._grounded = self.parameters.get("grounded") is True
        parts = (*self.info.parts, *_SPATIAL_PARTS) if self._grounded else self.info.parts
        statistics = () if aggregation == "mean_of_f1" else STATISTICS
        self.info = replace(self.info, aggregate=_AGGREGATES[aggregation], parts=parts, statistics=statistics)

    def verdict(self, example: Example) -> Verdict:
        """Returns the protocol: phrases of both reports, each judged by the phrases of the other."""
        taken: list[list[Taken]] = []
        missing = yield from self._phrases(example, taken)
        if missing is not None:
            return missing
        sides: list[list[Supported]] = []
        for ours, theirs in (taken, taken[::-1]):
            premises = tuple(one.phrase for one in theirs)
            # From nothing follows nothing: there is nothing to ask.
            asked = [Inference(premises, one.phrase) for one in ours] if premises else []
            answers = yield from ask_all(self.entail, asked)
            for answer in answers:
                if answer.value is None:
                    return no_verdict(answer)
            sides.append(judged(ours, theirs, [one.value for one in answers if one.value is not None]))
        return self._score(sides, example)

    def _by_reading(self, example: Example, readings: Readings, solver: Solver, context: RunContext) -> Score:
        if not self._grounded:
            return super()._by_reading(example, readings, solver, context)
        # A grounded report is no prose; a phrase that is not understood is told by its own judgement.
        (score,) = solver.run([self.verdict(example)], [readings])
        return score

    def _phrases(self, example: Example, taken: list[list[Taken]]) -> Asked:
        """Fills in the phrases of both reports; returns the score where there are none for want of an answer."""
        reports = (example.candidate, example.references[0])
        if self._grounded:
            for side, report in zip(SIDES, reports, strict=True):
                taken.append(
                    [
                        Taken(Phrase(one.text), words_in_json(report, one.text), one.boxes or ())
                        for one in read_grounded(report, side)
                    ]
                )
            return None
        answers = iter((yield from ask_all(self.take_apart, [one for one in reports if not is_empty(one)])))
        for report in reports:
            phrases: list[Taken] = []
            if not is_empty(report):
                answer = next(answers)
                if answer.value is None:
                    return no_verdict(answer)
                for sentence in answer.value.sentences:
                    phrases += [Taken(Phrase(one, report), sentence.original) for one in sentence.phrases]
            taken.append(phrases)
        return None

    def _score(self, sides: Sequence[Sequence[Supported]], example: Example) -> Score:
        found = shares(sides)
        parts: dict[str, float | None] = {}
        for level in LEVELS if self._grounded else LEVELS[:1]:
            precision, recall = (found[level, side].value for side in SIDES)
            parts |= {f"{level}_precision": precision, f"{level}_recall": recall, f"{level}_f1": f1(precision, recall)}
        if not sides[0] and not sides[1]:
            empty = is_empty(example.candidate), is_empty(example.references[0])
            if not any(empty) and not self._by_rules:
                # The reader knows that two texts state nothing; a model that lists nothing may have failed.
                return Score.unscored("no phrase in either report")
            value = 0.0 if empty[0] != empty[1] else 1.0
        else:
            value = parts["logical_f1"] or 0.0
        del parts["logical_f1"]
        parts |= {f"{side}_phrases": float(len(phrases)) for side, phrases in zip(SIDES, sides, strict=True)}
        return Score.ok(
            value,
            parts,
            part_reasons={name: _UNDEFINED[name] for name, part in parts.items() if part is None},
            statistics=tuple(number for one in found.values() for number in one.statistics)
            if self.info.statistics
            else (),
            evidence=shown(sides, example),
        )

    def corpus(self, totals: Floats) -> dict[str, Floats]:
        """Returns F1 over sets, from mean precision and recall or from the counts of all phrases."""
        by_name = dict(zip(STATISTICS, totals.T, strict=True))
        micro = self.parameters["aggregation"] == "micro"
        numerator, denominator = ("hits", "n") if micro else ("share", "defined")
        corpora: dict[str, Floats] = {}
        for level in LEVELS if self._grounded else LEVELS[:1]:
            ratios = [
                _ratio(by_name[f"{level}_{side}_{numerator}"], by_name[f"{level}_{side}_{denominator}"])
                for side in SIDES
            ]
            if micro:
                corpora |= {f"{level}_{name}": ratio for name, ratio in zip(_RATIOS, ratios, strict=True)}
            corpora[f"{level}_f1"] = _harmonic(*ratios)
        return corpora


def _ratio(hits: Floats, n: Floats) -> Floats:
    found: Floats = np.divide(hits, n, out=np.full(len(n), np.nan), where=n > 0)
    return found


def _harmonic(precision: Floats, recall: Floats) -> Floats:
    """Returns F1; 0 where one of the two is 0 and the other has nothing to be counted of, as in empty candidates."""
    one = np.where(np.isnan(precision) & (recall == 0), 0.0, precision)
    other = np.where(np.isnan(recall) & (precision == 0), 0.0, recall)
    total = one + other
    found: Floats = np.divide(2 * one * other, total, out=np.where(np.isnan(total), np.nan, 0.0), where=total > 0)
    return found
