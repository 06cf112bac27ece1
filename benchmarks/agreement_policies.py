"""What it pays to write something else than an honest report: the score of policies over references of Open-i."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from radeval.core.example import Context, Example
from radeval.core.finding import Finding, Kind, Presence
from radeval.findings.kinship import names_no_finding
from radeval.findings.reader import ReportReader
from radeval.run.options import RunOptions
from radeval.run.score import score_examples
from radeval.study.series import NORMAL_REPORT

REFERENCES = 1_000
ROUNDING = 1e-9
LISTED = (
    "atelectasis", "cardiomegaly", "pleural effusion", "pneumothorax", "consolidation", "pneumonia", "pulmonary edema",
    "nodule", "mass", "rib fracture", "emphysema", "hiatal hernia", "degenerative changes of the spine", "scarring",
    "calcified granuloma", "aortic atherosclerosis", "pleural thickening", "lymphadenopathy",
)  # fmt: skip
HEDGES = " ".join(f"Possible {name}." for name in LISTED)
UNKNOWN = "Grumous zelotic frondescence is seen throughout."
ADDENDUM = "Thank you for this referral. Clinical correlation is recommended. Follow-up as clinically indicated."


class Study(NamedTuple):
    """A study of Open-i.

    Attributes:
        report: Findings and impression.
        half: Every other sentence of it: an honest report by someone who saw half of what there is.
        backwards: All its sentences, the last one first.
        indication: Why it was made.
        abnormal: Whether the report states an abnormal finding, as far as the reader reads.
    """

    report: str
    half: str
    backwards: str
    indication: str
    abnormal: bool


class Outcome(NamedTuple):
    """What a policy scores. What has no score counts as the least: who trains must not let a report get out of it.

    Attributes:
        normal: Mean over references without an abnormal finding.
        abnormal: Mean over the others.
        unscored: Share of all references for which there is no score.
        gain: Mean difference to the honest report that it is made of, over all references where that has a score; None
            for one that is made of none.
        gained: Share of those references where it scores higher.
    """

    normal: float | None
    abnormal: float | None
    unscored: float
    gain: float | None
    gained: float | None


HONEST = "half of the report"
Policy = Callable[[Study, ReportReader], str]

POLICIES: dict[str, Policy] = {
    HONEST: lambda study, _: study.half,
    "the report, last sentence first": lambda study, _: study.backwards,
    "one normal report for all": lambda study, _: NORMAL_REPORT,
    "every finding as possible": lambda study, _: HEDGES,
    "the indication, copied": lambda study, _: study.indication,
    "nothing": lambda study, _: "",
    "a sentence that means nothing": lambda study, _: UNKNOWN,
    "half + a normal report": lambda study, _: f"{study.half} {NORMAL_REPORT}",
    "half + every finding as possible": lambda study, _: f"{study.half} {HEDGES}",
    "half + the most frequent finding": lambda study, _: f"{study.half} Degenerative changes of the thoracic spine.",
    "half + the indication": lambda study, _: f"{study.indication}. {study.half}",
    "half + a sentence that means nothing": lambda study, _: f"{study.half} {UNKNOWN}",
    "half + phrases": lambda study, _: f"{study.half} {ADDENDUM}",
    "half, three times": lambda study, _: " ".join([study.half] * 3),
    "half, every finding in doubt": lambda study, reader: doubted(study.half, reader),
}
"""What is written for a study; those that begin with "half" are made of the honest half."""


def doubted(report: str, reader: ReportReader) -> str:
    """Returns a report that calls each of its abnormal findings possible."""
    places = sorted({one.span[0] for one in reader.read(report).findings if _is_stated(one)}, reverse=True)
    for place in places:
        report = f"{report[:place]}possible {report[place:]}"
    return report


def _is_stated(finding: Finding) -> bool:
    said = finding.kind is not Kind.NORMAL and finding.presence is not Presence.ABSENT
    return said and not names_no_finding(finding.concept)


def load(path: Path, reader: ReportReader) -> list[Study]:
    """Returns the first studies that have a report."""
    found: list[Study] = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            report = " ".join(filter(None, (row["findings"].strip(), row["impression"].strip())))
            if report and len(found) < REFERENCES:
                reading = reader.read(report)
                sentences = [report[slice(*span)].rstrip(" .") + "." for span in reading.sentences]
                half, backwards = " ".join(sentences[::2]), " ".join(sentences[::-1])
                abnormal = any(map(_is_stated, reading.findings))
                found.append(Study(report, half, backwards, row["indication"], abnormal))
    return found


def outcomes(studies: Sequence[Study], specs: Sequence[str], reader: ReportReader) -> dict[str, dict[str, Outcome]]:
    """Returns what each policy scores by each metric."""
    values: dict[str, dict[str, list[float]]] = {}
    least: dict[str, float] = {}
    for name, policy in POLICIES.items():
        examples = [
            Example(str(place), policy(one, reader), (one.report,), context=Context(modality="cxr"))
            for place, one in enumerate(studies)
        ]
        run = score_examples(examples, list(specs), RunOptions(n_boot=0))
        for label, result in run.metrics.items():
            values.setdefault(label, {})[name] = result.scores.value.tolist()
            least[label] = result.info.range[0] or 0.0
    abnormal = [one.abnormal for one in studies]
    return {
        label: {
            name: _outcome(name, scores, by_policy[HONEST], abnormal, least[label])
            for name, scores in by_policy.items()
        }
        for label, by_policy in values.items()
    }


def _outcome(
    name: str, scores: Sequence[float], honest: Sequence[float], abnormal: Sequence[bool], least: float
) -> Outcome:
    given = [score if math.isfinite(score) else least for score in scores]
    apart = [score - base for score, base in zip(given, honest, strict=True) if math.isfinite(base)]
    made_of_half = name.startswith("half") and name != HONEST
    return Outcome(
        _mean([score for score, ill in zip(given, abnormal, strict=True) if not ill]),
        _mean([score for score, ill in zip(given, abnormal, strict=True) if ill]),
        sum(not math.isfinite(score) for score in scores) / len(scores),
        _mean(apart) if made_of_half else None,
        _mean([float(one > ROUNDING) for one in apart]) if made_of_half else None,
    )


def _mean(values: Sequence[float]) -> float | None:
    return statistics.mean(values) if values else None
