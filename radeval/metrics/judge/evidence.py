"""Verdicts as evidence: what was judged, with its place in the report."""

from __future__ import annotations

from typing import Literal

from radeval.core.score import Evidence
from radeval.metrics.judge.forms import Quotation, find_quotation

Side = Literal["candidate", "reference"]


def quoted(
    kind: str,
    side: Side,
    report: str,
    words: str,
    *,
    other: str = "",
    counterpart: str = "",
    significance: str | None = None,
    note: str = "",
    by: str = "",
) -> Evidence:
    """Returns evidence on words of a report; without a place where they are not found in it.

    Args:
        kind: What it shows.
        side: Whose words they are.
        report: That report.
        words: The words.
        other: The other report.
        counterpart: What they were compared with there.
        significance: Clinical significance, where it was judged.
        note: Why.
        by: Who says so.
    """
    span, concept = (words.span, words.concept) if isinstance(words, Quotation) else (find_quotation(report, words), "")
    place = find_quotation(other, counterpart) if counterpart else None
    if span is None:
        return Evidence(kind, None, None, words, place, concept, significance, note, 0, by)
    return Evidence(kind, side, span, report[span[0] : span[1]], place, concept, significance, note, 0, by)
