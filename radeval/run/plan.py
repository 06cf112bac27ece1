"""Decides what a run computes: which metrics, under which labels, by which methods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from radeval.core.errors import SpecError
from radeval.core.metric import Metric, RunContext
from radeval.core.registry import PRESETS, make_metric
from radeval.core.signature import Signature
from radeval.core.spec import split_specs
from radeval.core.version import __version__


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


def plan(metrics: str | Metric | Sequence[str | Metric], sections: str, context: RunContext) -> list[Planned]:
    """Returns the metrics of a run, each able to run.

    Args:
        metrics: A preset, specs as for `-m`, or metrics.
        sections: The sections that are scored, for the signatures.
        context: The run.

    Raises:
        MetricError: A metric is unknown, wrongly configured or cannot run here.
    """
    if not isinstance(metrics, str | Metric | Sequence):
        raise SpecError(f"metrics is {type(metrics).__name__}, not a spec or a list of them", hint="metrics=['bleu']")
    chosen: dict[Signature, Metric] = {}
    for metric in _named([metrics] if isinstance(metrics, str | Metric) else metrics):
        metric.check(context)
        # One method is scored once, however it is spelled.
        chosen.setdefault(signature(metric, sections), metric)
    if not chosen:
        raise SpecError("no metric is named", hint="for example quick, or bleu,rouge")
    names = Counter(metric.info.name for metric in chosen.values())
    return [
        Planned(metric.info.name if names[metric.info.name] == 1 else str(metric.spec), metric, method)
        for method, metric in chosen.items()
    ]


def _named(metrics: Sequence[str | Metric]) -> list[Metric]:
    found: list[Metric] = []
    for item in metrics:
        if isinstance(item, Metric):
            found.append(item)
            continue
        if not isinstance(item, str):
            raise SpecError(f"a metric is named by a spec, not by {type(item).__name__}", hint="metrics=['bleu']")
        for spec in split_specs(item):
            found += [make_metric(name) for name in PRESETS.get(spec, (spec,))]
    return found


def signature(metric: Metric, sections: str) -> Signature:
    """Returns a metric's method in a run on these sections."""
    fields = {**metric.method(), "sections": sections, "radeval": __version__}
    return Signature(metric.info.name, metric.info.version, fields)
