"""Agreement of the findings that two reports state."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from radeval.core.batch import Floats
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Score
from radeval.findings.compare import Attribute, compare
from radeval.metrics.entity.evidence import evidence
from radeval.metrics.entity.reading import (
    LEXICON,
    MODALITIES,
    Readers,
    count_unread,
    no_verdict,
    unread_evidence,
)

_ATTRIBUTES: tuple[Attribute, ...] = ("presence", "location", "laterality", "severity", "size", "change")


class Findings(Metric):
    """F1 of the findings that the reader finds in both reports, with credit for near neighbours."""

    info = MetricInfo(
        name="findings",
        version=1,
        summary="F1 of the findings stated as present or uncertain, read by rules; near neighbours count in part",
        main="f1",
        direction="higher",
        range=(0.0, 1.0),
        citation="radeval's report reader (docs/lexicon.md)",
        empty=EmptyRules(candidate="computed", reference="computed", both=1.0),
        parts=(
            Part("precision", "share of the candidate's findings that the reference states"),
            Part("recall", "share of the reference's findings that the candidate states"),
            Part("micro_f1", "F1 of the summed counts over a set; of one report, its F1"),
            *(Part(name, f"share of the matched findings that agree in {name}") for name in _ATTRIBUTES),
        ),
        parameters=(LEXICON,),
        statistics=("credit", "candidate_findings", "reference_findings"),
        multi_reference="best",
        properties=Properties(clinical=True),
        modalities=MODALITIES,
        languages=("en",),
        notes="Both reports without findings score 1, one of them 0. Denied findings and normal statements count only "
        "against what contradicts them. What the reader does not understand does not count; a pair whose agreement "
        "would rest on that is unscored.",
    )

    def __init__(self, lexicon: str | None = None) -> None:
        super().__init__(lexicon=lexicon)
        self._readers = Readers(lexicon)

    def check(self, context: RunContext) -> None:
        """Reads the user's lexicon packs, where some are named."""
        self._readers.check()

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the choices that change the score: the lexicon and its digest, for each modality."""
        return {**self._readers.fields(), "uncertain": "counts"}

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the agreement of one candidate with one reference."""
        judge = self._readers.of(example)
        candidate, reference = judge.read(example.candidate), judge.read(example.references[0])
        count_unread(example, candidate, reference, context)
        unread = tuple(unread_evidence(example, candidate, reference))
        if gap := no_verdict(example, candidate, reference):
            return Score.unscored(*gap, evidence=unread)
        found = compare(candidate, reference, judge)
        credit = sum(one.credit for one in found.matched)
        n_candidate, n_reference = (len(found.matched) + len(side) for side in (found.false, found.omitted))
        total = n_candidate + n_reference
        # An empty report lacks what the other says, even where that is not understood.
        empty = not (example.candidate.strip() and example.references[0].strip())
        missed = empty and bool(candidate.unread or reference.unread)
        value = 2 * credit / total if total else 0.0 if missed else 1.0
        parts: dict[str, float | None] = {
            "precision": credit / n_candidate if n_candidate else None,
            "recall": credit / n_reference if n_reference else None,
            "micro_f1": value,
        }
        reasons = {
            "precision": "the candidate states no finding",
            "recall": "the reference states no finding",
        }
        for attribute in _ATTRIBUTES:
            agreeing = [not one.differs_in(attribute) for one in found.matched]
            parts[attribute] = sum(agreeing) / len(agreeing) if agreeing else None
            reasons[attribute] = "no finding is matched"
        return Score.ok(
            value,
            parts,
            part_reasons={name: reasons[name] for name, part in parts.items() if part is None},
            statistics=(credit, n_candidate, n_reference),
            evidence=(*evidence(found, example, candidate, reference, judge), *unread),
        )

    def corpus(self, totals: Floats) -> dict[str, Floats]:
        """Returns the micro F1 of sets; the main value is the mean over examples."""
        findings = totals[:, 1] + totals[:, 2]
        micro = np.divide(2 * totals[:, 0], findings, out=np.ones(len(totals)), where=findings > 0)
        return {"micro_f1": micro}
