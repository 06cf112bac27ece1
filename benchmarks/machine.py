"""The machine that a benchmark ran on, and the plain-text tables that benchmarks print."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TREE = Path(__file__).resolve().parent.parent


def facts(**more: Any) -> dict[str, Any]:
    """Returns what a reader must know to compare a figure, with further facts of the benchmark."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "load at the start": f"{os.getloadavg()[0]:.2f}",
        "os": platform.platform(),
        "python": platform.python_version(),
        "commit": _commit(),
        **more,
    }


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


def _commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(["git", "-C", str(TREE), *arguments], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    changed = " with uncommitted changes" if git("status", "--porcelain", "--", "radeval", "pyproject.toml") else ""
    return (git("rev-parse", "--short", "HEAD") or "none") + changed


def print_facts(title: str, known: Mapping[str, Any]) -> None:
    """Prints a title and the facts under it."""
    print(f"\n{title}\n")
    width = max(map(len, [*known, "load at the end"]))
    for name, value in {**known, "load at the end": f"{os.getloadavg()[0]:.2f}"}.items():
        print(f"{name:<{width}}  {value}")


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Prints a table: text to the left, numbers to the right, "-" for what there is not."""
    cells = [list(header), *[[_cell(value) for value in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    left = [any(isinstance(row[column], str) for row in rows) for column in range(len(header))]
    print(f"\n{title}\n")
    for number, row in enumerate(cells):
        padded = (
            text.ljust(width) if flush else text.rjust(width)
            for text, width, flush in zip(row, widths, left, strict=True)
        )
        print("  ".join(padded).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if not isinstance(value, float):
        return str(value)
    if value == 0:
        return "0"
    if abs(value) < 1e-3:
        return f"{value:.1e}"
    return f"{value:.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 3}f}"


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Returns median, minimum and maximum."""
    return statistics.median(values), min(values), max(values)


def write_json(path: Path | None, found: Mapping[str, Any]) -> None:
    """Writes a benchmark's figures, where a file is named."""
    if path is not None:
        path.write_text(json.dumps(found, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        print(f"\nwritten to {path}")
