"""Agreement of the findings that two reports state."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from radeval.core.batch import Floats
from radeval.core.example import Example
from radeval.core.finding import Finding
from radeval.core.info import EmptyRules, MetricInfo, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Evidence, Score
from radeval.findings.compare import Attribute, Comparison, Match, compare
from radeval.findings.reader import ReportReader, reader
from radeval.metrics.entity.reading import MODALITIES, modality_of, reader_fields

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
        statistics=("credit", "candidate_findings", "reference_findings"),
        multi_reference="best",
        properties=Properties(clinical=True),
        modalities=MODALITIES,
        languages=("en",),
        notes="Both reports without findings score 1, one of them 0. Denied findings and normal statements count only "
        "against what contradicts them. What the reader does not understand does not count.",
    )

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the choices that change the score: the lexicon and its digest, for each modality."""
        return {**reader_fields(), "uncertain": "counts"}

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the agreement of one candidate with one reference."""
        judge = reader(modality_of(example))
        candidate, reference = judge.read(example.candidate), judge.read(example.references[0])
        found = compare(candidate, reference, judge)
        credit = sum(one.credit for one in found.matched)
        n_candidate, n_reference = (len(found.matched) + len(side) for side in (found.false, found.omitted))
        total = n_candidate + n_reference
        value = 2 * credit / total if total else 1.0
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
            agreeing = [_agrees(one, attribute) for one in found.matched]
            parts[attribute] = sum(agreeing) / len(agreeing) if agreeing else None
            reasons[attribute] = "no finding is matched"
        return Score.ok(
            value,
            parts,
            part_reasons={name: reasons[name] for name, part in parts.items() if part is None},
            statistics=(credit, n_candidate, n_reference),
            evidence=evidence(found, example, judge),
        )

    def corpus(self, totals: Floats) -> dict[str, Floats]:
        """Returns the micro F1 of sets; the main value is the mean over examples."""
        findings = totals[:, 1] + totals[:, 2]
        micro = np.divide(2 * totals[:, 0], findings, out=np.ones(len(totals)), where=findings > 0)
        return {"micro_f1": micro}


def _agrees(match: Match, attribute: Attribute) -> bool:
    return not any(one.attribute == attribute for one in match.differences)


def evidence(found: Comparison, example: Example, judge: ReportReader) -> tuple[Evidence, ...]:
    """Returns a comparison as evidence: what matches, differs, is left out and is made up."""
    items = []
    for one in found.matched:
        note = "; ".join(
            f"{d.attribute}: {d.candidate or 'not said'}, not {d.reference or 'said'}" for d in one.differences
        )
        kind = f"wrong {one.differences[0].attribute}" if one.differences else "matched"
        items.append(
            Evidence(
                kind,
                "candidate",
                one.candidate.span,
                example.candidate[slice(*one.candidate.span)],
                counterpart=one.reference.span,
                concept=one.candidate.concept,
                significance=judge.lexicon.concepts[one.reference.concept].significance,
                note=note if one.credit == 1 else f"near neighbour of {one.reference.concept}. {note}".strip(),
            )
        )
    items += [_lone("omitted", "reference", one, example.references[0], found, judge) for one in found.omitted]
    items += [_lone("false", "candidate", one, example.candidate, found, judge) for one in found.false]
    return tuple(items)


def _lone(kind: str, side: str, finding: Finding, text: str, found: Comparison, judge: ReportReader) -> Evidence:
    denied = "the other report denies it" if finding in found.denied else ""
    return Evidence(
        kind,
        "candidate" if side == "candidate" else "reference",
        finding.span,
        text[slice(*finding.span)],
        concept=finding.concept,
        significance=judge.lexicon.concepts[finding.concept].significance,
        note=denied,
    )
