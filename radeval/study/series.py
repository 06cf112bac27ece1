"""The scores that a study compares: of metrics, of columns that were computed elsewhere, of trivial baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from radeval.core.batch import Floats
from radeval.core.errors import ColumnError, InputError, UsageError, did_you_mean
from radeval.core.example import Example
from radeval.core.info import Direction
from radeval.core.metric import Metric
from radeval.core.results import MetricResult, RunResult
from radeval.io.tables import Table, read_table
from radeval.run.options import RunOptions
from radeval.run.progress import Progress
from radeval.run.score import score_examples
from radeval.stats.correlation import tau_b
from radeval.study.data import Problem, Study, Target
from radeval.study.datasets.custom import item_keys, places_of
from radeval.study.datasets.source import number

ROUGE = "rouge"
NORMAL_REPORT = (
    "The lungs are clear. There is no pleural effusion or pneumothorax. The heart is normal in size. The mediastinal "
    "contours are normal. The bones are unremarkable. No acute findings."
)
"""A report without a finding, which an evaluation must not take for a good one."""

_NO_SCORES = {"id", "system", "group", "study", "study_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Scores of all items by one rule.

    Attributes:
        label: Its name in tables.
        values: Shape (items,), NaN where there is no score.
        direction: Which way is better.
        kind: Whether it is a metric, or a trivial baseline that a metric must beat.
        summary: What it is.
        spec: The spec of a metric of ours, else empty.
        signature: The method, empty where it is not ours.
        signature_id: Its 12 digits.
        tuned_on: Data sets that its constants were fitted to.
        counts: Numbers of errors that it states, by the name of the target that counts the same.
        reasons: Why items have no score, by reason and with their number.
    """

    label: str
    values: Floats
    direction: Direction = "higher"
    kind: Literal["metric", "baseline"] = "metric"
    summary: str = ""
    spec: str = ""
    signature: str = ""
    signature_id: str = ""
    tuned_on: tuple[str, ...] = ()
    counts: Mapping[str, Floats] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def oriented(self) -> Floats:
        """The values, higher is better."""
        return self.values if self.direction == "higher" else -self.values


def scored(
    study: Study, metrics: Sequence[str | Metric], options: RunOptions, progress: Progress | None = None
) -> tuple[list[Series], list[str]]:
    """Returns the scores of metrics, ROUGE-L among them as a baseline, and what the user must read with them.

    Args:
        study: The study.
        metrics: Specs or metrics; may be none.
        options: How they are run.
        progress: What is told how far the scoring is.

    Raises:
        MetricError: A metric is unknown or cannot run here.
        UsageError: There are metrics, but no texts.
    """
    if not study.has_texts:
        if metrics:
            raise UsageError(
                "there are no texts to score", where="-m", hint="--data TABLE with texts, or --scores TABLE"
            )
        return [], []
    run = score_examples(study.examples, [*metrics, ROUGE], options, progress=progress)
    return [_series(one) for one in run.metrics.values()], _notices(run)


def _notices(run: RunResult) -> list[str]:
    """Returns a run's notices: each once for all metrics that it is about, without the shortfalls of single metrics."""
    labels: dict[str, list[str]] = {}
    for notice in run.notices:
        if any(notice.startswith(f"{label}: ") for label in run.metrics):
            # A study says itself which items a metric lacks.
            continue
        about = next((label for label in run.metrics if f" {label} " in notice), "")
        labels.setdefault(notice.replace(f" {about} ", " {} ", 1) if about else notice, []).append(about)
    return [text.replace("{}", ", ".join(names), 1) if any(names) else text for text, names in labels.items()]


