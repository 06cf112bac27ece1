"""Times the lexical metrics against the packages that compute the same ones, and compares the values.

    python benchmarks/lexical.py [--pairs 10000] [--runs 3] [--json FILE]

Each run is a fresh process in the package's own environment, the packages by turns; the first round is not counted. The
time is that of scoring 10,000 pairs to the end, aggregates included, without start-up, which stands beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from machine import facts, print_facts, print_table, spread, write_json
from venvs import Venvs, add_arguments, call

SPEED_TARGET, MEMORY_TARGET_MB = 25, 150


class Entrant(NamedTuple):
    """A job of `lexical_jobs`, the environment that it runs in, and what it is called in the table."""

    job: str
    venv: str
    label: str


class Contest(NamedTuple):
    """Jobs that compute the same; the first is ours and the measure of the others."""

    title: str
    entrants: tuple[Entrant, ...]


MAIN = Contest(
    "BLEU-1..4 and ROUGE-1/2/L (stemmed)",
    (
        Entrant("ours bleu+rouge", "ours", "ours, pairs and set, n_boot=0"),
        Entrant("peer set", "radeval", "PyPI radeval, set (detailed=True)"),
        Entrant("ours bleu+rouge intervals", "ours", "ours, pairs and set, n_boot=1000 (default)"),
        Entrant("peer pairs", "radeval", "PyPI radeval, pairs (per_sample=True)"),
    ),
)
CONTESTS = (
    MAIN,
    Contest(
        "ROUGE-1/2/L (stemmed)",
        (Entrant("ours rouge", "ours", "ours, pairs and set"), Entrant("rouge_score", "rouge_score", "rouge_score")),
    ),
    Contest(
        "BLEU-1..4",
        (Entrant("ours bleu", "ours", "ours, pairs and set"), Entrant("coco bleu", "pycocoevalcap", "pycocoevalcap")),
    ),
    Contest(
        "ROUGE-L, beta 1.2, no stemming",
        (
            Entrant("ours rouge coco", "ours", "ours, pairs and set"),
            Entrant("coco rouge", "pycocoevalcap", "pycocoevalcap"),
        ),
    ),
    Contest(
        "BLEU, 13a tokens, exponential smoothing",
        (
            Entrant("ours bleu sacrebleu", "ours", "ours, pairs and set"),
            Entrant("sacrebleu bleu set", "sacrebleu", "sacrebleu, set"),
            Entrant("sacrebleu bleu pairs", "sacrebleu", "sacrebleu, pairs"),
        ),
    ),
    Contest(
        "chrF",
        (
            Entrant("ours chrf", "ours", "ours, pairs and set"),
            Entrant("sacrebleu chrf set", "sacrebleu", "sacrebleu, set"),
            Entrant("sacrebleu chrf pairs", "sacrebleu", "sacrebleu, pairs"),
        ),
    ),
    Contest(
        "CIDEr-D",
        (Entrant("ours cider", "ours", "ours, pairs and set"), Entrant("coco cider", "pycocoevalcap", "pycocoevalcap")),
    ),
)
MEDIANS = ("seconds", "cpu_seconds", "start_seconds", "ready_mb")
HEADER = (
    *("", "version", "median s", "min", "max", "CPU s", "start s", "ready MB", "peak MB", "x ours"),
    *("diff pair", "diff set"),
)


def race(contest: Contest, venvs: Venvs, arguments: argparse.Namespace, values: Path) -> dict[str, list[dict]]:
    """Returns the counted runs of each job of a contest; the first, uncounted round leaves the values in files."""
    runs: dict[str, list[dict]] = {entrant.job: [] for entrant in contest.entrants}
    script = Path(__file__).with_name("lexical_jobs.py")
    for round_number in range(arguments.runs + 1):
        for job, venv, label in contest.entrants:
            print(f"{contest.title}: {label}, round {round_number}", file=sys.stderr, flush=True)
            command = [venvs.python(venv), script, job, str(arguments.pairs), str(arguments.seed)]
            if round_number == 0:
                call([*command, values / f"{job}.json"])
            else:
                runs[job].append(json.loads(call(command).splitlines()[-1]))
    return runs


def largest_difference(ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
    """Returns the largest difference between values of the same name, None where no name is shared."""
    differences = []
    for name in ours.keys() & theirs.keys():
        mine, other = ([side[name]] if isinstance(side[name], float) else side[name] for side in (ours, theirs))
        differences += [abs(a - b) for a, b in zip(mine, other, strict=True)]
    return max(differences, default=None)


def tabulate(contest: Contest, runs: dict[str, list[dict]], values: Path) -> list[dict[str, Any]]:
    """Returns a row for each job of a contest."""
    rows = []
    first: dict[str, Any] = {}
    mine: dict[str, Any] = {}
    for job, _, label in contest.entrants:
        found = json.loads((values / f"{job}.json").read_text(encoding="utf-8"))
        medians = {key: spread([run[key] for run in runs[job]])[0] for key in MEDIANS}
        median, low, high = spread([run["seconds"] for run in runs[job]])
        row = {"job": job, "label": label, "package": runs[job][0]["package"], **medians, "min": low, "max": high}
        row["seconds_of_runs"] = [run["seconds"] for run in runs[job]]
        row["peak_mb"] = max(run["peak_mb"] for run in runs[job])
        if not first:
            first, mine = row, found
        row["times_ours"] = median / first["seconds"]
        for key in ("example", "corpus"):
            same = row is first
            row[f"difference_{key}"] = None if same else largest_difference(mine.get(key, {}), found.get(key, {}))
        rows.append(row)
    return rows


def show(contest: Contest, rows: list[dict[str, Any]]) -> None:
    """Prints a contest's table."""
    keys = ("seconds", "min", "max", "cpu_seconds", "start_seconds", "ready_mb", "peak_mb", "times_ours")
    print_table(
        contest.title,
        HEADER,
        [
            [
                row["label"],
                row["package"].split()[1],
                *(row[key] for key in keys),
                row["difference_example"],
                row["difference_corpus"],
            ]
            for row in rows
        ],
    )


