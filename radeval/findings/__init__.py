"""The report reader: from a radiologist's prose to structured findings."""

from __future__ import annotations

from radeval.findings.entail import Entailment, Verdict, entails
from radeval.findings.entries import Concept
from radeval.findings.radgraph import to_radgraph
from radeval.findings.reader import read
from radeval.findings.reader import reader as _reader
from radeval.findings.reading import Reading
from radeval.findings.significance import Significance, significance_of

__all__ = [
    "Concept",
    "Entailment",
    "Reading",
    "Significance",
    "Verdict",
    "concepts",
    "entails",
    "read",
    "significance_of",
    "to_radgraph",
]


def concepts(modality: str = "cxr") -> dict[str, Concept]:
    """Returns what the reader knows by canonical name, with terms, significance and relations.

    Args:
        modality: "cxr" or "ct".
    """
    return dict(_reader(modality).lexicon.concepts)
