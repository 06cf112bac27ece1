"""RadCliQ: how many errors a radiologist would find, from RadGraph, BERTScore and CheXbert."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from radeval.core.batch import ScoreBatch
from radeval.core.errors import ParameterError
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Score
from radeval.metrics.composite.radcliq_components import (
    Component,
    EmbeddingCosine,
    OfMetric,
    RuleGraphs,
    label_cosine,
)
from radeval.metrics.composite.radcliq_formula import FORMULAS
from radeval.metrics.entity.annotations import ANNOTATIONS
from radeval.metrics.entity.radgraph_radcliq import RadGraphRadcliq
from radeval.metrics.lexical.bleu import Bleu
from radeval.metrics.lexical.rouge import Rouge
from radeval.metrics.semantic.bertscore import Bertscore

_NOTHING = {version: formula.value(dict.fromkeys(formula.terms, 0.0)) for version, formula in FORMULAS.items()}
"""The value where every component is 0."""
_TUNED_ON = {"v0": ("rexval",), "v1": ("rexval/part",)}
_PARTS = {
    "radgraph": Part("radgraph", "mean of the F1 of RadGraph's entities and that of its relations"),
    "bertscore": Part("bertscore", "BERTScore by distilroberta-base, layer 5, rescaled", range=(None, 1.0)),
    "s_emb": Part("s_emb", "cosine of CheXbert's embeddings", range=(-1.0, 1.0)),
    "bleu": Part("bleu", "BLEU-2"),
    "entity_graph": Part("entity_graph", "in RadGraph's place: the same mean over graphs that rules read"),
    "rouge": Part("rouge", "in BERTScore's place: ROUGE-L of unstemmed words"),
    "labels14": Part("labels14", "in s_emb's place: cosine of 14 observations that rules read"),
}
_SAFE = Properties(symmetric=True, clinical=True)
_V0 = Properties(identity_is_best=False)
"""Version 0 counts BLEU as an error, so that neither a copy is its best nor a flipped negation always worse."""
_SCALE = (
    "This is not RadCliQ and not on its scale: 0 where nothing is missed, 1 where each component is 0, the components "
    "weighted as in RadCliQ-v1. It was compared with no rating. "
)


class Radcliq(Metric):
    """RadCliQ, version 0 or 1, or a variant of version 1 with rules in the place of models."""

    info = MetricInfo(
        name="radcliq",
        version=1,
        summary="expected number of errors, regressed on RadGraph, BERTScore and CheXbert's embeddings",
        main="radcliq",
        direction="lower",
        range=(None, None),
        citation="Yu et al., Patterns 2023; constants of its published code",
        empty=EmptyRules(candidate=_NOTHING["v1"], reference=_NOTHING["v1"], both="unscored"),
        parts=tuple(_PARTS[name] for name in FORMULAS["v1"].terms),
        parameters=(
            Parameter("version", "str", "v1", "which fit of RadCliQ", ("v1", "v0")),
            Parameter(
                "graph", "str", "radgraph", "RadGraph, or graphs that rules read: then it is not RadCliQ",
                ("radgraph", "entity_graph"),
            ),
            Parameter(
                "labels", "str", "chexbert", "CheXbert, or labels that rules read: then it is not RadCliQ",
                ("chexbert", "labels14"),
            ),
            ANNOTATIONS,
        ),
        multi_reference="best",
        properties=_SAFE,
        modalities=("cxr",),
        languages=("en",),
        needs=(
            "the archive of radgraph and its transformer's tokenizer",
            "the weights of distilroberta-base",
            "the weights of CheXbert and the vocabulary of bert-base-uncased",
        ),
        extra="models",
        tuned_on=_TUNED_ON["v1"],
        reproduced="no",
        notes="Lower is better, and below 0 is possible: a report that agrees fully has -1.44 (v0: -0.24), one that "
        "agrees in nothing 2.45 (v0: 5.52), which is also the value of an empty report, whose parts "
        "are undefined; unrelated text may be worse. "
        "Over a set it is the mean. BERTScore is without inverse document frequencies, so that no score depends on "
        "other reports: with those of a single pair, as the radeval package up to 2.2 had them, even an exact copy "
        "gets 9.37; its means were inverted besides. v0 was fitted to all of ReXVal, v1 to 160 of its 200 pairs: name "
        "the other 40 with --holdout-ids. With graph=entity_graph and labels=labels14 nothing but the base install is "
        "needed, the name is radcliq_offline and the scale another one.",
    )  # fmt: skip

    def __init__(
        self, version: str = "v1", graph: str = "radgraph", labels: str = "chexbert", annotations: str | None = None
    ) -> None:
        super().__init__(version=version, graph=graph, labels=labels, annotations=annotations)
        self._formula = FORMULAS[version]
        self._by_rules = (graph == "entity_graph") + (labels == "labels14")
        where = f"metric {str(self.spec)!r}"
        if self._by_rules and version == "v0":
            raise ParameterError("only version v1 is made with rules", where=where, hint="leave version out")
        if graph == "entity_graph" and annotations is not None:
            raise ParameterError("rules take no annotations", where=where, hint="leave graph or annotations out")
        # Where neither of the others needs weights, none are to be needed for this one.
        offline = self._by_rules == 2
        self._components: dict[str, tuple[str, Component]] = {
            "radgraph": ("radgraph", OfMetric(RadGraphRadcliq(annotations)))
            if graph == "radgraph" else ("entity_graph", RuleGraphs()),
            "bertscore": ("rouge", OfMetric(Rouge(stem=False)))
            if offline else ("bertscore", OfMetric(Bertscore(preset="radcliq"))),
            "s_emb": ("s_emb", EmbeddingCosine()) if labels == "chexbert" else ("labels14", label_cosine()),
        }  # fmt: skip
        if "bleu" in self._formula.terms:
            self._components["bleu"] = ("bleu", OfMetric(Bleu(preset="radcliq")))
        self.info = self._declared(version, offline)

    def _declared(self, version: str, offline: bool) -> MetricInfo:
        """Returns the declaration that the parameters make."""
        parts = tuple(_PARTS[name] for name, _ in self._components.values())
        info = replace(self.info, parts=parts, tuned_on=_TUNED_ON[version])
        if not self._by_rules:
            worst = _NOTHING[version]
            return replace(
                info,
                empty=EmptyRules(worst, worst, "unscored"),
                properties=_SAFE if version == "v1" else _V0,
            )
        return replace(
            info,
            main=self.label,
            summary="what a report lacks in three components after RadCliQ, some or all of them by rules",
            range=(0.0, 1.0) if offline else (0.0, None),
            citation="weights: Yu et al., Patterns 2023; components by rules: radeval's own",
            empty=EmptyRules(1.0, 1.0, "unscored"),
            properties=replace(_SAFE, identity_is_best=False),
            needs=() if offline else info.needs,
            extra=None if offline else "models",
            reproduced=None,
            notes=_SCALE + ("" if offline else "BERTScore stays BERTScore as long as another component is a model's."),
        )

    @property
    def label(self) -> str:
        """The name in results: RadCliQ's own only where all of it is RadCliQ's."""
        return ("radcliq", "radcliq_mixed", "radcliq_offline")[self._by_rules]

    def check(self, context: RunContext) -> None:
        """Checks the components.

        Raises:
            MetricError: One of them cannot run here.
        """
        for _, component in self._components.values():
            component.check(context)

    def uses(self) -> tuple[Hashable, ...]:
        """Returns what the components use, which metrics of the same run share."""
        return tuple(dict.fromkeys(key for _, one in self._components.values() for key in one.uses()))

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the version and the methods of the components."""
        fields = {
            f"{name}.{key}": value for name, one in self._components.values() for key, value in one.method().items()
        }
        scale = {"scale": "share missed"} if self._by_rules else {}
        return {"formula": self.parameters["version"], **scale, **fields}

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the value of one candidate against one reference."""
        return self._columns([example], context).score(0)

    def _columns(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        written = [bool(one.candidate.strip() and one.references[0].strip()) for one in examples]
        pairs = [one for one, full in zip(examples, written, strict=True) if full]
        columns = [one.scores(pairs, context) if pairs else [] for _, one in self._components.values()]
        rows = iter(zip(*columns, strict=True))
        scores = [
            self._sum(next(rows)) if full else self._empty(one) for one, full in zip(examples, written, strict=True)
        ]
        return ScoreBatch.from_scores(scores, [part.name for part in self.info.parts])

    def _empty(self, example: Example) -> Score:
        """Returns the score where a report is empty: that of a report that agrees in nothing."""
        if not example.candidate.strip() and not example.references[0].strip():
            return Score.unscored("both reports are empty")
        value = self._total(dict.fromkeys(self._components, 0.0))
        parts = [name for name, _ in self._components.values()]
        return Score.ok(value, dict.fromkeys(parts), part_reasons=dict.fromkeys(parts, "a report is empty"))

    def _sum(self, scores: Sequence[Score]) -> Score:
        values = {}
        for (role, (name, _)), score in zip(self._components.items(), scores, strict=True):
            if score.value is None:
                return replace(score, detail=f"{name}: {score.detail}".rstrip(": "), evidence=())
            values[role] = score.value
        evidence = tuple(
            replace(item, by=name)
            for (name, _), score in zip(self._components.values(), scores, strict=True)
            for item in score.evidence
        )
        parts = {name: values[role] for role, (name, _) in self._components.items()}
        return Score.ok(self._total(values), parts, evidence=evidence)

    def _total(self, values: Mapping[str, float]) -> float:
        return (self._formula.share_missed if self._by_rules else self._formula.value)(values)
