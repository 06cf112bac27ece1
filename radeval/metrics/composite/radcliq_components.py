"""The components of RadCliQ, each by a model, and what stands for some of them without one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from radeval.core.example import Example
from radeval.core.info import ParameterValue
from radeval.core.metric import Metric, RunContext, failure
from radeval.core.score import Score
from radeval.metrics.entity.chexbert_labeler import Labeler, find_labeler
from radeval.metrics.entity.entity_graph import EntityGraph
from radeval.metrics.entity.graph_f1 import radcliq_f1
from radeval.metrics.entity.labels14 import Labels14


class Component(Protocol):
    """One number on a pair of reports that RadCliQ adds up."""

    def check(self, context: RunContext) -> None:
        """Raises what would stop it, as a metric does."""

    def uses(self) -> tuple[Hashable, ...]:
        """Returns the keys of the shared things that it needs."""

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns what changes its value."""

    def scores(self, examples: Sequence[Example], context: RunContext) -> list[Score]:
        """Returns its value of each example, which has one reference and no empty report."""


class OfMetric:
    """The main value of a metric, or what a function makes of its score."""

    def __init__(self, metric: Metric, value: Callable[[Score], float] | None = None) -> None:
        self._metric = metric
        self._value = value

    def check(self, context: RunContext) -> None:
        """Checks the metric."""
        self._metric.check(context)

    def uses(self) -> tuple[Hashable, ...]:
        """Returns what the metric uses."""
        return self._metric.uses()

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the metric's own method."""
        return self._metric.method()

    def scores(self, examples: Sequence[Example], context: RunContext) -> list[Score]:
        """Returns the metric's scores."""
        batch = self._metric.score_batch(examples, context)
        found = [batch.score(place) for place in range(len(examples))]
        if self._value is None:
            return found
        return [one if one.value is None else replace(one, value=self._value(one)) for one in found]


class EmbeddingCosine:
    """Cosine of CheXbert's embeddings of two reports, which RadCliQ calls s_emb."""

    def __init__(self) -> None:
        self._labeler: Labeler | None = None

    def check(self, context: RunContext) -> None:
        """Finds CheXbert."""
        self._labeler = find_labeler(context, "radcliq")

    def uses(self) -> tuple[Hashable, ...]:
        """Returns the key of CheXbert, whose labels come from the same pass."""
        return () if self._labeler is None else (self._labeler.key,)

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns which CheXbert it is."""
        return {} if self._labeler is None else self._labeler.fields()

    def scores(self, examples: Sequence[Example], context: RunContext) -> list[Score]:
        """Returns the cosines."""
        assert self._labeler is not None
        texts = [text for one in examples for text in (one.candidate, one.references[0])]
        read = self._labeler.encoder(context).read(texts)
        vectors = np.array([one.embedding for one in read], dtype=np.float64).reshape(len(examples), 2, -1)
        norms = np.linalg.norm(vectors, axis=2).prod(axis=1)
        return [Score.ok(float(one)) for one in np.clip((vectors[:, 0] * vectors[:, 1]).sum(axis=1) / norms, -1, 1)]


class RuleGraphs:
    """The mean of both F1 that RadCliQ takes of RadGraph, over graphs that rules read."""

    def __init__(self) -> None:
        self._metric = EntityGraph()

    def check(self, context: RunContext) -> None:
        """Needs nothing."""
        self._metric.check(context)

    def uses(self) -> tuple[Hashable, ...]:
        """Uses nothing that is shared."""
        return ()

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns what rules read the graphs."""
        return {**self._metric.method(), "case": "lower"}

    def scores(self, examples: Sequence[Example], context: RunContext) -> list[Score]:
        """Returns the means."""
        return [self._score(one, context) for one in examples]

    def _score(self, example: Example, context: RunContext) -> Score:
        try:
            graphs = self._metric.graphs(example, context)
        except Exception as error:  # one bad example must not cost the others
            return failure(error)
        return graphs if isinstance(graphs, Score) else Score.ok(sum(radcliq_f1(*graphs, "lower")) / 2)


def label_cosine() -> Component:
    """Returns the cosine of the two vectors of 14 observations that rules read, 1 for each that a report has."""
    return OfMetric(Labels14(), _cosine)


def _cosine(score: Score) -> float:
    """Returns the cosine of two sets from the counts of what they share, and what only one has."""
    hit, false, omitted = np.array(score.statistics[:42]).reshape(3, 14).sum(axis=1).tolist()
    return float(hit / np.sqrt((hit + false) * (hit + omitted))) if hit else 0.0
