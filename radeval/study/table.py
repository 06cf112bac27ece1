"""A study's result as a table of text, at most 100 columns wide."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from radeval.study.measures import POOLED, STATISTICS, WITHIN_STUDY, WITHIN_SYSTEM
from radeval.study.names import short_names
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
        blocks += [
            "",
            f"differences in {STATISTICS[_main_key(result)].short}, and what chance gives",
            _differences(result),
        ]
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


def _table(result: StudyResult, columns: Sequence[str], rows: Sequence[tuple[Line, Sequence[str]]]) -> str:
    """Returns a table of lines, the raters first, the trivial baselines dim."""
    from rich.text import Text

    names = _names(result)
    labelled = [([_label(line, names[line.label]), *map(Text, cells)], line.kind == "raters") for line, cells in rows]
    return _printed(columns, labelled)


def _plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    from rich.text import Text

    return _printed(columns, [([Text(cell) for cell in row], False) for row in rows])


def _printed(columns: Sequence[str], rows: Sequence[tuple[Sequence[Any], bool]]) -> str:
    """Returns a table of cells; each row says whether a gap follows it."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    for cells, gap in rows:
        table.add_row(*cells, end_section=gap)
    stream = io.StringIO()
    Console(file=stream, width=4 * WIDTH, highlight=False).print(table)
    return "\n".join(one.rstrip() for one in stream.getvalue().rstrip().splitlines())


def _names(result: StudyResult) -> dict[str, str]:
    return short_names((line.label for line in result.lines), _LONGEST)


def _label(line: Line, name: str) -> Any:
    from rich.text import Text

    marks = _IN_SAMPLE * line.in_sample + _NOT_ABOVE * (line.against is not None and not line.against.beats)
    shown = f"({name})" if line.kind == "baseline" else f"{name} {marks}".rstrip()
    return Text(shown, style="bold" if line.kind == "metric" else "")


def _main(result: StudyResult) -> str:
    main = STATISTICS[_main_key(result)]
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
    return _table(result, columns, rows)


def _all_statistics(result: StudyResult, ending: str) -> str:
    rows = [(line, [_number(line.values[key + ending]) for key in STATISTICS]) for line in result.lines]
    return _table(result, ["metric", *(one.short for one in STATISTICS.values())], rows)


def _differences(result: StudyResult) -> str:
    """Returns all contests of a metric with another, or with a baseline."""
    metrics = {line.label for line in result.lines if line.kind == "metric"}
    names, rows = _names(result), []
    for one in result.contests:
        if not metrics & {one.first, one.second}:
            continue
        between = "-" if one.interval is None else f"[{one.interval.low:+.3f}, {one.interval.high:+.3f}]"
        gap = "-" if one.difference is None else f"{one.difference:+.3f}"
        rows.append([f"{names[one.first]} less {names[one.second]}", gap, between, _p(one.p), _p(one.adjusted)])
    return _plain_table(["two lines", "difference", "95 % interval", "p", "Holm"], rows)


def _p(value: float | None) -> str:
    return "-" if value is None else "<.001" if value < 0.001 else f"{value:.3f}"


def _by_target(result: StudyResult, names: Sequence[str]) -> str:
    heads = {_target_head(result, name): name for name in names}
    return "\n\n".join(
        _table(
            result, ["metric", *some], [(line, [_target(line, heads[head]) for head in some]) for line in result.lines]
        )
        for some in _fitting(list(heads))
    )


def _target_head(result: StudyResult, name: str) -> str:
    """Returns a target's name, with the number of reports where it is another than that of the main table."""
    n = next((line.targets[name].n for line in result.lines if line.kind != "raters" and name in line.targets), 0)
    return name if n == result.n_used else f"{name} (n={n:,})"


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
    return _table(result, ["metric", *names], rows)


def _number(value: Value) -> str:
    return "-" if value.value is None else f"{value.value:.3f}"


def _interval(value: Value) -> str:
    return "-" if value.interval is None else f"[{value.interval.low:.3f}, {value.interval.high:.3f}]"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _foot(result: StudyResult) -> Iterator[str]:
    statistic = STATISTICS[_main_key(result)]
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
        f"{_compared_within(result)}tau-b, acc and pref: docs/studies.md says what each is"
    )


def _compared_within(result: StudyResult) -> str:
    """Returns how many studies and systems the values within them are of."""
    told = []
    line, main = result.lines[-1], _main_key(result)
    if main + WITHIN_STUDY in line.values:
        told.append(f"in study: {line.values[main + WITHIN_STUDY].n_pools:,} studies whose ratings differ")
    if main + WITHIN_SYSTEM in line.values:
        told.append(f"in system: {line.values[main + WITHIN_SYSTEM].n_pools:,} systems")
    return "; ".join(told) + "; " if told else ""


def _main_key(result: StudyResult) -> str:
    return result.statistic.partition("/")[0]


def _people(result: StudyResult) -> Iterator[str]:
    raters = result.raters
    assert raters is not None
    people = result.lines[0]
    pairs = [one.value for one in raters.pairs.values() if one.value is not None]
    statistic = STATISTICS[_main_key(result)]
    ending = result.statistic[len(statistic.key) :]
    yield (
        f"ceiling: each of {len(raters.names)} raters against the mean of the others (metrics meet the mean of all); "
        f"pref counts a rater's ties half, {_number(people.values['preference_strict' + ending])} with ties left out"
    )
    alone = [one.value for one in raters.alone.values() if one.value is not None]
    halves = _number(Value(raters.split_half, None, None, 0, 0))
    if raters.split_interval is not None:
        halves += f" [{raters.split_interval.low:.3f}, {raters.split_interval.high:.3f}]"
    yield (
        f"raters among themselves: {statistic.short} of one with the others {_spread(alone)}, of two {_spread(pairs)}, "
        f"of halves {halves}; Krippendorff's alpha (ordinal) {_number(raters.alpha)} {_interval(raters.alpha)}"
    )


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{min(values):.3f} to {max(values):.3f}" if len(values) > 1 else f"{values[0]:.3f}"


def _best_metric(result: StudyResult) -> Line | None:
    found = (line for line in result.lines if line.kind == "metric" and line.values[result.statistic].value is not None)
    return next(found, None)


def _differ(one: Contest) -> bool:
    return one.adjusted is not None and one.adjusted < 0.05


def _other(one: Contest, label: str) -> str:
    return one.second if one.first == label else one.first
