"""What the commands of `radeval study` take and read."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from radeval.cli.complete import complete_metric
from radeval.cli.judging import check_taken, encoding_of, judging_of, planned_metrics, run_parameters

if TYPE_CHECKING:
    from radeval.run.options import RunOptions
    from radeval.study.data import Study
    from radeval.study.series import Series

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


def run_options_of(flags: dict[str, Any], metrics: Sequence[str]) -> RunOptions:
    """Returns how metrics are run, checked before any file is read."""
    from radeval.core.config import load_settings
    from radeval.run.options import RunOptions

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


def read_study(
    name: str, data: Path | None, ratings: Path | None, rating_columns: Sequence[str], lower_ratings: bool
) -> Study:
    """Returns a data set of a folder, or a study of the user's tables."""
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


def scored_series(
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
