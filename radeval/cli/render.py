"""Shows a result: as a table to read, or as TSV, JSON or LaTeX to go on with."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from radeval.core.info import MetricInfo
from radeval.core.results import Aggregate, RunResult
from radeval.core.stored import aggregates_to_dict, signature_to_dict
from radeval.stats.bootstrap import FEW_GROUPS

_ARROWS = {"higher": "↑", "lower": "↓"}
_STRATA_SHOWN = 30
_LONGEST_NAME = 40
_TSV_COLUMNS = (
    "column", "stratum", "metric", "part", "direction", "value", "low", "high", "n", "n_groups", "n_ok", "n_undefined",
    "n_unscored", "n_error", "worst_bound", "best_bound", "rule", "signature",
)  # fmt: skip


def render(run: RunResult, form: str, details: bool = False) -> str:
    """Returns a result as text.

    Args:
        run: The result.
        form: "table", "tsv", "json" or "latex".
        details: Whether a table shows the parts that are details, as the other forms do.
    """
    if form == "table":
        return _table(run, details)
    return {"tsv": _tsv, "json": _json, "latex": _latex}[form](run)


def _rows(run: RunResult, aggregates: Mapping[str, Aggregate]) -> Iterator[tuple[str, str, Aggregate]]:
    """Yields label, part (empty for the main value) and aggregate, in the order of the metrics."""
    for label, metric in run.metrics.items():
        yield label, "", aggregates[label]
        for part in metric.info.parts:
            yield label, part.name, aggregates[f"{label}/{part.name}"]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(aggregate: Aggregate) -> str:
    return "-" if aggregate.interval is None else f"[{aggregate.interval.low:.3f}, {aggregate.interval.high:.3f}]"


def _table(run: RunResult, details: bool) -> str:
    from rich.console import Console

    stream = io.StringIO()
    # As wide as it needs to be: a table that is cut at 80 columns loses numbers.
    console = Console(file=stream, width=400, highlight=False)
    hidden = set() if details else _details(run)
    console.print(_overall_table(run, hidden))
    for column, strata in run.strata.items():
        console.print()
        console.print(_strata_table(run, column, strata))
    lines = [*stream.getvalue().splitlines(), "", *(_frequent(run) if details else ()), *_footer(run, len(hidden))]
    return "\n".join(line.rstrip() for line in lines)


def _frequent(run: RunResult) -> Iterator[str]:
    """Yields which significant errors are most frequent, for each judge that names kinds of errors."""
    from radeval.metrics.judge.summary import frequent_errors

    judges = [label for label, metric in run.metrics.items() if metric.info.name in ("green", "chexprompt")]
    lines = list(run.evidence()) if judges else []
    for label in judges:
        found = frequent_errors(lines, label)
        if found:
            yield f"{label}: most frequent significant errors"
        for one in found:
            # Where nothing but the report's own words says what an error is about, they are report text.
            examples = "" if run.config["no_text"] else "; ".join(_example(*example) for example in one.examples)
            about = "(report text)" if run.config["no_text"] and not one.concept else one.about
            yield f"  {one.kind}: {about}, {one.n} ({one.share:.0%} of its kind)" + (examples and f", e.g. {examples}")
        if found:
            yield ""


def _example(id: str, words: str, reason: str) -> str:
    return f"{id} “{_short(words)}”" + (f" ({_short(reason)})" if reason else "")


def _details(run: RunResult) -> set[tuple[str, str]]:
    """Returns label and name of the parts that are details."""
    return {(label, part.name) for label, metric in run.metrics.items() for part in metric.info.parts if part.detail}


def _new_table(*columns: str) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, justify="left" if column in (columns[0], "over the set") else "right", no_wrap=True)
    return table


def _overall_table(run: RunResult, hidden: set[tuple[str, str]]) -> Any:
    from rich.text import Text

    table = _new_table("metric", "value", "95 % interval", "scored", "over the set")
    for label, part, aggregate in _rows(run, run.aggregates):
        if (label, part) in hidden:
            continue
        name = f"  {part}" if part else f"{label} ({run[label].info.main})" if run[label].info.main != label else label
        arrow = _ARROWS[aggregate.direction]
        scored = f"{aggregate.n_ok}/{aggregate.n}"
        cells = [f"{name} {arrow}", _number(aggregate.value), _interval(aggregate), scored, aggregate.rule]
        table.add_row(*(Text(cell, style="" if part else "bold") for cell in cells))
    return table


def _strata_table(run: RunResult, column: str, strata: Mapping[str, Mapping[str, Aggregate]]) -> Any:
    from rich.text import Text

    table = _new_table(column, "metric", "value", "95 % interval", "scored")
    table.columns[1].justify = "left"
    largest = sorted(strata, key=lambda value: -_size(strata[value]))[:_STRATA_SHOWN]
    for value, aggregates in ((value, strata[value]) for value in strata if value in largest):
        for place, label in enumerate(run.metrics):
            found = aggregates[label]
            first = _short(value if value else "(none)") if place == 0 else ""
            scored = f"{found.n_ok}/{found.n}"
            cells = [first, f"{label} {_ARROWS[found.direction]}", _number(found.value), _interval(found), scored]
            table.add_row(*map(Text, cells))
    return table


def _size(aggregates: Mapping[str, Aggregate]) -> int:
    return next(iter(aggregates.values())).n


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _footer(run: RunResult, hidden: int) -> Iterator[str]:
    if hidden:
        yield f"{hidden} parts are not shown: --details, or --format tsv"
    groups = len(set(run.groups))
    settings = run.config
    what = f"{len(run):,} examples"
    if len(set(run.systems)) > 1:
        what += f" by {len(set(run.systems))} systems"
    how = f"95 % intervals: bootstrap over {groups:,} groups, {settings['n_boot']:,} draws, seed {settings['seed']}"
    if groups < 2 or not settings["n_boot"]:
        how = "intervals: none, which takes two groups or more" if groups < 2 else "intervals: none asked for"
    yield f"{what}; {how}"
    sets = [run.aggregates, *(found for strata in run.strata.values() for found in strata.values())]
    intervals = [found for aggregates in sets for found in aggregates.values() if found.interval is not None]
    if any(found.n_groups < FEW_GROUPS for found in intervals):
        yield f"intervals over fewer than {FEW_GROUPS} groups: too few to trust their 95 %, see docs/benchmarks.md"
    for column, strata in run.strata.items():
        if len(strata) > _STRATA_SHOWN:
            hidden = len(strata) - _STRATA_SHOWN
            yield f"{column}: the {_STRATA_SHOWN} largest strata are shown, {hidden:,} are not; --format tsv has all"
    for label, found in ((label, run.aggregates[label]) for label in run.metrics):
        if found.n_unscored or found.n_error:
            yield (
                f"{label}: {found.n_unscored} unscored, {found.n_error} failed; the value lies between "
                f"{_number(found.worst_bound)} (all of them worst) and {_number(found.best_bound)} (all of them best)"
            )
    wording = [label for label, metric in run.metrics.items() if _compares_wording(metric.info)]
    if wording:
        yield f"compare wording, not findings (a flipped negation can score high): {', '.join(wording)}"
    for label, metric in run.metrics.items():
        yield f"{label}: {metric.signature} #{metric.signature.id}"


def _compares_wording(info: MetricInfo) -> bool:
    """Tells whether a metric neither reads findings nor asks a judge."""
    return not info.properties.clinical and all(one.name != "judge" for one in info.parameters)


def _all_rows(run: RunResult) -> Iterator[tuple[str, str, str, str, Aggregate]]:
    for label, part, aggregate in _rows(run, run.aggregates):
        yield "", "", label, part, aggregate
    for column, strata in run.strata.items():
        for value, aggregates in strata.items():
            for label, part, aggregate in _rows(run, aggregates):
                yield column, value, label, part, aggregate


def _tsv(run: RunResult) -> str:
    import csv

    stream = io.StringIO()
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    writer.writerow(_TSV_COLUMNS)
    for column, stratum, label, part, found in _all_rows(run):
        low, high = found.interval or (None, None)
        counts = [found.n, found.n_groups, found.n_ok, found.n_undefined, found.n_unscored, found.n_error]
        bounds = [found.worst_bound, found.best_bound, found.rule, run[label].signature.id]
        writer.writerow([column, stratum, label, part, found.direction, found.value, low, high, *counts, *bounds])
    return stream.getvalue().rstrip("\n")


def _json(run: RunResult) -> str:
    shown = {
        "n": len(run),
        "aggregates": aggregates_to_dict(run.aggregates),
        "strata": {
            column: {value: aggregates_to_dict(found) for value, found in strata.items()}
            for column, strata in run.strata.items()
        },
        "signatures": {label: signature_to_dict(found) for label, found in run.signatures.items()},
        "notices": run.notices,
        "config": run.config,
        "environment": dict(run.environment),
        "data_digest": run.data_digest,
    }
    return json.dumps(shown, indent=2, allow_nan=False, ensure_ascii=False)


def _latex(run: RunResult) -> str:
    lines = [r"\begin{tabular}{llrrr}", r"\toprule", r" & metric & value & 95\,\% interval & $n$ \\", r"\midrule"]
    for column, stratum, label, part, found in _all_rows(run):
        arrow = r"$\uparrow$" if found.direction == "higher" else r"$\downarrow$"
        where = _escaped(f"{column} {stratum}".strip())
        name = _escaped(f"{label}/{part}" if part else label)
        cells = [where, f"{name} {arrow}", _number(found.value), _interval(found), f"{found.n_ok}/{found.n}"]
        lines.append(" & ".join(cells) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    lines += [f"% {label}: {found} #{found.id}" for label, found in run.signatures.items()]
    return "\n".join(lines)


_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    }
)  # fmt: skip


def _escaped(text: str) -> str:
    return text.translate(_LATEX)
