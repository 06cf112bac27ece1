"""`radeval study`."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from radeval.cli.complete import complete_metric
from radeval.cli.errors import command, say
from radeval.cli.judging import (
    AllowRemote,
    BatchTokens,
    Cache,
    Concurrency,
    Device,
    Judge,
    Lexicon,
    MaxCost,
    Precision,
    Prompts,
    RetryUnscored,
    check_taken,
    encoding_of,
    judging_of,
    planned_metrics,
    run_parameters,
)

if TYPE_CHECKING:
    from radeval.run.score import RunOptions
    from radeval.study.data import Study
    from radeval.study.datasets.source import Source
    from radeval.study.fit import Fitted
    from radeval.study.results import StudyResult
    from radeval.study.series import Series

study = typer.Typer(help="Measure how far metrics agree with experts' ratings.", no_args_is_help=True)

CUSTOM = "custom"
DEFAULT_METRICS = (
    "weighted_findings", "findings", "labels14", "entity_graph", "radfact", "green", "chexprompt", "gema", "crimson",
    "bleu", "chrf",
)  # fmt: skip
"""What is compared where no metric is named: those that need no model, no download and no key."""

Name = Annotated[str, typer.Argument(help="rexval, radevalx, radeval_expert, rate_eval, radpref, or custom.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="The data set's folder; for custom, a table with texts and ratings.")
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "-m",
        "--metric",
        help="Preset, names or one spec, as for score; may be repeated.  [default: all that run offline]",
        autocompletion=complete_metric,
        show_default=False,
    ),
]
Ratings = Annotated[Path | None, typer.Option(help="custom: a table of ratings by id, beside --data or --scores.")]
RatingCol = Annotated[list[str] | None, typer.Option(help="custom: a rating column; repeat for further raters.")]
RatingLower = Annotated[bool, typer.Option("--lower-ratings", help="custom: lower ratings are better, as of errors.")]
Scores = Annotated[Path | None, typer.Option(help="A table of scores computed elsewhere, one column a metric, by id.")]
Lower = Annotated[list[str] | None, typer.Option(help="A column of --scores in which lower is better.")]
InSample = Annotated[list[str] | None, typer.Option(help="A column of --scores that was fitted to these ratings.")]
Target = Annotated[str | None, typer.Option(help="What agreement is measured with.  [default: the set's main target]")]
Holdout = Annotated[
    Path | None, typer.Option(help="Ids that alone are used, on which metrics fitted to the rest are out of sample.")
]
Sections = Annotated[str | None, typer.Option(help="whole, findings, impression, or auto.  [default: whole]")]
Seed = Annotated[int, typer.Option(help="Seed of resampling, permutations and folds.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Progress = Annotated[
    bool | None, typer.Option(help="A bar on stderr after a second.  [default: on a terminal]", show_default=False)
]


@study.command("list")
@command
def list_(as_json: Json = False) -> None:
    """Tell which data sets there are, where each comes from and under which terms; none is part of radeval."""
    from radeval.study.datasets import sources

    found = sources()
    if as_json:
        print(json.dumps({name: asdict(one) for name, one in found.items()}, indent=2))
        return
    print("\n\n".join(_told(one) for one in found.values()))
    print(f"\n{CUSTOM}\n  a table of your own with id, candidate, reference and ratings (docs/studies.md)")


def _told(source: Source) -> str:
    rows = {
        "holds": source.summary,
        "from": source.address,
        "terms": source.terms,
        "files": ", ".join(source.files),
        "cite": source.citation,
    }
    return "\n".join([f"{source.name}: {source.title}", *(f"  {key:<6} {value}" for key, value in rows.items())])


@study.command()
@command
def check(
    name: Name,
    data: Data = None,
    ratings: Ratings = None,
    rating_col: RatingCol = None,
    lower_ratings: RatingLower = False,
    as_json: Json = False,
) -> int:
    """Read a data set and list what of it cannot be used; exit with 1 where there is such a thing."""
    found = _read(name, data, ratings, rating_col or [], lower_ratings)
    shown = {
        "study": found.title,
        "items": len(found),
        "studies": len(set(found.groups)),
        "systems": len(set(found.systems)),
        "targets": {
            one.name: {
                "summary": one.summary,
                "better": one.direction,
                "raters": list(one.raters),
                "rated": int(one.rated.sum()),
                "blank": _blank(one),
            }
            for one in found.targets
        },
        "problems": [f"{one.where}: {one.what}" for one in found.problems],
    }
    print(json.dumps(shown, indent=2, ensure_ascii=False) if as_json else _checked(found, shown))
    return int(bool(found.problems))


def _blank(target: Any) -> int:
    import numpy as np

    return int((~np.isfinite(target.ratings)).sum())


def _checked(found: Study, shown: dict[str, Any]) -> str:
    systems = f" by {shown['systems']} systems" if shown["systems"] > 1 else ""
    lines = [f"{found.title}: {len(found):,} reports{systems} on {shown['studies']:,} studies"]
    for one in found.targets:
        by = f"{len(one.raters)} raters" if len(one.raters) > 1 else "one reading"
        blank = shown["targets"][one.name]["blank"]
        lacking = f", {blank:,} ratings missing" if blank else ""
        lines.append(f"  {one.name}: {one.summary}; {one.direction} is better; {by}{lacking}")
    lines += [f"problem: {one}" for one in shown["problems"]]
    lines.append(f"{len(shown['problems']):,} problems" if shown["problems"] else "no problems")
    return "\n".join(lines)


@study.command()
@command
def run(
    name: Name,
    data: Data = None,
    metric: Metrics = None,
    ratings: Ratings = None,
    rating_col: RatingCol = None,
    lower_ratings: RatingLower = False,
    scores: Scores = None,
    lower: Lower = None,
    in_sample: InSample = None,
    target: Target = None,
    statistic: Annotated[
        str, typer.Option(help="What is compared: kendall, spearman, pearson, accuracy, preference.")
    ] = "kendall",
    within: Annotated[
        str | None, typer.Option(help="Compare only items of one study, or one system.  [default: all]")
    ] = None,
    holdout_ids: Holdout = None,
    min_scored: Annotated[float, typer.Option(help="Leave out a metric with scores for a smaller share.")] = 0.5,
    sections: Sections = None,
    n_boot: Annotated[int, typer.Option(help="Resamples for the intervals.")] = 1000,
    draws: Annotated[int, typer.Option(help="Permutations of each test.")] = 5000,
    seed: Seed = 0,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for study.json, study.csv, figures.")] = None,
    overwrite: Overwrite = False,
    figures: Annotated[
        bool | None,
        typer.Option(help="Draw figures into --out.  [default: with matplotlib]", show_default=False),
    ] = None,
    format: Annotated[str, typer.Option(help="table, tsv or json.")] = "table",
    details: Annotated[bool, typer.Option("--details", help="Show every statistic and every target.")] = False,
    lexicon: Lexicon = None,
    judge: Judge = None,
    allow_remote: AllowRemote = None,
    cache: Cache = None,
    concurrency: Concurrency = None,
    max_cost: MaxCost = None,
    retry_unscored: RetryUnscored = None,
    prompts: Prompts = None,
    device: Device = None,
    dtype: Precision = None,
    batch_tokens: BatchTokens = None,
    progress: Progress = None,
) -> None:
    """Compare metrics by their agreement with experts, with the human ceiling and trivial baselines."""
    from radeval.core.errors import UsageError
    from radeval.study.analysis import StudyOptions, analyse, held_out
    from radeval.study.files import check_folder, read_ids, write_study

    if format not in ("table", "tsv", "json"):
        raise UsageError(f"there is no format {format!r}", where="--format", hint="table, tsv or json")
    if figures and out is None:
        raise UsageError("figures need a folder", where="--figures", hint="name one with -o")
    if out is not None:
        check_folder(out, overwrite)
    flags = {"sections": sections, "lexicon": lexicon, "judge": judge, "allow_remote": allow_remote, "cache": cache,
             "concurrency": concurrency, "max_cost": max_cost, "retry_unscored": retry_unscored,
             "prompts": prompts, "device": device, "dtype": dtype, "batch_tokens": batch_tokens}  # fmt: skip
    metrics = metric if metric else [] if scores is not None else list(DEFAULT_METRICS)
    run_options = _run_options(flags, metrics)
    options = StudyOptions(
        target=target, statistic=statistic, within=within, n_boot=n_boot, draws=draws, seed=seed,
        min_scored=min_scored, holdout=None if holdout_ids is None else read_ids(holdout_ids),
        config={"data": None if data is None else str(data), "sections": run_options.sections},
    )  # fmt: skip
    found = _read(name, data, ratings, rating_col or [], lower_ratings)
    if options.holdout is not None:
        found = held_out(found, options.holdout)
    series, notices, problems = _series(found, metrics, run_options, scores, lower or [], in_sample or [], progress)
    result = analyse(replace(found, problems=(*found.problems, *problems)), series, options, notices)
    print(_shown(result, format, details))
    if out is not None:
        for path in write_study(result, out, figures=_has_matplotlib() if figures is None else figures):
            say(f"note: written {path}")


@study.command()
@command
def fit(
    name: Name,
    data: Data = None,
    metric: Metrics = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The composite's file, ending in .toml.")] = None,
    ratings: Ratings = None,
    rating_col: RatingCol = None,
    lower_ratings: RatingLower = False,
    target: Target = None,
    holdout_ids: Holdout = None,
    sections: Sections = None,
    n_boot: Annotated[int, typer.Option(help="Resamples for the intervals.")] = 1000,
    seed: Seed = 0,
    overwrite: Overwrite = False,
    lexicon: Lexicon = None,
    judge: Judge = None,
    allow_remote: AllowRemote = None,
    cache: Cache = None,
    max_cost: MaxCost = None,
    device: Device = None,
    dtype: Precision = None,
    batch_tokens: BatchTokens = None,
    progress: Progress = None,
) -> None:
    """Fit a composite of metrics to ratings; --holdout-ids are left out of it. Use it as composite:file=FILE."""
    from radeval.core.errors import OutputError, UsageError
    from radeval.metrics.composite.composite_file import composite_text
    from radeval.study.analysis import not_held_out
    from radeval.study.files import read_ids
    from radeval.study.fit import fit_composite

    if out is None or out.suffix != ".toml":
        raise UsageError("a composite goes to a file that ends in .toml", where="-o", hint="for example -o ours.toml")
    if out.exists() and not overwrite:
        raise OutputError("there is such a file", where=str(out), hint="use --overwrite, or another name")
    flags = {"sections": sections, "lexicon": lexicon, "judge": judge, "allow_remote": allow_remote, "cache": cache,
             "max_cost": max_cost, "device": device, "dtype": dtype, "batch_tokens": batch_tokens}  # fmt: skip
    metrics = metric or list(DEFAULT_METRICS)
    options = _run_options(flags, metrics)
    found = _read(name, data, ratings, rating_col or [], lower_ratings)
    if holdout_ids is not None:
        found = not_held_out(found, read_ids(holdout_ids))
    series, notices, _ = _series(found, metrics, options, None, [], [], progress)
    fitted = fit_composite(
        found, [one for one in series if one.spec], target, name=out.stem, part=holdout_ids is not None,
        n_boot=n_boot, seed=seed,
    )  # fmt: skip
    try:
        out.write_text(composite_text(fitted.form), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"the file cannot be written: {error.strerror}", where=str(out)) from error
    print(_fitted(fitted, out))
    adjusted = [one.label for one in series if one.spec and found.name in one.tuned_on]
    if adjusted:
        say(f"note: adjusted to these ratings before, so that values here are too high: {', '.join(adjusted)}")
    for notice in notices:
        say(f"note: {notice}")


def _fitted(fitted: Fitted, out: Path) -> str:
    """Returns what was fitted, in words and numbers."""
    weights = {one.spec: one.weight for one in fitted.form.metric}
    width = max(len(label) for label in ("cross-validated", *fitted.singles))
    lines = [f"tau-b with {fitted.form.fit['target']} on {fitted.n_items:,} reports of {fitted.n_groups:,} studies"]
    for label, found in {"cross-validated": fitted.crossed, "in-sample": fitted.in_sample, **fitted.singles}.items():
        weight = f"  weight {weights[label]:+.3f}" if label in weights else ""
        value = "    -" if found.value is None else f"{found.value:.3f}"
        interval = "" if found.interval is None else f"  [{found.interval.low:.3f}, {found.interval.high:.3f}]"
        lines.append(f"  {label:<{width}}  {value}{interval}{weight}")
    lines.append("cross-validated: studies left out in turn, shrinkage chosen without them; this is what to expect")
    lines.append(f"use it: -m composite:file={out}")
    return "\n".join(lines)


def _run_options(flags: dict[str, Any], metrics: Sequence[str]) -> RunOptions:
    """Returns how metrics are run, checked before any file is read."""
    from radeval.core.config import load_settings
    from radeval.run.score import RunOptions

    settings = load_settings(flags, os.environ, Path.cwd())
    options = RunOptions(
        sections=settings.sections,
        n_boot=0,
        parameters=run_parameters(settings),
        judging=judging_of(settings),
        encoding=encoding_of(settings),
    )
    if metrics:
        check_taken(flags, planned_metrics(metrics, settings.sections, options))
    return options


def _read(
    name: str, data: Path | None, ratings: Path | None, rating_columns: Sequence[str], lower_ratings: bool
) -> Study:
    from radeval.core.errors import UsageError
    from radeval.study.datasets import load_study
    from radeval.study.datasets.custom import load_custom

    if name == CUSTOM:
        return load_custom(data, ratings, rating_columns, "lower" if lower_ratings else "higher")
    if ratings is not None or rating_columns or lower_ratings:
        raise UsageError(f"{name} has its own ratings", where="--ratings", hint="these options are for custom")
    if data is None:
        raise UsageError(
            "where is the data set?", where="--data", hint=f"`radeval study list` tells where {name} comes from"
        )
    return load_study(name, data)


def _series(
    found: Study,
    metrics: Sequence[str],
    options: RunOptions,
    scores: Path | None,
    lower: Sequence[str],
    in_sample: Sequence[str],
    progress: bool | None,
) -> tuple[list[Series], list[str], list[Any]]:
    """Returns all scores, what must be read with them, and what of their table cannot be used."""
    from radeval.core.errors import UsageError, did_you_mean
    from radeval.run.progress import BarProgress, NoProgress
    from radeval.study.series import scored, scores_from_table

    shown = sys.stderr.isatty() if progress is None else progress
    with BarProgress() if shown else nullcontext(NoProgress()) as bar:
        series, notices = scored(found, metrics, options, bar)
    problems: list[Any] = []
    if scores is not None:
        given, problems = scores_from_table(scores, found, lower)
        names = [one.label for one in given]
        for label in in_sample:
            if label not in names:
                raise UsageError(f"there are no scores {label!r}", where="--in-sample", hint=did_you_mean(label, names))
        series += [replace(one, tuned_on=(found.name,)) if one.label in in_sample else one for one in given]
    elif lower or in_sample:
        raise UsageError("these options are about columns of --scores", where="--lower, --in-sample")
    return series, notices, problems


def _shown(result: StudyResult, format: str, details: bool) -> str:
    from radeval.study.results import write_csv
    from radeval.study.table import as_table

    if format == "json":
        return result.to_json()
    if format == "table":
        return as_table(result, details)
    stream = io.StringIO()
    write_csv(result, stream, delimiter="\t")
    return stream.getvalue().rstrip("\n")


def _has_matplotlib() -> bool:
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None
