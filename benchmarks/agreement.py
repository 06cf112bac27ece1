"""Measures how far the offline metrics agree with radiologists, and whether they can be gamed.

    python benchmarks/agreement.py [--json FILE]

Reads the folder that RADEVAL_DATA names, or ../shared/data beside the repository: RadPref (`radpref/`, three
radiologists' ratings of two candidates a study), RadJudge (`radjudge.json`, ranking tests), RadFact's labelled phrases
(`radfact_entailment.json`) and Open-i (`iu_xray_reports.csv`), each where it is there. On RadPref: Kendall's tau-b,
Spearman and Pearson with the mean rating, pooled and within each source, and the share of pairs of candidates on one
study that are ordered as rated (ties of the metric count half); 95 % intervals by a bootstrap over studies; trivial
baselines and one radiologist against the mean of the others in the same table; counts of errors beside the
radiologists'. On Open-i: what policies score that are no honest reports, and how the reports are read.

Metrics marked * have constants or rules that were chosen with an eye on RadPref's first half: their values on it are
in-sample. For the recommended metric stands beside it what it reaches where its constants are chosen on other studies
than those they are judged on, and where each study is read without the words that only it has. Then, with intervals,
what it reaches without each part of its formula and each piece of the reader; both are switched off here, not there.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import reading
from agreement_counts import error_counts, with_interval
from agreement_fit import GRID, ablations, of_the_grid, unseen
from agreement_policies import load as load_policies
from agreement_policies import outcomes
from agreement_radjudge import failed
from agreement_radjudge import load as load_rankings
from agreement_readings import reports, without_pieces
from entailment import METHODS, figures, statistics
from entailment import load as load_phrases
from machine import TREE, facts, print_facts, print_table, write_json

from radeval.core.metric import RunContext
from radeval.core.registry import PRESETS, make_metric
from radeval.findings.reader import reader
from radeval.run.options import RunOptions
from radeval.study.analysis import StudyOptions, analyse
from radeval.study.data import Study
from radeval.study.datasets import load_study
from radeval.study.people import LABEL
from radeval.study.results import Line, StudyResult, Value
from radeval.study.series import Series, scored

DATA = Path(os.environ.get("RADEVAL_DATA") or TREE.parent / "shared" / "data")
RECOMMENDED = PRESETS["quick"][0]
METRICS = (
    "weighted_findings", "radfact", "green", "chexprompt", "gema", "crimson", "findings", "labels14", "entity_graph",
    "bleu", "chrf", "cider",
)  # fmt: skip
"""All that need no model and no download, without those that have no score where reports compare no examinations."""

JUDGES = ("radfact", "green", "chexprompt", "gema", "crimson")
POLICED = ("weighted_findings", "green", "crimson", "findings")
OPEN_I = "iu_xray_reports.csv"
READ = {
    "without normal": "micro_without_normal",
    "without normal, near names of coded headings no errors": "micro_pardoned",
    "with normal": "micro_with_normal",
}
DRAWS = 1_000
POOLED = {"tau-b": "kendall", "rho": "spearman", "r": "pearson", "pairs": "preference/study"}


def radpref(study: Study) -> dict[str, dict[str, Any]]:
    """Prints agreement with the mean rating, and returns it by line."""
    series, _ = scored(study, METRICS, RunOptions(n_boot=0))
    whole = _analysed(study, series)
    parts = {}
    for name in sorted(set(study.systems)):
        mask = np.array([one == name for one in study.systems])
        parts[name] = _analysed(study.only(mask), [_part(one, mask) for one in series])
    header = ("", *POOLED, *(f"tau-b, {name}" for name in parts), "of human tau-b", "of human pairs")
    human = next(one for one in whole.lines if one.kind == "raters")
    rows, found = [], {}
    for line in whole.lines:
        values = {short: line.values[key] for short, key in POOLED.items()}
        values |= {f"tau-b, {name}": _value(result, line.label) for name, result in parts.items()}
        shares = [_share(line, human, key) for key in ("kendall", "preference/study")]
        rows.append((line.label + " *" * line.in_sample, *(with_interval(one) for one in values.values()), *shares))
        found[line.label] = {short: asdict(one) for short, one in values.items()} | {"in_sample": line.in_sample}
    print_table(f"RadPref: {whole.n_used} candidates of {whole.n_groups} studies (* in-sample)", header, rows)
    for note in study.notes:
        print(f"  {note}")
    return found


def _analysed(study: Study, series: Sequence[Series]) -> StudyResult:
    # Tests between metrics are not what this is about.
    return analyse(study, series, StudyOptions(n_boot=DRAWS, draws=1))


def _part(one: Series, mask: np.ndarray[Any, Any]) -> Series:
    return Series(label=one.label, values=one.values[mask], direction=one.direction, kind=one.kind)


def _value(result: StudyResult, label: str) -> Value:
    found = next((one for one in result.lines if one.label == label), None)
    return found.values["kendall"] if found else Value(None, None, "the same for all", 0, 0)


def _share(line: Line, human: Line, key: str) -> float | None:
    ours, theirs = line.values[key].value, human.values[key].value
    return None if ours is None or not theirs else ours / theirs


def fit(study: Study) -> dict[str, Any]:
    """Prints and returns what the recommended metric owes to its parts and to having seen these studies."""
    elsewhere = reports(DATA / OPEN_I) if (DATA / OPEN_I).exists() else []
    parts, pieces = ablations(study), without_pieces(study)
    for title, found in (("part of its formula", parts), ("piece of the reading", pieces)):
        rows = [(name, with_interval(one), one.n) for name, one in found.items()]
        print_table(f"{RECOMMENDED} without a {title}", ("", "tau-b", "scored"), rows)
    spread = of_the_grid(study)
    print_table(f"{RECOMMENDED} with any of {len(GRID)} sets of constants", ("", "tau-b"), list(spread.items()))
    honest = unseen(study, elsewhere)
    header = ("", *next(iter(honest.values())))
    rows = [(name, *one.values()) for name, one in honest.items()]
    print_table(f"{RECOMMENDED}: what to expect of studies that nobody looked at", header, rows)
    shown = {"formula": parts, "reading": pieces}
    ablated = {kind: {name: asdict(one) for name, one in found.items()} for kind, found in shown.items()}
    return {"ablations": ablated, "constants": spread, "unseen": honest}


def how_read() -> dict[str, Any]:
    """Prints and returns how Open-i is read; benchmarks/reading.py prints more."""
    table = reading.Table(reading.TABLE)
    coded, _ = reading.load(table)
    found = reading.together(table, coded, reader("cxr", ()))
    rows = [(name, *found[key]) for name, key in READ.items()]
    title = f"Open-i: {len(coded)} reports read, findings against MeSH headings"
    print_table(title, ("micro", "precision", "recall", "F1"), rows)
    print(f"macro F1 {found['macro_f1']:.3f}; {found['unread']:.1%} of the sentences not understood in full")
    return found


def radjudge(path: Path) -> dict[str, Any]:
    """Prints how many ranking tests each metric passes, and returns it."""
    tests = load_rankings(path)
    # The document frequencies of CIDEr are those of a set, which a test is not.
    found = failed(tests, [name for name in METRICS if name != "cider"] + ["rouge"])
    rows = [(label, len(tests) - len(names), ", ".join(names)) for label, names in found.items()]
    rows.sort(key=lambda row: -row[1])
    print_table(f"RadJudge: passed of {len(tests)}, official rule, with context", ("", "passed", "failed"), rows)
    return {"tests": len(tests), "failed": found}


def entailment() -> dict[str, dict[str, float | None]]:
    """Prints and returns how entailment by rules agrees with radiologists' labels, beside what costs nothing."""
    phrases = load_phrases()
    names = ("three-way accuracy", "two-way accuracy", "precision", "recall", "F1")
    found: dict[str, dict[str, float | None]] = {}
    for label, make in METHODS.items():
        method = make()
        rows = statistics(phrases, [method(one.premises, one.text) for one in phrases])
        values = figures(rows.sum(axis=0, keepdims=True))[0].tolist()
        found[label] = {
            name: value if math.isfinite(value) else None for name, value in zip(names, values, strict=True)
        }
    table = [(label, *one.values()) for label, one in found.items()]
    print_table(f"RadFact: {len(phrases)} labelled phrases", ("", *names), table)
    return found


