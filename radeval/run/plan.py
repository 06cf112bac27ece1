"""Decides what a run computes: which metrics, under which labels, by which methods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from radeval.core.errors import MetricError, MissingExtraError, MissingResourceError, SpecError
from radeval.core.metric import Metric, RunContext
from radeval.core.registry import PRESETS, make_metric, metric_info
from radeval.core.signature import Signature
from radeval.core.spec import MetricSpec, parse_spec, split_specs
from radeval.core.version import __version__
from radeval.encoders.devices import check_device


@dataclass(frozen=True, slots=True)
class Planned:
    """A metric of a run.

    Attributes:
        label: Its name in the results.
        metric: The metric, checked.
        signature: Its method, as far as it is known before scoring.
    """

    label: str
    metric: Metric
    signature: Signature


def plan(
    metrics: str | Metric | Sequence[str | Metric],
    sections: str,
    context: RunContext,
    defaults: Mapping[str, str] | None = None,
    *,
    skip_unavailable: bool = False,
) -> list[Planned]:
    """Returns the metrics of a run, each able to run.

    Args:
        metrics: A preset, specs as for `-m`, or metrics.
        sections: The sections that are scored, for the signatures.
        context: The run.
        defaults: Parameters for every metric that has them and whose spec does not set them, for example the judge.
        skip_unavailable: Whether a metric is left out, with a warning, whose packages or weights are not here.

    Raises:
        MetricError: A metric is unknown, wrongly configured or cannot run here.
        UsageError: Encoders are to run on a device that is not there.
    """
    if not isinstance(metrics, str | Metric | Sequence):
        raise SpecError(f"metrics is {type(metrics).__name__}, not a spec or a list of them", hint="metrics=['bleu']")
    chosen: dict[Signature, Metric] = {}
    missing: MetricError | None = None
    for metric in _named([metrics] if isinstance(metrics, str | Metric) else metrics, defaults or {}):
        try:
            metric.check(context)
        except (MissingExtraError, MissingResourceError) as error:
            missing = missing or error
            if not skip_unavailable:
                raise
            context.warn(f"{metric.spec} is left out: {error}")
            continue
        # One method is scored once, however it is spelled.
        chosen.setdefault(signature(metric, sections), metric)
    if not chosen and missing is not None:
        raise missing
    if any(metric.uses() for metric in chosen.values()):
        check_device(context.encoding.device)
    if not chosen:
        raise SpecError("no metric is named", hint="for example quick, or bleu,rouge")
    names = Counter(metric.label for metric in chosen.values())
    return [
        Planned(metric.label if names[metric.label] == 1 else str(metric.spec), metric, method)
        for method, metric in chosen.items()
    ]


def _named(metrics: Sequence[str | Metric], defaults: Mapping[str, str]) -> list[Metric]:
    found: list[Metric] = []
    for item in metrics:
        if isinstance(item, Metric):
            found.append(item)
            continue
        if not isinstance(item, str):
            raise SpecError(f"a metric is named by a spec, not by {type(item).__name__}", hint="metrics=['bleu']")
        for spec in split_specs(item):
            found += [make_metric(_completed(name, defaults)) for name in PRESETS.get(spec, (spec,))]
    return found


def _completed(spec: str, defaults: Mapping[str, str]) -> MetricSpec:
    """Returns a spec with the run's defaults for the parameters that it leaves open."""
    parsed = parse_spec(spec)
    if not defaults:
        return parsed
    declared = {one.name for one in metric_info(parsed.name).parameters}
    open_ones = {key: value for key, value in defaults.items() if key in declared and key not in parsed.parameters}
    return replace(parsed, parameters={**parsed.parameters, **open_ones})


def signature(metric: Metric, sections: str) -> Signature:
    """Returns a metric's method in a run on these sections."""
    fields = {**metric.method(), "sections": sections, "radeval": __version__}
    return Signature(metric.label, metric.info.version, fields)
