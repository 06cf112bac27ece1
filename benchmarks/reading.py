"""Measures the report reader on the Open-i chest X-ray reports: findings against MeSH headings, unread text, speed.

    python benchmarks/reading.py [--json FILE]

Reads `iu_xray_reports.csv` in the folder that RADEVAL_DATA names, or ../shared/data beside the repository. The people
who coded these reports gave MeSH headings for what they read; `reading_mesh.toml` says which of our concepts answer to
which heading. A heading is found where the findings and impression of a report state one of its concepts as present or
uncertain; a concept whose heading is not coded is an error. People code what they see more often than what it may be:
in "opacity, may be atelectasis" the atelectasis is an error here, and a line of its own says how much that is. Speed
is that of a new reader, in processor time on one core; its memory of sentences starts empty.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import statistics
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machine import TREE, facts, print_facts, print_table, write_json

from radeval.core.finding import Kind, Presence
from radeval.findings.reader import ReportReader
from radeval.findings.reading import Reading

DATA = Path(os.environ.get("RADEVAL_DATA") or TREE.parent / "shared" / "data") / "iu_xray_reports.csv"
TABLE = Path(__file__).with_name("reading_mesh.toml")
NORMAL = "normal"
TARGET_F1, TARGET_UNREAD, TARGET_SPEED = 0.80, 0.08, 2500
ROUNDS = 3


@dataclass(frozen=True)
class Row:
    """Headings of one meaning, and the concepts that answer to them.

    Attributes:
        name: The first heading.
        headings: Headings, each with its qualifiers.
        concepts: Concepts that stand for this row alone.
        also: Concepts that answer to a coded heading of the row too.
    """

    name: str
    headings: tuple[tuple[str, frozenset[str]], ...]
    concepts: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()

    @property
    def answers(self) -> frozenset[str]:
        """Every concept that counts as found where the row is coded."""
        return self.concepts | self.also


@dataclass
class Tally:
    """Counts of one row over all reports."""

    hit: int = 0
    missed: int = 0
    false: int = 0

    def add(self, coded: bool, found: bool) -> None:
        """Counts one report."""
        self.hit += coded and found
        self.missed += coded and not found
        self.false += found and not coded

    @property
    def figures(self) -> tuple[float, float, float]:
        """Precision, recall and F1."""
        precision = self.hit / (self.hit + self.false) if self.hit + self.false else 0.0
        recall = self.hit / (self.hit + self.missed) if self.hit + self.missed else 0.0
        return precision, recall, 2 * self.hit / max(1, 2 * self.hit + self.missed + self.false)


@dataclass
class Report:
    """One coded report.

    Attributes:
        text: Findings and impression.
        rows: Names of the rows that its codes belong to.
        normal: Whether it is coded as normal.
    """

    text: str
    rows: set[str]
    normal: bool


class Table:
    """The committed table of headings and concepts."""

    def __init__(self, path: Path) -> None:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        self.rows = [
            Row(one["headings"][0], _split(one["headings"]), frozenset(one["concepts"]), frozenset(one.get("also", ())))
            for one in content["row"]
        ]
        self.reasons = {heading: one["reason"] for one in content["uncodable"] for heading in one["headings"]}
        self._outside = [Row(one["headings"][0], _split(one["headings"])) for one in content["uncodable"]]
        self._home = {concept: row for row in self.rows for concept in row.concepts}
        if len(self._home) != sum(len(row.concepts) for row in self.rows):
            raise SystemExit(f"{path.name}: a concept stands in `concepts` of two rows")

    def unknown(self, concepts: Iterable[str]) -> list[str]:
        """Returns the names in the table that the lexicon does not have."""
        return sorted({name for row in self.rows for name in row.answers}.difference(concepts))

    def row_of(self, code: str) -> Row | None:
        """Returns the row of a coded heading with its qualifiers, None where it is outside the table."""
        heading, *qualifiers = (part.strip() for part in code.split("/"))
        fitting = [
            (len(wanted), -place, row)
            for place, row in enumerate((*self.rows, *self._outside))
            for name, wanted in row.headings
            if name == heading and wanted <= set(qualifiers)
        ]
        row = max(fitting, key=lambda one: one[:2])[2] if fitting else None
        return row if row and row.concepts else None

    def wrongly(self, stated: set[str], coded: set[str], pardon: bool = False) -> set[str]:
        """Returns the rows that are found though not coded.

        Args:
            stated: The concepts found.
            coded: Names of the coded rows.
            pardon: Leave out what a coded row accepts among `also`.
        """
        answered = {name for row in self.rows if row.name in coded for name in row.answers} if pardon else set()
        return {self._home[name].name for name in stated - answered if name in self._home} - coded

    def abnormal(self, stated: set[str]) -> bool:
        """Tells whether a concept of the table is stated."""
        return not stated.isdisjoint(self._home)


def _split(headings: Sequence[str]) -> tuple[tuple[str, frozenset[str]], ...]:
    parts = [heading.split("/") for heading in headings]
    return tuple((part[0], frozenset(part[1:])) for part in parts)


def load(table: Table) -> tuple[list[Report], Counter[str]]:
    """Returns the coded reports, and how often each heading that is not codable occurs."""
    reports, outside = [], Counter[str]()
    with DATA.open(encoding="utf-8", newline="") as lines:
        for record in csv.DictReader(lines):
            text = "\n".join(record[part].strip() for part in ("findings", "impression") if record[part].strip())
            codes = [code.strip() for code in record["MeSH"].split(";") if code.strip()]
            rows = set()
            for code in codes:
                row = table.row_of(code) if code != NORMAL else None
                if row is not None:
                    rows.add(row.name)
                elif code != NORMAL:
                    outside[code.split("/")[0].strip()] += 1
            if text and "No Indexing" not in codes:
                reports.append(Report(text, rows, NORMAL in codes))
    return reports, outside


def stated(reader: ReportReader, text: str) -> set[str]:
    """Returns the concepts that a report states as present or uncertain."""
    return {
        one.concept
        for one in reader.read(text).findings
        if one.kind is not Kind.NORMAL and one.presence is not Presence.ABSENT
    }


def compare(
    table: Table, reports: Sequence[Report], reader: ReportReader, *, near: bool = True, pardon: bool = False
) -> dict[str, Tally]:
    """Returns the counts of every row, and of `normal`.

    Args:
        table: The headings and their concepts.
        reports: The coded reports.
        reader: What reads them.
        near: Whether a coded heading is found by a near name too.
        pardon: Whether a near name of a coded heading is no error for its own row.
    """
    tallies = {row.name: Tally() for row in table.rows} | {NORMAL: Tally()}
    for report in reports:
        said = stated(reader, report.text)
        wrong = table.wrongly(said, report.rows, pardon)
        for row in table.rows:
            answers = row.answers if near else row.concepts
            found = not said.isdisjoint(answers) if row.name in report.rows else row.name in wrong
            tallies[row.name].add(row.name in report.rows, found)
        tallies[NORMAL].add(report.normal, not table.abnormal(said))
    return tallies


def micro(tallies: Iterable[Tally]) -> tuple[float, float, float]:
    """Returns precision, recall and F1 over all rows together."""
    total = Tally()
    for one in tallies:
        total.hit, total.missed, total.false = total.hit + one.hit, total.missed + one.missed, total.false + one.false
    return total.figures


def unread_sentences(reading: Reading) -> int:
    """Returns how many sentences have a clause that was not understood."""
    return sum(
        any(start <= first and last <= end for first, last in reading.unread) for start, end in reading.sentences
    )


def together(table: Table, reports: Sequence[Report], reader: ReportReader) -> dict[str, Any]:
    """Returns the figures over all rows, and the share of sentences that were not understood."""
    tallies = compare(table, reports, reader)
    readings = [reader.read(report.text) for report in reports]
    exact = compare(table, reports, reader, near=False)
    pardoned = compare(table, reports, reader, pardon=True)
    abnormal = [tallies[row.name] for row in table.rows]
    used = [one for one in abnormal if one.hit + one.missed]
    return {
        "micro_without_normal": micro(abnormal),
        "micro_with_normal": micro([*abnormal, tallies[NORMAL]]),
        "micro_exact": micro(exact[row.name] for row in table.rows),
        "micro_pardoned": micro(pardoned[row.name] for row in table.rows),
        "normal": tallies[NORMAL].figures,
        "macro_f1": statistics.mean(one.figures[2] for one in used),
        "rows": len(used),
        "unread": sum(map(unread_sentences, readings)) / sum(len(one.sentences) for one in readings),
    }


def speed(reports: Sequence[Report]) -> dict[str, float]:
    """Returns reports per second of processor time with a new reader, median of three, and the sentences remembered."""
    seconds, sentences, known = [], 0, 0
    ReportReader("cxr").read(reports[0].text)  # the vocabulary is made once for a process
    for _ in range(ROUNDS):
        reader = ReportReader("cxr")
        started = time.process_time()
        readings = [reader.read(report.text) for report in reports]
        seconds.append(time.process_time() - started)
        sentences = sum(len(one.sentences) for one in readings)
        seen: set[str] = set()
        known = 0
        for report, one in zip(reports, readings, strict=True):
            texts = [report.text[start:end] for start, end in one.sentences]
            known += sum(text in seen for text in texts)
            seen.update(texts)
    return {
        "reports_per_second": len(reports) / statistics.median(seconds),
        "slowest": len(reports) / max(seconds),
        "fastest": len(reports) / min(seconds),
        "sentences": sentences,
        "sentences_remembered": known / sentences,
    }


def vocabulary_seconds() -> float:
    """Returns the seconds that the first reader of this process takes to be made."""
    started = time.process_time()
    ReportReader("cxr")
    return time.process_time() - started


def print_rows(table: Table, tallies: dict[str, Tally]) -> list[dict[str, Any]]:
    """Prints the rows, the most frequent first, and returns them."""
    rows = []
    for row in table.rows:
        tally = tallies[row.name]
        precision, recall, f1 = tally.figures
        n = tally.hit + tally.missed
        names = "; ".join("/".join((name, *sorted(parts))) for name, parts in row.headings)
        rows.append({"headings": names, "n": n, "precision": precision, "recall": recall, "f1": f1, **vars(tally)})
    rows.sort(key=lambda one: -one["n"])
    printed = [
        (_cut(one["headings"]), one["n"], one["missed"], one["false"], one["precision"], one["recall"], one["f1"])
        for one in rows
    ]
    print_table(
        "MeSH headings, report level", ("heading", "n", "missed", "false", "precision", "recall", "F1"), printed
    )
    return rows


def _cut(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    if not DATA.exists():
        print(f"{DATA} is not there: nothing to measure (RADEVAL_DATA names the folder)")
        return
    table = Table(TABLE)
    first = vocabulary_seconds()
    reader = ReportReader("cxr")
    unknown = table.unknown(reader.lexicon.concepts)
    if unknown:
        sys.exit(f"{TABLE.name} names concepts that the lexicon does not have: {', '.join(unknown)}")
    reports, outside = load(table)
    known = facts(
        reports=f"{len(reports)} with text and codes",
        lexicon=reader.lexicon.digest,
        speed=f"processor time on one core, median of {ROUNDS}, a new reader each",
    )
    tallies = compare(table, reports, reader)
    times = speed(reports)
    figures = together(table, reports, reader) | {
        "first_reader_seconds": first,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **times,
    }
    print_facts("The report reader on the Open-i chest X-ray reports", known)
    rows = print_rows(table, tallies)
    print_table(
        "Headings outside the table, occurrences",
        ("heading", "n", "reason"),
        [(name, n, _reason(table, name)) for name, n in outside.most_common()],
    )
    print_table(
        "Together",
        ("", "precision", "recall", "F1", "target F1"),
        [
            ("micro, without normal", *figures["micro_without_normal"], TARGET_F1),
            ("micro, with normal", *figures["micro_with_normal"], None),
            ("micro, without normal, near names not accepted", *figures["micro_exact"], None),
            ("micro, without normal, near names of coded headings no errors", *figures["micro_pardoned"], None),
            ("normal", *figures["normal"], None),
            (f"macro over {figures['rows']} rows", None, None, figures["macro_f1"], None),
        ],
    )
    print(f"\nunread: {figures['unread']:.1%} of {times['sentences']} sentences (target under {TARGET_UNREAD:.0%})")
    print(
        f"speed: {times['reports_per_second']:.0f} reports/s (from {times['slowest']:.0f} to {times['fastest']:.0f};"
        f" target {TARGET_SPEED}), with {times['sentences_remembered']:.0%} of the sentences remembered from before"
    )
    print(f"first reader of a process: {first:.2f} s; memory at the peak: {figures['peak_mb']:.0f} MB")
    write_json(arguments.json, {"machine": known, "figures": figures, "rows": rows, "outside": dict(outside)})


def _reason(table: Table, heading: str) -> str:
    fitting = [reason for name, reason in table.reasons.items() if name.split("/")[0] == heading]
    return fitting[0] if fitting else "not in the table"


if __name__ == "__main__":
    main()