def milliseconds(study: Study) -> dict[str, float]:
    """Prints and returns processor time a pair on one core by fresh readers, reading included."""
    found = {name: _milliseconds(study, (name,)) for name in METRICS}
    found["five judges together"] = _milliseconds(study, JUDGES)
    print_table("Milliseconds a pair, cold, one core", ("", "ms"), list(found.items()))
    return found


def _milliseconds(study: Study, names: Sequence[str]) -> float:
    reader.cache_clear()
    reader("cxr", ()).read("The lexicon is compiled once for a process.")
    context = RunContext()
    metrics = [make_metric(name) for name in names]
    for metric in metrics:
        metric.check(context)
    started = time.process_time()
    for metric in metrics:
        metric.score_batch(study.examples, context)
    return (time.process_time() - started) / len(study) * 1e3


def policies(path: Path) -> dict[str, Any]:
    """Prints and returns what policies score that are no honest reports."""
    judge = reader("cxr", ())
    studies = load_policies(path, judge)
    found = outcomes(studies, POLICED, judge)
    header = ("", "normal reference", "abnormal reference", "unscored", "gain", "share that gains")
    for label, by_policy in found.items():
        rows = [(name, *one) for name, one in by_policy.items()]
        print_table(f"Policies over {len(studies)} Open-i reports, {label}", header, rows)
    return {label: {name: one._asdict() for name, one in by_policy.items()} for label, by_policy in found.items()}


def recommended(found: Mapping[str, Any]) -> None:
    """Prints what share of the human figure the recommended metric reaches."""
    ours, human = found[RECOMMENDED], found[LABEL]
    shares = {name: (ours[name]["value"], human[name]["value"]) for name in ours if name != "in_sample"}
    told = ", ".join(
        f"{name} {mine:.3f} of {theirs:.3f} ({mine / theirs:.0%})"
        for name, (mine, theirs) in shares.items()
        if mine is not None and theirs
    )
    print(f"\n{RECOMMENDED} against one radiologist: {told}")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    started = time.perf_counter()
    known = facts(lexicon=reader("cxr", ()).lexicon.digest)
    print_facts("Agreement of offline metrics with radiologists", known)
    found: dict[str, Any] = {"machine": known}
    if (DATA / "radpref").exists():
        study = load_study("radpref", DATA / "radpref")
        found["milliseconds"] = milliseconds(study)
        found["errors"] = error_counts(study)
        found["radpref"] = radpref(study)
        found["fit"] = fit(study)
    if (DATA / "radjudge.json").exists():
        found["radjudge"] = radjudge(DATA / "radjudge.json")
    if (DATA / "radfact_entailment.json").exists():
        found["radfact"] = entailment()
    if (DATA / OPEN_I).exists():
        found["reading"], found["policies"] = how_read(), policies(DATA / OPEN_I)
    if len(found) == 1:
        print(f"\n{DATA} holds none of the data sets: nothing to measure (RADEVAL_DATA names the folder)")
    if "radpref" in found:
        recommended(found["radpref"])
    print(f"{time.perf_counter() - started:.0f} s")
    write_json(arguments.json, found)


if __name__ == "__main__":
    main()
