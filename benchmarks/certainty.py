"""Measures whether intervals cover and tests err as often as they say, on made-up studies whose truth is known.

    python benchmarks/certainty.py [--draws 2000] [--studies 20 30 50] [--json FILE]

Coverage: the share of data sets whose 95 % interval holds the truth, the statistic's mean over large data sets; for the
default and for those that it was chosen over. Type-I error: the share of data sets in which two equally good metrics,
or two equally good systems, differ with p < .05. Beside the tests stand those that take single reports, or single pairs
of reports, for independent. Last, the time of two million pairs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from certainty_data import CASES, draw_counts, draw_f1, draw_study, pooled_f1
from machine import facts, print_facts, print_table, write_json

from radeval.stats.bootstrap import (
    bca_interval,
    cluster_interval,
    expanded_interval,
    jackknife_weights,
    percentile_interval,
    resample_weights,
)
from radeval.stats.correlation import kendall, pearson, spearman, tau_b
from radeval.stats.design import Design
from radeval.stats.listed import listed_pairs
from radeval.stats.permutation import p_value, pair_swap_test, swap_test
from radeval.stats.systems import compare_totals, mean_rows, mean_rule
from radeval.stats.ties import calibrate, crossed_thresholds, preference_accuracy

RESAMPLES = 1000
PERMUTATIONS = 499
LARGE, LARGE_SETS = 800, 40
LEVEL = 0.05


def truth(case: str) -> float:
    """Returns a statistic's mean over large data sets."""
    generator = np.random.default_rng(12345)
    ones = np.ones((1, LARGE))
    return float(np.mean([CASES[case](LARGE, generator)(ones)[0] for _ in range(LARGE_SETS)]))


def coverage(job: tuple[str, int, int, float]) -> dict[str, Any]:
    """Returns how often each kind of interval holds the truth."""
    case, studies, draws, true = job
    held = dict.fromkeys(("expanded", "percentile", "bca"), 0)
    width, defined = 0.0, 0
    for number in range(draws):
        statistic = CASES[case](studies, np.random.default_rng([studies, number]))
        weights = resample_weights(studies, RESAMPLES, np.random.default_rng(number))
        resampled = statistic(weights)
        intervals = {
            "expanded": expanded_interval(resampled, studies),
            "percentile": percentile_interval(resampled),
            "bca": bca_interval(
                float(statistic(np.ones((1, studies)))[0]), resampled, statistic(jackknife_weights(studies))
            ),
        }
        if intervals["expanded"] is None:
            continue
        defined += 1
        width += intervals["expanded"].high - intervals["expanded"].low
        for kind, interval in intervals.items():
            held[kind] += interval is not None and interval.low <= true <= interval.high
    shares = {kind: count / defined for kind, count in held.items()}
    return {"statistic": case, "studies": studies, "n": defined, **shares, "mean width": width / defined}


def single_reports(studies: int, seed: int) -> float:
    """Swaps single reports instead of whole studies."""
    study = draw_study(studies, np.random.default_rng([7, studies, seed]))
    design = Design.of([f"{number:06}" for number in range(len(study.first))])
    found = swap_test(kendall, study.first, study.second, study.targets, design, draws=PERMUTATIONS, seed=seed).p
    return 1.0 if found is None else found


def single_pairs(studies: int, seed: int) -> float:
    """Swaps the verdicts on single pairs instead of those of whole studies."""
    study = draw_study(studies, np.random.default_rng([7, studies, seed]))
    hits = []
    for scores in (study.first, study.second):
        pairs = listed_pairs(scores, study.targets, study.design("pooled"))
        thresholds = crossed_thresholds(pairs, study.design("pooled"))
        if thresholds is None:
            raise ValueError("too few studies")
        hits.append(pairs.hits(thresholds))
    gained = hits[0] - hits[1]
    generator = np.random.default_rng(seed)
    drawn = np.array([generator.choice([-1.0, 1.0], len(gained)) @ gained for _ in range(PERMUTATIONS)])
    return p_value(float(gained.sum()), drawn)


def _metrics(maker: Any, within: str, *, other_scale: bool = False) -> Callable[[int, int], float]:
    def test(studies: int, seed: int) -> float:
        study = draw_study(studies, np.random.default_rng([7, studies, seed]))
        second = study.second**4 if other_scale else study.second
        design = study.design(within)
        found = swap_test(maker, study.first, second, study.targets, design, draws=PERMUTATIONS, seed=seed).p
        return 1.0 if found is None else found

    return test


def _calibrated(within: str, *, crossed: bool) -> Callable[[int, int], float]:
    def test(studies: int, seed: int) -> float:
        study = draw_study(studies, np.random.default_rng([7, studies, seed]))
        design = study.design(within)
        found = pair_swap_test(
            study.first, study.second, study.targets, design, crossed=crossed, draws=PERMUTATIONS, seed=seed
        ).p
        return 1.0 if found is None else found

    return test


