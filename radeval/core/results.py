"""What a run found: numbers in example order, aggregates with intervals, and how they came about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from radeval.core.batch import ScoreBatch
from radeval.core.info import Direction, MetricInfo
from radeval.core.score import Evidence, Score, Usage
from radeval.core.signature import Signature

if TYPE_CHECKING:
    import pandas


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """A value over a set of examples.

    `n` is the sum of `n_ok`, `n_undefined`, `n_unscored` and `n_error`.

    Attributes:
        value: The mean of the examples that count, or the metric's corpus value; None where none counts.
        interval: 95 % bootstrap interval over groups (expanded percentiles); None below two groups, and where all
            resamples have one value.
        n: Examples in the set.
        n_groups: Groups in the set, the units that intervals resample; below 20, intervals were not tested.
        n_ok: Examples that count in the value.
        n_undefined: Examples with a verdict for which this part is not defined; always 0 for a main value.
        n_unscored: Examples without a verdict.
        n_error: Examples that failed.
        worst_bound: The value if every unscored and failed example had the worst possible one; None where unknown.
        best_bound: The value if every unscored and failed example had the best possible one; None where unknown.
        rule: "mean", or "corpus" where the metric pools statistics.
        direction: Which way is better.
    """

    value: float | None
    interval: Interval | None
    n: int
    n_groups: int
    n_ok: int
    n_undefined: int
    n_unscored: int
    n_error: int
    worst_bound: float | None
    best_bound: float | None
    rule: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class Summary:
    """Aggregates of a run.

    Attributes:
        overall: By label or `label/part`.
        strata: By column, value, and label or `label/part`.
    """

    overall: dict[str, Aggregate]
    strata: dict[str, dict[str, dict[str, Aggregate]]]


class Digests(NamedTuple):
    """sha256 of a run's data, hexadecimal.

    Attributes:
        data: Over everything that is scored.
        references: Over ids, references and contexts, without the candidates and their systems.
    """

    data: str
    references: str


@dataclass(slots=True, kw_only=True, eq=False)
class MetricResult:
    """One metric's scores of a run.

    Attributes:
        label: The metric's name in this run: its registered name, or its spec where a name appears twice.
        spec: The spec that makes the same metric again.
        info: The metric's declaration.
        signature: The method.
        scores: The columns, in example order.
        seconds: Time spent on scoring.
    """

    label: str
    spec: str
    info: MetricInfo
    signature: Signature
    scores: ScoreBatch
    seconds: float


@dataclass(kw_only=True, eq=False, repr=False)
class RunResult:
    """The result of a run.

    Plain data: it loads from its JSON without importing any metric, so that a run made with plugins or extras can be
    read anywhere.

    Attributes:
        ids: Id of each example.
        systems: System of each example; all empty where one system is scored.
        groups: Resampling unit of each example.
        columns: Values by example of the columns that the run is broken down by.
        metrics: Results by label, in the order asked for.
        config: The resolved configuration.
        environment: Versions of Python, radeval and the packages used, and the machine.
        notices: What the user must read with the numbers.
        created: When the run ended, UTC.
        seconds: Duration of the run.
        evidence_path: The file that holds the evidence, None where it is in memory.
    """

    ids: list[str]
    systems: list[str]
    groups: list[str]
    columns: dict[str, list[str]]
    metrics: dict[str, MetricResult]
    config: dict[str, Any]
    environment: Mapping[str, str]
    notices: list[str]
    created: str
    seconds: float
    evidence_path: Path | None = None
    _summary: Summary | Callable[[RunResult], Summary] = field(repr=False)
    _digests: Digests | Callable[[], Digests] = field(repr=False)

    @property
    def summary(self) -> Summary:
        """Aggregates over the run and over each stratum, computed when first read."""
        if not isinstance(self._summary, Summary):
            self._summary = self._summary(self)
        return self._summary

    @property
    def data_digest(self) -> str:
        """sha256 over all examples, hexadecimal: runs with the same one are of the same data."""
        return self._found_digests().data

    @property
    def reference_digest(self) -> str:
        """sha256 over ids, references and contexts, hexadecimal: equal where two systems met the same task."""
        return self._found_digests().references

    def _found_digests(self) -> Digests:
        if not isinstance(self._digests, Digests):
            self._digests = self._digests()
        return self._digests

    @property
    def aggregates(self) -> dict[str, Aggregate]:
        """Aggregates by label for main values and by `label/part` for parts."""
        return self.summary.overall

    @property
    def strata(self) -> dict[str, dict[str, dict[str, Aggregate]]]:
        """Aggregates by column, then by the column's value, then by label or `label/part`."""
        return self.summary.strata

    @property
    def signatures(self) -> dict[str, Signature]:
        """The method behind each label."""
        return {label: metric.signature for label, metric in self.metrics.items()}

    @property
    def usage(self) -> dict[str, Usage]:
        """What each metric consumed, only where a model was asked."""
        return {label: usage for label, metric in self.metrics.items() if (usage := metric.scores.usage) is not None}

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"RunResult({len(self):,} examples, metrics: {', '.join(self.metrics)})"

    def __getitem__(self, label: str) -> MetricResult:
        return self.metrics[label]

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_summary": self.summary, "_digests": self._found_digests()}

    def score(self, label: str, index: int) -> Score:
        """Returns one example's score, with its evidence where that is in memory."""
        return self.metrics[label].scores.score(index)

    def evidence(self) -> Iterator[dict[str, Any]]:
        """Yields the lines of the run's evidence, read lazily from its file where it has one.

        There is a line for each metric and example that has evidence or no verdict.
        """
        if self.evidence_path is None:
            for label, metric in self.metrics.items():
                yield from evidence_lines(label, metric.scores, self.ids, self.systems)
            return
        with self.evidence_path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)

    def to_pandas(self) -> pandas.DataFrame:
        """Returns one row an example, indexed by id: `label`, `label/part` and `label/status` columns."""
        import pandas

        return pandas.DataFrame(self.table(), index=pandas.Index(self.ids, name="id"))

    def table(self, rows: slice = slice(None)) -> dict[str, list[Any]]:
        """Returns the columns of scores.csv beside the id: numbers as they are, None where there is none.

        Args:
            rows: Which examples; all where not given.
        """
        table: dict[str, list[Any]] = {"system": self.systems[rows]} if any(self.systems) else {}
        for label, metric in self.metrics.items():
            scores = metric.scores
            table[label] = numbers(scores.value[rows])
            for name, column in scores.parts.items():
                table[f"{label}/{name}"] = numbers(column[rows])
            table[f"{label}/status"] = [str(status) for status in scores.status[rows]]
        return table

    def to_json(self) -> str:
        """Returns the run as strict JSON: no NaN, null where there is no number."""
        from radeval.core.stored import run_json

        return "".join(run_json(self))

    @classmethod
    def load(cls, path: str | Path) -> RunResult:
        """Returns a stored run.

        Args:
            path: The run's folder, or its run.json.

        Raises:
            FileAccessError: There is no such file.
            InputError: The file is not a run.
        """
        from radeval.core.stored import load_run

        return load_run(Path(path))


def numbers(column: Any) -> list[float | None]:
    """Returns a column as plain numbers, None where there is none."""
    return [None if number != number else number for number in column.tolist()]


def evidence_lines(
    label: str, scores: ScoreBatch, ids: list[str], systems: list[str], start: int = 0
) -> Iterator[dict[str, Any]]:
    """Yields the lines of evidence.jsonl for a batch, as JSON values.

    Args:
        label: The metric's label.
        scores: The batch.
        ids: Ids of the whole run.
        systems: Systems of the whole run.
        start: Index in the run of the batch's first example.
    """
    for index in sorted(set(scores.evidence) | set(scores.reasons)):
        yield {
            "id": ids[start + index],
            "system": systems[start + index],
            "metric": label,
            "status": str(scores.status[index]),
            "reason": scores.reasons.get(index, ""),
            "detail": scores.details.get(index, ""),
            "evidence": [_evidence_values(item) for item in scores.evidence.get(index, ())],
        }


def _evidence_values(item: Evidence) -> dict[str, Any]:
    """Returns evidence as JSON values, places as lists like those that a file gives back."""
    values = asdict(item)
    return values | {key: list(values[key]) for key in ("span", "counterpart") if values[key] is not None}
