"""Finds metrics by name: ours from the table below, those of other packages by entry point.

A package registers a metric with an entry point in the group `radeval.metrics`, whose name is the metric's and whose
value is its class.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from radeval.core.errors import MetricError, PluginError, UnknownMetricError, UnknownParameterError, did_you_mean
from radeval.core.info import MetricInfo
from radeval.core.metric import Metric
from radeval.core.spec import MetricSpec, parse_spec

ENTRY_POINT_GROUP = "radeval.metrics"

METRICS = {
    "findings": "radeval.metrics.entity.findings:Findings",
    "entity_graph": "radeval.metrics.entity.entity_graph:EntityGraph",
    "labels14": "radeval.metrics.entity.labels14:Labels14",
    "radgraph": "radeval.metrics.entity.radgraph:RadGraph",
    "radgraph_radcliq": "radeval.metrics.entity.radgraph_radcliq:RadGraphRadcliq",
    "chexbert": "radeval.metrics.entity.chexbert:Chexbert",
    "radbert_ct": "radeval.metrics.entity.radbert_ct:RadbertCt",
    "srr_bert": "radeval.metrics.entity.srr_bert:SrrBert",
    "temporal": "radeval.metrics.entity.temporal:Temporal",
    "radfact": "radeval.metrics.judge.radfact:Radfact",
    "radfact_ct": "radeval.metrics.judge.radfact_ct:RadfactCt",
    "green": "radeval.metrics.judge.green:Green",
    "chexprompt": "radeval.metrics.judge.chexprompt:CheXprompt",
    "gema": "radeval.metrics.judge.gema:Gema",
    "gema_distilled": "radeval.metrics.judge.gema_distilled:GemaDistilled",
    "crimson": "radeval.metrics.judge.crimson:Crimson",
    "weighted_findings": "radeval.metrics.judge.weighted_findings:WeightedFindings",
    "rubric": "radeval.metrics.judge.rubric:RubricJudge",
    "jury": "radeval.metrics.judge.jury:Jury",
    "ratescore": "radeval.metrics.semantic.ratescore:Ratescore",
    "radcliq": "radeval.metrics.composite.radcliq:Radcliq",
    "composite": "radeval.metrics.composite.composite:Composite",
    "bertscore": "radeval.metrics.semantic.bertscore:Bertscore",
    "embedding_cosine": "radeval.metrics.semantic.embedding_cosine:EmbeddingCosine",
    "bleu": "radeval.metrics.lexical.bleu:Bleu",
    "rouge": "radeval.metrics.lexical.rouge:Rouge",
    "chrf": "radeval.metrics.lexical.chrf:Chrf",
    "cider": "radeval.metrics.lexical.cider:Cider",
    "meteor": "radeval.metrics.lexical.meteor:Meteor",
}
"""Our metrics: name to `module:class`, imported when first used."""

PRESETS = {
    "quick": (
        "weighted_findings", "findings", "radfact", "green", "chexprompt", "gema", "crimson", "rouge", "bleu", "chrf",
    ),
}  # fmt: skip
"""Names that stand for several metrics, the recommended one first."""


@lru_cache(maxsize=1)
def _plugins() -> dict[str, list[EntryPoint]]:
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        found.setdefault(point.name, []).append(point)
    return found


def metric_names() -> list[str]:
    """Returns the names of all registered metrics: ours in the table's order, then those of other packages."""
    return [*METRICS, *sorted(set(_plugins()) - set(METRICS) - set(PRESETS))]


def shadowed_plugins() -> dict[str, str]:
    """Returns names of ours, presets among them, that other packages register, with those packages; ours are used."""
    return {name: _owners(points) for name, points in _plugins().items() if name in METRICS or name in PRESETS}


def metric_class(name: str) -> type[Metric]:
    """Returns the class that a name stands for.

    Raises:
        UnknownMetricError: No metric has this name.
        PluginError: Another package registers it, and it cannot be used.
    """
    if name in METRICS:
        module, _, attribute = METRICS[name].partition(":")
        found: type[Metric] = getattr(import_module(module), attribute)
        return found
    points = _plugins().get(name, [])
    if not points:
        known = [*metric_names(), *PRESETS]
        raise UnknownMetricError(f"no metric is called {name!r}", hint=did_you_mean(name, known))
    if len(points) > 1:
        raise PluginError(f"several packages register the metric {name!r}", where=_owners(points), hint="uninstall one")
    return _load(points[0])


def _load(point: EntryPoint) -> type[Metric]:
    try:
        loaded = point.load()
    except Exception as error:  # whatever a foreign module raises at import must not look like our bug
        raise PluginError(
            f"the metric {point.name!r} cannot be loaded: {type(error).__name__}: {error}", where=_owners([point])
        ) from error
    if not (isinstance(loaded, type) and issubclass(loaded, Metric)):
        raise PluginError(f"{point.value} is not a subclass of radeval.Metric", where=_owners([point]))
    info = getattr(loaded, "info", None)
    if not isinstance(info, MetricInfo) or info.name != point.name:
        raise PluginError(
            f"the metric registered as {point.name!r} does not declare itself under this name", where=_owners([point])
        )
    return loaded


def _owners(points: list[EntryPoint]) -> str:
    return ", ".join(point.dist.name if point.dist else point.value for point in points)


def metric_info(name: str) -> MetricInfo:
    """Returns the declaration of a metric with its default parameters."""
    return metric_class(name).info


def make_metric(spec: str | MetricSpec) -> Metric:
    """Returns the metric that a spec names.

    Raises:
        SpecError: The spec does not follow the form.
        UnknownMetricError: No metric has this name.
        UnknownParameterError: The metric has no such parameter.
        ParameterError: A value is not allowed.
        MetricError: The installed version is not the one asked for.
    """
    parsed = parse_spec(spec) if isinstance(spec, str) else spec
    found = metric_class(parsed.name)
    where = f"metric {str(parsed)!r}"
    if parsed.version not in (None, found.info.version):
        raise MetricError(
            f"version {parsed.version} of {parsed.name} is not installed",
            where=where,
            hint=f"this radeval has version {found.info.version}",
        )
    declared = {parameter.name: parameter for parameter in found.info.parameters}
    for key in parsed.parameters:
        if key not in declared:
            raise UnknownParameterError(
                f"{parsed.name} has no parameter {key!r}", where=where, hint=did_you_mean(key, list(declared))
            )
    return found(**{key: declared[key].parse(text, where) for key, text in parsed.parameters.items()})
