"""Phrases and what supports them in the other report: the counts that RadFact is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from radeval.core.example import Example
from radeval.core.score import Evidence
from radeval.metrics.judge.evidence import Side, quoted
from radeval.metrics.judge.grounding import Box, contained
from radeval.metrics.judge.phrases import Entailed
from radeval.metrics.judge.rules_phrases import Phrase

SIDES: tuple[Side, Side] = ("candidate", "reference")
LEVELS = ("logical", "spatial", "grounding")
STATISTICS = tuple(
    f"{level}_{side}_{name}" for level in LEVELS for side in SIDES for name in ("share", "defined", "hits", "n")
)
"""What corpus rules sum: of each share its value, whether it is defined, its hits and of how many."""


class Taken(NamedTuple):
    """A phrase as it was taken from its report.

    Attributes:
        phrase: The phrase.
        source: The words of the report that it comes from.
        boxes: Where it is on the image.
    """

    phrase: Phrase
    source: str
    boxes: tuple[Box, ...] = ()


class Supported(NamedTuple):
    """A phrase with the judgement on it.

    Attributes:
        taken: The phrase.
        entailed: Whether it follows from the other report.
        evidence: What decides it there.
        placed: Whether it is entailed and its boxes lie in those of its evidence.
    """

    taken: Taken
    entailed: bool
    evidence: tuple[Taken, ...]
    placed: bool


class Share(NamedTuple):
    """A share as counts.

    Attributes:
        hits: How many are.
        n: Of how many.
    """

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.n if self.n else None

    @property
    def statistics(self) -> tuple[float, float, float, float]:
        """What corpus rules sum."""
        return self.value or 0.0, float(self.n > 0), float(self.hits), float(self.n)


def judged(ours: Sequence[Taken], theirs: Sequence[Taken], answers: Sequence[Entailed]) -> list[Supported]:
    """Returns phrases with the judgements on them; where there are no answers, nothing supports them."""
    if not answers:
        return [Supported(one, False, (), False) for one in ours]
    by_text: dict[str, Taken] = {}
    for one in reversed(theirs):
        by_text[one.phrase.text] = one
    found = []
    for one, answer in zip(ours, answers, strict=True):
        evidence = tuple([by_text[text] for text in answer.evidence])
        entailed = answer.status == "entailment"
        placed = False
        if one.boxes and entailed:
            placed = contained(one.boxes, [box for other in evidence for box in other.boxes])
        found.append(Supported(one, entailed, evidence, placed))
    return found


def shares(sides: Sequence[Sequence[Supported]]) -> dict[tuple[str, Side], Share]:
    """Returns the shares of both sides, in the order of `STATISTICS`."""
    found: dict[str, list[Share]] = {level: [] for level in LEVELS}
    for phrases in sides:
        boxed = [one for one in phrases if one.taken.boxes]
        placed = sum([one.placed for one in boxed])
        found["logical"].append(Share(sum([one.entailed for one in phrases]), len(phrases)))
        found["spatial"].append(Share(placed, len(boxed)))
        found["grounding"].append(Share(placed, sum([one.entailed for one in boxed])))
    return {(level, side): share for level in LEVELS for side, share in zip(SIDES, found[level], strict=True)}


def f1(precision: float | None, recall: float | None) -> float | None:
    """Returns the harmonic mean, None where either is undefined."""
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def shown(sides: Sequence[Sequence[Supported]], example: Example) -> tuple[Evidence, ...]:
    """Returns the judgements as evidence."""
    reports = (example.candidate, example.references[0])
    items = []
    for side, lone, report, other, phrases in zip(
        SIDES, ("false", "omitted"), reports, reports[::-1], sides, strict=True
    ):
        for one in phrases:
            source = one.evidence[0].source if one.evidence else ""
            kind = "matched" if one.entailed else lone
            items.append(quoted(kind, side, report, one.taken.source, other=other, counterpart=source, note=_note(one)))
    return tuple(items)


def _note(one: Supported) -> str:
    taken, entailed, evidence, placed = one
    words = "; ".join([other.phrase.text for other in evidence])
    text = taken.phrase.text
    said = "" if text == taken.source else f"{text}: "
    if entailed:
        note = f"{said}follows from {words}"
    else:
        note = f"{said}denied by {words}" if words else f"{said}the other report does not say so"
    return note if not taken.boxes or placed or not entailed else f"{note}; its boxes lie elsewhere"
