"""GEMA-style: entities and their attributes, and how the report is expressed, by several agents."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np

from radeval.core.batch import Floats
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Part, Properties
from radeval.core.score import Evidence, Score
from radeval.metrics.entity.reading import MODALITIES
from radeval.metrics.judge.evidence import quoted
from radeval.metrics.judge.gema_tasks import (
    BEST_RATING,
    Both,
    Expression,
    FindEntities,
    MatchEntities,
    Matching,
    RateExpression,
)
from radeval.metrics.judge.judge import Judge, is_empty, judge_parameters, no_verdict
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.rules import RULES
from radeval.metrics.judge.rules_entities import Agreement
from radeval.metrics.judge.task import Verdict, ask, ask_all

Attribute = Literal["location", "severity", "certainty"]
_ATTRIBUTES: tuple[Attribute, ...] = ("location", "severity", "certainty")
_DIMENSIONS = ("entity", *_ATTRIBUTES)
_RATINGS = ("completeness", "readability", "terminology")
_WEIGHTS = {"entity": 0.7, "location": 0.1, "severity": 0.1, "certainty": 0.1, "expression": 0.3}
_COUNTS: dict[Agreement, tuple[float, float, float]] = {
    "match": (1, 0, 0),
    "false": (0, 1, 0),
    "omitted": (0, 0, 1),
    "conflict": (0, 1, 1),
    "none": (0, 0, 0),
}
"""What an attribute adds to hits, false ones and omitted ones."""

_COUNTED = ("hits", "false", "omitted")
_STATISTICS = (
    *(f"{name}_{count}" for name in _DIMENSIONS for count in _COUNTED),
    "expression",
    "expressed",
)


FIND, MATCH, RATE = FindEntities(), MatchEntities(), RateExpression()


class Counts(NamedTuple):
    """What a dimension's F1 is made of.

    Attributes:
        hits: What both reports have.
        false: What only the candidate has.
        omitted: What only the reference has.
    """

    hits: float
    false: float
    omitted: float

    @property
    def f1(self) -> float | None:
        """The F1; None of nothing."""
        total = 2 * self.hits + self.false + self.omitted
        return 2 * self.hits / total if total else None


class Gema(Judge):
    """Weighted mean of the F1 of entities and their attributes, and of how the report is expressed."""

    info = MetricInfo(
        name="gema",
        version=1,
        summary="F1 of entities, locations, severities and certainties, and ratings of how the report is expressed; "
        "GEMA-style, since GEMA's own weights and prompts are unpublished",
        main="gema",
        direction="higher",
        range=(0.0, 1.0),
        citation="after Zhang et al. 2025, GEMA-Score, arXiv:2503.05347",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=1.0),
        statistics=_STATISTICS,
        parameters=(
            Parameter("aggregation", "str", "macro", "the value over a set", choices=("macro", "micro")),
            *(
                Parameter(f"weight_{name}", "float", weight, f"weight of {name}", minimum=0, maximum=1)
                for name, weight in _WEIGHTS.items()
            ),
            *judge_parameters("extractor", "matcher", "rater"),
        ),
        parts=(
            *(
                Part(name, f"F1 of {name}" + ("" if name == "entity" else " on matched entities"))
                for name in _DIMENSIONS
            ),
            *(
                Part(f"micro_{name}", f"F1 of {name} from the counts of a whole set", detail=True)
                for name in _DIMENSIONS
            ),
            *(Part(name, f"rating of {name}") for name in _RATINGS),
        ),
        properties=Properties(clinical=True),
        modalities=MODALITIES,
        languages=("en",),
        notes="weight_expression is the share of the mean rating; the other weights are relative to each other. What "
        "is undefined or not rated is left out and the weights of the rest are raised. Rules do not rate expression. "
        "By rules, entities are what is stated as present or uncertain. Two reports without entities agree.",
    )
    tasks = (FIND, MATCH, RATE)

    def __init__(self, **parameters: ParameterValue) -> None:
        super().__init__(**parameters)
        self._weights = {name: float(self.parameters[f"weight_{name}"] or 0) for name in _WEIGHTS}
        if self.parameters["aggregation"] == "micro":
            self.info = replace(self.info, aggregate="weighted F1 from the counts of all reports together")

    def verdict(self, example: Example) -> Verdict:
        """Returns the protocol: entities of both reports, their matching, and a rating of the candidate."""
        candidate, reference = example.candidate, example.references[0]
        if is_empty(candidate) and is_empty(reference):
            return self._score(_NOTHING, None, (), 1.0)
        if is_empty(candidate) or is_empty(reference):
            return (yield from self._one_sided(candidate, reference))
        pair = Pair(candidate, reference, example.context)
        ours, theirs = yield from ask_all(FIND, [candidate, reference])
        if ours.value is None or theirs.value is None:
            return no_verdict(ours if ours.value is None else theirs)
        both = Both(pair, ours.value, theirs.value)
        matching = yield from ask(MATCH, both)
        if matching.value is None:
            return no_verdict(matching)
        evidence = _evidence(both, matching.value)
        if self.solvers["rater"] == RULES:
            return self._score(_counts(both, matching.value), None, evidence)
        rating = yield from ask(RATE, pair)
        if rating.value is None:
            return no_verdict(rating)
        return self._score(_counts(both, matching.value), rating.value, (*evidence, *_reasons(rating.value)))

    def _one_sided(self, candidate: str, reference: str) -> Verdict:
        """Returns the protocol where one report is empty: what the other one names counts, so that no set hides it."""
        omits = is_empty(candidate)
        answer = yield from ask(FIND, reference if omits else candidate)
        if answer.value is None:
            return no_verdict(answer)
        named = len(answer.value.entities)
        entity = Counts(0, 0, named) if omits else Counts(0, named, 0)
        return self._score({**_NOTHING, "entity": entity}, None, (), 0.0)

    def _score(
        self,
        counts: Mapping[str, Counts],
        rating: Expression | None,
        evidence: Sequence[Evidence],
        value: float | None = None,
    ) -> Score:
        found = {name: one.f1 for name, one in counts.items()}
        ratings = _ratings(rating)
        expression = None if rating is None else sum(ratings.values()) / len(ratings)
        if value is None:
            value = self._combined(found, expression)
        parts: dict[str, float | None] = {
            **found,
            **{f"micro_{name}": one for name, one in found.items()},
            **{name: ratings.get(name) for name in _RATINGS},
        }
        return Score.ok(
            value,
            parts,
            part_reasons={name: _undefined(name) for name, part in parts.items() if part is None},
            statistics=(
                *(number for name in _DIMENSIONS for number in counts[name]),
                expression or 0.0,
                float(expression is not None),
            ),
            evidence=tuple(evidence),
        )

    def _combined(self, f1s: Mapping[str, float | None], expression: float | None) -> float:
        """Returns the value of F1s and a mean rating; what is None is left out, and no entity anywhere is agreement."""
        total = weight = 0.0
        for name, one in f1s.items():
            if one is not None:
                total += self._weights[name] * one
                weight += self._weights[name]
        objective = total / weight if weight > 0 else 1.0
        if expression is None:
            return objective
        share = self._weights["expression"]
        return (1 - share) * objective + share * expression

    def corpus(self, totals: Floats) -> dict[str, Floats]:
        """Returns the F1 of each dimension from pooled counts and, with aggregation=micro, the value made of them."""
        by_name = dict(zip(_STATISTICS, totals.T, strict=True))
        f1s = {name: _pooled(*(by_name[f"{name}_{count}"] for count in _COUNTED)) for name in _DIMENSIONS}
        found = {f"micro_{name}": column for name, column in f1s.items()}
        if self.parameters["aggregation"] == "micro":
            rated = by_name["expressed"]
            expression = np.divide(by_name["expression"], rated, out=np.full(len(rated), np.nan), where=rated > 0)
            found["gema"] = np.array(
                [
                    self._combined(dict(zip(f1s, map(_known, row), strict=True)), _known(rating))
                    for *row, rating in zip(*f1s.values(), expression, strict=True)
                ]
            )
        return found


def _known(number: float) -> float | None:
    return None if math.isnan(number) else float(number)


def _pooled(hits: Floats, false: Floats, omitted: Floats) -> Floats:
    total = 2 * hits + false + omitted
    found: Floats = np.divide(2 * hits, total, out=np.full(len(total), np.nan), where=total > 0)
    return found


def _counts(both: Both, matching: Matching) -> dict[str, Counts]:
    # One entity may be matched with several: each side counts its own, half a hit each.
    ours = {one.candidate_id for one in matching.matches}
    theirs = {one.reference_id for one in matching.matches}
    hits = (len(ours) + len(theirs)) / 2
    counts = {"entity": Counts(hits, len(matching.false_entities), len(matching.omitted_entities))}
    for name in _ATTRIBUTES:
        how = [_COUNTS[getattr(one, name)] for one in matching.matches]
        counts[name] = Counts(*(float(sum(column)) for column in zip(*how, strict=True))) if how else Counts(0, 0, 0)
    return counts


_NOTHING = {name: Counts(0, 0, 0) for name in _DIMENSIONS}


def _ratings(rating: Expression | None) -> dict[str, float]:
    return {} if rating is None else {name: getattr(rating, name).score / BEST_RATING for name in _RATINGS}


def _undefined(part: str) -> str:
    if part in _RATINGS:
        return "rules do not rate how a report is expressed"
    return "neither report has an entity" if part.endswith("entity") else "no matched entity says one"


def _reasons(rating: Expression) -> list[Evidence]:
    return [
        Evidence(
            f"{name} {getattr(rating, name).score} of {BEST_RATING}", note=getattr(rating, name).reason, by="rater"
        )
        for name in _RATINGS
    ]


def _evidence(both: Both, matching: Matching) -> list[Evidence]:
    candidate, reference = both.pair.candidate, both.pair.reference
    ours = {one.id: one for one in both.candidate.entities}
    theirs = {one.id: one for one in both.reference.entities}
    items = []
    for match in matching.matches:
        wrong = [name for name in _ATTRIBUTES if getattr(match, name) in ("false", "omitted", "conflict")]
        items.append(
            quoted(
                f"wrong {wrong[0]}" if wrong else "matched",
                "candidate",
                candidate,
                ours[match.candidate_id].quotation,
                other=reference,
                counterpart=theirs[match.reference_id].quotation,
                note="; ".join([*(f"{name}: {getattr(match, name)}" for name in wrong), *filter(None, [match.reason])]),
            )
        )
    items += [quoted("false", "candidate", candidate, ours[name].quotation) for name in matching.false_entities]
    items += [quoted("omitted", "reference", reference, theirs[name].quotation) for name in matching.omitted_entities]
    return items
