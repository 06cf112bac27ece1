"""A study's result as a table of text, at most 100 columns wide."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from radeval.study.measures import POOLED, STATISTICS, WITHIN_STUDY, WITHIN_SYSTEM
from radeval.study.results import Contest, Line, StudyResult, Value

WIDTH = 100
_ENDINGS = {POOLED: "pooled", WITHIN_STUDY: "within study", WITHIN_SYSTEM: "within system"}
_MOST_PROBLEMS = 5
_LONGEST = 22
_IN_SAMPLE, _NOT_ABOVE = "†", "‡"
_ALWAYS = ("total", "errors", "significant", "insignificant", "rating")


def as_table(result: StudyResult, details: bool = False) -> str:
    """Returns the study as text.

    Args:
        result: The study.
        details: Whether every statistic and every target is shown.
    """
    blocks = [*_head(result), "", _main(result)]
    if details:
        for ending in _endings(result):
            blocks += ["", f"all statistics, {_ENDINGS[ending]}", _all_statistics(result, ending)]
    others = [name for name in _targets(result) if details or name in _ALWAYS]
    if len(others) > 1:
        blocks += ["", "Kendall's tau-b with every target, pooled", _by_target(result, others)]
    if any(line.errors for line in result.lines if line.kind == "metric"):
        blocks += ["", "mean absolute difference of error counts, errors a report (lower is better)", _errors(result)]
    return "\n".join([*blocks, "", *(line for text in _foot(result) for line in _wrapped(text))])


def _head(result: StudyResult) -> list[str]:
    systems = f" by {result.n_systems} systems" if result.n_systems > 1 else ""
    left = "" if result.n_used == result.n_items else f" of {result.n_items:,}"
    return [
        f"{result.title}: {result.n_used:,}{left} reports{systems} on {result.n_groups:,} studies",
        f"target: {result.target} ({result.target_summary})",
    ]


def _endings(result: StudyResult) -> list[str]:
    keys = result.lines[-1].values
    return [ending for ending in _ENDINGS if "kendall" + ending in keys]


def _targets(result: StudyResult) -> list[str]:
    return list(dict.fromkeys(name for line in result.lines for name in line.targets))


def _table(columns: Sequence[str], rows: Sequence[tuple[Line, Sequence[str]]]) -> str:
    """Returns a table of lines, the raters first, the trivial baselines dim."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    for line, cells in rows:
        table.add_row(_label(line), *map(Text, cells), end_section=line.kind == "raters")
    stream = io.StringIO()
    Console(file=stream, width=4 * WIDTH, highlight=False).print(table)
    return "\n".join(one.rstrip() for one in stream.getvalue().rstrip().splitlines())


def _label(line: Line) -> Any:
    from rich.text import Text

    name = line.label if len(line.label) <= _LONGEST else line.label[: _LONGEST - 1] + "…"
    marks = _IN_SAMPLE * line.in_sample + _NOT_ABOVE * (line.against is not None and not line.against.beats)
    shown = f"({name})" if line.kind == "baseline" else f"{name} {marks}".rstrip()
    return Text(shown, style="bold" if line.kind == "metric" else "")


def _main(result: StudyResult) -> str:
    main = STATISTICS[result.statistic.partition("/")[0]]
    others = [ending for ending in _endings(result) if main.key + ending != result.statistic]
    names = {POOLED: "pooled", WITHIN_STUDY: "in study", WITHIN_SYSTEM: "in system"}
    extra = [key for key in ("kendall", "preference", "accuracy") if key != main.key]
    columns = ["metric", main.short, "95 % interval", *(names[one] for one in others),
               *(STATISTICS[key].short for key in extra), "cluster"]  # fmt: skip
    ending = result.statistic[len(main.key) :]
    rows = []
    for line in result.lines:
        value = line.values[result.statistic]
        cells = [_number(value), _interval(value), *(_number(line.values[main.key + one]) for one in others)]
        cells += [_number(line.values[key + ending]) for key in extra]
        rows.append((line, [*cells, "" if line.cluster is None else str(line.cluster)]))
    return _table(columns, rows)


def _all_statistics(result: StudyResult, ending: str) -> str:
    rows = [(line, [_number(line.values[key + ending]) for key in STATISTICS]) for line in result.lines]
    return _table(["metric", *(one.short for one in STATISTICS.values())], rows)


def _by_target(result: StudyResult, names: Sequence[str]) -> str:
    return "\n\n".join(
        _table(["metric", *some], [(line, [_target(line, name) for name in some]) for line in result.lines])
        for some in _fitting(names)
    )


def _target(line: Line, name: str) -> str:
    return _number(line.targets[name]) if name in line.targets else "-"


