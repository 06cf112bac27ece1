"""Does what a plan says: scores with each metric, keeps what a stored run has, writes, and counts what is missing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from radeval.core.batch import ScoreBatch
from radeval.core.errors import OutputError, TooManyUnscoredError, UsageError
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.results import MetricResult, RunResult, Summary, evidence_lines
from radeval.core.score import Status
from radeval.core.signature import Signature
from radeval.io.runs import RunWriter, same_method
from radeval.run.aggregate import summarise
from radeval.run.execute import score_metric
from radeval.run.facts import digests, environment
from radeval.run.options import RunOptions
from radeval.run.plan import Planned
from radeval.run.prepare import Prepared
from radeval.run.progress import NoProgress, Progress


def run_plan(
    examples: Sequence[Example],
    prepared: Prepared,
    planned: Sequence[Planned],
    context: RunContext,
    said: list[str],
    options: RunOptions,
    *,
    by: Mapping[str, Sequence[str]] | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Scores prepared examples with planned metrics; see `score_examples`.

    Args:
        examples: The run's examples, whole reports.
        prepared: What is scored of them.
        planned: The metrics, checked.
        context: The run, for the metrics.
        said: What the user must read; the context adds to it.
        options: How the run is made.
        by: Columns to break the results down by.
        progress: What is told how far the run is.
    """
    started = time.perf_counter()
    progress = progress or NoProgress()
    columns = _columns(examples, by)
    with _writer(options) as writer:
        kept = writer.kept(digests(examples).data) if writer and options.resume else {}
        _refuse_to_drop(kept, planned, options)
        results = {}
        last_user = {key: item.label for item in planned for key in item.metric.uses()}
        for item in planned:
            old = kept.get(item.label)
            if writer and old is not None and same_method(old, item.signature):
                results[item.label] = old
                writer.keep_evidence(item.label)
                said.append(f"{item.label}: kept from the run in {options.out}")
            else:
                results[item.label] = _score_one(item, prepared, examples, context, writer, progress)
            context.release(key for key in item.metric.uses() if last_user[key] == item.label)
        context.tell()
        said += _shortfalls(results)
        run = RunResult(
            ids=[one.id for one in examples],
            systems=[one.system for one in examples],
            groups=[one.group for one in examples],
            columns=columns,
            metrics=results,
            config=_config(options, planned),
            environment=environment(),
            notices=said,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=time.perf_counter() - started,
            _summary=_summary(planned, options),
            _digests=lambda: digests(examples),
        )
        if writer:
            progress.step("intervals", None)
            writer.finish(run)
    _check_unscored(run, options.max_unscored)
    return run


def _refuse_to_drop(kept: Mapping[str, MetricResult], planned: Sequence[Planned], options: RunOptions) -> None:
    """Raises where going on with a run would lose scores that it has."""
    methods = {item.label: item.signature for item in planned}
    unnamed = [label for label in kept if label not in methods]
    if unnamed:
        raise OutputError(
            f"going on with this run would drop its {', '.join(unnamed)}",
            where=str(options.out),
            hint="name the same metrics too, use --overwrite, or name another folder",
        )
    other = [label for label, old in kept.items() if not same_method(old, methods[label])]
    if other:
        raise OutputError(
            f"going on with this run would drop its {', '.join(other)}, which it has by another method: "
            f"{kept[other[0]].signature} there, {methods[other[0]]} here",
            where=str(options.out),
            hint="use the same parameters, sections, weights and version, --overwrite, or another folder",
        )


def _writer(options: RunOptions) -> RunWriter | nullcontext[None]:
    if options.out is None:
        return nullcontext()
    return RunWriter(Path(options.out), options.overwrite, options.resume, options.no_text)


def _summary(planned: Sequence[Planned], options: RunOptions) -> Any:
    corpora = {item.label: item.metric.corpus for item in planned if item.metric.info.statistics}

    def compute(run: RunResult) -> Summary:
        return summarise(run, corpora, options.seed, options.n_boot)

    return compute


