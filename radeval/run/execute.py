"""Scores examples with one metric, a manageable batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from radeval.core.batch import ScoreBatch
from radeval.core.example import Example
from radeval.core.metric import Metric, RunContext, failure
from radeval.core.score import Evidence, Score

Original = Callable[[int, tuple[Evidence, ...]], tuple[Evidence, ...]]

_BATCH_EXAMPLES = 1000
_BATCH_CHARACTERS = 2_000_000


def score_metric(
    metric: Metric,
    examples: Sequence[Example],
    context: RunContext,
    original: Original,
    done: Callable[[ScoreBatch], None],
) -> ScoreBatch:
    """Returns a metric's scores of all examples.

    Args:
        metric: A checked metric.
        examples: What to score, at least one.
        context: The run.
        original: Returns evidence on an example with its places in the original reports.
        done: Called with each finished batch, in order; may take its evidence away.
    """
    batches: list[ScoreBatch] = []
    start = 0
    for part in _parts(examples) if metric.info.properties.batch_independent else [examples]:
        batch = _with_places(_attempt(metric, part, context), start, original)
        start += len(part)
        done(batch)
        batches.append(batch)
    return ScoreBatch.concatenate(batches)


def _parts(examples: Sequence[Example]) -> Iterator[Sequence[Example]]:
    """Yields the examples in parts that are small enough to hold all their tokens at once."""
    start = size = 0
    for index, one in enumerate(examples):
        length = len(one.candidate) + sum(map(len, one.references))
        full = index - start >= _BATCH_EXAMPLES or size + length > _BATCH_CHARACTERS
        if full and index > start:
            yield examples[start:index]
            start, size = index, 0
        size += length
    yield examples[start:]


def _attempt(metric: Metric, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
    """Returns a batch's scores; where it fails as a whole, example by example."""
    try:
        batch = metric.score_batch(examples, context)
        batch.validate(metric.info, len(examples))
    except Exception as error:  # counted and shown as status error, with what was raised
        failed = failure(error)
        if len(examples) > 1 and metric.info.properties.batch_independent:
            return ScoreBatch.concatenate([_attempt(metric, [one], context) for one in examples])
        parts = [part.name for part in metric.info.parts]
        return ScoreBatch.from_scores([failed] * len(examples), parts, metric.info.statistics)
    return batch


def _with_places(batch: ScoreBatch, start: int, original: Original) -> ScoreBatch:
    """Returns the batch with its evidence led back to the original reports; evidence of nowhere fails its example."""
    failed: dict[int, Score] = {}
    for index, evidence in batch.evidence.items():
        try:
            batch.evidence[index] = original(start + index, evidence)
        except ValueError as error:
            failed[index] = failure(error)
    if not failed:
        return batch
    scores = [failed.get(index) or batch.score(index) for index in range(len(batch))]
    return ScoreBatch.from_scores(scores, list(batch.parts), [""] * batch.statistics.shape[1])
