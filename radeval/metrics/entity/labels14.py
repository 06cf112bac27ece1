"""Agreement of two reports on the 14 observations of CheXpert, read by rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from radeval.core.batch import Floats
from radeval.core.example import Example
from radeval.core.finding import Finding, Kind, Presence
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Evidence, Score
from radeval.findings.reader import ReportReader
from radeval.findings.reading import Reading
from radeval.findings.significance import rules_of
from radeval.metrics.entity.label_sets import Counts, Mask, averages, averages_of_some, statistic_names
from radeval.metrics.entity.reading import (
    LEXICON,
    MODALITIES,
    Readers,
    count_unread,
    no_verdict,
    unread_evidence,
)

NO_FINDING = "No Finding"
SUPPORT_DEVICES = "Support Devices"
LABELS = (
    "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity", "Lung Lesion", "Edema", "Consolidation", "Pneumonia",
    "Atelectasis", "Pneumothorax", "Pleural Effusion", "Pleural Other", "Fracture", SUPPORT_DEVICES, NO_FINDING,
)  # fmt: skip
HEADS = {
    "Enlarged Cardiomediastinum": {"enlarged_cardiomediastinal_silhouette"},
    "Cardiomegaly": {"cardiomegaly"},
    "Lung Opacity": {"opacity"},
    "Lung Lesion": {"nodule", "mass"},
    "Edema": {"pulmonary_edema"},
    "Consolidation": {"consolidation"},
    "Pneumonia": {"pneumonia"},
    "Atelectasis": {"atelectasis"},
    "Pneumothorax": {"pneumothorax"},
    "Pleural Effusion": {"pleural_effusion"},
    "Pleural Other": {"pleural_thickening"},
    "Fracture": {"fracture"},
}
"""The concepts that a normal statement must deny to deny an observation; others count as it without being it."""

FIVE = ("Cardiomegaly", "Edema", "Consolidation", "Atelectasis", "Pleural Effusion")

LabelStatus = Literal["positive", "uncertain", "negative", "blank"]

_RANK: dict[LabelStatus, int] = {"blank": 0, "negative": 1, "uncertain": 2, "positive": 3}
_STATUS: dict[Presence, LabelStatus] = {
    Presence.PRESENT: "positive",
    Presence.UNCERTAIN: "uncertain",
    Presence.ABSENT: "negative",
}
_FIVE_COLUMNS = [LABELS.index(label) for label in FIVE]
_OF_A_SET = "it is defined over a set only"
_NONE_OF_FIVE = "neither report has one of the five"


class Label(NamedTuple):
    """What a report says of an observation.

    Attributes:
        status: Positive before uncertain before negative before blank, where it says several things.
        finding: The first finding with this status; None where there is none.
    """

    status: LabelStatus
    finding: Finding | None


class Labels14(Metric):
    """F1 of the 14 CheXpert observations that the report reader finds in both reports."""

    info = MetricInfo(
        name="labels14",
        version=1,
        summary="F1 of the 14 CheXpert observations, read by rules; over a set, micro F1",
        main="micro_f1",
        direction="higher",
        range=(0.0, 1.0),
        citation="observations: Irvin et al., AAAI 2019; averages: as f1chexbert; read by radeval's report reader",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=1.0),
        parts=(
            Part("f1", "F1 of a report's observations; over a set, the mean"),
            Part("f1_5", f"the same of five: {', '.join(FIVE)}; over a set, the mean where a report has one of them"),
            Part("agreement", "share of the 14 observations on which the reports agree"),
            Part("macro_f1", "mean of the F1 of each observation over a set, 0 for one that no report has"),
            Part("micro_f1_5", "F1 of the summed counts of the five"),
            Part("macro_f1_5", "mean of the F1 of each of the five over a set, 0 for one that no report has"),
        ),
        parameters=(
            Parameter(
                "uncertain", "str", "positive", "what an uncertain observation counts as", ("positive", "negative")
            ),
            LEXICON,
        ),
        aggregate="micro F1: that of the counts of all 14 observations, summed over the examples",
        statistics=statistic_names(LABELS),
        multi_reference="best",
        properties=Properties(symmetric=True, clinical=True),
        modalities=MODALITIES,
        languages=("en",),
        notes="Read by rules, not by CheXbert: the numbers are not those of f1chexbert. No Finding is positive where "
        "no other observation but Support Devices is, so that every report with words has an observation. What is "
        "said of the five is undefined where no report has one of them.",
    )

    def __init__(self, uncertain: str = "positive", lexicon: str | None = None) -> None:
        super().__init__(uncertain=uncertain, lexicon=lexicon)
        self._uncertain = uncertain
        self._readers = Readers(lexicon)

    def check(self, context: RunContext) -> None:
        """Reads the user's lexicon packs, where some are named."""
        self._readers.check()

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the choices that change the labels: the lexicon, its digest and what uncertain counts as."""
        return {**self._readers.fields(), "uncertain": self._uncertain}

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the agreement of one candidate with one reference."""
        judge = self._readers.of(example)
        said, meant = judge.read(example.candidate), judge.read(example.references[0])
        count_unread(example, said, meant, context)
        if gap := no_verdict(example, said, meant):
            return Score.unscored(*gap, evidence=tuple(unread_evidence(example, said, meant)))
        candidate, reference = read_labels(said, judge), read_labels(meant, judge)
        ours = self._positive(candidate, example.candidate)
        theirs = self._positive(reference, example.references[0])
        counts = Counts.of(ours, theirs)
        value = counts.f1()
        five = counts.f1(_FIVE_COLUMNS)
        parts = {
            "f1": 1.0 if value is None else value,
            "f1_5": five,
            "agreement": float((ours == theirs).mean()),
            "macro_f1": None,
            "micro_f1_5": five,
            "macro_f1_5": None,
        }
        reasons = {name: _NONE_OF_FIVE if name in ("f1_5", "micro_f1_5") else _OF_A_SET for name in parts}
        return Score.ok(
            1.0 if value is None else value,
            parts,
            part_reasons={name: reasons[name] for name, part in parts.items() if part is None},
            statistics=counts.statistics,
            evidence=_evidence(example, candidate, reference, ours, theirs, judge),
        )

    def corpus(self, totals: Floats) -> dict[str, Floats]:
        """Returns micro and macro F1 of sets; micro F1 is 1 where all reports are empty, macro F1 then 0.

        Those of the five are NaN where no report has one of them.

        Args:
            totals: Summed counts, shape (sets, 42).
        """
        counts = totals.reshape(len(totals), 3, len(LABELS))
        every, five = averages(counts, nothing=1.0), averages_of_some(counts[:, :, _FIVE_COLUMNS])
        return {
            "micro_f1": every["micro_f1"],
            "macro_f1": every["macro_f1"],
            "micro_f1_5": five["micro_f1"],
            "macro_f1_5": five["macro_f1"],
        }

    def _positive(self, labels: Mapping[str, Label], text: str) -> Mask:
        """Returns which of the 14 observations count as positive: none in an empty report, else one or more."""
        counted = {"positive", "uncertain"} if self._uncertain == "positive" else {"positive"}
        found = [labels[label].status in counted for label in LABELS[:-1]]
        normal = not any(one for one, label in zip(found, LABELS, strict=False) if label != SUPPORT_DEVICES)
        return np.array([*found, normal and bool(text.strip())])


