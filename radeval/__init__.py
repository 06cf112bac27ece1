"""Scores machine-written radiology reports against a radiologist's, and says how far each score can be trusted.

    >>> import radeval
    >>> result = radeval.score(["No pleural effusion."], ["There is no pleural effusion."], metrics="rouge")
    >>> round(result["rouge"].scores.value[0], 3)
    0.75

Everything here is loaded when first used: importing radeval imports nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from radeval.core.version import __version__

if TYPE_CHECKING:
    from radeval.core.batch import ScoreBatch
    from radeval.core.errors import RadevalError
    from radeval.core.example import Context, Example
    from radeval.core.info import EmptyRules, MetricInfo, Parameter, Part, Properties
    from radeval.core.judging import JudgeOptions
    from radeval.core.metric import Metric, RunContext
    from radeval.core.results import Aggregate, Interval, MetricResult, RunResult
    from radeval.core.score import Evidence, Score, Status, Usage
    from radeval.core.signature import Signature
    from radeval.run.load import LoadedMetric, load_metric
    from radeval.run.score import score
    from radeval.study.systems import CompareResult, Comparison, compare

_HOMES = {
    "Aggregate": "core.results",
    "CompareResult": "study.systems",
    "Comparison": "study.systems",
    "Context": "core.example",
    "EmptyRules": "core.info",
    "Evidence": "core.score",
    "Example": "core.example",
    "Interval": "core.results",
    "JudgeOptions": "core.judging",
    "LoadedMetric": "run.load",
    "Metric": "core.metric",
    "MetricInfo": "core.info",
    "MetricResult": "core.results",
    "Parameter": "core.info",
    "Part": "core.info",
    "Properties": "core.info",
    "RadevalError": "core.errors",
    "RunContext": "core.metric",
    "RunResult": "core.results",
    "Score": "core.score",
    "ScoreBatch": "core.batch",
    "Signature": "core.signature",
    "Status": "core.score",
    "Usage": "core.score",
    "compare": "study.systems",
    "load_metric": "run.load",
    "score": "run.score",
}

__all__ = [
    "Aggregate",
    "CompareResult",
    "Comparison",
    "Context",
    "EmptyRules",
    "Evidence",
    "Example",
    "Interval",
    "JudgeOptions",
    "LoadedMetric",
    "Metric",
    "MetricInfo",
    "MetricResult",
    "Parameter",
    "Part",
    "Properties",
    "RadevalError",
    "RunContext",
    "RunResult",
    "Score",
    "ScoreBatch",
    "Signature",
    "Status",
    "Usage",
    "__version__",
    "compare",
    "load_metric",
    "score",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'radeval' has no attribute {name!r}")
    value = getattr(import_module(f"radeval.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
