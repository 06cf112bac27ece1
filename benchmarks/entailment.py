"""Measures entailment by rules on the report pairs whose phrases radiologists labelled for RadFact.

    python benchmarks/entailment.py [--json FILE] [--show]

Reads `radfact_entailment.json` in the folder that RADEVAL_DATA names, or ../shared/data beside the repository. Every
phrase of a report is a hypothesis, the phrases of the other report are its premises, in both directions. Three ways:
entailment, contradiction, neutral. Two ways, as RadFact counts: entailed or not. Evidence is the share of phrases that
both call entailed or contradicted in which a premise of ours is one of theirs, and the mean overlap (intersection over
union) of the two sets. Intervals are percentile bootstraps over report pairs. Beside it stand what costs nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from machine import TREE, facts, print_facts, print_table, write_json

from radeval.findings import Verdict
from radeval.findings.entail import Entailment, Premises
from radeval.findings.reader import ReportReader
from radeval.findings.words import tokenize
from radeval.stats.bootstrap import bootstrap_totals, percentile_interval

DATA = Path(os.environ.get("RADEVAL_DATA") or TREE.parent / "shared" / "data") / "radfact_entailment.json"
VERDICTS = tuple(Verdict)
DRAWS, SEED = 1_000, 0
OVERLAP = 0.6
ROUNDS = 50

Method = Callable[[Sequence[str], str], Entailment]


@dataclass(frozen=True)
class Phrase:
    """A labelled hypothesis.

    Attributes:
        pair: Number of its report pair.
        premises: The phrases of the other report.
        text: The hypothesis.
        verdict: The radiologists' label.
        evidence: Indices of the premises that they name.
    """

    pair: int
    premises: tuple[str, ...]
    text: str
    verdict: Verdict
    evidence: frozenset[int]


def load() -> list[Phrase]:
    """Returns every phrase of both reports of every pair."""
    found = []
    for number, pair in enumerate(json.loads(DATA.read_text(encoding="utf-8"))):
        for side, other in ("AB", "BA"):
            premises = tuple(pair["input"][f"phrases_{other}"])
            for one in pair["output"][f"phrases_{side}_evidenced"]:
                evidence = frozenset(premises.index(text) for text in one["evidence"])
                found.append(Phrase(number, premises, one["phrase"], Verdict(one["status"]), evidence))
    return found


def by_rules() -> Method:
    """Returns our own judgement."""
    judge = ReportReader("cxr")
    return lambda premises, text: Premises([judge.read(one).findings for one in premises], judge).judge(
        judge.read(text).findings
    )


def always_neutral(premises: Sequence[str], text: str) -> Entailment:
    """Returns neutral."""
    return Entailment(Verdict.NEUTRAL, ())


def same_words(premises: Sequence[str], text: str) -> Entailment:
    """Returns entailment where a premise has the same words in the same order."""
    places = tuple(place for place, one in enumerate(premises) if words(one) == words(text))
    return Entailment(Verdict.ENTAILMENT if places else Verdict.NEUTRAL, places)


def shared_words(premises: Sequence[str], text: str) -> Entailment:
    """Returns entailment where a premise has at least three fifths of the words of both."""
    ours = set(words(text))
    shares = [len(ours & set(words(one))) / len(ours | set(words(one))) for one in premises]
    places = tuple(place for place, share in enumerate(shares) if share >= OVERLAP)
    return Entailment(Verdict.ENTAILMENT if places else Verdict.NEUTRAL, places)


METHODS: dict[str, Callable[[], Method]] = {
    "radeval, rules": by_rules,
    "always neutral": lambda: always_neutral,
    "same words": lambda: same_words,
    f"shared words >= {OVERLAP}": lambda: shared_words,
}


def words(text: str) -> list[str]:
    """Returns the words of a text as the reader folds them."""
    return [token.word for token in tokenize(text) if token.word.isalnum()]


def statistics(phrases: Sequence[Phrase], found: Sequence[Entailment]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Returns for each pair: phrases, right three ways, and the two-way counts: hit, false, missed, right denial."""
    rows = np.zeros((max(one.pair for one in phrases) + 1, 6))
    for phrase, verdict in zip(phrases, found, strict=True):
        theirs, ours = phrase.verdict is Verdict.ENTAILMENT, verdict.verdict is Verdict.ENTAILMENT
        kind = 2 if ours and theirs else 3 if ours else 4 if theirs else 5
        rows[phrase.pair, [0, kind]] += 1
        rows[phrase.pair, 1] += phrase.verdict is verdict.verdict
    return rows


