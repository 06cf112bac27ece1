"""F1-RadGraph: agreement of the entity graphs that RadGraph's model reads from two reports."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from radeval.core.batch import ScoreBatch
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Score
from radeval.encoders.radgraph_files import MODELS
from radeval.metrics.entity.annotations import ANNOTATIONS, NOT_ANNOTATED, Annotator
from radeval.metrics.entity.graph_evidence import graph_evidence, word_places
from radeval.metrics.entity.graph_f1 import Case, graph_f1, partial_item

_MODALITIES = {"radgraph": ("cxr",), "echograph": ("echo",)}


class RadGraph(Metric):
    """F1 of RadGraph's entities and relations."""

    info = MetricInfo(
        name="radgraph",
        version=1,
        summary="F1-RadGraph (partial: entities, and whether they have relations) over graphs that its model reads",
        main="partial",
        direction="higher",
        range=(0.0, 1.0),
        citation="Jain et al., NeurIPS 2021; rewards: Delbrouck et al., EMNLP Findings 2022, RG_ER; "
        "XL: Delbrouck et al., ACL Findings 2024",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
        parts=(
            Part("simple", "F1 of the entities with their labels (RG_E)"),
            Part("complete", "F1 of the relations with their entities' words, and of the entities without any"),
        ),
        parameters=(
            Parameter("model", "str", "radgraph-xl", "which of RadGraph's models reads the reports", MODELS),
            Parameter(
                "case", "str", "lower", "compares without case, as RadGraph's repository, or as its package 0.1.18",
                ("lower", "pypi"),
            ),
            ANNOTATIONS,
        ),
        multi_reference="best",
        # As in the original, two reports without entities score 0, even when they are the same.
        properties=Properties(identity_is_best=False, symmetric=True, clinical=True),
        modalities=("cxr", "ct"),
        languages=("en",),
        needs=("the model's archive (StanfordAIMI/RRG_scorers) and its transformer's tokenizer, or annotations",),
        extra="models",
        reproduced="no",
        notes="Papers differ in the model (radgraph before, radgraph-xl since 2024), in the reward (partial here, the "
        "other two as parts) and in case: RadGraph's package 0.1.18 keeps it (case=pypi), its repository no longer "
        "does. Two reports without entities score 0. Annotations are found by the report's text, whatever its white "
        "space; a report that they lack is unscored, and with them `model` does nothing. echograph reads the words of "
        "radgraph-xl, as in the package.",
    )  # fmt: skip

    def __init__(self, model: str = "radgraph-xl", case: Case = "lower", annotations: str | None = None) -> None:
        super().__init__(model=model, case=case, annotations=annotations)
        self.info = replace(self.info, modalities=_MODALITIES.get(model, self.info.modalities))
        self._case = case
        self._annotator = Annotator("radgraph", model, annotations)

    def check(self, context: RunContext) -> None:
        """Finds the model, or reads the annotations."""
        self._annotator.check(context)

    def uses(self) -> tuple[Hashable, ...]:
        """Returns the model."""
        return self._annotator.uses()

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the model or the annotations, and whether case matters."""
        return {**self._annotator.fields(), "case": self._case}

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the three rewards of one candidate against one reference."""
        pair = self._annotator.pair(example, context)
        if pair is None:
            return Score.unscored(NOT_ANNOTATED)
        found = graph_f1(*pair, self._case)
        item = partial(partial_item, case=self._case)
        return Score.ok(
            found.partial,
            {"simple": found.simple, "complete": found.complete},
            evidence=graph_evidence(example, *pair, item, word_places),
        )

    def _columns(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        self._annotator.ready(examples, context)
        return super()._columns(examples, context)
