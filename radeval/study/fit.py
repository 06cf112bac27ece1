"""Fits a composite of metrics to experts' ratings, and says what it is worth on studies that it has not seen.

The composite is a sum of standardised scores with weights that cannot be negative, once each metric points the way it
declares: a composite must not profit from a metric being wrong. Weights are shrunk (ridge), by how much is chosen by
cross-validation. The value of the result is that of predictions for studies left out in turn, whose shrinkage was
chosen without them (nested cross-validation by study): the mean over the parts, of ten splits, of tau-b within each.
Parts have models of their own, so that predictions of two parts are not on one scale: pooled, they would count as wrong
what no single composite gets wrong, and tell apart reports whose scores are equal.

M. Stone, Cross-validatory choice and assessment of statistical predictions, 1974. C. Lawson and R. Hanson, Solving
least squares problems, 1974 (non-negative least squares).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radeval.core.batch import Floats
from radeval.core.errors import InputError
from radeval.metrics.composite.composite_file import CompositeForm, CompositeHead, Term
from radeval.stats.correlation import kendall
from radeval.stats.design import Design, Weighted, average
from radeval.study.data import Study, Target
from radeval.study.measures import Resampler
from radeval.study.results import Value
from radeval.study.series import Series

PENALTIES = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Shares of the number of items that shrink the weights."""

