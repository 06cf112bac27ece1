"""`radeval score`."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from radeval.cli.complete import complete_metric
from radeval.cli.errors import say
from radeval.cli.judging import (
    AllowRemote,
    BatchTokens,
    Cache,
    Concurrency,
    Device,
    DryRun,
    Judge,
    Lexicon,
    MaxCost,
    Precision,
    Prompts,
    RetryUnscored,
    Rpm,
    SkipUnavailable,
    StrictModel,
    Timeout,
    Tpm,
    check_taken,
    encoding_of,
    judging_of,
    planned_metrics,
    run_parameters,
)

if TYPE_CHECKING:
    from radeval.core.config import Settings
    from radeval.core.example import Example
    from radeval.core.results import RunResult
    from radeval.run.plan import Planned

EXIT_UNSCORED = 3
EXIT_BELOW = 4


def score(
    predictions: Annotated[Path, typer.Argument(help="Candidates: .csv, .tsv, .jsonl or .parquet, joined by id.")],
    references: Annotated[
        Path | None, typer.Argument(help="References; left out where the first file has both columns.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "-m",
            "--metric",
            help="Preset, names (bleu,rouge) or one spec (bleu:preset=sacrebleu); may be repeated. [default: quick]",
            autocompletion=complete_metric,
            show_default=False,
        ),
    ] = None,
    sections: Annotated[
        str | None,
        typer.Option(help="whole, findings, impression, or auto: those that both sides have.  [default: whole]"),
    ] = None,
    by: Annotated[list[str] | None, typer.Option(help="Break the results down by a column; may be repeated.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for scores.csv, run.json and evidence.jsonl.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the run in that folder.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep what that folder has of the same data and method.")
    ] = False,
    format: Annotated[str | None, typer.Option(help="table, tsv, json or latex.  [default: table]")] = None,
    details: Annotated[bool, typer.Option("--details", help="Show every part of every metric in the table.")] = False,
    id_col: Annotated[
        list[str] | None, typer.Option(help="Id column; twice for the predictions' and the references'.")
    ] = None,
    text_col: Annotated[
        list[str] | None, typer.Option(help="Text column; twice for the predictions' and the references'.")
    ] = None,
    allow_missing: Annotated[
        bool | None, typer.Option("--allow-missing", help="Leave out ids that are on one side only, and say how many.")
    ] = None,
    max_chars: Annotated[int | None, typer.Option(help="Longest report allowed.  [default: 200000]")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the resampling.  [default: 0]")] = None,
    n_boot: Annotated[int | None, typer.Option(help="Resamples for the intervals.  [default: 1000]")] = None,
    max_unscored: Annotated[
        float | None, typer.Option(help="Exit with 3 above this share of examples without a score.  [default: 0]")
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(help="Exit with 4 where a value is worse: LABEL=VALUE, or VALUE for a single metric."),
    ] = None,
    no_text: Annotated[
        bool | None, typer.Option("--no-text", help="Keep report text out of every file that is written.")
    ] = None,
    lexicon: Lexicon = None,
    judge: Judge = None,
    dry_run: DryRun = False,
    allow_remote: AllowRemote = None,
    cache: Cache = None,
    concurrency: Concurrency = None,
    timeout: Timeout = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    max_cost: MaxCost = None,
    retry_unscored: RetryUnscored = None,
    strict_model: StrictModel = None,
    prompts: Prompts = None,
    device: Device = None,
    dtype: Precision = None,
    batch_tokens: BatchTokens = None,
    skip_unavailable: SkipUnavailable = None,
    config: Annotated[Path | None, typer.Option(help="Settings file instead of radeval.toml.")] = None,
    progress: Annotated[
        bool | None, typer.Option(help="A bar on stderr after a second.  [default: on a terminal]", show_default=False)
    ] = None,
) -> int:
    """Score candidate reports against reference reports."""
    from radeval.cli.render import render
    from radeval.cli.talk import Talk
    from radeval.core.config import load_settings
    from radeval.io.reading import read_examples
    from radeval.run.options import RunOptions
    from radeval.run.score import score_examples

    flags = {
        "metrics": metric,
        "sections": sections,
        "by": by,
        "format": format,
        "id_col": id_col,
        "text_col": text_col,
        "allow_missing": allow_missing,
        "max_chars": max_chars,
        "seed": seed,
        "n_boot": n_boot,
        "max_unscored": max_unscored,
        "no_text": no_text,
        "lexicon": lexicon,
        "judge": judge,
        "allow_remote": allow_remote,
        "cache": cache,
        "concurrency": concurrency,
        "timeout": timeout,
        "rpm": rpm,
        "tpm": tpm,
        "max_cost": max_cost,
        "retry_unscored": retry_unscored,
        "strict_model": strict_model,
        "prompts": prompts,
        "device": device,
        "dtype": dtype,
        "batch_tokens": batch_tokens,
        "skip_unavailable": skip_unavailable,
    }
    settings = load_settings(flags, os.environ, Path.cwd(), config)
    options = RunOptions(
        sections=settings.sections,
        seed=settings.seed,
        n_boot=settings.n_boot,
        out=out,
        overwrite=overwrite,
        resume=resume,
        no_text=settings.no_text,
        parameters=run_parameters(settings),
        judging=judging_of(settings),
        encoding=encoding_of(settings),
        skip_unavailable=settings.skip_unavailable,
        config={
            "predictions": _shown(predictions),
            "references": _shown(references or predictions),
            **_stored(settings),
        },
    )
    # Before any file is read: a metric that cannot run, or a limit on nothing, must not cost the user a wait.
    left_out: list[str] = []
    planned = planned_metrics(settings.metrics, settings.sections, options, left_out.append)
    check_taken(flags, planned)
    limits = [_limit(text, planned) for text in fail_under or []]
    with Talk(sys.stderr.isatty() if progress is None else progress, settings.cache) as talk:
        for sentence in left_out:
            talk.tell(sentence)
        loaded = read_examples(
            predictions,
            references,
            id_columns=settings.id_col,
            text_columns=settings.text_col,
            allow_missing=settings.allow_missing,
            max_chars=settings.max_chars,
            quote=not settings.no_text,
        )
        if dry_run:
            from radeval.cli.dry_run import dry_run as estimated

            print(estimated(loaded.examples, planned, options, settings.format))
            return 0
        strata = {name: column_of(name, loaded.examples, settings.no_text) for name in settings.by}
        result = score_examples(
            loaded.examples,
            [item.metric for item in planned],
            options,
            by=strata,
            notices=[*left_out, *loaded.notices],
            progress=talk,
        )
        talk.step("intervals", None)
        text = render(result, settings.format, details)
    print(text)
    talk.conclude(result)
    if out is not None:
        say(f"note: written to {out}")
    return _exit_code(result, settings.max_unscored, limits)


def _shown(path: Path) -> str:
    """Returns a path as text that any file can hold; names that are no UTF-8 lose what is not."""
    return str(path).encode("utf-8", "replace").decode("utf-8")


def _stored(settings: Settings) -> dict[str, Any]:
    return settings.model_dump(mode="json", exclude={"metrics"})


def column_of(name: str, examples: Sequence[Example], no_text: bool) -> list[str]:
    """Returns the values of a column of the input, by the names that examples have for it."""
    from radeval.core.errors import ColumnError, UsageError, did_you_mean

    if no_text and name in ("indication", "comparison"):
        raise UsageError(
            f"the {name} is clinical text, which would be stored as the name of a stratum",
            where=f"--by {name}",
            hint="leave out --no-text or --by",
        )

    fields = {"system": [one.system for one in examples], "group": [one.group for one in examples]}
    for key in ("sex", "indication", "comparison", "modality"):
        fields[key] = [getattr(one.context, key) or "" for one in examples]
    fields["age"] = [_age_band(one.context.age) for one in examples]
    for key in dict.fromkeys(key for one in examples for key in one.meta):
        fields[key] = [str(one.meta.get(key) or "") for one in examples]
    there = {key.lower(): values for key, values in fields.items() if any(values)}
    if name.lower() not in there:
        raise ColumnError(
            f"there is no column {name!r} to break the results down by, or it is empty",
            where=f"--by {name}",
            hint=did_you_mean(name, list(there)),
        )
    return [value or "(none)" for value in there[name.lower()]]


def _age_band(age: float | None) -> str:
    """Returns the years of life in which an age falls, empty where it is unknown."""
    if age is None:
        return ""
    limits = [(18, "0-17"), (40, "18-39"), (65, "40-64"), (80, "65-79")]
    return next((band for limit, band in limits if age < limit), "80+")


def _limit(text: str, planned: Sequence[Planned]) -> tuple[str, float]:
    """Returns the key among the aggregates and the value of a `--fail-under`."""
    from radeval.core.errors import UsageError, did_you_mean

    label, _, value = text.rpartition("=")
    where = f"--fail-under {text}"
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{value!r} is not a number", where=where, hint="for example rouge=0.3")
    if not label and len(planned) > 1:
        raise UsageError("several metrics are scored", where=where, hint="write LABEL=VALUE")
    known = [key for item in planned for key in _keys(item)]
    if label and label not in known:
        raise UsageError(f"nothing is called {label!r}", where=where, hint=did_you_mean(label, known))
    return label or planned[0].label, number


def _keys(item: Planned) -> list[str]:
    return [item.label, *(f"{item.label}/{part.name}" for part in item.metric.info.parts)]


def _exit_code(result: RunResult, allowed: float, limits: Sequence[tuple[str, float]]) -> int:
    """Returns the exit code of a finished run and tells why it is not 0."""
    code = 0
    for key, limit in limits:
        found = result.aggregates[key]
        sign = 1 if found.direction == "higher" else -1
        if found.value is None or sign * found.value < sign * limit:
            value = "no value" if found.value is None else f"{found.value:.4f}"
            say(f"fail: {key} is {value}, worse than {limit:g}")
            code = EXIT_BELOW
    for label, metric in result.metrics.items():
        missing = len(metric.scores.reasons)
        if missing > allowed * len(result):
            say(
                f"fail: {label} has no score for {missing} of {len(result)} examples, more than --max-unscored "
                f"{allowed:g} allows"
            )
            code = EXIT_UNSCORED
    return code
