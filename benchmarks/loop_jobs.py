"""Calls one side's metrics on 8 pairs again and again, in a process of its own: `python loop_jobs.py SIDE CALLS SEED`.

Prints JSON: for each metric the milliseconds of a whole call, of the metric's own scoring of the same examples, and of
their difference, medians over the calls, which other load on the machine hardly moves; and the mean difference in CPU
time, garbage collection included. The two alternate, the one that comes first as well, on pairs that no earlier call
had. With PROFILE as a fourth argument, prints where the calls of the constant metric spend their time instead.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from pairs import Pair, make_pairs, split

PAIRS_PER_CALL = 8
WARM_UP_CALLS = 50

Batch = tuple[list[str], list[str]]
Call = Callable[[Any], Any]


def batches(pairs: list[Pair]) -> Iterator[Batch]:
    """Yields the pairs of each call."""
    for start in range(0, len(pairs), PAIRS_PER_CALL):
        yield split(pairs[start : start + PAIRS_PER_CALL])


def constant_metric() -> Any:
    """Returns a metric that does nothing, so that its whole call is overhead."""
    import numpy as np

    from radeval import EmptyRules, Metric, MetricInfo, Properties, ScoreBatch

    class Constant(Metric):
        info = MetricInfo(
            name="constant",
            version=1,
            summary="nothing",
            main="constant",
            direction="higher",
            range=(0.0, 1.0),
            citation="none",
            empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
            multi_reference="native",
            multi_reference_rule="none",
            properties=Properties(),
        )

        def score_batch(self, examples: Any, context: Any) -> ScoreBatch:
            return ScoreBatch.from_columns(np.zeros(len(examples)))

    return Constant()


def ours() -> Iterator[tuple[str, Call, Call, Callable[[Batch], Any]]]:
    """Yields for each metric its name, the whole call, its own scoring, and what makes the latter's argument."""
    from radeval import Example, RunContext, load_metric

    def examples(batch: Batch) -> list[Example]:
        return [Example(str(i), c, (r,)) for i, (c, r) in enumerate(zip(*batch, strict=True))]

    for spec in ("rouge", "bleu", "chrf", constant_metric()):
        loaded = load_metric(spec)
        context = RunContext()
        yield (
            loaded.info.name,
            lambda batch, loaded=loaded: loaded(*batch),
            lambda made, metric=loaded.metric, context=context: metric.score_batch(made, context),
            examples,
        )


def peer() -> Iterator[tuple[str, Call, Call, Callable[[Batch], Any]]]:
    """Yields the same of PyPI radeval, values of pairs."""
    from radeval import RadEval

    for name in ("rouge", "bleu"):
        evaluator = RadEval(metrics=[name], show_progress=False, per_sample=True)
        (adapter,) = evaluator._active_metrics
        yield (
            name,
            lambda batch, evaluator=evaluator: evaluator(refs=batch[1], hyps=batch[0]),
            lambda batch, adapter=adapter: adapter.compute(batch[1], batch[0], per_sample=True),
            lambda batch: batch,
        )


def measure(name: str, whole: Call, own: Call, make: Callable[[Batch], Any], pairs: list[Pair]) -> dict[str, float]:
    """Returns the milliseconds of a whole call, of the metric's own part and of the rest."""
    seconds: dict[Call, list[float]] = {whole: [], own: []}
    cpu = {whole: 0.0, own: 0.0}
    for number, batch in enumerate(batches(pairs), -WARM_UP_CALLS):
        arguments = {whole: batch, own: make(batch)}
        for function in (whole, own) if number % 2 else (own, whole):
            used, started = time.thread_time(), time.perf_counter()
            function(arguments[function])
            ended, used = time.perf_counter(), time.thread_time() - used
            if number >= 0:
                seconds[function].append(ended - started)
                cpu[function] += used
    if name == "constant":
        seconds[own], cpu[own] = [0.0] * len(seconds[own]), 0.0
    rest = [a - b for a, b in zip(seconds[whole], seconds[own], strict=True)]
    return {
        "whole_ms": statistics.median(seconds[whole]) * 1000,
        "own_ms": statistics.median(seconds[own]) * 1000,
        "overhead_ms": statistics.median(rest) * 1000,
        "overhead_cpu_ms": (cpu[whole] - cpu[own]) / len(rest) * 1000,
    }


def profile(pairs: list[Pair]) -> None:
    """Prints where the calls of the constant metric spend their time."""
    name, whole, _, _ = list(ours())[-1]
    given = list(batches(pairs))
    profiler = cProfile.Profile()
    profiler.enable()
    for batch in given:
        whole(batch)
    profiler.disable()
    print(f"{len(given)} calls of {name}: milliseconds in all are microseconds a call if there are 1,000")
    pstats.Stats(profiler, stream=sys.stdout).sort_stats("tottime").print_stats(18)


def main() -> None:
    """Measures a side, or profiles."""
    side, calls, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    pairs = make_pairs((calls + WARM_UP_CALLS) * PAIRS_PER_CALL, seed)
    if len(sys.argv) > 4:
        profile(pairs)
        return
    made = ours() if side == "ours" else peer()
    found = {name: measure(name, whole, own, make, pairs) for name, whole, own, make in made}
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
