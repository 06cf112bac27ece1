"""Compares systems by their scores: paired differences from stored numbers, nothing is scored again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radeval.core.batch import Floats
from radeval.core.errors import InputError, MetricError, RadevalError, UsageError, did_you_mean
from radeval.core.info import Direction
from radeval.core.registry import make_metric
from radeval.core.results import MetricResult, RunResult
from radeval.stats.bootstrap import FEW_GROUPS
from radeval.stats.permutation import holm
from radeval.stats.systems import Rule, SystemDifference, compare_totals, effect_size, mean_rows, mean_rule

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One metric's difference of two systems.

    Attributes:
        metric: The metric's label, `label/part` for a part.
        first: Name of the first system.
        second: Name of the second.
        column: The column of a stratum, empty for all examples.
        stratum: Its value.
        direction: Which way the metric is better.
        rule: "mean" or "corpus".
        found: Values, difference (first less second), interval, p value, smallest difference of power .80.
        effect: The mean of the paired differences in their standard deviations; None for a corpus rule.
        adjusted: The p value after Holm's adjustment for all comparisons of its table.
        n_dropped: Examples left out since one of the two has no score.
        better: The system that is better by more than chance at .05 after adjustment, empty where none is.
    """

    metric: str
    first: str
    second: str
    column: str
    stratum: str
    direction: Direction
    rule: str
    found: SystemDifference
    effect: float | None
    adjusted: float | None
    n_dropped: int
    better: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareResult:
    """Systems compared.

    Attributes:
        systems: Names of the systems.
        comparisons: Over all examples: by metric, then by pair of systems.
        strata: The same within each value of a column; adjusted for themselves.
        notices: What must be read with the numbers.
        signatures: The method of each metric.
        config: How it was made.
    """

    systems: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    strata: tuple[Comparison, ...]
    notices: tuple[str, ...]
    signatures: dict[str, str]
    config: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Returns the comparison as JSON values."""
        rows = {name: [_row(one) for one in getattr(self, name)] for name in ("comparisons", "strata")}
        return {"format": 1, "systems": list(self.systems), **rows, "notices": list(self.notices),
                "signatures": self.signatures, "config": self.config}  # fmt: skip


def _row(one: Comparison) -> dict[str, Any]:
    values = asdict(one)
    return {key: value for key, value in values.items() if key != "found"} | one.found._asdict()


@dataclass(frozen=True, slots=True)
class _System:
    """One system's part of a run.

    Attributes:
        name: Its name.
        run: The run.
        rows: Place in the run of each shared example, in one order for all systems.
    """

    name: str
    run: RunResult
    rows: Places


def compare(
    runs: Sequence[RunResult],
    names: Sequence[str] | None = None,
    *,
    metrics: Sequence[str] = (),
    by: Sequence[str] = (),
    parts: bool = False,
    draws: int = 10_000,
    seed: int = 0,
) -> CompareResult:
    """Compares systems on the same examples.

    Args:
        runs: Two or more runs, one a system; or one run with several systems.
        names: A name for each run.
        metrics: Labels to compare; all that the runs share where empty.
        by: Columns of the runs to break the differences down by.
        parts: Whether parts of metrics are compared too.
        draws: Resamples, and as many permutations.
        seed: Seed of both.

    Raises:
        InputError: The runs are not of the same examples or methods.
        UsageError: There are no two systems, or a name is not there.
    """
    systems, notices = _systems(runs, names)
    labels, said = _labels(systems, metrics)
    first = systems[0]
    groups = np.array(first.run.groups, dtype=object)[first.rows]
    columns = {name: _column(first, name) for name in by}
    places = {("", ""): np.arange(len(groups))} | {
        (name, value): np.flatnonzero(column == value)
        for name, column in columns.items()
        for value in dict.fromkeys(column.tolist())
    }
    found: dict[bool, list[Comparison]] = {True: [], False: []}
    for label in labels:
        for key in _keys(systems[0].run[label], parts):
            for place, one in enumerate(systems):
                for other in systems[place + 1 :]:
                    for (name, value), members in places.items():
                        made = _compared(label, key, one, other, groups, members, draws, seed)
                        found[not name].append(replace(made, column=name, stratum=value))
    n_groups = len(set(groups.tolist()))
    if n_groups < FEW_GROUPS:
        said.append(f"{n_groups} groups: intervals and tests are rough below {FEW_GROUPS}")
    return CompareResult(
        systems=tuple(one.name for one in systems),
        comparisons=tuple(_adjusted(found[True])),
        strata=tuple(_adjusted(found[False])),
        notices=(*notices, *said),
        signatures={label: f"{first.run[label].signature} #{first.run[label].signature.id}" for label in labels},
        config={"draws": draws, "seed": seed, "n": len(groups), "n_groups": n_groups},
    )


def _systems(runs: Sequence[RunResult], names: Sequence[str] | None) -> tuple[list[_System], list[str]]:
    """Returns the systems on their shared examples."""
    if len(runs) == 1:
        several = list(dict.fromkeys(runs[0].systems))
        if len(several) < 2:
            raise UsageError("one run of one system has nothing to be compared with", hint="name a second run")
        parts = [(name, runs[0], [at for at, one in enumerate(runs[0].systems) if one == name]) for name in several]
    else:
        called = list(names or [f"run {number}" for number in range(1, len(runs) + 1)])
        if len(set(called)) < len(called):
            raise UsageError("two runs have one name", hint="--names tells them apart")
        parts = []
        for name, run in zip(called, runs, strict=True):
            if len(set(run.systems)) > 1:
                raise InputError(f"{name} holds several systems", hint="compare it alone, or score one system a run")
            parts.append((name, run, list(range(len(run)))))
    by_id = [{run.ids[at]: at for at in rows} for _, run, rows in parts]
    shared = [name for name in by_id[0] if all(name in one for one in by_id)]
    if not shared:
        raise InputError("the systems share no example id", hint="paired differences need the same examples")
    same_order = all(run.ids == runs[0].ids for run in runs)
    if same_order and len({run.reference_digest for run in runs}) > 1:
        raise InputError(
            "the runs have the same ids, but other references or contexts",
            hint="score all systems against the same references",
        )
    notices = []
    if not same_order and len({run.reference_digest for run in runs}) > 1:
        notices.append("the runs hold different examples: that references of the same id are equal cannot be checked")
    left = sum(len(one) - len(shared) for one in by_id)
    if left:
        notices.append(f"{left:,} examples are not of every system and are left out")
    systems = [_System(name, run, np.array([one[key] for key in shared], dtype=np.intp))
               for (name, run, _), one in zip(parts, by_id, strict=True)]  # fmt: skip
    return systems, notices


def _labels(systems: Sequence[_System], wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Returns the labels of metrics that all runs have by one method."""
    there = [label for label in systems[0].run.metrics if all(label in one.run.metrics for one in systems)]
    for label in wanted:
        if label not in there:
            raise UsageError(f"no metric of all runs is called {label!r}", where="-m", hint=did_you_mean(label, there))
    same, said = [], []
    lone = [label for label in dict.fromkeys(name for one in systems for name in one.run.metrics) if label not in there]
    if lone and not wanted:
        said.append(f"not of every run, and left out: {', '.join(lone)}")
    for label in wanted or there:
        if len({one.run[label].signature.id for one in systems}) == 1:
            same.append(label)
        else:
            said.append(f"{label} was computed by different methods (signatures) and is left out")
    if not same:
        raise InputError("the runs share no metric by the same method", hint="score all systems with the same metrics")
    return same, said