FOLDS, REPEATS = 5, 10
_LEAST_GROUPS = 10


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted composite and its worth.

    Attributes:
        form: The composite.
        crossed: Kendall's tau-b of predictions for studies left out, within each part that is left out together.
        in_sample: The same of the composite on what it was fitted to.
        singles: That of each metric, on the same items.
        n_items: Items that it was fitted to: those with a rating and all scores.
        n_rated: Items with a rating.
        n_groups: Studies.
    """

    form: CompositeForm
    crossed: Value
    in_sample: Value
    singles: dict[str, Value]
    n_items: int
    n_rated: int
    n_groups: int


@dataclass(frozen=True, slots=True)
class _Model:
    """Weights of standardised scores."""

    means: Floats
    scales: Floats
    weights: Floats
    intercept: float

    def predict(self, scores: Floats) -> Floats:
        found: Floats = self.intercept + ((scores - self.means) / self.scales) @ self.weights
        return found


def fit_composite(
    study: Study, series: Sequence[Series], target_name: str | None = None, *,
    name: str = "fitted", part: bool = False, n_boot: int = 1000, seed: int = 0,
) -> Fitted:  # fmt: skip
    """Returns the composite of metrics that agrees best with the ratings.

    Args:
        study: The study.
        series: The metrics' scores of its items, each with its spec.
        target_name: What to fit; the set's main target for None.
        name: The composite's name.
        part: Whether these are a part of the data set, so that the rest is out of sample.
        n_boot: Resamples for intervals.
        seed: Seed of folds and resamples.

    Raises:
        InputError: There are too few studies, a metric does not vary, or none agrees with the ratings.
    """
    target = study.target(target_name)
    n_rated = int(target.rated.sum())
    mask = target.rated & np.all([np.isfinite(one.values) for one in series], axis=0)
    used = study.only(mask)
    target = used.target(target_name)
    design = Design.of(used.groups)
    if not mask.any() or design.n_units < _LEAST_GROUPS:
        raise InputError(
            f"{design.n_units} studies with a rating and all scores are too few to fit a composite",
            where=study.title,
            hint=f"{_LEAST_GROUPS} are the least",
        )
    constant = [one.label for one in series if np.ptp(one.values[mask]) == 0]
    if constant:
        raise InputError(
            f"the same score for every item: {', '.join(constant)}", where=study.title, hint="leave it out"
        )
    scores = np.column_stack([one.oriented[mask] for one in series])
    wanted = target.sign * target.mean
    penalty = _best_penalty(scores, wanted, design, seed)
    model = _fit(scores, wanted, penalty)
    resampler = Resampler(design.n_units, n_boot, seed)

    def worth(values: Floats) -> Value:
        return resampler.value(kendall, values, wanted, design)

    crossed = _crossed_worth(scores, wanted, used.groups, seed)
    value = float(crossed(np.ones((1, design.n_units)))[0])
    reason = None if np.isfinite(value) else "the ratings or the predictions are constant in a part"
    known = None if reason else value
    worths = (
        resampler.with_interval(known, reason, len(used), FOLDS * REPEATS, None if reason else crossed),
        worth(model.predict(scores)),
    )
    form = _form(model, series, target, name, f"{study.name}/part" if part else study.name)
    told = {
        "target": target.name,
        "items": len(used),
        "studies": design.n_units,
        "raters": len(target.raters),
        "penalty": penalty,
        "folds": FOLDS,
        "splits": REPEATS,
        "seed": seed,
        **_told("cross_validated", worths[0]),
        **_told("in_sample", worths[1]),
    }
    return Fitted(
        form.model_copy(update={"fit": told}),
        *worths,
        {one.label: worth(scores[:, place]) for place, one in enumerate(series)},
        len(used),
        n_rated,
        design.n_units,
    )


def _told(name: str, found: Value) -> dict[str, float | list[float]]:
    """Returns a value and its interval for the file, where there are such."""
    told: dict[str, float | list[float]] = {} if found.value is None else {f"{name}_tau_b": round(found.value, 4)}
    return told if found.interval is None else told | {f"{name}_interval": [round(one, 4) for one in found.interval]}


def _form(model: _Model, series: Sequence[Series], target: Target, name: str, tuned_on: str) -> CompositeForm:
    """Returns the model in the unit and direction of the target, with scores as the metrics give them."""
    terms = []
    for place, one in enumerate(series):
        turned = 1.0 if one.direction == "higher" else -1.0
        terms.append(
            Term(
                spec=one.spec,
                mean=float(turned * model.means[place]),
                scale=float(model.scales[place]),
                weight=float(target.sign * turned * model.weights[place]),
            )
        )
    kept = tuple(one for one in terms if one.weight)
    if not kept:
        raise InputError(
            "no metric agrees with the ratings in the direction that it declares, so that nothing is left to add up",
            where=", ".join(one.label for one in series),
            hint="name other metrics",
        )
    head = CompositeHead(
        name=name,
        summary=f"{target.name} predicted from {len(kept)} metric{'s' * (len(kept) > 1)}",
        direction=target.direction,
        intercept=float(target.sign * model.intercept),
        tuned_on=(tuned_on,),
    )
    return CompositeForm(composite=head, metric=kept)


def _fit(scores: Floats, wanted: Floats, penalty: float) -> _Model:
    from scipy.optimize import nnls

    means, scales = scores.mean(axis=0), scores.std(axis=0)
    # A metric may be constant in a fold; it then says nothing there.
    scales = np.where(scales > 0, scales, 1.0)
    standard = (scores - means) / scales
    intercept = float(wanted.mean())
    shrinking = np.sqrt(penalty * len(scores)) * np.eye(scores.shape[1])
    weights, _ = nnls(np.vstack([standard, shrinking]), np.concatenate([wanted - intercept, np.zeros(len(means))]))
    return _Model(means, scales, np.asarray(weights), intercept)


def _folds(design: Design, seed: int) -> Iterator[NDArray[np.bool_]]:
    """Yields which items each fold leaves out, whole studies at a time."""
    units = np.unique(design.units)
    order = np.random.default_rng(seed).permutation(len(units))
    fold_of = np.zeros(design.n_units, dtype=np.intp)
    fold_of[units[order]] = np.arange(len(units)) % min(FOLDS, len(units))
    for fold in range(min(FOLDS, len(units))):
        yield fold_of[design.units] == fold


def _best_penalty(scores: Floats, wanted: Floats, design: Design, seed: int) -> float:
    """Returns the penalty with the smallest squared error on studies left out."""
    errors = dict.fromkeys(PENALTIES, 0.0)
    for left_out in _folds(design, seed):
        for penalty in PENALTIES:
            model = _fit(scores[~left_out], wanted[~left_out], penalty)
            errors[penalty] += float(((model.predict(scores[left_out]) - wanted[left_out]) ** 2).sum())
    return min(PENALTIES, key=lambda penalty: errors[penalty])


def _crossed_worth(scores: Floats, wanted: Floats, groups: list[str], seed: int) -> Weighted:
    """Returns tau-b of predictions for parts of the studies from the others, its mean over parts and splits.

    How studies fall into parts moves it by hundredths, so that it is taken over several splits.
    """
    design, found = Design.of(groups), []
    for repeat in range(REPEATS):
        predicted = np.empty(len(scores))
        part_of = [""] * len(scores)
        for fold, left_out in enumerate(_folds(design, seed + (FOLDS + 1) * repeat)):
            kept = ~left_out
            inner = seed + (FOLDS + 1) * repeat + fold + 1
            penalty = _best_penalty(scores[kept], wanted[kept], design.restricted(kept), inner)
            predicted[left_out] = _fit(scores[kept], wanted[kept], penalty).predict(scores[left_out])
            for place in np.flatnonzero(left_out):
                part_of[place] = str(fold)
        found.append(kendall(predicted, wanted, Design.of(groups, part_of)))
    return average(found)
