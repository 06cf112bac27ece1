"""Agreement of two reports on how things have changed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from radeval.core.batch import Floats
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Evidence, Score
from radeval.findings.compare import Match, compare
from radeval.findings.reader import ReportReader
from radeval.metrics.entity.evidence import worded
from radeval.metrics.entity.reading import LEXICON, MODALITIES, Readers, count_unread, no_verdict

KEYWORDS = frozenset({
    "bigger", "change", "cleared", "constant", "decrease", "decreased", "decreasing", "elevated", "elevation",
    "enlarged", "enlargement", "enlarging", "expanded", "greater", "growing", "improved", "improvement", "improving",
    "increase", "increased", "increasing", "larger", "new", "persistence", "persistent", "persisting", "progression",
    "progressive", "reduced", "removal", "resolution", "resolved", "resolving", "smaller", "stability", "stable",
    "stably", "unchanged", "unfolded", "worse", "worsen", "worsened", "worsening", "unaltered",
})  # fmt: skip
EPSILON = 1e-10

Side = Literal["candidate", "reference"]

_LINE_ENDS = re.compile(r"[\r\n]")
_DASHES = re.compile(r"[_-]+")
_STRANGE = re.compile(r"[^\w\s.,:;()-]")
_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
_NO_WORD = "no reference has a temporal word"
_NO_WORDS = "no report has a temporal word"
_NO_MATCH = "no finding is matched"
_NO_CHANGE = "neither report states a change of a matched finding"


class Temporal(Metric):
    """Temporal F1: which of 44 words of change two reports share; and whether matched findings change alike."""

    info = MetricInfo(
        name="temporal",
        version=1,
        summary="F1 of the sets of temporal words (new, stable, worse, ...) that two reports use",
        main="temporal_f1",
        direction="higher",
        range=(0.0, 1.0),
        citation="Temporal entity F1, Zhang et al. (Libra), ACL Findings 2025; by its 44 keywords alone",
        empty=EmptyRules(candidate="computed", reference="computed", both=1.0),
        parts=(
            Part("with_words", "the same; over a set, the mean over examples whose reference has such a word"),
            Part("micro_f1", "F1 of the summed counts of words over a set"),
            Part("change", "share of the matched findings with a stated change on whose change the reports agree"),
        ),
        parameters=(LEXICON,),
        statistics=("shared_words", "candidate_words", "reference_words"),
        multi_reference="native",
        multi_reference_rule="the words of all references together; for change, the reference that agrees best",
        # The words of several references are compared at once, so that a candidate equal to one of them lacks some.
        properties=Properties(identity_is_best=False),
        modalities=MODALITIES,
        languages=("en",),
        notes="Two reports without such a word score 1, which lifts the mean: read with_words beside it. What a word "
        "refers to does not matter to the main value, only to change.",
    )

    def __init__(self, lexicon: str | None = None) -> None:
        super().__init__(lexicon=lexicon)
        self._readers = Readers(lexicon)

    def check(self, context: RunContext) -> None:
        """Reads the user's lexicon packs, where some are named."""
        self._readers.check()

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the choices that change the scores; the lexicon matters to `change` alone."""
        return {"keywords": len(KEYWORDS), "ner": False, "eps": EPSILON, "refs": "union", **self._readers.fields()}

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the agreement of one candidate with its references."""
        ours = temporal_words(example.candidate)
        theirs = frozenset[str]().union(*(temporal_words(text) for text in example.references))
        value, shared = temporal_f1(ours, theirs), len(ours & theirs)
        change, reason, items = _change(example, self._readers.of(example), context)
        parts = {
            "with_words": value if theirs else None,
            "micro_f1": 2 * shared / (len(ours) + len(theirs)) if ours or theirs else None,
            "change": change,
        }
        reasons = {"with_words": _NO_WORD, "micro_f1": _NO_WORDS, "change": reason}
        return Score.ok(
            value,
            parts,
            part_reasons={name: reasons[name] for name, part in parts.items() if part is None},
            statistics=(shared, len(ours), len(theirs)),
            evidence=(*_word_evidence(example, ours, theirs), *items),
        )

    def corpus(self, totals: Floats) -> dict[str, Floats]:
        """Returns the micro F1 of sets, 1 without any word; the main value is the mean over examples."""
        words = totals[:, 1] + totals[:, 2]
        return {"micro_f1": np.divide(2 * totals[:, 0], words, out=np.ones(len(totals)), where=words > 0)}


