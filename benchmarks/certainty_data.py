"""Made-up studies whose truth is known: what `certainty.py` draws its data sets from."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from radeval.core.batch import Floats
from radeval.stats.agreement import krippendorff_alpha, mean_absolute_difference
from radeval.stats.ceiling import human_ceiling, split_half
from radeval.stats.correlation import kendall, pearson, spearman
from radeval.stats.design import Design, Maker, Weighted, difference
from radeval.stats.systems import mean_rows, mean_rule
from radeval.stats.ties import calibrated_accuracy, crossed_accuracy, preference_accuracy, preference_accuracy_strict

SYSTEMS = 2


class Study(NamedTuple):
    """Reports of several systems on each of some studies, with two metrics that are equally good and three raters.

    Attributes:
        first: Scores of the one metric, from 0 to 1, shape (n,).
        second: Scores of the other.
        ratings: Whole numbers from 0 to 6, so that many are tied, shape (n, 3), a tenth of them missing.
        studies: Study of each report.
        systems: System of each report.
    """

    first: Floats
    second: Floats
    ratings: Floats
    studies: list[str]
    systems: list[str]

    @property
    def targets(self) -> Floats:
        """What metrics are to agree with: the first rater's numbers, of which none is missing."""
        return self.ratings[:, 0]

    def design(self, within: str) -> Design:
        """Returns the design: "pooled", "study" or "system"."""
        return Design.of(self.studies, {"pooled": None, "study": self.studies, "system": self.systems}[within])


def draw_study(n_studies: int, generator: np.random.Generator) -> Study:
    """Returns a data set; reports on one study are alike in quality and in what the metrics get wrong."""

    def normal(deviation: float, columns: int = SYSTEMS) -> Floats:
        return generator.normal(scale=deviation, size=(n_studies, columns))

    quality = (normal(0.7, 1) + normal(1.0) + 0.4 * np.arange(SYSTEMS)).ravel()
    scores = [
        1 / (1 + np.exp(-(quality + (normal(0.5, 1) + normal(0.8)).ravel()))) for _ in ("the one metric", "the other")
    ]
    ratings = np.column_stack([np.clip(np.round(3 + 1.2 * (quality + normal(0.7).ravel())), 0, 6) for _ in range(3)])
    missing = generator.random(ratings.shape) < 0.1
    missing[:, 0] = False
    names = [f"{number:06}" for number in range(n_studies)]
    return Study(
        scores[0],
        scores[1],
        np.where(missing, np.nan, ratings),
        [name for name in names for _ in range(SYSTEMS)],
        [str(system) for _ in names for system in range(SYSTEMS)],
    )


def of_totals(rows: Floats, rule: Any) -> Weighted:
    """Returns a run's value by how often each group is drawn."""
    return lambda weights: rule(weights @ rows)


def pooled_f1(totals: Floats) -> Floats:
    """Returns F1 of summed matches, false and omitted findings, as a corpus rule does."""
    matched, false, omitted = totals.T
    n = 2 * matched + false + omitted
    return np.divide(2 * matched, n, out=np.full(len(n), np.nan), where=n > 0)


def draw_counts(n_studies: int, generator: np.random.Generator) -> Floats:
    """Returns matched, false and omitted findings of each report."""
    return np.column_stack([generator.poisson(rate, n_studies) for rate in (1.5, 0.8, 0.8)]).astype(np.float64)


def draw_f1(n_studies: int, generator: np.random.Generator) -> Floats:
    """Returns scores as findings F1 has them: a quarter 0, a third 1, the rest between."""
    kind = generator.random(n_studies)
    return np.where(kind < 0.25, 0.0, np.where(kind < 0.6, 1.0, generator.random(n_studies)))


def agreement(maker: Maker, within: str = "pooled") -> Any:
    """Returns a case: the statistic of the first metric on a data set."""
    return lambda n, generator: _agreement(maker, within, draw_study(n, generator))


def _agreement(maker: Maker, within: str, study: Study) -> Weighted:
    return maker(study.first, study.targets, study.design(within))


def _gap(maker: Maker, study: Study) -> Weighted:
    design = study.design("pooled")
    return difference(maker(study.first, study.targets, design), maker(study.second, study.targets, design))


def _ceiling(study: Study) -> Weighted:
    found = human_ceiling(study.ratings, study.design("pooled"), kendall).weighted
    if found is None:
        raise ValueError("raters without agreement")
    return found


def _halves(study: Study) -> Weighted:
    found = split_half(study.ratings, study.design("pooled"), kendall).weighted
    if found is None:
        raise ValueError("raters without agreement")
    return found


def _alpha(study: Study) -> Weighted:
    return krippendorff_alpha(study.ratings, study.design("pooled"), "ordinal")


CASES: dict[str, Any] = {
    "run: mean of F1-like scores": lambda n, generator: of_totals(mean_rows(draw_f1(n, generator)), mean_rule),
    "run: mean of scores near 1": lambda n, generator: of_totals(mean_rows(generator.beta(6, 1, n)), mean_rule),
    "run: pooled F1": lambda n, generator: of_totals(draw_counts(n, generator), pooled_f1),
    "Kendall, pooled": agreement(kendall),
    "Kendall, within study": agreement(kendall, "study"),
    "Kendall, within system": agreement(kendall, "system"),
    "Spearman, pooled": agreement(spearman),
    "Pearson, pooled": agreement(pearson),
    "pair preference, pooled": agreement(preference_accuracy),
    "pair preference, within study": agreement(preference_accuracy, "study"),
    "pair preference without ties, within study": agreement(preference_accuracy_strict, "study"),
    "tie-calibrated accuracy, in-sample": agreement(calibrated_accuracy),
    "tie-calibrated accuracy, cross-fitted": agreement(crossed_accuracy),
    "mean absolute difference": agreement(mean_absolute_difference),
    "Krippendorff alpha, ordinal": lambda n, generator: _alpha(draw_study(n, generator)),
    "ceiling, Kendall": lambda n, generator: _ceiling(draw_study(n, generator)),
    "halves of the raters, Kendall": lambda n, generator: _halves(draw_study(n, generator)),
    "difference of two metrics, Kendall": lambda n, generator: _gap(kendall, draw_study(n, generator)),
    "difference of two metrics, pair preference": lambda n, generator: _gap(
        preference_accuracy, draw_study(n, generator)
    ),
}
"""What has an interval: each takes a number of studies and a source of chance; returns a statistic of one data set."""
