"""`radeval study fit`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from radeval.cli.errors import say
from radeval.cli.judging import AllowRemote, BatchTokens, Cache, Device, Judge, Lexicon, MaxCost, Precision
from radeval.cli.study_inputs import (
    DEFAULT_METRICS,
    Data,
    Holdout,
    Metrics,
    Name,
    Overwrite,
    Progress,
    RatingCol,
    RatingLower,
    Ratings,
    Sections,
    Seed,
    Target,
    read_study,
    run_options_of,
    scored_series,
)

if TYPE_CHECKING:
    from radeval.study.fit import Fitted


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
    from radeval.study.files import read_ids
    from radeval.study.fit import fit_composite
    from radeval.study.holdout import in_sample, not_held_out

    if out is None or out.suffix != ".toml":
        raise UsageError("a composite goes to a file that ends in .toml", where="-o", hint="for example -o ours.toml")
    if out.exists() and not overwrite:
        raise OutputError("there is such a file", where=str(out), hint="use --overwrite, or another name")
    flags = {"sections": sections, "lexicon": lexicon, "judge": judge, "allow_remote": allow_remote, "cache": cache,
             "max_cost": max_cost, "device": device, "dtype": dtype, "batch_tokens": batch_tokens}  # fmt: skip
    metrics = metric or list(DEFAULT_METRICS)
    options = run_options_of(flags, metrics)
    found = read_study(name, data, ratings, rating_col or [], lower_ratings)
    if holdout_ids is not None:
        found = not_held_out(found, read_ids(holdout_ids))
    series, notices, _ = scored_series(found, metrics, options, None, [], [], progress)
    fitted = fit_composite(
        found, [one for one in series if one.spec], target, name=out.stem, part=holdout_ids is not None,
        n_boot=n_boot, seed=seed,
    )  # fmt: skip
    try:
        out.write_text(composite_text(fitted.form), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"the file cannot be written: {error.strerror}", where=str(out)) from error
    print(_fitted(fitted, out, {one.label: one.spec for one in series if one.spec}))
    adjusted = [one.label for one in series if one.spec and in_sample(one, found, None)]
    if adjusted:
        say(f"note: adjusted to these ratings before, so that values here are too high: {', '.join(adjusted)}")
    for notice in notices:
        say(f"note: {notice}")


def _fitted(fitted: Fitted, out: Path, specs: Mapping[str, str]) -> str:
    """Returns what was fitted, in words and numbers."""
    weights = {one.spec: one.weight for one in fitted.form.metric}
    width = max(len(label) for label in ("cross-validated", *fitted.singles))
    left = "" if fitted.n_items == fitted.n_rated else f" of {fitted.n_rated:,} rated"
    target = fitted.form.fit["target"]
    lines = [f"tau-b with {target} on {fitted.n_items:,}{left} reports of {fitted.n_groups:,} studies"]
    for label, found in {"cross-validated": fitted.crossed, "in-sample": fitted.in_sample, **fitted.singles}.items():
        weight = f"  weight {weights.get(specs[label], 0.0):+.3f}" if label in specs else ""
        value = "    -" if found.value is None else f"{found.value:.3f}"
        interval = "" if found.interval is None else f"  [{found.interval.low:.3f}, {found.interval.high:.3f}]"
        lines.append(f"  {label:<{width}}  {value}{interval}{weight}")
    lines.append(
        f"cross-validated: studies left out in {fitted.form.fit['folds']} parts, shrinkage chosen without them; "
        "mean of the parts' tau-b over 10 splits; this is what to expect"
    )
    lines.append(f"use it: -m composite:file={out}")
    return "\n".join(lines)
