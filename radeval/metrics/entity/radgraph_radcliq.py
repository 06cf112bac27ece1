"""RadGraph's agreement as RadCliQ takes it: the mean of an F1 of entities and one of relations."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import partial

from radeval.core.batch import ScoreBatch
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Score
from radeval.metrics.entity.annotations import ANNOTATIONS, NOT_ANNOTATED, Annotator
from radeval.metrics.entity.graph_evidence import graph_evidence, word_places
from radeval.metrics.entity.graph_f1 import radcliq_f1, simple_item


class RadGraphRadcliq(Metric):
    """Mean of the F1 of RadGraph's entities and that of its relations."""

    info = MetricInfo(
        name="radgraph_radcliq",
        version=1,
        summary="RadGraph's part of RadCliQ: mean of the F1 of entities and the F1 of relations",
        main="combined",
        direction="higher",
        range=(0.0, 1.0),
        citation="Yu et al., Patterns 2023; graphs: Jain et al., NeurIPS 2021",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
        parts=(
            Part("entities", "F1 of the entities with their labels"),
            Part("relations", "F1 of the relations with words and labels of both ends"),
        ),
        parameters=(ANNOTATIONS,),
        multi_reference="best",
        properties=Properties(identity_is_best=False, symmetric=True, clinical=True),
        modalities=("cxr",),
        languages=("en",),
        needs=("the archive of radgraph (StanfordAIMI/RRG_scorers) and its transformer's tokenizer, or annotations",),
        extra="models",
        reproduced="no",
        notes="A report without relations has 0 for them, so that one of a single entity scores .5 against itself: "
        "RadCliQ was fitted to that. The model is always the first RadGraph, and case matters, as there. Several "
        "references: the best one; RadCliQ's authors took the best of a study's images.",
    )

    def __init__(self, annotations: str | None = None) -> None:
        super().__init__(annotations=annotations)
        self._annotator = Annotator("radgraph_radcliq", "radgraph", annotations)

    def check(self, context: RunContext) -> None:
        """Finds the model, or reads the annotations."""
        self._annotator.check(context)

    def uses(self) -> tuple[Hashable, ...]:
        """Returns the model."""
        return self._annotator.uses()

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the model or the annotations."""
        return self._annotator.fields()

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the mean of both F1 of one candidate against one reference."""
        pair = self._annotator.pair(example, context)
        if pair is None:
            return Score.unscored(NOT_ANNOTATED)
        found = radcliq_f1(*pair)
        item = partial(simple_item, case="pypi")
        return Score.ok(
            (found.entities + found.relations) / 2,
            found._asdict(),
            evidence=graph_evidence(example, *pair, item, word_places),
        )

    def _columns(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        self._annotator.ready(examples, context)
        return super()._columns(examples, context)