def _score_one(
    item: Planned,
    prepared: Prepared,
    examples: Sequence[Example],
    context: RunContext,
    writer: RunWriter | None,
    progress: Progress,
) -> MetricResult:
    started = time.perf_counter()
    progress.step(item.label, len(prepared.examples))
    ids, systems = [one.id for one in prepared.examples], [one.system for one in prepared.examples]
    finished = 0

    def done(batch: ScoreBatch) -> None:
        nonlocal finished
        if writer:
            # Evidence goes to its file at once, so that memory does not grow with the run.
            writer.write_evidence(evidence_lines(item.label, batch, ids, systems, finished))
            batch.evidence.clear()
        finished += len(batch)
        progress.advance(len(batch))

    info = item.metric.info
    if prepared.examples:
        scores = score_metric(item.metric, prepared.examples, context, prepared.original, done)
    else:
        scores = ScoreBatch.from_scores([], [part.name for part in info.parts], info.statistics)
    if prepared.reasons:
        scores = scores.spread(len(examples), prepared.places, prepared.reasons)
        if writer:
            writer.write_evidence(_lines_of_unscorable(item.label, prepared, examples))
    return MetricResult(
        label=item.label,
        spec=str(item.metric.spec),
        info=info,
        signature=_observed(item.signature, scores),
        scores=scores,
        seconds=time.perf_counter() - started,
    )


def _lines_of_unscorable(label: str, prepared: Prepared, examples: Sequence[Example]) -> list[dict[str, Any]]:
    return [
        {
            "id": examples[index].id,
            "system": examples[index].system,
            "metric": label,
            "status": str(Status.UNSCORED),
            "reason": reason,
            "detail": "",
            "evidence": [],
        }
        for index, reason in prepared.reasons.items()
    ]


def _observed(signature: Signature, scores: ScoreBatch) -> Signature:
    """Returns the signature with what was only known after scoring in its fields."""
    if not scores.observed:
        return signature
    return Signature(signature.name, signature.version, {**signature.fields, **scores.observed})


def _columns(examples: Sequence[Example], by: Mapping[str, Sequence[str]] | None) -> dict[str, list[str]]:
    columns = {}
    systems = [one.system for one in examples]
    if len(set(systems)) > 1:
        columns["system"] = systems
    for name, entries in (by or {}).items():
        if isinstance(entries, str) or not hasattr(entries, "__len__") or len(entries) != len(examples):
            raise UsageError(f"the column {name!r} needs one value an example", hint=f"{len(examples)} are scored")
        columns[name] = [str(entry) for entry in entries]
    return columns


def _config(options: RunOptions, planned: Sequence[Planned]) -> dict[str, Any]:
    return {
        "metrics": [str(item.metric.spec) for item in planned],
        "sections": options.sections,
        "seed": options.seed,
        "n_boot": options.n_boot,
        "max_unscored": options.max_unscored,
        "no_text": options.no_text,
        **(options.config or {}),
    }


def _shortfalls(results: Mapping[str, MetricResult]) -> list[str]:
    """Returns a sentence for each metric that left examples without a score, with the most frequent reason."""
    sentences = []
    for label, result in results.items():
        reasons = result.scores.reasons
        if reasons:
            causes = list(reasons.values())
            most = max(dict.fromkeys(causes), key=causes.count)
            sentences.append(
                f"{label}: {len(reasons)} of {len(result.scores)} examples have no score; most often: {most}"
            )
    return sentences


def _check_unscored(run: RunResult, allowed: float | None) -> None:
    if allowed is None:
        return
    over = [
        f"{label} {len(metric.scores.reasons)} of {len(run)}"
        for label, metric in run.metrics.items()
        if len(metric.scores.reasons) > allowed * len(run)
    ]
    if over:
        error = TooManyUnscoredError(
            f"more examples without a score than allowed ({allowed:.1%}): {', '.join(over)}",
            hint="see the reasons in evidence.jsonl, or raise max_unscored",
        )
        error.result = run
        raise error
