"""Scores of many examples as columns: what metrics return and results store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from radeval.core.info import MetricInfo, ParameterValue, Range
from radeval.core.score import Evidence, Score, Status, Usage

Floats = NDArray[np.float64]


@dataclass(slots=True, kw_only=True)
class ScoreBatch:
    """Scores of consecutive examples, one array a column.

    The arrays hold NaN where an example has no number; `status`, `reasons` and `part_reasons` say why. NaN never
    leaves through a Score, a file or an aggregate.

    Attributes:
        status: Status of each example, length n.
        value: Main value, shape (n,).
        parts: Further values by name, each of shape (n,).
        statistics: What the corpus rule sums, shape (n, k); k is 0 where the rule is the mean.
        reasons: Why an example has no verdict, by its index.
        details: What happened in such a case, by index, where there is more to say.
        part_reasons: Why a part is undefined, by part and index.
        evidence: Evidence by index, only of examples that have some.
        usages: What a verdict consumed, by index, only where a model was asked.
        observed: Fields of the signature that are known only after scoring, for example the model that was served.
    """

    status: list[Status]
    value: Floats
    parts: dict[str, Floats]
    statistics: Floats
    reasons: dict[int, str] = field(default_factory=dict)
    details: dict[int, str] = field(default_factory=dict)
    part_reasons: dict[str, dict[int, str]] = field(default_factory=dict)
    evidence: dict[int, tuple[Evidence, ...]] = field(default_factory=dict)
    usages: dict[int, Usage] = field(default_factory=dict)
    observed: dict[str, ParameterValue] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.status)

    @property
    def usage(self) -> Usage | None:
        """What the batch consumed, None where no model was asked."""
        return reduce(add, self.usages.values()) if self.usages else None

    @classmethod
    def from_columns(
        cls,
        value: Floats,
        parts: Mapping[str, Floats] | None = None,
        statistics: Floats | None = None,
        *,
        part_reasons: Mapping[str, Mapping[int, str]] | None = None,
    ) -> ScoreBatch:
        """Returns a batch in which every example has a verdict.

        Args:
            value: Main values, shape (n,), finite.
            parts: Further values, shape (n,) each; NaN only where `part_reasons` says why.
            statistics: Corpus statistics, shape (n, k).
            part_reasons: Why a part is undefined, by part and index.
        """
        return cls(
            status=[Status.OK] * len(value),
            value=value,
            parts=dict(parts or {}),
            statistics=np.empty((len(value), 0)) if statistics is None else statistics,
            part_reasons={name: dict(reasons) for name, reasons in (part_reasons or {}).items()},
        )

    @classmethod
    def from_scores(
        cls, scores: Sequence[Score], part_names: Sequence[str] = (), statistic_names: Sequence[str] = ()
    ) -> ScoreBatch:
        """Returns the columns of single scores.

        Args:
            scores: One score an example; one with a verdict has every declared part and statistic.
            part_names: The parts that the metric declares.
            statistic_names: The corpus statistics that the metric declares.
        """
        n, nan = len(scores), float("nan")
        batch = cls(
            status=[score.status for score in scores],
            value=np.array([nan if score.value is None else score.value for score in scores], dtype=np.float64),
            parts={name: np.full(n, nan) for name in part_names},
            statistics=np.zeros((n, len(statistic_names))),
        )
        for index, score in enumerate(scores):
            batch._take(index, score)
        return batch

    def _take(self, index: int, score: Score) -> None:
        if score.evidence:
            self.evidence[index] = score.evidence
        if score.usage is not None:
            self.usages[index] = score.usage
        if score.status is not Status.OK:
            self.reasons[index] = score.reason
            if score.detail:
                self.details[index] = score.detail
            return
        self.statistics[index] = score.statistics
        for name, part in score.parts.items():
            if part is None:
                self.part_reasons.setdefault(name, {})[index] = score.part_reasons[name]
            else:
                self.parts[name][index] = part

    def score(self, index: int) -> Score:
        """Returns one example's score."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"no example {index} among {len(self)}")
        index %= len(self)
        status, evidence, usage = self.status[index], self.evidence.get(index, ()), self.usages.get(index)
        if status is not Status.OK:
            reason, detail = self.reasons[index], self.details.get(index, "")
            return Score(status, reason=reason, detail=detail, evidence=evidence, usage=usage)
        undefined = {name: reasons[index] for name, reasons in self.part_reasons.items() if index in reasons}
        parts = {name: None if name in undefined else float(column[index]) for name, column in self.parts.items()}
        return Score.ok(
            float(self.value[index]),
            parts,
            part_reasons=undefined,
            statistics=tuple(float(number) for number in self.statistics[index]),
            evidence=evidence,
            usage=usage,
        )

    @classmethod
    def concatenate(cls, batches: Sequence[ScoreBatch]) -> ScoreBatch:
        """Returns one batch of several, in order.

        A field observed with several values becomes these, sorted and joined by "+".
        """
        if len(batches) == 1:
            return batches[0]
        joined = cls(
            status=[status for batch in batches for status in batch.status],
            value=np.concatenate([batch.value for batch in batches]),
            parts={name: np.concatenate([batch.parts[name] for batch in batches]) for name in batches[0].parts},
            statistics=np.concatenate([batch.statistics for batch in batches]),
        )
        offset = 0
        for batch in batches:
            batch._copy_sparse(joined, [[offset + index] for index in range(len(batch))])
            offset += len(batch)
        for key in dict.fromkeys(key for batch in batches for key in batch.observed):
            values = {str(batch.observed[key]): batch.observed[key] for batch in batches if key in batch.observed}
            joined.observed[key] = "+".join(sorted(values)) if len(values) > 1 else next(iter(values.values()))
        return joined

    def take(self, indices: Sequence[int]) -> ScoreBatch:
        """Returns the batch of the examples at `indices`, in that order; an index may occur several times."""
        rows = np.asarray(indices, dtype=np.intp)
        taken = ScoreBatch(
            status=[self.status[row] for row in indices],
            value=self.value[rows],
            parts={name: column[rows] for name, column in self.parts.items()},
            statistics=self.statistics[rows],
            observed=dict(self.observed),
        )
        places: list[list[int]] = [[] for _ in range(len(self))]
        for place, row in enumerate(indices):
            places[row].append(place)
        self._copy_sparse(taken, places)
        return taken

    def spread(self, n: int, places: Sequence[int], reasons: Mapping[int, str]) -> ScoreBatch:
        """Returns a batch of `n` examples with these scores at `places` and the rest unscored.

        Args:
            n: Number of examples in the result.
            places: Index in the result of each of these scores, ascending.
            reasons: Why each other example is unscored, by its index in the result.
        """
        rows = np.asarray(places, dtype=np.intp)
        wide = ScoreBatch(
            status=[Status.UNSCORED] * n,
            value=np.full(n, np.nan),
            parts={name: np.full(n, np.nan) for name in self.parts},
            statistics=np.zeros((n, self.statistics.shape[1])),
            reasons=dict(reasons),
            observed=dict(self.observed),
        )
        for source, place in enumerate(places):
            wide.status[place] = self.status[source]
        wide.value[rows] = self.value
        wide.statistics[rows] = self.statistics
        for name, column in self.parts.items():
            wide.parts[name][rows] = column
        self._copy_sparse(wide, [[place] for place in places])
        return wide

    def _copy_sparse(self, other: ScoreBatch, places: Sequence[Sequence[int]]) -> None:
        """Copies what is kept by index into another batch, each index to its places there."""
        for mine, theirs in (
            (self.reasons, other.reasons),
            (self.details, other.details),
            *((reasons, other.part_reasons.setdefault(name, {})) for name, reasons in self.part_reasons.items()),
        ):
            theirs.update({place: text for index, text in mine.items() for place in places[index]})
        other.evidence.update({place: items for index, items in self.evidence.items() for place in places[index]})
        other.usages.update({place: usage for index, usage in self.usages.items() for place in places[index]})

    def validate(self, info: MetricInfo, n: int) -> None:
        """Raises where the batch breaks the contract of a metric's scores.

        Args:
            info: The metric's declaration.
            n: Number of examples that were to be scored.

        Raises:
            ValueError: A length, a part, a status or a number is not as declared; a bug of the metric.
        """
        names = {part.name for part in info.parts}
        shapes = {len(self.value), len(self.statistics), *map(len, self.parts.values()), len(self.status)}
        if shapes != {n} or set(self.parts) != names or self.statistics.shape[1] != len(info.statistics):
            raise ValueError(f"{info.name} returned other columns than it declares, or not one row an example")
        everything = self.status.count(Status.OK) == n
        scored = np.ones(n, dtype=bool) if everything else np.array([one is Status.OK for one in self.status])
        empty = np.isnan(self.value)
        if (empty == scored).any() or not np.isfinite(self.statistics).all():
            raise ValueError(f"{info.name} returned a number without a verdict, or a verdict without a finite number")
        if not everything and self.statistics[~scored].any():
            raise ValueError(f"{info.name} returned statistics without a verdict")
        if len(self.reasons) != n - int(scored.sum()) or any(scored[index] for index in self.reasons):
            raise ValueError(f"{info.name} returned no verdict without a reason, or a reason for a verdict")
        _check_range(info.name, self.value, info.range)
        for part in info.parts:
            column = self.parts[part.name]
            undefined = np.isnan(column)
            if not everything and not undefined[~scored].all():
                raise ValueError(f"{info.name} returned its part {part.name!r} without a verdict")
            if np.flatnonzero(scored & undefined).tolist() != sorted(self.part_reasons.get(part.name, {})):
                raise ValueError(f"{info.name} left its part {part.name!r} undefined without a reason")
            _check_range(f"{info.name}/{part.name}", column, part.range)


_TOLERANCE = 1e-9


def _check_range(name: str, column: Floats, bounds: Range) -> None:
    """Raises where a number, NaN aside, is infinite or outside its range by more than rounding."""
    if not len(column):
        return
    low, high = bounds
    least, most = np.fmin.reduce(column), np.fmax.reduce(column)
    if np.isinf(least) or np.isinf(most):
        raise ValueError(f"{name} returned an infinite number")
    if (low is not None and least < low - _TOLERANCE) or (high is not None and most > high + _TOLERANCE):
        raise ValueError(f"{name} returned a value outside its range {bounds}")
