"""`radeval compare`."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from radeval.cli.complete import complete_metric
from radeval.cli.errors import say
from radeval.cli.judging import AllowRemote, Cache, Judge, Lexicon, judging_of, planned_metrics, run_parameters

if TYPE_CHECKING:
    from radeval.core.results import RunResult
    from radeval.study.systems import CompareResult, Comparison

_ARROWS = {"higher": "↑", "lower": "↓"}


def compare(
    systems: Annotated[
        list[Path],
        typer.Argument(
            help="Folders of runs, one a system; or one run of several systems; or predictions, with --refs."
        ),
    ],
    refs: Annotated[
        Path | None, typer.Option("--refs", help="References: the arguments are files of predictions, scored first.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "-m",
            "--metric",
            help="Labels of the runs; with --refs, what to score.",
            show_default=False,
            autocompletion=complete_metric,
        ),
    ] = None,
    names: Annotated[str | None, typer.Option(help="Names of the systems, joined by commas.")] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Break the differences down by a column; may be repeated.")
    ] = None,
    parts: Annotated[bool, typer.Option("--parts", help="Compare the parts of metrics too.")] = False,
    draws: Annotated[int, typer.Option(help="Resamples, and as many permutations.", min=1)] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of both.", min=0)] = 0,
    format: Annotated[str, typer.Option(help="table, tsv or json.")] = "table",
    lexicon: Lexicon = None,
    judge: Judge = None,
    allow_remote: AllowRemote = None,
    cache: Cache = None,
) -> None:
    """Compare systems on the same reports: paired differences, intervals, p values."""
    from radeval.core.errors import UsageError
    from radeval.core.results import RunResult
    from radeval.study.systems import compare as compared

    if format not in ("table", "tsv", "json"):
        raise UsageError(f"there is no format {format!r}", where="--format", hint="table, tsv or json")
    called = _names(systems, names)
    if refs is None:
        _check_runs(systems)
        runs = [RunResult.load(path) for path in systems]
    else:
        flags = {"metrics": metric, "lexicon": lexicon, "judge": judge, "allow_remote": allow_remote, "cache": cache}
        runs, metric = _scored(systems, refs, flags, by or []), None
    result = compared(runs, called, metrics=_split(metric or []), by=by or [], parts=parts, draws=draws, seed=seed)
    print(_shown(result, format))
    for notice in dict.fromkeys([*(one for run in runs for one in run.notices), *result.notices]):
        say(f"note: {notice}")


def _check_runs(paths: Sequence[Path]) -> None:
    """Raises where predictions are given in place of runs."""
    from radeval.core.errors import UsageError

    for path in paths:
        if path.is_file() and path.suffix != ".json":
            raise UsageError(
                "this is a file, not the folder of a run",
                where=str(path),
                hint="predictions are scored first with --refs REFERENCES; `radeval score ... -o DIR` stores a run",
            )


def _split(labels: Sequence[str]) -> list[str]:
    return [name for label in labels for name in (label.split(",") if ":" not in label else [label])]


def _names(paths: Sequence[Path], given: str | None) -> list[str]:
    """Returns a name for each run: as given, or the shortest end of its path that tells them apart."""
    from radeval.core.errors import UsageError

    if given is not None:
        called = [name.strip() for name in given.split(",")]
        if len(called) != len(paths) or not all(called):
            raise UsageError(f"{len(called)} names for {len(paths)} runs", where="--names", hint="one a run")
        return called
    resolved = [path.resolve().with_suffix("") if path.is_file() else path.resolve() for path in paths]
    for length in range(1, max(len(one.parts) for one in resolved) + 1):
        ends = ["/".join(one.parts[-length:]) for one in resolved]
        if len(set(ends)) == len(ends):
            return ends
    raise UsageError("a run is named twice", hint="name two different ones")


def _scored(paths: Sequence[Path], refs: Path, flags: dict[str, Any], by: Sequence[str]) -> list[RunResult]:
    from radeval.cli.score import column_of
    from radeval.core.config import load_settings
    from radeval.io.reading import read_examples
    from radeval.run.options import RunOptions
    from radeval.run.score import score_examples

    settings = load_settings(flags, os.environ, Path.cwd())
    options = RunOptions(
        sections=settings.sections, n_boot=0, parameters=run_parameters(settings), judging=judging_of(settings)
    )
    planned = planned_metrics(settings.metrics, settings.sections, options)
    runs = []
    for path in paths:
        loaded = read_examples(
            path, refs, id_columns=settings.id_col, text_columns=settings.text_col, allow_missing=True
        )
        strata = {name: column_of(name, loaded.examples, settings.no_text) for name in by}
        chosen = [item.metric for item in planned]
        runs.append(score_examples(loaded.examples, chosen, options, by=strata, notices=loaded.notices))
    return runs


def _shown(result: CompareResult, format: str) -> str:
    if format == "json":
        return json.dumps(result.to_dict(), indent=2, allow_nan=False, ensure_ascii=False)
    return _tsv(result) if format == "tsv" else _table(result)


def _table(result: CompareResult) -> str:
    lines = [_grid(result.comparisons, stratified=False)]
    if result.strata:
        lines += ["", _grid(result.strata, stratified=True)]
    lines += ["", *_foot(result)]
    return "\n".join(lines)


def _grid(rows: Sequence[Comparison], *, stratified: bool) -> str:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    heads = ["metric", "A", "B", "A - B", "95 % interval", "p", "Holm", "effect", "n"]
    several = len({(one.first, one.second) for one in rows}) > 1
    heads = (["stratum"] if stratified else []) + (["A, B"] if several else []) + heads
    for head in heads:
        table.add_column(head, justify="left" if head in ("metric", "stratum", "A, B") else "right", no_wrap=True)
    for one in rows:
        found = one.found
        cells = [f"{one.metric} {_ARROWS[one.direction]}", _number(found.first), _number(found.second)]
        interval = "-" if found.interval is None else f"[{found.interval.low:+.3f}, {found.interval.high:+.3f}]"
        cells += [_number(found.difference, "+"), interval, _p(found.p), _p(one.adjusted), _number(one.effect, "+", 2)]
        cells = [f"{one.column} {one.stratum}"] * stratified + [f"{one.first}, {one.second}"] * several + cells
        table.add_row(*map(Text, [*cells, f"{found.n:,}"]), style="bold" if one.better else "")
    stream = io.StringIO()
    Console(file=stream, width=400, highlight=False).print(table)
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip().splitlines())


def _number(value: float | None, sign: str = "", digits: int = 3) -> str:
    return "-" if value is None else f"{value:{sign}.{digits}f}"


def _p(value: float | None) -> str:
    return "-" if value is None else "<.001" if value < 0.001 else f"{value:.3f}"


def _foot(result: CompareResult) -> list[str]:
    config = result.config
    two = len(result.systems) == 2
    named = f"A is {result.systems[0]}, B is {result.systems[1]}" if two else f"systems: {', '.join(result.systems)}"
    smallest = [one for one in result.comparisons if one.found.smallest is not None]
    power = ", ".join(f"{one.metric} {one.found.smallest:.3f}" for one in smallest[:6])
    dropped = {one.metric: one.n_dropped for one in result.comparisons if one.n_dropped}
    return [
        named,
        f"{config['n']:,} examples each in {config['n_groups']:,} groups; bootstrap and permutation of pairs by group, "
        f"{config['draws']:,} draws, seed {config['seed']}; Holm: adjusted for all rows of a table",
        "effect: mean difference over the standard deviation of differences (d_z); none for corpus rules",
        *([f"power: differences that this many groups show four times in five: {power}"] if power else []),
        *(f"{label}: {n:,} examples left out, since a system has no score there" for label, n in dropped.items()),
        *(f"{label}: {signature}" for label, signature in result.signatures.items()),
    ]


_COLUMNS = (
    "column", "stratum", "metric", "direction", "rule", "first", "second", "first_value", "second_value", "difference",
    "low", "high", "p", "p_holm", "effect_size", "smallest_difference", "n", "n_groups", "n_dropped",
)  # fmt: skip


def _tsv(result: CompareResult) -> str:
    import csv

    stream = io.StringIO()
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in (*result.comparisons, *result.strata):
        found = one.found
        low, high = found.interval or (None, None)
        writer.writerow(
            [one.column, one.stratum, one.metric, one.direction, one.rule, one.first, one.second, found.first,
             found.second, found.difference, low, high, found.p, one.adjusted, one.effect, found.smallest, found.n,
             found.n_groups, one.n_dropped]
        )  # fmt: skip
    return stream.getvalue().rstrip("\n")
