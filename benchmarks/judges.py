"""Times judges on models: our client against the bare openai package, and the memory of whole runs.

    python benchmarks/judges.py [--calls 4000] [--concurrency 16 64 256] [--pairs 1000 10000 100000] [--runs 1]

The server is tests/llm/server.py on loopback. Speed: it answers every request after 100 ms; by turns and each in a
fresh process, the bare package, ours with an empty cache, ours again with what the first run has stored. Memory: it
answers at once, and a run is `radeval.score(..., "chexprompt", judge=URL, out=DIR)`. Needs the extra `api`. An empty
`--concurrency` or `--pairs` leaves that half out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from judges_jobs import OPENING
from machine import TREE, facts, print_facts, print_table, spread, write_json
from pairs import make_pairs

LATENCY = 0.1
CONCURRENCY_OF_RUNS = 16
THROUGHPUT_TARGET, AGAIN_TARGET = 0.85, 20
HERE = Path(__file__).resolve().parent
VERDICT = json.dumps(
    {
        "errors": [
            {
                "kind": "false finding",
                "significant": True,
                "candidate": OPENING.rstrip(". "),
                "reference": "",
                "explanation": "The reference has no such finding.",
            }
        ]
    }
)


@contextmanager
def server(*arguments: str) -> Iterator[str]:
    """Runs the server in a process of its own and gives its address."""
    command = [sys.executable, str(TREE / "tests" / "llm" / "server.py"), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.stdin.close()


def run(job: str, url: str, number: int, concurrency: int, folder: str) -> dict[str, float]:
    """Returns what one job took."""
    print(f"{job}, {number:,}, {concurrency} at once", file=sys.stderr)
    command = [sys.executable, str(HERE / "judges_jobs.py"), job, url, str(number), str(concurrency), folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def speed(concurrency: int, calls: int, runs: int) -> dict[str, dict[str, list[float]]]:
    """Returns the figures of all runs, by job and kind of figure."""
    found: dict[str, dict[str, list[float]]] = {}
    with server(str(LATENCY)) as url:
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as folder:
                for job in ("bare", "ours", "again"):
                    for kind, value in run(job, url, calls, concurrency, folder).items():
                        found.setdefault(job, {}).setdefault(kind, []).append(value)
    return found


def memory(pairs: int) -> dict[str, float]:
    """Returns the figures of a whole run."""
    with server("0", VERDICT) as url, tempfile.TemporaryDirectory() as folder:
        # Made here: what making them takes is no part of a run's memory.
        made = [(f"{OPENING}{pair.candidate}", pair.reference) for pair in make_pairs(pairs)]
        (Path(folder) / "pairs.json").write_text(json.dumps(made), encoding="utf-8")
        del made
        return run("run", url, pairs, CONCURRENCY_OF_RUNS, folder)


def speed_row(concurrency: int, calls: int, found: dict[str, dict[str, list[float]]]) -> list[Any]:
    """Returns a row of the printed table."""
    middle = {job: {kind: spread(values)[0] for kind, values in kinds.items()} for job, kinds in found.items()}
    bare, ours, again = middle["bare"], middle["ours"], middle["again"]
    return [
        concurrency,
        calls * LATENCY / concurrency,
        bare["seconds"],
        ours["seconds"],
        bare["seconds"] / ours["seconds"],
        1000 * bare["cpu"] / calls,
        1000 * ours["cpu"] / calls,
        again["seconds"],
        ours["seconds"] / again["seconds"],
        ours["peak_mb"],
    ]


SPEED_HEADER = (
    "at once",
    "least s",
    "bare s",
    "ours s",
    "throughput",
    "bare CPU ms",
    "ours CPU ms",
    "again s",
    "x",
    "MB",
)
MEMORY_HEADER = ("pairs", "seconds", "pairs/s", "MB with input", "MB peak", "MB more", "evidence MB")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=4000, help="requests of a run (%(default)s)")
    parser.add_argument("--concurrency", type=int, nargs="*", default=[16, 64, 256], help="requests at once")
    parser.add_argument("--pairs", type=int, nargs="*", default=[1000, 10_000, 100_000], help="pairs of whole runs")
    parser.add_argument("--runs", type=int, default=1, help="runs of each (%(default)s)")
    parser.add_argument("--json", type=Path, help="file for the figures")
    arguments = parser.parse_args()
    known = facts(calls=arguments.calls, runs=arguments.runs, latency=f"{LATENCY * 1000:.0f} ms")
    speeds = {number: speed(number, arguments.calls, arguments.runs) for number in arguments.concurrency}
    memories = {number: memory(number) for number in arguments.pairs}
    print_facts("Judges on models", known)
    if speeds:
        rows = [speed_row(number, arguments.calls, figures) for number, figures in speeds.items()]
        print_table("Requests: median seconds of a run; CPU a call", SPEED_HEADER, rows)
        print(f"\nthroughput: ours beside the bare package's, target {THROUGHPUT_TARGET}")
        print(f"x: the first run beside the repeated one, target {AGAIN_TARGET}")
    if memories:
        rows = [_memory_row(number, found) for number, found in memories.items()]
        print_table(f"Whole runs, {CONCURRENCY_OF_RUNS} at once", MEMORY_HEADER, rows)
    write_json(arguments.json, {"machine": known, "speed": speeds, "memory": memories})


def _memory_row(pairs: int, found: dict[str, float]) -> list[Any]:
    more = found["peak_mb"] - found["input_mb"]
    speed = pairs / found["seconds"]
    return [pairs, found["seconds"], speed, found["input_mb"], found["peak_mb"], more, found["evidence_mb"]]


if __name__ == "__main__":
    main()
