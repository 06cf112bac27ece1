"""Measures what a call costs beside the scoring, as in a training loop: `load_metric(...)` on 8 pairs, 1,000 times.

    python benchmarks/loop.py [--calls 1000] [--runs 5] [--profile] [--json FILE]

The overhead of a call is the whole call less the metric's own `score_batch` on the same examples. The metric `constant`
does nothing: its whole call counts. PyPI radeval is measured the same way on the same pairs, with fewer calls since one
takes milliseconds. Each run is a fresh process; ours and the peer alternate, the first round is not counted.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from machine import facts, print_facts, print_table, spread, write_json
from venvs import Venvs, add_arguments, call

TARGET_MS = 0.2
PEER_SHARE = 10  # the peer is called so many times less often

Run = dict[str, dict[str, float]]


def measure(venvs: Venvs, calls: int, runs: int, seed: int) -> dict[str, list[Run]]:
    """Returns the counted runs of both sides."""
    script = Path(__file__).with_name("loop_jobs.py")
    found: dict[str, list[Run]] = {"ours": [], "radeval": []}
    for round_number in range(runs + 1):
        for side, kept in found.items():
            print(f"{side}, round {round_number}", file=sys.stderr, flush=True)
            count = calls if side == "ours" else max(10, calls // PEER_SHARE)
            run = json.loads(call([venvs.python(side), script, side, str(count), str(seed)]).splitlines()[-1])
            if round_number:
                kept.append(run)
    return found


def rows(found: dict[str, list[Run]], calls: int) -> list[dict[str, Any]]:
    """Returns a row for each side and metric."""
    made = []
    for side, label in (("ours", "ours"), ("radeval", "PyPI radeval 2.2.1")):
        for name in found[side][0]:
            median, low, high = spread([run[name]["overhead_ms"] for run in found[side]])
            row = {"side": label, "metric": name, "calls": calls if side == "ours" else max(10, calls // PEER_SHARE)}
            for key in ("whole_ms", "own_ms", "overhead_cpu_ms"):
                row[key] = spread([run[name][key] for run in found[side]])[0]
            made.append({**row, "overhead_ms": median, "min": low, "max": high})
    return made


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1000, help="calls of each metric a run (%(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="counted runs (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the pairs (%(default)s)")
    parser.add_argument("--profile", action="store_true", help="also print where the overhead goes")
    add_arguments(parser)
    arguments = parser.parse_args()
    venvs = Venvs.from_arguments(arguments)
    for side in ("ours", "radeval"):
        venvs.python(side)
    known = facts(
        n=f"{arguments.calls:,} calls on 8 pairs each, no pair twice, seed {arguments.seed}",
        runs=f"{arguments.runs} counted after 1 warm-up, alternating, a fresh process each",
    )
    table = rows(measure(venvs, arguments.calls, arguments.runs, arguments.seed), arguments.calls)
    print_facts("Overhead of a call on 8 pairs", known)
    keys = ("side", "metric", "calls", "whole_ms", "own_ms", "overhead_ms", "min", "max", "overhead_cpu_ms")
    header = ("", "metric", "calls", "whole", "own", "overhead", "min", "max", "CPU of it (mean)")
    print_table(
        "Milliseconds a call, median of the runs' medians", header, [[row[key] for key in keys] for row in table]
    )
    mine = [row for row in table if row["side"] == "ours"]
    figures = ", ".join(f"{row['metric']} {row['overhead_ms']:.3f}" for row in mine)
    print(f"\noverhead of a call on 8 pairs, ms: {figures} (target {TARGET_MS})")
    if arguments.profile:
        script = Path(__file__).with_name("loop_jobs.py")
        print()
        print(call([venvs.python("ours"), script, "ours", str(arguments.calls), str(arguments.seed), "profile"]))
    write_json(arguments.json, {"machine": known, "rows": table, "target_ms": TARGET_MS})


if __name__ == "__main__":
    main()