def _systems(draw: Callable[[int, np.random.Generator], Any], rule: Any) -> Callable[[int, int], float]:
    def test(studies: int, seed: int) -> float:
        generator = np.random.default_rng([7, studies, seed])
        names = [f"{number:06}" for number in range(studies)]
        found = compare_totals(
            draw(studies, generator), draw(studies, generator), names, rule, draws=PERMUTATIONS, seed=seed
        ).p
        return 1.0 if found is None else found

    return test


TESTS: dict[str, Callable[[int, int], float]] = {
    "metrics: Kendall, pooled": _metrics(kendall, "pooled"),
    "metrics: Kendall, within study": _metrics(kendall, "study"),
    "metrics: Kendall, within system": _metrics(kendall, "system"),
    "metrics: Kendall, pooled, the second to the 4th power": _metrics(kendall, "pooled", other_scale=True),
    "metrics: Spearman, pooled": _metrics(spearman, "pooled"),
    "metrics: Pearson, pooled": _metrics(pearson, "pooled"),
    "metrics: pair preference, within study": _metrics(preference_accuracy, "study"),
    "metrics: tie-calibrated, cross-fitted, pooled": _calibrated("pooled", crossed=True),
    "metrics: tie-calibrated, in-sample, pooled": _calibrated("pooled", crossed=False),
    "metrics: tie-calibrated, cross-fitted, within study": _calibrated("study", crossed=True),
    "systems: mean": _systems(lambda n, generator: mean_rows(draw_f1(n, generator)), mean_rule),
    "systems: pooled F1": _systems(draw_counts, pooled_f1),
    "not used: single reports swapped, Kendall": single_reports,
    "not used: single pairs swapped, tie-calibrated": single_pairs,
}


def type_one(job: tuple[str, int, int]) -> dict[str, Any]:
    """Returns how often a test finds a difference where there is none."""
    name, studies, draws = job
    p = np.array([TESTS[name](studies, seed) for seed in range(draws)])
    return {"test": name, "studies": studies, "n": draws, "p < .05": float((p < LEVEL).mean()), "least p": p.min()}


def speed() -> list[dict[str, Any]]:
    """Returns the seconds of two million pairs of reports and of two million pairs of scores."""
    generator = np.random.default_rng(0)
    n = 2000
    quality = generator.normal(size=n)
    scores, targets = quality + generator.normal(size=n), np.round(2 * (quality + generator.normal(size=n)))
    design = Design.of([f"{place // 2:06}" for place in range(n)])
    many = generator.normal(size=2_000_000)
    rounded = np.round(many + generator.normal(size=len(many)), 1)
    jobs: dict[str, Callable[[], Any]] = {
        "tie-calibrated accuracy, in-sample and cross-fitted, 1,999,000 pairs of 2,000 reports": lambda: calibrate(
            scores, targets, design
        ),
        "Kendall of 2,000 reports with its interval, 1,000 draws": lambda: cluster_interval(
            kendall(scores, targets, design), design.n_units
        ),
        "Kendall of 2,000,000 scores and targets": lambda: tau_b(many, rounded),
    }
    rows = []
    for name, job in jobs.items():
        start = time.perf_counter()
        job()
        rows.append({"what": name, "seconds": time.perf_counter() - start})
    return rows


def _printed(title: str, rows: list[dict[str, Any]]) -> None:
    print_table(title, list(rows[0]), [[float(v) if isinstance(v, float) else v for v in row.values()] for row in rows])


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000, help="data sets of each figure (%(default)s)")
    parser.add_argument("--studies", type=int, nargs="+", default=[20, 30, 50], help="studies a data set (%(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="how many to run at once (%(default)s)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    known = facts(draws=options.draws, resamples=RESAMPLES, permutations=PERMUTATIONS)
    timed = speed()
    with ProcessPoolExecutor(options.processes) as pool:
        truths = dict(zip(CASES, pool.map(truth, CASES), strict=True))
        covering = [(case, n, options.draws, truths[case]) for case in CASES for n in options.studies]
        testing = [(name, n, options.draws) for name in TESTS for n in options.studies]
        tested = list(pool.map(type_one, testing))
        covered = list(pool.map(coverage, covering))
    print_facts("Certainty", known)
    _printed("Coverage of 95 % intervals (expanded is the default)", covered)
    _printed("Type-I error at .05", tested)
    _printed("Time", timed)
    write_json(options.json, {"facts": known, "truths": truths, "coverage": covered, "tests": tested, "time": timed})


if __name__ == "__main__":
    main()