def _column(system: _System, name: str) -> NDArray[np.object_]:
    if name not in system.run.columns:
        raise UsageError(
            f"the run has no column {name!r}",
            where="--by",
            hint=did_you_mean(name, [*system.run.columns]) + "; `radeval score --by` stores one",
        )
    return np.array(system.run.columns[name], dtype=object)[system.rows]


def _keys(metric: MetricResult, parts: bool) -> list[str]:
    return ["", *(part.name for part in metric.info.parts if not part.detail)] if parts else [""]


def _compared(
    label: str,
    part: str,
    one: _System,
    other: _System,
    groups: NDArray[np.object_],
    members: Places,
    draws: int,
    seed: int,
) -> Comparison:
    metric = one.run[label]
    rule, name = _rule(metric, part)
    values = [_values(system.run[label], part)[system.rows[members]] for system in (one, other)]
    both = np.isfinite(values[0]) & np.isfinite(values[1])
    kept = members[both]
    rows = [
        mean_rows(value[both]) if name == "mean" else system.run[label].scores.statistics[system.rows[kept]]
        for value, system in zip(values, (one, other), strict=True)
    ]
    found = compare_totals(rows[0], rows[1], groups[kept].tolist(), rule, draws=draws, seed=seed)
    direction = metric.info.direction
    for declared in metric.info.parts:
        if declared.name == part:
            direction = declared.direction
    return Comparison(
        metric=f"{label}/{part}" if part else label,
        first=one.name,
        second=other.name,
        column="",
        stratum="",
        direction=direction,
        rule=name,
        found=found,
        effect=effect_size(values[0][both], values[1][both]) if name == "mean" else None,
        adjusted=None,
        n_dropped=int(len(members) - both.sum()),
    )


def _values(metric: MetricResult, part: str) -> Floats:
    return metric.scores.parts[part] if part else metric.scores.value


def _rule(metric: MetricResult, part: str) -> tuple[Rule, str]:
    """Returns how a value over a set comes about: the mean, or the metric's rule over its stored statistics."""
    if not metric.info.statistics:
        return mean_rule, "mean"
    try:
        corpus: Callable[[Floats], Any] = make_metric(metric.spec).corpus
        known = corpus(np.zeros((1, len(metric.info.statistics))))
    except (MetricError, RadevalError) as error:
        raise InputError(
            f"{metric.label} pools statistics by a rule that is not at hand here", where=metric.spec, hint=str(error)
        ) from error
    key = part or metric.info.main
    if key not in known:
        return mean_rule, "mean"

    def rule(totals: Floats) -> Floats:
        found: Floats = corpus(totals)[key]
        return found

    return rule, "corpus"


def _adjusted(found: Sequence[Comparison]) -> list[Comparison]:
    adjusted = iter(holm([one.found.p for one in found if one.found.p is not None]).tolist())
    done = []
    for one in found:
        p = None if one.found.p is None else next(adjusted)
        better = ""
        if p is not None and p < 0.05 and one.found.difference:
            ahead = (one.found.difference > 0) == (one.direction == "higher")
            better = one.first if ahead else one.second
        done.append(replace(one, adjusted=p, better=better))
    return done
