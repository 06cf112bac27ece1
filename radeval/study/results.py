"""What a study found, as plain data: strict JSON, and a table of one value a row."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TextIO

from radeval.core.info import Direction
from radeval.core.results import Interval

FORMAT = 1
"""Version of the stored form."""

Kind = Literal["metric", "baseline", "raters"]


@dataclass(frozen=True, slots=True)
class Value:
    """A statistic of agreement.

    Attributes:
        value: None where it is undefined.
        interval: 95 % interval, None where there is none.
        reason: Why there is no value; None where there is one.
        n: Items.
        n_pools: Groups of items that could count.
    """

    value: float | None
    interval: Interval | None
    reason: str | None
    n: int
    n_pools: int


@dataclass(frozen=True, slots=True)
class Against:
    """A metric against the trivial baselines.

    Attributes:
        best: The baseline with the highest value.
        margin: The metric's value less that of this baseline.
        p: The largest p value against any baseline, adjusted for the number of metrics (Holm).
        beats: Whether the metric is above every baseline, by more than chance.
    """

    best: str
    margin: float | None
    p: float | None
    beats: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One rule's agreement with the experts.

    Attributes:
        label: The metric, the baseline, or the raters.
        kind: Which of these it is.
        summary: What it is.
        direction: Which way its own scores are better; agreement is always better when higher.
        n_scored: Rated items that it has a score for.
        values: Agreement by statistic and grouping, such as "kendall", "kendall/study", "kendall/system".
        targets: Kendall's tau-b with each target, pooled.
        errors: Mean absolute difference to each target that counts errors, in errors a report; lower is better.
        in_sample: Whether its constants were fitted to these very items.
        against: How it stands to the trivial baselines, None for what is no metric.
        cluster: 1 for the best, the same for lines that chance could tell apart; None where there is no value.
        signature: The method.
        signature_id: Its 12 digits.
        reasons: Why items have no score, by reason and with their number.
    """

    label: str
    kind: Kind
    summary: str
    direction: Direction
    n_scored: int
    values: dict[str, Value]
    targets: dict[str, Value]
    errors: dict[str, Value]
    in_sample: bool = False
    against: Against | None = None
    cluster: int | None = None
    signature: str = ""
    signature_id: str = ""
    reasons: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Contest:
    """Two lines of the main statistic against each other.

    Attributes:
        first: The one.
        second: The other.
        difference: Value of the first less that of the second.
        interval: Its 95 % interval.
        p: Two-sided p value of a paired permutation.
        adjusted: The p value adjusted for the number of contests (Holm).
    """

    first: str
    second: str
    difference: float | None
    interval: Interval | None
    p: float | None
    adjusted: float | None


@dataclass(frozen=True, slots=True)
class Raters:
    """How far the raters agree with each other.

    Attributes:
        names: The raters.
        alpha: Krippendorff's alpha for ordinal data.
        alone: The main statistic of each rater against the mean of the others, by name; the ceiling is their mean.
        pairs: The main statistic of each two raters, by their names joined by " / ".
        split_half: Agreement of the means of two halves of the raters by the main statistic, mean over splits.
        split_low: The smallest over splits.
        split_high: The largest.
        split_interval: 95 % interval of the mean.
    """

    names: tuple[str, ...]
    alpha: Value
    alone: dict[str, Value]
    pairs: dict[str, Value]
    split_half: float | None
    split_low: float | None
    split_high: float | None
    split_interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyResult:
    """A finished study.

    Attributes:
        study: Name of the data set.
        title: Its full name.
        target: What agreement is measured with.
        target_summary: What that is.
        statistic: Key of the main statistic, which contests, clusters and power are about.
        n_items: Items of the set.
        n_rated: Those with a rating.
        n_used: Those that every line is computed on.
        n_groups: Studies that hold them.
        n_systems: Systems that wrote them.
        lines: The raters, then metrics and baselines by the main statistic, best first.
        contests: Each two metrics and baselines.
        raters: Agreement among raters, None where there is one reading.
        smallest_difference: The smallest difference of the main statistic between two metrics that a study of this
            size finds four times in five (median over pairs of metrics); None where unknown.
        scores: The scores of the used items by label, as they are, for figures.
        ratings: The mean rating of these items.
        item_ids: Their ids.
        problems: What of the files could not be used, file and row first.
        notices: What must be read with the numbers.
        config: How the study was run.
        environment: Versions and machine.
        seconds: Duration.
    """

    study: str
    title: str
    target: str
    target_summary: str
    statistic: str
    n_items: int
    n_rated: int
    n_used: int
    n_groups: int
    n_systems: int
    lines: tuple[Line, ...]
    contests: tuple[Contest, ...]
    raters: Raters | None
    smallest_difference: float | None
    scores: dict[str, list[float]]
    ratings: list[float]
    item_ids: list[str]
    problems: tuple[str, ...]
    notices: tuple[str, ...]
    config: Mapping[str, Any]
    environment: Mapping[str, str]
    seconds: float

    def line(self, label: str) -> Line:
        """Returns the line of a label."""
        return next(one for one in self.lines if one.label == label)

    def to_dict(self) -> dict[str, Any]:
        """Returns the study as JSON values."""
        return {"format": FORMAT} | asdict(self)

    def to_json(self) -> str:
        """Returns the study as strict JSON: null where there is no number."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False, indent=1)


COLUMNS = (
    "label", "kind", "target", "statistic", "grouping", "value", "low", "high", "n", "n_pools", "reason", "in_sample",
    "beats_baselines", "cluster", "signature",
)  # fmt: skip


def write_csv(result: StudyResult, file: TextIO, delimiter: str = ",") -> None:
    """Writes one value a row."""
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in result.lines:
        marks = [
            line.in_sample,
            None if line.against is None else line.against.beats,
            line.cluster,
            line.signature_id,
        ]
        rows = [(result.target, *_split(key), value) for key, value in line.values.items()]
        rows += [(name, "kendall", "pooled", value) for name, value in line.targets.items() if name != result.target]
        rows += [(name, "mean_absolute_difference", "pooled", value) for name, value in line.errors.items()]
        for target, statistic, grouping, value in rows:
            low, high = value.interval or (None, None)
            numbers = [value.value, low, high, value.n, value.n_pools, value.reason]
            writer.writerow([line.label, line.kind, target, statistic, grouping, *numbers, *marks])


DIFFERENCE_COLUMNS = ("first", "second", "statistic", "grouping", "difference", "low", "high", "p", "p_holm")


def write_differences(result: StudyResult, file: TextIO) -> None:
    """Writes each two lines against each other, one a row."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(DIFFERENCE_COLUMNS)
    for one in result.contests:
        low, high = one.interval or (None, None)
        row = [one.first, one.second, *_split(result.statistic), one.difference, low, high, one.p, one.adjusted]
        writer.writerow(row)


def _split(key: str) -> tuple[str, str]:
    statistic, _, grouping = key.partition("/")
    return statistic, grouping or "pooled"
