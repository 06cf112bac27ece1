"""Agreement of the entity graphs of two reports, as RadGraph F1 compares them."""

from __future__ import annotations

from collections.abc import Mapping

from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Score
from radeval.findings.radgraph import graph_of, token_spans
from radeval.metrics.entity.graph_evidence import graph_evidence
from radeval.metrics.entity.graph_f1 import Annotation, graph_f1, partial_item
from radeval.metrics.entity.reading import (
    LEXICON,
    MODALITIES,
    Readers,
    count_unread,
    no_verdict,
    unread_evidence,
)


class EntityGraph(Metric):
    """RadGraph's F1 over entities and relations that rules read."""

    info = MetricInfo(
        name="entity_graph",
        version=1,
        summary="RadGraph F1 (partial: entities, and whether they have relations) over graphs that rules read",
        main="partial",
        direction="higher",
        range=(0.0, 1.0),
        citation="rewards: Delbrouck et al., EMNLP Findings 2022, RG_ER; graphs: radeval's report reader",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
        parts=(
            Part("simple", "F1 of the entities with their labels (RG_E)"),
            Part("complete", "F1 of the relations with their entities' words, and of the entities without any"),
        ),
        parameters=(LEXICON,),
        multi_reference="best",
        # As in the original, two reports without entities score 0, even when they are the same.
        properties=Properties(identity_is_best=False, symmetric=True, clinical=True),
        modalities=MODALITIES,
        languages=("en",),
        notes="The graphs come from rules, not from RadGraph's model: the numbers are not those of F1-RadGraph. "
        "Entities are compared by their words, so that synonyms do not match. Case is ignored, as in RadGraph's "
        "repository and unlike its package 0.1.18.",
    )

    def __init__(self, lexicon: str | None = None) -> None:
        super().__init__(lexicon=lexicon)
        self._readers = Readers(lexicon)

    def check(self, context: RunContext) -> None:
        """Reads the user's lexicon packs, where some are named."""
        self._readers.check()

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the choices that change the score: the lexicon, its digest and whether case matters."""
        return {**self._readers.fields(), "graph": "rules", "case": "lower"}

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the three rewards of one candidate against one reference."""
        graphs = self.graphs(example, context)
        if isinstance(graphs, Score):
            return graphs
        found = graph_f1(*graphs)
        return Score.ok(
            found.partial,
            {"simple": found.simple, "complete": found.complete},
            evidence=graph_evidence(example, *graphs, partial_item, lambda text, _: token_spans(text)),
        )

    def graphs(self, example: Example, context: RunContext) -> tuple[Annotation, Annotation] | Score:
        """Returns the graphs of candidate and reference, or the score "no verdict" where too little was read."""
        judge = self._readers.of(example)
        ours, theirs = judge.read(example.candidate), judge.read(example.references[0])
        count_unread(example, ours, theirs, context)
        if gap := no_verdict(example, ours, theirs):
            return Score.unscored(*gap, evidence=tuple(unread_evidence(example, ours, theirs)))
        return graph_of(example.candidate, ours, judge), graph_of(example.references[0], theirs, judge)
