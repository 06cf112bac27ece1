"""The readings that the judges of a run share: each report is read once, each pair compared once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from radeval.core.example import Context
from radeval.core.finding import Finding
from radeval.findings.compare import Comparison, compare
from radeval.findings.reader import ReportReader
from radeval.findings.reading import Reading
from radeval.findings.significance import Significance, rules_of

Thing = TypeVar("Thing")

_MOST_KEPT = 20_000
"""Reports, and pairs, that are remembered for all judges; each judge reads those beyond again."""

_MOST_DERIVED = 64
"""What is made of reports for one pair is not needed by the next, and many small objects slow Python down."""


class Readings:
    """What one reader has read for a run.

    Nothing is evicted: a run goes over its pairs once for each judge, in the same order, which is the order in which
    evicting the oldest would lose every one before it is needed again.

    Args:
        reader: The reader of the examples' modality.
    """

    def __init__(self, reader: ReportReader) -> None:
        self.reader = reader
        self._rules = rules_of(reader)
        self._readings: dict[str, Reading] = {}
        self._derived: dict[Hashable, Any] = {}
        self._latest: tuple[object, Any] = (object(), None)
        self._comparisons: dict[tuple[str, str], Comparison] = {}

    def read(self, report: str) -> Reading:
        """Returns what a report says."""
        found = self._readings.get(report)
        if found is not None:
            return found
        if len(self._readings) >= _MOST_KEPT:
            return self.once(("reading", report), lambda: self.reader.read(report))
        return self._readings.setdefault(report, self.reader.read(report))

    def compare(self, candidate: str, reference: str) -> Comparison:
        """Returns the comparison of two reports."""
        pair = (candidate, reference)
        found = self._comparisons.get(pair)
        if found is not None:
            return found
        if len(self._comparisons) >= _MOST_KEPT:
            return self.once(("comparison", pair), lambda: self._compared(*pair))
        return self._comparisons.setdefault(pair, self._compared(*pair))

    def _compared(self, candidate: str, reference: str) -> Comparison:
        return compare(self.read(candidate), self.read(reference), self.reader)

    def once(self, key: Hashable, make: Callable[[], Thing]) -> Thing:
        """Returns what follows from reports alone, made when first asked for and kept for the questions on one pair."""
        found: Thing | None = self._derived.get(key)
        if found is None:
            found = make()
            if len(self._derived) >= _MOST_DERIVED:
                self._derived.clear()
            self._derived[key] = found
        return found

    def of_same(self, subject: object, make: Callable[[], Thing]) -> Thing:
        """Returns what follows from an object, kept while the questions are about this very one.

        For what many questions in a row have in common and would be slow to hash for each: the phrases of a report.
        """
        known, found = self._latest
        if known is subject:
            kept: Thing = found
            return kept
        made = make()
        self._latest = (subject, made)
        return made

    def weigh(self, finding: Finding, context: Context) -> Significance:
        """Returns how much a finding matters for a patient."""
        return self._rules.weigh(finding, context)


def plain(name: str) -> str:
    """Returns a name of the lexicon as words."""
    return name.replace("_", " ")