def verdict(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Prints the figures that have a target, and returns them."""
    by_job = {row["job"]: row for row in rows}
    peer = by_job["peer set"]
    found = []
    print()
    for job, what in (
        ("ours bleu+rouge", "bleu 1-4 + rouge 1/2/L stemmed"),
        ("ours bleu+rouge intervals", "the same with intervals (n_boot=1000)"),
    ):
        times, peak = peer["seconds"] / by_job[job]["seconds"], by_job[job]["peak_mb"]
        print(
            f"{what}: {times:.1f} times {peer['package'].replace('radeval', 'PyPI radeval')} (target {SPEED_TARGET}), "
            f"peak {peak:.0f} MB (target {MEMORY_TARGET_MB})"
        )
        found.append({"what": what, "times_peer": times, "peak_mb": peak})
    return found


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=10_000, help="number of pairs (%(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the pairs (%(default)s)")
    parser.add_argument("--only", help="only contests whose title has this in it")
    add_arguments(parser)
    arguments = parser.parse_args()
    venvs = Venvs.from_arguments(arguments)
    known = facts(runs=f"{arguments.runs} counted after 1 warm-up, alternating, a fresh process each")
    chosen = [contest for contest in CONTESTS if not arguments.only or arguments.only in contest.title]
    with tempfile.TemporaryDirectory() as folder:
        runs = {contest.title: race(contest, venvs, arguments, Path(folder)) for contest in chosen}
        tables = {contest.title: tabulate(contest, runs[contest.title], Path(folder)) for contest in chosen}
    words = runs[chosen[0].title][chosen[0].entrants[0].job][0]["words"]
    pairs = f"{arguments.pairs:,} pairs, seed {arguments.seed}"
    known["n"] = f"{pairs}, words {words[0]:.1f} a candidate, {words[1]:.1f} a reference"
    print_facts("Lexical metrics", known)
    for contest in chosen:
        show(contest, tables[contest.title])
    print(
        "\nstart: import and a first call on two pairs, not in the time; ready MB: memory before the timed call, the "
        "pairs included; diff: largest\nabsolute difference from ours, peers' percent divided by 100. PyPI radeval "
        "rounds the values of a set to 4 decimals."
    )
    found = verdict(tables[MAIN.title]) if MAIN in chosen else []
    write_json(arguments.json, {"machine": known, "contests": tables, "targets": found})


if __name__ == "__main__":
    main()