def read_labels(reading: Reading, judge: ReportReader) -> dict[str, Label]:
    """Returns what a reading says of the 13 observations other than No Finding.

    A finding counts as the observations of its concept and, unless it is denied, of all that this implies. A normal
    statement makes those negative whose head concepts it denies.

    Args:
        reading: What the reader found.
        judge: The reader that found it.
    """
    own, implied = _tables(judge)
    found = dict.fromkeys(LABELS[:-1], Label("blank", None))
    kinship = judge.kinship
    denied: set[str] = set()
    for one in reading.findings:
        if one.kind is Kind.NORMAL:
            if one.laterality not in ("left", "right"):
                denied |= kinship.denied_by_normal(one.concept)
            continue
        status = _STATUS[one.presence]
        for label in (own if status == "negative" else implied).get(one.concept, ()):
            if _RANK[status] > _RANK[found[label].status]:
                found[label] = Label(status, one)
    for label, concepts in HEADS.items():
        if found[label].status == "blank" and concepts <= denied:
            found[label] = Label("negative", None)
    return found


_Table = Mapping[str, frozenset[str]]


@lru_cache(maxsize=8)
def _tables(judge: ReportReader) -> tuple[_Table, _Table]:
    """Returns labels by concept, and the same with those of what it implies."""
    concepts = judge.lexicon.concepts
    own = {name: frozenset(one.labels) & frozenset(LABELS) for name, one in concepts.items()}
    implied = {
        name: frozenset(label for other in judge.kinship.implied(name) for label in own.get(other, ()))
        for name in concepts
    }
    return own, implied


def _evidence(
    example: Example,
    candidate: Mapping[str, Label],
    reference: Mapping[str, Label],
    ours: Mask,
    theirs: Mask,
    judge: ReportReader,
) -> tuple[Evidence, ...]:
    """Returns one entry for each observation that a report has."""
    items = []
    blank = Label("blank", None)
    rules = rules_of(judge)
    for place, label in enumerate(LABELS):
        if not ours[place] and not theirs[place]:
            continue
        kind = "omitted" if not ours[place] else "matched" if theirs[place] else "false"
        first, second = candidate.get(label, blank), reference.get(label, blank)
        finding, other, text = first.finding, second.finding, example.candidate
        if kind == "omitted":
            finding, other, text = second.finding, first.finding, example.references[0]
        said = "" if label == NO_FINDING else f": {first.status}, reference {second.status}"
        items.append(
            Evidence(
                kind,
                None if finding is None else "reference" if kind == "omitted" else "candidate",
                None if finding is None else finding.span,
                "" if finding is None else text[slice(*finding.span)],
                counterpart=other.span if finding is not None and other is not None else None,
                concept="" if finding is None else finding.concept,
                significance=None if finding is None else rules.weigh(finding, example.context).level,
                note=label + said,
            )
        )
    return tuple(items)
