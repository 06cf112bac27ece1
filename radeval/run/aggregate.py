"""Turns scores into values over sets of examples, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radeval.core.batch import Floats
from radeval.core.info import Direction, MetricInfo, Range
from radeval.core.results import Aggregate, RunResult, Summary
from radeval.core.score import Status
from radeval.stats.bootstrap import bootstrap_totals, expanded_interval, group_sums

Corpus = Callable[[Floats], Mapping[str, Floats]]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Value:
    """A number to aggregate.

    Attributes:
        key: Its key among the aggregates.
        direction: Which way is better.
        range: Its smallest and largest possible value.
        rule: "mean" or "corpus".
        columns: Where its sums stand among the columns of the run.
        of_totals: Returns its value from totals of these columns, shape (sets,).
        counted: Which examples count in it.
    """

    key: str
    direction: Direction
    range: Range
    rule: str
    columns: slice
    of_totals: Callable[[Floats], Floats]
    counted: Mask


def summarise(run: RunResult, corpora: Mapping[str, Corpus], seed: int, n_boot: int) -> Summary:
    """Returns the aggregates of a run, overall and within each stratum.

    All metrics and all parts see the same resamples.

    Args:
        run: The run.
        corpora: The corpus rule of each label that has one.
        seed: Seed of the resampling.
        n_boot: Number of resamples; 0 for no intervals.
    """
    values, columns = _values(run, corpora)
    statuses = {label: np.array(metric.scores.status, dtype=object) for label, metric in run.metrics.items()}
    groups = np.array(run.groups, dtype=object)

    def over(members: Places) -> dict[str, Aggregate]:
        # A copy of everything would be the largest thing in memory.
        rows = columns if len(members) == len(columns) else columns[members]
        totals = rows.sum(axis=0, keepdims=True)
        sums = group_sums(rows, groups[members].tolist())
        resampled = None
        if n_boot and len(sums) >= 2:
            resampled = bootstrap_totals(sums, n_boot, np.random.default_rng(seed))
        found = {}
        for value in values:
            status = statuses[value.key if value.key in statuses else value.key.rpartition("/")[0]][members]
            counting = int((sums[:, value.columns] != 0).any(axis=1).sum())
            found[value.key] = _aggregate(value, status, members, len(sums), counting, totals, resampled)
        return found

    strata = {
        column: {name: over(np.array(places)) for name, places in _places_by_value(entries).items()}
        for column, entries in run.columns.items()
    }
    return Summary(over(np.arange(len(run))), strata)


def _places_by_value(entries: Sequence[str]) -> dict[str, list[int]]:
    """Returns where each value stands, values by first appearance."""
    places: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        places.setdefault(entry, []).append(place)
    return places


def _aggregate(
    value: _Value,
    status: NDArray[np.object_],
    members: Places,
    n_groups: int,
    counting: int,
    totals: Floats,
    resampled: Floats | None,
) -> Aggregate:
    """Returns a value over a set; `counting` is the number of groups that count in it."""
    n, n_ok = len(status), int(value.counted[members].sum())
    n_unscored, n_error = int((status == Status.UNSCORED).sum()), int((status == Status.ERROR).sum())
    number = float(value.of_totals(totals[:, value.columns])[0]) if n_ok else float("nan")
    known = number if np.isfinite(number) else None
    interval = None
    if resampled is not None and known is not None:
        interval = expanded_interval(value.of_totals(resampled[:, value.columns]), counting)
    low, high = (_bound(value, known, n_ok, n_unscored + n_error, extreme) for extreme in value.range)
    higher = value.direction == "higher"
    return Aggregate(
        value=known,
        interval=interval,
        n=n,
        n_groups=n_groups,
        n_ok=n_ok,
        n_undefined=n - n_ok - n_unscored - n_error,
        n_unscored=n_unscored,
        n_error=n_error,
        worst_bound=low if higher else high,
        best_bound=high if higher else low,
        rule=value.rule,
        direction=value.direction,
    )


def _bound(value: _Value, known: float | None, n_ok: int, missing: int, extreme: float | None) -> float | None:
    """Returns the value if each missing example had an extreme one."""
    if not missing:
        return known
    if extreme is None or value.rule != "mean":
        return None
    return ((known or 0.0) * n_ok + extreme * missing) / (n_ok + missing)


def _values(run: RunResult, corpora: Mapping[str, Corpus]) -> tuple[list[_Value], Floats]:
    """Returns what there is to aggregate and the columns that it is made from, shape (examples, columns)."""
    values: list[_Value] = []
    columns: list[Floats] = []
    for label, metric in run.metrics.items():
        scores, info = metric.scores, metric.info
        pooled: set[str] = set()
        if label in corpora:
            place = slice(len(columns), len(columns) + len(info.statistics))
            columns += list(scores.statistics.T)
            scored = np.isfinite(scores.value)
            names = corpora[label](scores.statistics.sum(axis=0, keepdims=True))
            for name, direction, bounds in _declared(info):
                if name in names:
                    pooled.add(name)
                    rule = _pooled(corpora[label], name)
                    key = label if name == info.main else f"{label}/{name}"
                    values.append(_Value(key, direction, bounds, "corpus", place, rule, scored))
        for name, direction, bounds in _declared(info):
            if name not in pooled:
                column = scores.value if name == info.main else scores.parts[name]
                counted = np.isfinite(column)
                place = slice(len(columns), len(columns) + 2)
                columns += [np.where(counted, column, 0.0), counted.astype(np.float64)]
                key = label if name == info.main else f"{label}/{name}"
                values.append(_Value(key, direction, bounds, "mean", place, _mean, counted))
    return values, np.column_stack(columns)


def _declared(info: MetricInfo) -> list[tuple[str, Direction, Range]]:
    """Returns the main value and the parts with their direction and range."""
    return [
        (info.main, info.direction, info.range),
        *((part.name, part.direction, part.range) for part in info.parts),
    ]


def _mean(totals: Floats) -> Floats:
    found: Floats = np.divide(totals[:, 0], totals[:, 1], out=np.full(len(totals), np.nan), where=totals[:, 1] > 0)
    return found


def _pooled(corpus: Corpus, name: str) -> Callable[[Floats], Floats]:
    return lambda totals: corpus(totals)[name]
