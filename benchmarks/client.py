"""Times our client of language models against the bare openai package, on a loopback server of fixed latency.

    python benchmarks/client.py [--calls 4000] [--concurrency 16 64 256] [--runs 1] [--json FILE]

The server is tests/llm/server.py: it answers every request after 100 ms. Each run is a fresh process, by turns: the
bare package, ours with an empty cache, ours again with what the first run has stored. Both need the extra `api`.
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

from machine import TREE, facts, print_facts, print_table, spread, write_json

LATENCY = 0.1
THROUGHPUT_TARGET, AGAIN_TARGET = 0.85, 20
HERE = Path(__file__).resolve().parent


@contextmanager
def server() -> Iterator[str]:
    """Runs the server in a process of its own and gives its address."""
    command = [sys.executable, str(TREE / "tests" / "llm" / "server.py"), str(LATENCY)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.stdin.close()


def run(job: str, url: str, calls: int, concurrency: int, folder: str) -> dict[str, float]:
    """Returns what one job took."""
    command = [sys.executable, str(HERE / "client_jobs.py"), job, url, str(calls), str(concurrency), folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(concurrency: int, calls: int, runs: int) -> dict[str, dict[str, list[float]]]:
    """Returns the figures of all runs, by job and kind of figure."""
    found: dict[str, dict[str, list[float]]] = {}
    with server() as url:
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as folder:
                for job in ("bare", "ours", "again"):
                    print(f"{job}, {concurrency} at once", file=sys.stderr)
                    for kind, value in run(job, url, calls, concurrency, folder).items():
                        found.setdefault(job, {}).setdefault(kind, []).append(value)
    return found


def row(concurrency: int, calls: int, found: dict[str, dict[str, list[float]]]) -> list[Any]:
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


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=4000, help="requests of a run (%(default)s)")
    parser.add_argument("--concurrency", type=int, nargs="+", default=[16, 64, 256], help="requests at once")
    parser.add_argument("--runs", type=int, default=1, help="runs of each (%(default)s)")
    parser.add_argument("--json", type=Path, help="file for the figures")
    arguments = parser.parse_args()
    known = facts(calls=arguments.calls, runs=arguments.runs, latency=f"{LATENCY * 1000:.0f} ms")
    found = {number: measure(number, arguments.calls, arguments.runs) for number in arguments.concurrency}
    print_facts("Our client of language models beside the bare openai package", known)
    header = (
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
    rows = [row(number, arguments.calls, figures) for number, figures in found.items()]
    print_table("Median seconds of a run; CPU a call", header, rows)
    print(f"\nthroughput: ours beside the bare package's, target {THROUGHPUT_TARGET}")
    print(f"x: the first run beside the repeated one, target {AGAIN_TARGET}")
    write_json(arguments.json, {"machine": known, "runs": found})


if __name__ == "__main__":
    main()
