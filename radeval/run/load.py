"""A metric as a function, for training loops: made once, called thousands of times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from radeval.core.encoding import EncodingOptions
from radeval.core.errors import SpecError
from radeval.core.example import Context
from radeval.core.info import MetricInfo
from radeval.core.judging import JudgeOptions
from radeval.core.metric import Metric, RunContext, Shared
from radeval.core.results import RunResult
from radeval.run.arguments import examples_from_arguments
from radeval.run.options import RunOptions
from radeval.run.plan import Planned, plan, signature
from radeval.run.prepare import prepare
from radeval.run.work import run_plan


class LoadedMetric:
    """A metric that is ready to be called. Holds no state of earlier calls that could change a score.

    Attributes:
        metric: The metric.
        info: Its declaration, with its direction.
    """

    def __init__(self, planned: Planned, options: RunOptions) -> None:
        self.metric = planned.metric
        self._planned = planned
        self._options = options
        self._sections = options.sections
        self._things = Shared()
        self.__name__ = planned.label

    @property
    def info(self) -> MetricInfo:
        """The metric's declaration."""
        return self.metric.info

    def __call__(
        self,
        candidates: Sequence[str],
        references: Sequence[str | Sequence[str]],
        *,
        ids: Sequence[str] | None = None,
        groups: Sequence[str] | None = None,
        contexts: Sequence[Context | Mapping[str, Any] | None] | None = None,
    ) -> RunResult:
        """Scores candidates against references; the arguments are those of `radeval.score`.

        Aggregates and intervals are computed when first read, so that a loop that reads only values does not pay.
        """
        examples = examples_from_arguments(candidates, references, ids, groups, None, contexts)
        prepared = prepare(examples, self._options.sections)
        planned = self._planned
        if prepared.sections != self._sections:
            planned = replace(planned, signature=signature(self.metric, prepared.sections))
        said = list(prepared.notices)
        context = RunContext(said.append, self._options.judging, self._things, encoding=self._options.encoding)
        return run_plan(examples, prepared, [planned], context, said, self._options)

    def close(self) -> None:
        """Gives back what the metric holds, such as a model's memory. It can be called again, and loads it again."""
        self._things.close()


def load_metric(
    spec: str | Metric,
    *,
    sections: str = "whole",
    seed: int = 0,
    n_boot: int = 1000,
    judging: JudgeOptions | None = None,
    encoding: EncodingOptions | None = None,
) -> LoadedMetric:
    """Returns a metric as a function of candidates and references.

    Args:
        spec: The metric, for example "rouge" or "bleu:preset=sacrebleu".
        sections: What is scored of each report: "whole", "findings", "impression" or "auto".
        seed: Seed of the resampling.
        n_boot: Resamples for the intervals of a result's aggregates.
        judging: How a judge may use models.
        encoding: Device, precision and batch size of an encoder.

    Raises:
        MetricError: The metric is unknown, wrongly configured or cannot run here.
    """
    options = RunOptions(
        sections=sections,
        seed=seed,
        n_boot=n_boot,
        judging=judging or JudgeOptions(),
        encoding=encoding or EncodingOptions(),
    )
    planned = plan(spec, sections, RunContext(judging=options.judging, encoding=options.encoding))
    if len(planned) != 1:
        raise SpecError(f"{spec!r} stands for several metrics", hint="load them one by one, or use radeval.score")
    return LoadedMetric(planned[0], options)
