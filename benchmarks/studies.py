"""Measures `radeval study`: RadPref's development half from files to figures, and a study of two million pairs.

    python benchmarks/studies.py [--json FILE]

The first reads `radpref/` in the folder that RADEVAL_DATA names, or ../shared/data beside the repository, scores it
with the metrics of `radeval study run`, and draws the figures. The second is simulated: 2,000 reports (1,999,000 pairs)
that three have rated, with one metric, a constant and the source. Seconds are of the wall clock and of the processor,
which other programs on the machine do not change.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from machine import TREE, facts, print_facts, print_table, write_json

from radeval.cli.study_inputs import DEFAULT_METRICS
from radeval.core.example import Example
from radeval.run.options import RunOptions
from radeval.study.analysis import StudyOptions, analyse
from radeval.study.data import Study, Target
from radeval.study.datasets import load_study
from radeval.study.figures import write_figures
from radeval.study.series import Series, scored

DATA = Path(os.environ.get("RADEVAL_DATA") or TREE.parent / "shared" / "data") / "radpref"
LARGE = 2000


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    made = work()
    return made, time.perf_counter() - wall, time.process_time() - processor


def radpref() -> list[dict[str, Any]]:
    study = load_study("radpref", DATA)
    (found, _), *scoring = timed(lambda: scored(study, DEFAULT_METRICS, RunOptions(n_boot=0)))
    result, *analysing = timed(lambda: analyse(study, found, StudyOptions()))
    with tempfile.TemporaryDirectory() as folder:
        _, *drawing = timed(lambda: write_figures(result, Path(folder)))
    steps = {f"scores of {len(DEFAULT_METRICS)} metrics": scoring, "statistics, tests": analysing, "figures": drawing}
    return [{"study": f"RadPref, {len(study)} reports", "step": name, "wall s": wall, "processor s": processor}
            for name, (wall, processor) in steps.items()]  # fmt: skip


def large() -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    quality = rng.normal(size=LARGE)
    ratings = np.round(2 * quality[:, None] + rng.normal(size=(LARGE, 3)))
    examples = tuple(
        Example(id=str(number), candidate="", references=("",), system=str(number % 4), group=str(number // 4))
        for number in range(LARGE)
    )
    target = Target("rating", "simulated", "higher", ratings, ("a", "b", "c"))
    study = Study(name="large", title="large", examples=examples, targets=(target,), has_texts=False)
    metric = Series(label="metric", values=quality + rng.normal(size=LARGE))
    _, wall, processor = timed(lambda: analyse(study, [metric], StudyOptions(draws=1000)))
    step = "statistics, tests (1 metric, 1,000 draws)"
    return [{"study": f"simulated, {LARGE:,} reports", "step": step, "wall s": wall, "processor s": processor}]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also store the result")
    arguments = parser.parse_args()
    told = facts()
    rows = [*(radpref() if DATA.is_dir() else []), *large()]
    print_facts("radeval study", told)
    header = ("study", "step", "wall s", "processor s")
    print_table("seconds", header, [[one[name] for name in header] for one in rows])
    write_json(arguments.json, {"machine": told, "rows": rows})


if __name__ == "__main__":
    main()
