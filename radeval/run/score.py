"""`radeval.score` and what the command line shares with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from radeval.core.encoding import EncodingOptions
from radeval.core.example import Context, Example
from radeval.core.judging import CacheMode, JudgeOptions
from radeval.core.metric import Metric, RunContext
from radeval.core.results import RunResult
from radeval.run.arguments import examples_from_arguments
from radeval.run.options import RULES, RunOptions
from radeval.run.plan import plan
from radeval.run.prepare import prepare
from radeval.run.progress import BarProgress, NoProgress, Progress
from radeval.run.scope import scope_notices
from radeval.run.work import run_plan

Metrics = str | Metric | Sequence[str | Metric]


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
