"""From scores and ratings to a study's result: every line on the same items, from the same draws."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from radeval.core.errors import InputError, UsageError, did_you_mean
from radeval.run.facts import environment
from radeval.stats.agreement import mean_absolute_difference
from radeval.stats.bootstrap import FEW_GROUPS
from radeval.stats.correlation import kendall
from radeval.stats.design import Design
from radeval.study.contests import (
    LEVEL,
    Entrant,
    Measure,
    against_baselines,
    clusters,
    contests,
    median_smallest_difference,
)
from radeval.study.data import Mask, Study, Target
from radeval.study.holdout import in_sample, taken_on_trust
from radeval.study.measures import POOLED, STATISTICS, WITHIN_STUDY, WITHIN_SYSTEM, Resampler, designs
from radeval.study.people import people_line, raters_of
from radeval.study.results import Contest, Line, StudyResult
from radeval.study.series import Series, absent_baselines, baselines

_LEAST_ITEMS = 3
_LEAST_DRAWS = 5000
_WITHIN = {None: POOLED, "study": WITHIN_STUDY, "system": WITHIN_SYSTEM}


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyOptions:
    """How a study is run.

    Attributes:
        target: What agreement is measured with; the data set's first target for None.
        statistic: The main statistic, a key of `STATISTICS`.
        within: What items must share to be compared by the main statistic: None, "study" or "system".
        n_boot: Resamples for intervals; 0 for none.
        draws: Permutations for each test; None for as many as Holm's adjustment needs, at least 5,000.
        seed: Seed of both.
        min_scored: A metric with a score for a smaller share of the rated items is left out, so that it does not take
            the other items from all metrics.
        holdout: Ids of items or studies that alone are used; metrics tuned on the rest are then out of sample.
        config: Further settings to be stored.
    """

    target: str | None = None
    statistic: str = "kendall"
    within: str | None = None
    n_boot: int = 1000
    draws: int | None = None
    seed: int = 0
    min_scored: float = 0.5
    holdout: frozenset[str] | None = None
    config: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.statistic not in STATISTICS or STATISTICS[self.statistic].test is None:
            known = [key for key, one in STATISTICS.items() if one.test is not None]
            raise UsageError(
                f"no main statistic is called {self.statistic!r}",
                where="--statistic",
                hint=did_you_mean(self.statistic, known),
            )
        if self.within not in _WITHIN:
            raise UsageError(f"items are not compared within {self.within!r}", where="--within", hint="study or system")
        if self.n_boot < 0 or (self.draws is not None and self.draws < 1) or self.seed < 0:
            raise UsageError("resamples, permutations and the seed are whole numbers from 0 on, permutations from 1 on")
        if not 0 <= self.min_scored <= 1:
            raise UsageError(f"{self.min_scored:g} is no share", where="--min-scored", hint="from 0 to 1")


def analyse(study: Study, series: Sequence[Series], options: StudyOptions, notices: Sequence[str] = ()) -> StudyResult:
    """Returns how far metrics agree with the experts.

    Args:
        study: The study; the part of it that is held out, where one is.
        series: Scores of its items.
        options: How.
        notices: What the user must read already.

    Raises:
        InputError: Fewer than three items have a rating and all scores.
        UsageError: The target does not exist, or items cannot be compared within what is asked.
    """
    started = time.perf_counter()
    rated = study.target(options.target).rated
    metrics, said = _usable(series, rated, options.min_scored)
    entered = [*metrics, *baselines(study, study.target(options.target))]
    mask = _shared_items(study, entered, rated)
    used = study.only(mask)
    target = used.target(options.target)
    places = designs(used.groups, used.systems)
    key = options.statistic + _WITHIN[options.within]
    resampler = Resampler(places[POOLED].n_units, options.n_boot, options.seed)
    options = replace(options, draws=options.draws or _enough_draws(len(entered)))
    measure = _measure(options, target, places, resampler)
    compared = [_only(one, mask) for one in entered]
    lines = {
        one.label: replace(
            _line(one, used, target, places, resampler),
            n_scored=int((rated & np.isfinite(before.values)).sum()),
            in_sample=in_sample(one, study, options.holdout),
        )
        for one, before in zip(compared, entered, strict=True)
    }
    entrants = [
        Entrant(one.label, one.kind == "baseline", one.oriented, value)
        for one in compared
        if (value := lines[one.label].values[key].value) is not None
    ]
    fought = contests(entrants, measure)
    people = people_line(used, target, places, resampler)
    return StudyResult(
        study=study.name,
        title=study.title,
        target=target.name,
        target_summary=f"{target.summary}; {target.direction} is better",
        statistic=key,
        n_items=len(study),
        n_rated=int(rated.sum()),
        n_used=len(used),
        n_groups=places[POOLED].n_units,
        n_systems=len(set(used.systems)),
        lines=(*([people] if people else []), *_ranked(lines, key, entrants, fought)),
        contests=tuple(fought),
        raters=raters_of(target, measure.design, measure.statistic, resampler),
        smallest_difference=median_smallest_difference(entrants, measure),
        scores={one.label: one.values.tolist() for one in compared},
        ratings=target.mean.tolist(),
        item_ids=[one.id for one in used.examples],
        problems=tuple(f"{one.where}: {one.what}" for one in study.problems),
        notices=(
            *notices,
            *said,
            *study.notes,
            *absent_baselines(study),
            *taken_on_trust(metrics, study, options.holdout),
            *_warnings(places[POOLED], compared),
            *_too_few_draws(len(fought), options.draws),
        ),
        config=_config(options, target),
        environment=environment(),
        seconds=time.perf_counter() - started,
    )


def _shared_items(study: Study, series: Sequence[Series], rated: Mask) -> Mask:
    """Returns the items that have a rating and every score.

    Raises:
        InputError: They are too few.
        UsageError: Two series have one name.
    """
    labels = [one.label for one in series]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise UsageError(f"two metrics or baselines are called {twice!r}", where="--scores", hint="rename the column")
    mask: Mask = rated & np.all([np.isfinite(one.values) for one in series], axis=0)
    if mask.sum() < _LEAST_ITEMS:
        raise InputError(
            f"{int(mask.sum())} items of {study.title} have a rating of the target and all scores",
            where=f"{int(rated.sum())} of {len(study)} items are rated",
            hint="name another --target; `radeval study check` tells what is missing",
        )
    return mask


def _measure(options: StudyOptions, target: Target, places: Mapping[str, Design], resampler: Resampler) -> Measure:
    """Returns by what the main statistic compares metrics.

    Raises:
        UsageError: No two items share what they are to be compared within.
    """
    ending = _WITHIN[options.within]
    if ending not in places:
        raise UsageError(f"no two items share a {options.within}", where="--within", hint="leave it out")
    statistic = STATISTICS[options.statistic]
    assert statistic.test is not None
    assert options.draws is not None
    means = target.sign * target.mean
    return Measure(statistic, statistic.test, places[ending], means, resampler, options.draws, options.seed)


def _enough_draws(n_lines: int) -> int:
    """Returns permutations of which one may be extreme and p still be below .05 for all contests together (Holm)."""
    return max(_LEAST_DRAWS, 2 * math.ceil(math.comb(n_lines, 2) / LEVEL))


def _ranked(lines: Mapping[str, Line], key: str, entrants: Sequence[Entrant], fought: Sequence[Contest]) -> list[Line]:
    """Returns the lines with their standing, the best first."""
    standing, numbers = against_baselines(entrants, fought), clusters(entrants, fought)
    placed = [replace(one, against=standing.get(label), cluster=numbers.get(label)) for label, one in lines.items()]

    def value(line: Line) -> float:
        found = line.values[key].value
        return -math.inf if found is None else found

    return sorted(placed, key=value, reverse=True)


def _config(options: StudyOptions, target: Target) -> dict[str, Any]:
    return {
        "target": target.name,
        "statistic": options.statistic,
        "within": options.within,
        "n_boot": options.n_boot,
        "draws": options.draws,
        "seed": options.seed,
        "min_scored": options.min_scored,
        "held_out": None if options.holdout is None else len(options.holdout),
        **options.config,
    }


def _usable(series: Sequence[Series], rated: Mask, least: float) -> tuple[list[Series], list[str]]:
    """Returns the series with enough scores, and what is to be said of those without all."""
    n = int(rated.sum())
    lacking = {one.label: int((rated & ~np.isfinite(one.values)).sum()) for one in series}
    kept = [one for one in series if n - lacking[one.label] >= least * n]
    alike: dict[tuple[int, bool, str], list[str]] = {}
    for one in series:
        if lacking[one.label]:
            why = f" (most often: {max(one.reasons, key=lambda name: one.reasons[name])})" if one.reasons else ""
            alike.setdefault((lacking[one.label], one in kept, why), []).append(one.label)
    said = []
    for (missing, stays, why), labels in alike.items():
        outcome = "every metric is compared without these" if stays else "too many, so it is left out"
        said.append(f"no score for {missing} of {n} rated items{why}, {outcome}: {', '.join(labels)}")
    return kept, said


def _only(one: Series, mask: Mask) -> Series:
    counts = {name: values[mask] for name, values in one.counts.items()}
    return replace(one, values=one.values[mask], counts=counts)


def _line(one: Series, study: Study, target: Target, places: Mapping[str, Design], resampler: Resampler) -> Line:
    means = target.sign * target.mean
    values = {
        key + ending: resampler.value(statistic.maker, one.oriented, means, design)
        for key, statistic in STATISTICS.items()
        for ending, design in places.items()
    }
    targets, errors = {}, {}
    for other in study.targets:
        rated = other.rated
        part = places[POOLED].restricted(rated)
        ours, theirs = one.oriented[rated], (other.sign * other.mean)[rated]
        if rated.sum() > 1:
            targets[other.name] = resampler.value(kendall, ours, theirs, part)
        if other.count and other.name in one.counts and rated.any():
            counted = one.counts[other.name][rated]
            errors[other.name] = resampler.value(mean_absolute_difference, counted, other.mean[rated], part)
    return Line(
        label=one.label,
        kind=one.kind,
        summary=one.summary,
        direction=one.direction,
        n_scored=len(study),
        values=values,
        targets=targets,
        errors=errors,
        signature=one.signature,
        signature_id=one.signature_id,
        reasons=one.reasons or None,
    )


def _too_few_draws(n_contests: int, draws: int | None) -> list[str]:
    if draws is None or n_contests < LEVEL * (draws + 1):
        return []
    least = math.ceil(n_contests / LEVEL)
    return [
        f"{draws:,} permutations are too few for {n_contests:,} tests: no p can be below {LEVEL:g} after Holm's "
        f"adjustment, whatever the difference; --draws {least:,} or more"
    ]


def _warnings(design: Design, series: Sequence[Series]) -> list[str]:
    found = []
    if design.n_units < FEW_GROUPS:
        found.append(f"{design.n_units} studies: intervals and tests are rough below {FEW_GROUPS}")
    constant = [one.label for one in series if one.kind == "metric" and np.ptp(one.values) == 0]
    if constant:
        found.append(f"the same score for every item: {', '.join(constant)}")
    return found
