"""RaTEScore: each entity against the nearest of the other report, weighted by their types.

W. Zhao et al., RaTEScore: a metric for radiology report generation, EMNLP 2024.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from radeval.core.batch import ScoreBatch
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Evidence, Score
from radeval.encoders.packages import need_packages
from radeval.metrics.semantic.affinity import AFFINITIES, TYPES, Side, both_sides, side
from radeval.metrics.semantic.rate_reader import Entities, RateReader, Readings

_HALF = 0.5
_ALIKE = 0.5
"""Evidence calls an entity left out or made up where nothing in the other report is as near as this cosine."""

_NO_ENTITY = "no entity is found in a report"


class Ratescore(Metric):
    """RaTEScore: how near the entities of two reports are, weighted by their types."""

    info = MetricInfo(
        name="ratescore",
        version=1,
        summary="nearness of each entity to the nearest one of the other report, weighted by their types",
        main="ratescore",
        direction="higher",
        range=(0.0, 1.0),
        citation="Zhao et al., EMNLP 2024; weights as RaTEScore 0.6.0",
        empty=EmptyRules(candidate=_HALF, reference=_HALF, both=_HALF),
        parts=(
            Part("precision", "how the candidate's entities are found again in the reference", range=(-1.0, 1.0)),
            Part("recall", "how the reference's entities are found again in the candidate", range=(-1.0, 1.0)),
            Part("candidate_entities", "entities of the candidate", range=(0.0, None), detail=True),
            Part("reference_entities", "entities of the reference", range=(0.0, None), detail=True),
        ),
        parameters=(
            Parameter(
                "affinity", "str", "long", "weights of pairs of types, for long or short reports", ("long", "short")
            ),
            Parameter(
                "empty",
                "str",
                "half",
                "where a report has no entity: 0.5 as published, or no score",
                ("half", "unscored"),
            ),
            Parameter("ner", "str", "rate-ner-deberta", "the model that marks entities: published, or a folder"),
            Parameter("embedding", "str", "biolord-2023-c", "the model of their meaning: published, or a folder"),
        ),
        properties=Properties(identity_is_best=False, symmetric=True),
        languages=("en",),
        needs=("the weights of RaTE-NER-Deberta", "the weights of BioLORD-2023-C"),
        extra="models",
        reproduced="no",
        notes="A report without an entity, such as an empty one, scores 0.5 as published, which many wrong reports do "
        "not reach: empty=unscored gives no score instead, and 0 for an empty candidate. With the long weights an "
        "entity that is rightly said to be absent counts almost nothing, and a flipped negation costs about an eighth. "
        "Sentences are split by radeval; words, not pieces of words, are marked. A side that is not above 0 makes the "
        "score 0.",
    )

    def __init__(
        self,
        affinity: str = "long",
        empty: str = "half",
        ner: str = "rate-ner-deberta",
        embedding: str = "biolord-2023-c",
    ) -> None:
        super().__init__(affinity=affinity, empty=empty, ner=ner, embedding=embedding)
        self._affinity = AFFINITIES[affinity]
        self._half = empty == "half"
        self._names = ner, embedding
        self._reader: RateReader | None = None
        if not self._half:
            self.info = replace(
                self.info,
                empty=EmptyRules(candidate=0.0, reference="unscored", both="unscored"),
                properties=replace(self.info.properties, symmetric=False),
            )

    def check(self, context: RunContext) -> None:
        """Finds the two models and the packages that they run on."""
        need_packages(self.info.name)
        self._reader = RateReader.find(*self._names, context.encoding.dtype)

    def uses(self) -> tuple[Hashable, ...]:
        """Returns the keys of the two models."""
        return () if self._reader is None else self._reader.keys

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns which models read the reports, the weights and what counts for a report without an entity."""
        choices = {name: self.parameters[name] for name in ("affinity", "empty")}
        return {**self._models(RunContext()).fields(), **choices}

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the RaTEScore of one candidate against one reference."""
        return self._columns([example], context).score(0)

    def _models(self, context: RunContext) -> RateReader:
        if self._reader is None:
            self.check(context)
        assert self._reader is not None
        return self._reader

    def _columns(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        written = (text for one in examples for text in (one.candidate, one.references[0]) if text.strip())
        texts = list(dict.fromkeys(written))
        read = self._models(context).read(texts, context)
        scores = [self._compared(one, read) for one in examples]
        return ScoreBatch.from_scores(scores, [part.name for part in self.info.parts])

    def _compared(self, example: Example, read: Readings) -> Score:
        candidate, reference = (
            read.entities.get(text, Entities()) for text in (example.candidate, example.references[0])
        )
        numbers = {"candidate_entities": float(len(candidate.found)), "reference_entities": float(len(reference.found))}
        if not candidate.found or not reference.found:
            return self._without_entities(example, numbers)
        cosines = read.cosines(candidate, reference)
        ours = side(cosines, candidate.types, reference.types, self._affinity)
        theirs = side(cosines.T, reference.types, candidate.types, self._affinity)
        return Score.ok(
            both_sides(ours.score, theirs.score),
            {"precision": ours.score, "recall": theirs.score, **numbers},
            evidence=tuple(_evidence(example, candidate, reference, ours, theirs)),
        )

    def _without_entities(self, example: Example, numbers: Mapping[str, float]) -> Score:
        silent = not example.candidate.strip() and bool(example.references[0].strip())
        if not self._half and not silent:
            return Score.unscored(_NO_ENTITY)
        return Score.ok(
            _HALF if self._half else 0.0,
            {"precision": None, "recall": None, **numbers},
            part_reasons=dict.fromkeys(("precision", "recall"), _NO_ENTITY),
        )


def _evidence(
    example: Example, candidate: Entities, reference: Entities, ours: Side, theirs: Side
) -> Iterator[Evidence]:
    """Yields each entity of the candidate beside its nearest, then those of the reference that have nothing near."""
    for place, entity in enumerate(candidate.found):
        other = int(ours.nearest[place])
        near = float(ours.cosines[place])
        span, text = entity[:2], example.candidate[entity.start : entity.end]
        if near < _ALIKE:
            yield Evidence("false", "candidate", span, text, note=_nearest(candidate, reference, place, other, near))
            continue
        alike = candidate.types[place] == reference.types[other] and candidate.words[place] == reference.words[other]
        yield Evidence(
            "wrong presence" if ours.opposed[place] else "matched",
            "candidate",
            span,
            text,
            counterpart=reference.found[other][:2],
            note="" if alike else _nearest(candidate, reference, place, other, near),
        )
    for place, entity in enumerate(reference.found):
        near = float(theirs.cosines[place])
        if near < _ALIKE:
            note = _nearest(reference, candidate, place, int(theirs.nearest[place]), near)
            text = example.references[0][entity.start : entity.end]
            yield Evidence("omitted", "reference", entity[:2], text, note=note)


def _nearest(own: Entities, others: Entities, place: int, other: int, cosine: float) -> str:
    first, second = TYPES[own.types[place]].lower(), TYPES[others.types[other]].lower()
    return f"{first}; nearest: {others.words[other]} ({second}), cosine {cosine:.2f}"