def temporal_words(report: str) -> frozenset[str]:
    """Returns the keywords that a report uses as whole words, after cleaning."""
    text = _DASHES.sub(" ", _LINE_ENDS.sub(" ", report))
    text = _BLANKS.sub(" ", _STRANGE.sub("", text)).lower()
    return KEYWORDS.intersection(_WORD.findall(text))


def temporal_f1(candidate: frozenset[str], reference: frozenset[str]) -> float:
    """Returns the F1 of two sets of words with the original's small constant in every quotient."""
    if not reference:
        return EPSILON if candidate else 1.0
    shared = len(candidate & reference) + EPSILON
    precision, recall = shared / (len(candidate) + EPSILON), shared / (len(reference) + EPSILON)
    return 2 * precision * recall / (precision + recall + EPSILON)


def _change(example: Example, judge: ReportReader, context: RunContext) -> tuple[float | None, str, list[Evidence]]:
    """Returns the best agreement on change over the references, the reason where there is none, and its evidence."""
    candidate = judge.read(example.candidate)
    best: float | None = None
    reason, items = _NO_MATCH, list[Evidence]()
    for number, text in enumerate(example.references):
        reference = judge.read(text)
        pair = replace(example, references=(text,))
        count_unread(pair, candidate, reference, context)
        if gap := no_verdict(pair, candidate, reference):
            reason = gap[0]
            continue
        matched = compare(candidate, reference, judge).matched
        stated = [one for one in matched if one.candidate.change or one.reference.change]
        if matched and not stated:
            reason = _NO_CHANGE
        agreement = _agreement(stated)
        if agreement is not None and (best is None or agreement > best):
            best, items = agreement, [_change_evidence(one, example.candidate, number) for one in stated]
    return best, reason, items


def _agreement(stated: Sequence[Match]) -> float | None:
    alike = sum(one.candidate.change == one.reference.change for one in stated)
    return alike / len(stated) if stated else None


def _change_evidence(match: Match, text: str, number: int) -> Evidence:
    ours, theirs = match.candidate.change, match.reference.change
    return Evidence(
        "matched" if ours == theirs else "wrong change",
        "candidate",
        match.candidate.span,
        text[slice(*match.candidate.span)],
        counterpart=match.reference.span,
        concept=match.candidate.concept,
        note=f"change: {ours}" if ours == theirs else worded("change", ours or "", theirs or ""),
        reference=number,
    )


def _word_evidence(example: Example, ours: frozenset[str], theirs: frozenset[str]) -> list[Evidence]:
    """Returns the words that only one side has, each at its first place."""
    items = [_word("false", "candidate", word, example.candidate, 0) for word in sorted(ours - theirs)]
    for word in sorted(theirs - ours):
        number = next(at for at, text in enumerate(example.references) if word in temporal_words(text))
        items.append(_word("omitted", "reference", word, example.references[number], number))
    return items


def _word(kind: str, side: Side, word: str, text: str, number: int) -> Evidence:
    span, note = _first(word, text), f"temporal word {word!r}"
    if span is None:
        return Evidence(kind, note=note, reference=number)
    return Evidence(kind, side, span, text[slice(*span)], note=note, reference=number)


def _first(word: str, text: str) -> tuple[int, int] | None:
    """Returns where a word stands first; None where cleaning made it from other characters."""
    found = re.search(rf"\b{word}\b", text, re.IGNORECASE) or re.search(rf"(?<![^\W_]){word}(?![^\W_])", text, re.I)
    return found.span() if found else None
