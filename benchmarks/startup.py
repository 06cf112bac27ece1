"""Times the start and weighs the installation, ours beside PyPI radeval 2.2.1.

    python benchmarks/startup.py [--runs 10] [--json FILE]

`import radeval` is timed inside a fresh process, `radeval --help` as a whole process; ours and the peer by turns, the
first round not counted. Ours is the built wheel in an environment of its own that holds nothing else.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from machine import facts, print_facts, print_table, spread, write_json
from venvs import Venvs, add_arguments, call

IMPORT_TARGET, HELP_TARGET, SIZE_TARGET_MB = 0.15, 0.4, 400
HEAVY = (
    *("numpy", "pandas", "scipy", "torch", "transformers", "nltk", "sacrebleu", "rapidfuzz", "pydantic", "rich"),
    *("pyarrow", "matplotlib", "sklearn", "litellm", "openai", "ray"),
)
IMPORT = "import time; t = time.perf_counter(); import radeval; print(time.perf_counter() - t)"
HELP = """
import sys; sys.argv = ["radeval", "--help"]
from radeval.cli.main import run
try: run()
except SystemExit: pass
"""
# What a statement loads beyond the bare interpreter, as JSON on the last line.
LOADED = """
import json, resource, sys, sysconfig
before = set(sys.modules)
{statement}
site = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
new = set(sys.modules) - before
outside = sorted({{
    name.partition(".")[0] for name in new
    if "." not in name and str(getattr(sys.modules[name], "__file__", None) or "").startswith(site)
}} - {{"radeval"}})
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print()
print(json.dumps({{"modules": len(new), "packages": outside, "peak_mb": peak}}))
"""


def timed(command: list[str | Path]) -> float:
    """Returns the seconds that a whole process takes."""
    started = time.perf_counter()
    call(command)
    return time.perf_counter() - started


def measure_times(pythons: dict[str, Path], runs: int) -> dict[str, dict[str, list[float]]]:
    """Returns the seconds of each counted run, by what is timed and by side."""
    times: dict[str, dict[str, list[float]]] = {}
    for round_number in range(runs + 1):
        for side, python in pythons.items():
            seconds = {
                "import radeval": float(call([python, "-c", IMPORT]).split()[-1]),
                "process: python -c 'import radeval'": timed([python, "-c", "import radeval"]),
                "process: python -c pass": timed([python, "-c", "pass"]),
            }
            if side == "ours":
                seconds["process: radeval --help"] = timed([python.parent / "radeval", "--help"])
            if round_number:
                for what, value in seconds.items():
                    times.setdefault(what, {}).setdefault(side, []).append(value)
    return times


def loaded(python: Path, statement: str) -> dict[str, Any]:
    """Returns how many modules a statement loads, of which installed packages, and the memory held after it."""
    return json.loads(call([python, "-c", LOADED.format(statement=statement)]).splitlines()[-1])


def installation(python: Path) -> dict[str, float]:
    """Returns what site-packages takes on the disk, in MB as `du -sm` counts, and how many distributions it holds."""
    site = Path(call([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip())
    blocks = sum(path.lstat().st_blocks for path in site.rglob("*"))
    return {"site_packages_mb": blocks * 512 / 2**20, "distributions": len(list(site.glob("*.dist-info")))}


def table(times: dict[str, dict[str, list[float]]], sides: dict[str, dict[str, Any]]) -> list[list[Any]]:
    """Returns the rows of the printed table."""
    targets = {"import radeval": IMPORT_TARGET, "process: radeval --help": HELP_TARGET}
    rows: list[list[Any]] = []
    for what, by_side in times.items():
        ours, peers = spread(by_side["ours"]), spread(by_side["peer"]) if "peer" in by_side else (None, None, None)
        ratio = peers[0] / ours[0] if peers[0] else None
        rows.append([f"{what}, s", *ours, *peers, ratio, targets.get(what)])
    for key, what, target in (
        ("peak_mb", "memory after the import, MB", None),
        ("modules", "modules that the import loads", None),
        ("site_packages_mb", "site-packages, MB", SIZE_TARGET_MB),
        ("distributions", "distributions in it", None),
    ):
        ours, peer = sides["ours"][key], sides["peer"][key]
        rows.append([what, ours, None, None, peer, None, None, peer / ours, target])
    return rows


def verdict(times: dict[str, dict[str, list[float]]], sides: dict[str, dict[str, Any]]) -> None:
    """Prints the packages that are loaded and the figures that have a target."""
    print()
    for side, what, key in (
        ("ours", "import radeval", "packages"),
        ("ours", "radeval --help", "help_packages"),
        ("peer", "import radeval", "packages"),
    ):
        names = sides[side][key]
        heavy = [name for name in names if name in HEAVY]
        shown = ", ".join(names[:12]) + (f", ... ({len(names)})" if len(names) > 12 else "")
        print(f"{side}, {what} loads {shown or 'no installed package'}; heavy among them: {', '.join(heavy) or 'none'}")
    seconds = {what: spread(by_side["ours"])[0] for what, by_side in times.items()}
    print(f"\nimport radeval: {seconds['import radeval']:.4f} s (target {IMPORT_TARGET})")
    print(f"radeval --help: {seconds['process: radeval --help']:.3f} s (target {HELP_TARGET})")
    print(f"base venv: {sides['ours']['site_packages_mb']:.0f} MB (target {SIZE_TARGET_MB})")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10, help="counted runs of each (%(default)s)")
    add_arguments(parser)
    arguments = parser.parse_args()
    venvs = Venvs.from_arguments(arguments)
    pythons = {"ours": venvs.python("ours"), "peer": venvs.python("radeval")}
    known = facts(runs=f"{arguments.runs} counted after 1 warm-up, alternating, a fresh process each")
    print("timing", file=sys.stderr)
    times = measure_times(pythons, arguments.runs)
    sides = {side: {**loaded(python, "import radeval"), **installation(python)} for side, python in pythons.items()}
    sides["ours"]["help_packages"] = loaded(pythons["ours"], HELP)["packages"]
    print_facts("Start and size, ours beside PyPI radeval 2.2.1", known)
    header = ("", "ours", "min", "max", "peer", "min", "max", "x ours", "target")
    print_table("Median seconds, memory and size", header, table(times, sides))
    verdict(times, sides)
    write_json(arguments.json, {"machine": known, "seconds": times, "sides": sides})


if __name__ == "__main__":
    main()
