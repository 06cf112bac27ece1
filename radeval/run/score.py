"""`radeval.score` and what the command line shares with it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from radeval.core.batch import ScoreBatch
from radeval.core.encoding import EncodingOptions
from radeval.core.errors import OutputError, TooManyUnscoredError, UsageError
from radeval.core.example import Context, Example
from radeval.core.judging import CacheMode, JudgeOptions
from radeval.core.metric import Metric, RunContext
from radeval.core.results import MetricResult, RunResult, Summary, evidence_lines
from radeval.core.score import Status
from radeval.core.signature import Signature
from radeval.io.runs import RunWriter, same_method
from radeval.run.aggregate import summarise
from radeval.run.arguments import examples_from_arguments
from radeval.run.execute import score_metric
from radeval.run.facts import digests, environment
from radeval.run.plan import Planned, plan
from radeval.run.prepare import Prepared, check_sections, prepare
from radeval.run.progress import BarProgress, NoProgress, Progress
from radeval.run.scope import scope_notices

MOST_DRAWS = 1_000_000
RULES = "rules"
"""The judge that every judge has: the report reader."""

Metrics = str | Metric | Sequence[str | Metric]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run is made, beside the examples and the metrics.

    Attributes:
        sections: What is scored of each report: "whole", "findings", "impression" or "auto".
        seed: Seed of the resampling.
        n_boot: Resamples for the intervals; 0 for none.
        max_unscored: Largest allowed share of examples without a score, for each metric; None for any.
        out: Folder for scores.csv, run.json and evidence.jsonl; None for none.
        overwrite: Whether a run in that folder is replaced.
        resume: Whether metrics that a run in that folder has on the same data by the same method are kept.
        no_text: Whether report text is kept out of all files.
        config: Further settings to be stored with the run.
        parameters: Parameters for every metric that has them and whose spec leaves them open.
        judging: How judges may use models.
        encoding: How encoders run.
        skip_unavailable: Whether a metric whose packages or weights are not on this machine is left out.
    """

    sections: str = "whole"
    seed: int = 0
    n_boot: int = 1000
    max_unscored: float | None = None
    out: str | Path | None = None
    overwrite: bool = False
    resume: bool = False
    no_text: bool = False
    config: Mapping[str, Any] | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    judging: JudgeOptions = field(default_factory=JudgeOptions)
    encoding: EncodingOptions = field(default_factory=EncodingOptions)
    skip_unavailable: bool = False

    def __post_init__(self) -> None:
        for name in ("seed", "n_boot"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 0:
                raise UsageError(f"{name}={getattr(self, name)!r} is not a whole number from 0 on")
        if self.n_boot > MOST_DRAWS:
            raise UsageError(f"n_boot={self.n_boot:,} is more than {MOST_DRAWS:,}", hint="1,000 to 10,000 are usual")
        if self.out is not None and not str(self.out):
            raise UsageError("the output folder has no name", hint="is a shell variable empty?")
        check_sections(self.sections)
        if self.max_unscored is not None and not 0 <= self.max_unscored <= 1:
            raise UsageError("max_unscored is a share from 0 to 1", hint="0.05 allows 5 %")
        if self.overwrite and self.resume:
            raise UsageError("overwrite and resume exclude each other")
        if (self.overwrite or self.resume) and self.out is None:
            raise UsageError("overwrite and resume need an output folder", hint="name it with out, or -o DIR")


def score(
    candidates: Sequence[str],
    references: Sequence[str | Sequence[str]],
    metrics: Metrics = "quick",
    *,
    ids: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    systems: Sequence[str] | None = None,
    contexts: Sequence[Context | Mapping[str, Any] | None] | None = None,
    by: Mapping[str, Sequence[str]] | None = None,
    sections: str = "whole",
    judge: str = "rules",
    seed: int = 0,
    n_boot: int = 1000,
    cache: CacheMode = "write",
    allow_remote: bool = False,
    judging: JudgeOptions | None = None,
    encoding: EncodingOptions | None = None,
    skip_unavailable: bool = False,
    max_unscored: float | None = None,
    progress: bool = False,
    out: str | Path | None = None,
    overwrite: bool = False,
    resume: bool = False,
    no_text: bool = False,
) -> RunResult:
    """Scores candidate reports against reference reports.

    Args:
        candidates: Reports to be scored, one an example.
        references: The reference of each candidate, or several of them.
        metrics: A preset ("quick"), a spec ("bleu:preset=sacrebleu"), a metric, or a sequence of these.
        ids: Id of each example; counted from 0 where not given.
        groups: The study of each example, the unit that intervals resample; its id where not given.
        systems: What wrote each candidate, where several systems are scored.
        contexts: What is known of each patient: `Context`, or a mapping of its fields.
        by: Columns to break the results down by: a value an example under each name.
        sections: What is scored of each report: "whole", "findings", "impression" or "auto".
        judge: Who answers for judges whose spec names none: "rules", the report reader, or a model, for example
            "openai/gpt-4o-mini-2024-07-18" or "http://127.0.0.1:8000/v1#model".
        seed: Seed of the resampling.
        n_boot: Resamples for the 95 % intervals; 0 for none.
        cache: Whether replies of models are read from the cache and stored there: "write", "read", "off", or "only".
        allow_remote: Whether reports may be sent to an address that is not this machine.
        judging: Further limits for models; `cache` and `allow_remote` are set in it.
        encoding: Device, precision and batch size of encoders such as those of BERTScore.
        skip_unavailable: Whether a metric whose packages or weights are not on this machine is left out, with a note.
        max_unscored: Largest allowed share of examples without a score, for each metric; None for any.
        progress: Whether a bar appears on stderr when this takes longer than a second.
        out: Folder for scores.csv, run.json and evidence.jsonl.
        overwrite: Whether a run in that folder is replaced.
        resume: Whether metrics that a run in that folder has on the same data by the same method are kept.
        no_text: Whether report text is kept out of all files.

    Returns:
        The scores in the order of the candidates, with aggregates, intervals and signatures.

    Raises:
        InputError: The arguments are no texts, or do not belong together.
        MetricError: A metric is unknown, wrongly configured or cannot run here.
        OutputError: The folder cannot be written, or holds a run already.
        TooManyUnscoredError: Too many examples have no score; the error holds the result.
    """
    examples = examples_from_arguments(candidates, references, ids, groups, systems, contexts)
    options = RunOptions(
        sections=sections,
        seed=seed,
        n_boot=n_boot,
        max_unscored=max_unscored,
        out=out,
        overwrite=overwrite,
        resume=resume,
        no_text=no_text,
        parameters={"judge": judge} if judge != RULES else {},
        judging=replace(judging or JudgeOptions(), cache=cache, allow_remote=allow_remote),
        encoding=encoding or EncodingOptions(),
        skip_unavailable=skip_unavailable,
    )
    with BarProgress() if progress else nullcontext(NoProgress()) as reporter:
        return score_examples(examples, metrics, options, by=by, progress=reporter)


def score_examples(
    examples: Sequence[Example],
    metrics: Metrics,
    options: RunOptions,
    *,
    by: Mapping[str, Sequence[str]] | None = None,
    notices: Sequence[str] = (),
    progress: Progress | None = None,
) -> RunResult:
    """Scores examples; see `score`.

    Args:
        examples: At least one example.
        metrics: A preset, specs or metrics.
        options: How the run is made.
        by: Columns to break the results down by. Systems are, where there are several.
        notices: What the user must read already, for example on how the input was taken.
        progress: What is told how far the run is.
    """
    said = list(notices)
    context = RunContext(
        lambda sentence: None if sentence in said else said.append(sentence),
        options.judging,
        watcher=progress,
        encoding=options.encoding,
    )
    try:
        prepared = prepare(examples, options.sections)
        said += prepared.notices
        planned = plan(
            metrics, prepared.sections, context, options.parameters, skip_unavailable=options.skip_unavailable
        )
        said += scope_notices(planned, examples)
        return run_plan(examples, prepared, planned, context, said, options, by=by, progress=progress)
    finally:
        context.things.close()


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
    lost = [label for label, old in kept.items() if label not in methods or not same_method(old, methods[label])]
    if lost:
        raise OutputError(
            f"going on with this run would drop its {', '.join(lost)}",
            where=str(options.out),
            hint="name the same metrics and sections too, use --overwrite, or name another folder",
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