def _series(found: MetricResult) -> Series:
    is_rouge = found.spec == ROUGE
    reasons = list(found.scores.reasons.values())
    return Series(
        label="ROUGE-L" if is_rouge else found.label,
        values=found.scores.value,
        direction=found.info.direction,
        kind="baseline" if is_rouge else "metric",
        summary=found.info.summary,
        spec="" if is_rouge else found.spec,
        signature=str(found.signature),
        signature_id=found.signature.id,
        tuned_on=found.info.tuned_on,
        counts=_counts(found),
        reasons={reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
    )


def _counts(found: MetricResult) -> dict[str, Floats]:
    """Returns the error counts that a metric states: its main value or parts of these names, from 0 without a bound."""
    info, scores = found.info, found.scores
    named = {part.name: scores.parts[part.name] for part in info.parts
             if part.direction == "lower" and part.range == (0.0, None)}  # fmt: skip
    if info.direction == "lower" and info.range == (0.0, None):
        named[info.main] = scores.value
    counts: dict[str, Floats] = {name: named[name] for name in ("significant", "insignificant") if name in named}
    for name in ("errors", "total"):
        if name in named:
            counts |= {"errors": named[name], "total": named[name]}
    if "total" not in counts and {"significant", "insignificant"} <= counts.keys():
        both = counts["significant"] + counts["insignificant"]
        counts |= {"errors": both, "total": both}
    return counts


def scores_from_table(path: Path, study: Study, lower: Sequence[str] = ()) -> tuple[list[Series], list[Problem]]:
    """Returns the columns of a table of scores that were computed elsewhere, and what of it cannot be used.

    Args:
        path: A table with the items' ids, their systems where these tell items apart, and one column a metric.
        study: The study.
        lower: Columns in which lower is better.

    Raises:
        InputError: The table cannot be used.
        UsageError: `lower` names a column that is not there.
    """
    table = read_table(path)
    problems: list[Problem] = []
    keys = [(one.id, one.system) for one in study.examples]
    places = places_of(table, keys, problems)
    if not any(place is not None for place in places):
        raise InputError(
            f"no id of the table is one of the study's, such as {study.examples[0].id!r}",
            where=str(path),
            hint=f"the table begins with {item_keys(table)[0][0]!r}",
        )
    places = _once(table, places, problems)
    names = [name for name in table.columns if name.lower() not in _NO_SCORES and not name.lower().startswith("rat")]
    if not names:
        raise ColumnError("the table has no column of scores", where=str(path), hint="one column a metric")
    for name in lower:
        if name not in names:
            raise UsageError(f"there are no scores {name!r}", where="--lower", hint=did_you_mean(name, names))
    found = []
    for name in names:
        values = np.full(len(study), np.nan)
        for row, place in enumerate(places):
            if place is not None:
                cell = table.columns[name][row]
                text = cell.strip() if isinstance(cell, str) else cell
                values[place] = number(text, f"{table.place(row)}, {name}", problems)
        summary = f"the column {name} of {path.name}"
        found.append(
            Series(label=name, values=values, direction="lower" if name in lower else "higher", summary=summary)
        )
    return found, problems


def _once(table: Table, places: Sequence[int | None], problems: list[Problem]) -> list[int | None]:
    """Returns the places without rows of an item that had one before; these are listed."""
    seen: set[int] = set()
    found: list[int | None] = []
    for row, place in enumerate(places):
        if place is not None and place in seen:
            problems.append(Problem(table.place(row), "the item has scores in a row before; the first ones are used"))
            place = None
        elif place is not None:
            seen.add(place)
        found.append(place)
    return found


def baselines(study: Study, target: Target) -> list[Series]:
    """Returns rules that read no meaning: what they reach, a metric must exceed.

    Each has every advantage: the direction of the length and the value of each system are taken from the ratings.

    Args:
        study: The study.
        target: What experts gave.
    """
    found = [
        Series(
            label="constant",
            values=np.zeros(len(study)),
            kind="baseline",
            summary="the same score for every report; for numbers of errors, the median of the experts'",
            counts={
                one.name: np.full(len(study), np.median(one.mean[one.rated]))
                for one in study.targets
                if one.count and one.rated.any()
            },
        )
    ]
    if study.has_texts:
        words = np.array([len(one.candidate.split()) for one in study.examples], dtype=np.float64)
        longer = _agreement(words, target) >= 0
        found.append(
            Series(
                label="length",
                values=words if longer else -words,
                kind="baseline",
                summary=f"the number of words, {'more' if longer else 'fewer'} is better, as agrees with the ratings",
            )
        )
        found.append(
            Series(
                label="normal report",
                values=_of_normal_report(study),
                kind="baseline",
                summary="ROUGE-L of one normal report, whatever the candidate: how easy the study is",
            )
        )
    if len(set(study.systems)) > 1:
        found.append(
            Series(
                label="source",
                values=_of_source(study, target),
                kind="baseline",
                summary="the mean rating of the system that wrote the report, no text read",
            )
        )
    return found


def absent_baselines(study: Study) -> list[str]:
    """Returns which trivial baselines a study cannot have, and why."""
    texts = "no texts, so that there are no baselines of length, of a normal report and of ROUGE-L"
    source = "one system, so that there is no baseline of the source"
    return [texts] * (not study.has_texts) + [source] * (len(set(study.systems)) == 1)


def _agreement(values: Floats, target: Target) -> float:
    rated = target.rated
    return tau_b(values[rated], target.sign * target.mean[rated])


def _of_normal_report(study: Study) -> Floats:
    references = list(dict.fromkeys(one.references for one in study.examples))
    examples = [Example(id=str(place), candidate=NORMAL_REPORT, references=one) for place, one in enumerate(references)]
    values = score_examples(examples, [ROUGE], RunOptions(n_boot=0))[ROUGE].scores.value
    by_reference = dict(zip(references, values.tolist(), strict=True))
    return np.array([by_reference[one.references] for one in study.examples])


def _of_source(study: Study, target: Target) -> Floats:
    systems = np.array(study.systems, dtype=object)
    mean = target.sign * target.mean
    by_system = {name: mean[(systems == name) & np.isfinite(mean)] for name in set(study.systems)}
    # A system without a rating has no item that counts.
    means = {name: float(ratings.mean()) if len(ratings) else 0.0 for name, ratings in by_system.items()}
    return np.array([means[name] for name in study.systems])