def _fitting(names: Sequence[str]) -> list[list[str]]:
    """Returns columns in blocks that fit the width beside the labels."""
    blocks: list[list[str]] = [[]]
    for name in names:
        if _LONGEST + 5 + sum(len(one) + 2 for one in [*blocks[-1], name]) > WIDTH and blocks[-1]:
            blocks.append([])
        blocks[-1].append(name)
    return blocks


def _errors(result: StudyResult) -> str:
    names = list(dict.fromkeys(name for line in result.lines if line.kind == "metric" for name in line.errors))
    rows = [
        (line, [f"{_number(line.errors[name])} {_interval(line.errors[name])}" if name in line.errors else "-"
                for name in names])
        for line in result.lines
        if line.errors
    ]  # fmt: skip
    return _table(["metric", *names], rows)


def _number(value: Value) -> str:
    return "-" if value.value is None else f"{value.value:.3f}"


def _interval(value: Value) -> str:
    return "-" if value.interval is None else f"[{value.interval.low:.3f}, {value.interval.high:.3f}]"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _foot(result: StudyResult) -> Iterator[str]:
    statistic = STATISTICS[result.statistic.partition("/")[0]]
    yield _how(result)
    if result.raters is not None:
        yield from _people(result)
    else:
        yield "ceiling: none, since there is one reading a report"
    yield "(…) trivial baselines, which read no meaning: what they reach is no sign of quality"
    if any(line.against is not None and not line.against.beats for line in result.lines):
        yield (
            f"{_NOT_ABOVE} not shown to be better than each trivial baseline: paired permutation tests, p of .05 or "
            "more after Holm's adjustment for the number of metrics"
        )
    if any(line.in_sample for line in result.lines):
        yield f"{_IN_SAMPLE} in-sample: fitted or adjusted to these ratings, so that its value here is no evidence"
    if result.smallest_difference is not None:
        yield (
            f"power: a true difference of {result.smallest_difference:.2f} in {statistic.short} between two metrics is "
            "found four times in five (median over pairs of metrics); smaller ones may stay unseen"
        )
    best = _best_metric(result)
    if best is not None:
        equals = [one for one in result.contests if best.label in (one.first, one.second) and not _differ(one)]
        alike = [_other(one, best.label) for one in equals]
        metrics = {line.label for line in result.lines if line.kind == "metric"}
        named = [name for name in alike if name in metrics]
        if named:
            yield f"not told apart from {best.label} here: {', '.join(named)}"
    methods = [f"{line.label} #{line.signature_id}" for line in result.lines if line.signature_id]
    if methods:
        yield f"methods, in full in study.json and --format json: {', '.join(methods)}"
    for problem in result.problems[:_MOST_PROBLEMS]:
        yield f"problem: {problem}"
    if len(result.problems) > _MOST_PROBLEMS:
        yield f"problems: {len(result.problems) - _MOST_PROBLEMS:,} more, listed by radeval study check"
    for notice in result.notices:
        yield f"note: {notice}"


def _how(result: StudyResult) -> str:
    config = result.config
    held = "" if config["held_out"] is None else "held-out items only; "
    return (
        f"{held}every value on the same {result.n_used:,} reports; 95 % intervals: bootstrap over {result.n_groups:,} "
        f"studies, {config['n_boot']:,} draws; tests: {config['draws']:,} permutations; seed {config['seed']}. "
        "tau-b, acc and pref: docs/studies.md says what each is"
    )


def _people(result: StudyResult) -> Iterator[str]:
    raters = result.raters
    assert raters is not None
    people = result.lines[0]
    pairs = [one.value for one in raters.pairs.values() if one.value is not None]
    statistic = STATISTICS[result.statistic.partition("/")[0]]
    ending = result.statistic[len(statistic.key) :]
    yield (
        f"ceiling: each of {len(raters.names)} raters against the mean of the others (metrics meet the mean of all); "
        f"pref counts a rater's ties half, {_number(people.values['preference_strict' + ending])} with ties left out"
    )
    between = f"{min(pairs):.3f} to {max(pairs):.3f}" if pairs else "-"
    halves = "-" if raters.split_half is None else f"{raters.split_half:.3f}"
    yield (
        f"raters among themselves: {statistic.short} of two {between}, of halves {halves}; Krippendorff's "
        f"alpha (ordinal) {_number(raters.alpha)} {_interval(raters.alpha)}"
    )


def _best_metric(result: StudyResult) -> Line | None:
    found = (line for line in result.lines if line.kind == "metric" and line.values[result.statistic].value is not None)
    return next(found, None)


def _differ(one: Contest) -> bool:
    return one.adjusted is not None and one.adjusted < 0.05


def _other(one: Contest, label: str) -> str:
    return one.second if one.first == label else one.first
