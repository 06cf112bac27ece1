"""`radeval study`."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
)
from radeval.cli.study_fit import fit
from radeval.cli.study_inputs import (
    CUSTOM,
    DEFAULT_METRICS,
    Data,
    Holdout,
    InSample,
    Json,
    Lower,
    Metrics,
    Name,
    Overwrite,
    Progress,
    RatingCol,
    RatingLower,
    Ratings,
    Scores,
    Sections,
    Seed,
    Target,
    read_study,
    run_options_of,
    scored_series,
)

if TYPE_CHECKING:
    from radeval.study.data import Study
    from radeval.study.datasets.source import Source
    from radeval.study.results import StudyResult

study = typer.Typer(help="Measure how far metrics agree with experts' ratings.", no_args_is_help=True)


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
    found = read_study(name, data, ratings, rating_col or [], lower_ratings)
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
        "notes": list(found.notes),
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
    lines += [f"note: {one}" for one in shown["notes"]]
    lines += [f"problem: {one}" for one in shown["problems"]]
    lines.append(f"problems: {len(shown['problems']):,}" if shown["problems"] else "no problems")
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
    draws: Annotated[
        int | None,
        typer.Option(help="Permutations of each test.  [default: 5000, more for many metrics]", show_default=False),
    ] = None,
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
    from radeval.study.analysis import StudyOptions, analyse
    from radeval.study.files import check_folder, read_ids, write_study
    from radeval.study.holdout import held_out

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
    run_options = run_options_of(flags, metrics)
    options = StudyOptions(
        target=target, statistic=statistic, within=within, n_boot=n_boot, draws=draws, seed=seed,
        min_scored=min_scored, holdout=None if holdout_ids is None else read_ids(holdout_ids),
        config={"data": None if data is None else str(data), "sections": run_options.sections},
    )  # fmt: skip
    found = read_study(name, data, ratings, rating_col or [], lower_ratings)
    if options.holdout is not None:
        found = held_out(found, options.holdout)
    series, notices, problems = scored_series(
        found, metrics, run_options, scores, lower or [], in_sample or [], progress
    )
    result = analyse(replace(found, problems=(*found.problems, *problems)), series, options, notices)
    print(_shown(result, format, details))
    if out is not None:
        for path in write_study(result, out, figures=_has_matplotlib() if figures is None else figures):
            say(f"note: written {path}")


study.command("fit")(command(fit))


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