def figures(totals: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Returns three-way accuracy and two-way accuracy, precision, recall and F1 of rows of summed statistics."""
    phrases, right, hit, false, missed, denied = totals.T
    with np.errstate(invalid="ignore"):
        return np.stack(
            [
                right / phrases,
                (hit + denied) / phrases,
                hit / (hit + false),
                hit / (hit + missed),
                2 * hit / (2 * hit + false + missed),
            ],
            axis=1,
        )


def intervals(rows: np.ndarray[Any, np.dtype[np.float64]]) -> list[str | None]:
    """Returns the 95 % intervals of the figures."""
    drawn = figures(bootstrap_totals(rows, DRAWS, np.random.default_rng(SEED)))
    found = [percentile_interval(column) for column in drawn.T]
    return [f"[{one.low:.3f}, {one.high:.3f}]" if one else None for one in found]


def evidence_overlap(phrases: Sequence[Phrase], found: Sequence[Entailment]) -> tuple[int, float, float]:
    """Returns how many phrases both decide alike, and of these the share with common evidence and the mean overlap."""
    pairs = [
        (phrase.evidence, set(verdict.premises))
        for phrase, verdict in zip(phrases, found, strict=True)
        if phrase.verdict is verdict.verdict and phrase.evidence
    ]
    if not pairs:
        return 0, 0.0, 0.0
    common = sum(bool(theirs & ours) for theirs, ours in pairs) / len(pairs)
    return len(pairs), common, sum(len(theirs & ours) / len(theirs | ours) for theirs, ours in pairs) / len(pairs)


def speed(phrases: Sequence[Phrase]) -> dict[str, float]:
    """Returns phrases a second, reading included, by a new reader; and microseconds a phrase once all is read."""
    texts = {text for one in phrases for text in (one.text, *one.premises)}
    ReportReader("cxr").read("")  # the vocabulary is made once for a process
    started = time.process_time()
    judge = by_rules()
    for one in phrases:
        judge(one.premises, one.text)
    cold = len(phrases) / (time.process_time() - started)
    reader = ReportReader("cxr")
    readings = {text: reader.read(text).findings for text in texts}
    started = time.process_time()
    for _ in range(ROUNDS):
        known: dict[tuple[str, ...], Premises] = {}
        for one in phrases:
            if one.premises not in known:
                known[one.premises] = Premises([readings[text] for text in one.premises], reader)
            known[one.premises].judge(readings[one.text])
    return {"cold": cold, "read": (time.process_time() - started) / ROUNDS / len(phrases) * 1e6}


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--show", action="store_true", help="also print the phrases on which we differ")
    arguments = parser.parse_args()
    if not DATA.exists():
        print(f"{DATA} is not there: nothing to measure (RADEVAL_DATA names the folder)")
        return
    phrases = load()
    found = {
        name: [method(one.premises, one.text) for one in phrases]
        for name, method in ((name, make()) for name, make in METHODS.items())
    }
    ours = found["radeval, rules"]
    rows = {name: statistics(phrases, verdicts) for name, verdicts in found.items()}
    table = {name: figures(one.sum(axis=0, keepdims=True))[0].tolist() for name, one in rows.items()}
    confusion = {
        theirs: [
            sum(one.verdict is theirs and verdict.verdict is mine for one, verdict in zip(phrases, ours, strict=True))
            for mine in VERDICTS
        ]
        for theirs in VERDICTS
    }
    overlap, times = evidence_overlap(phrases, ours), speed(phrases)
    known = facts(phrases=f"{len(phrases)} of {len(rows['always neutral'])} report pairs, both directions")
    known["lexicon"] = ReportReader("cxr").lexicon.digest
    print_facts("Entailment by rules on RadFact's labelled phrases", known)
    header = ("", "three-way accuracy", "two-way accuracy", "precision", "recall", "F1")
    defined = {name: [None if np.isnan(value) else value for value in row] for name, row in table.items()}
    lines = [(name, *row) for name, row in defined.items()]
    spans = intervals(rows["radeval, rules"])
    print_table("Verdicts", header, lines)
    print(
        "\n95 % intervals of ours: " + ", ".join(f"{name} {span}" for name, span in zip(header[1:], spans, strict=True))
    )
    print_table("Radiologists' label (row) and ours", ("", *VERDICTS), [(one, *confusion[one]) for one in VERDICTS])
    print(f"\nevidence: {overlap[0]} phrases decided alike; {overlap[1]:.3f} share a premise, overlap {overlap[2]:.3f}")
    print(f"speed: {times['cold']:.0f} phrases/s with reading, {times['read']:.1f} us a phrase once read")
    if arguments.show:
        for one, verdict in zip(phrases, ours, strict=True):
            if one.verdict is not verdict.verdict:
                print(f"\n{one.verdict}, ours {verdict.verdict} by {verdict.premises}: {one.text}")
                print("\n".join(f"    {place} {text}" for place, text in enumerate(one.premises)))
    write_json(
        arguments.json,
        {
            "machine": known,
            "figures": defined,
            "intervals": spans,
            "confusion": confusion,
            "evidence": overlap,
            "speed": times,
        },
    )


if __name__ == "__main__":
    main()
