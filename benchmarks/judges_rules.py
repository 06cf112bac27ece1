"""Speed of five judges answered by rules, both readings included: pairs a second on one core, cold.

Reads the folder that RADEVAL_DATA names, or ../shared/data beside the repository: iu_xray_reports.csv (findings and
impression of each report against those of the next one) and radpref/ (both candidates against their reference). Each of
five passes begins with a fresh process-wide reader, whose memo of sentences is bounded, and a fresh run; nothing of an
earlier pass is used again.

    python benchmarks/judges_rules.py
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.findings.reader import reader

JUDGES = ("radfact", "green", "chexprompt", "gema", "crimson")
PASSES = 5
TARGET, GOAL = 500, 1_000


def iu_pairs(folder: Path) -> list[tuple[str, str]]:
    with (folder / "iu_xray_reports.csv").open(encoding="utf-8", newline="") as file:
        texts = [" ".join(filter(None, (row["findings"], row["impression"]))) for row in csv.DictReader(file)]
    texts = [text for text in texts if text.strip()]
    return list(zip(texts, texts[1:] + texts[:1], strict=True))


def radpref_pairs(folder: Path) -> list[tuple[str, str]]:
    cases = json.loads((folder / "radpref" / "preference_data.json").read_text(encoding="utf-8"))
    return [(case[f"{name}_report"], case["ground_truth_report"]) for case in cases for name in ("C1", "C2")]


def one_pass(pairs: list[tuple[str, str]], names: tuple[str, ...]) -> dict[str, float]:
    """Returns seconds by step: reading first, then each judge on what has been read."""
    examples = [Example(str(n), candidate, (reference,)) for n, (candidate, reference) in enumerate(pairs)]
    reader.cache_clear()
    reader("cxr", ()).read("Warm the lexicon, which a run compiles once.")
    context = RunContext()
    metrics = [make_metric(name) for name in names]
    for metric in metrics:
        metric.check(context)
    seconds = {}
    for metric in metrics:
        started = time.process_time()
        metric.score_batch(examples, context)
        seconds[metric.info.name] = time.process_time() - started
    return seconds


def read_only(pairs: list[tuple[str, str]]) -> float:
    reader.cache_clear()
    judge = reader("cxr", ())
    judge.read("Warm the lexicon, which a run compiles once.")
    started = time.process_time()
    for text in {text for pair in pairs for text in pair}:
        judge.read(text)
    return time.process_time() - started


def report(name: str, pairs: list[tuple[str, str]]) -> float:
    words = statistics.mean(len(text.split()) for pair in pairs for text in pair)
    passes = [one_pass(pairs, JUDGES) for _ in range(PASSES)]
    total = statistics.median(sum(one.values()) for one in passes)
    reading = statistics.median(read_only(pairs) for _ in range(PASSES))
    print(f"{name}: {len(pairs):,} pairs, {words:.0f} words a report")
    print(f"  five judges together: {len(pairs) / total:,.0f} pairs/s, {1e3 * total / len(pairs):.2f} ms a pair")
    print(f"  of which reading {reading / total:.0%} (each different report once)")
    for judge in JUDGES:
        share = statistics.median(one[judge] / sum(one.values()) for one in passes)
        print(f"    {judge:12}{share:6.0%}{'  (reads what the others use)' if judge == JUDGES[0] else ''}")
    return len(pairs) / total


def main() -> int:
    folder = Path(os.environ.get("RADEVAL_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
    if not folder.is_dir():
        print(f"{folder} is not there: nothing to measure (RADEVAL_DATA names the folder)")
        return 0
    sources: dict[str, Callable[[Path], list[tuple[str, str]]]] = {"IU reports": iu_pairs, "RadPref": radpref_pairs}
    slowest = min(report(name, pairs(folder)) for name, pairs in sources.items())
    print(f"target {TARGET:,}, goal {GOAL:,} pairs/s: {'reached' if slowest >= TARGET else 'missed'}")
    return 0 if slowest >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
