"""Reads reports into findings."""

from __future__ import annotations

from functools import lru_cache

from radeval.core.errors import TextError
from radeval.core.finding import Finding
from radeval.findings.kinship import Kinship
from radeval.findings.packs import PackFile, read_packs
from radeval.findings.reading import Reading
from radeval.findings.statements import SentenceReader
from radeval.findings.vocabulary import vocabulary
from radeval.text.sections import split_sections
from radeval.text.sentences import split_sentences

_READ_SECTIONS = {"", "findings", "impression", "addendum", "preliminary"}
_REMEMBERED_SENTENCES = 20_000
_LONGEST_REMEMBERED = 2_000


class ReportReader:
    """Reads reports of one kind of examination.

    Remembers the sentences that it has read, a bounded number: reports repeat themselves, and what a sentence says does
    not depend on those around it.
    """

    def __init__(self, modality: str = "cxr", extra: tuple[str | PackFile, ...] = ()) -> None:
        # A file that has changed since is another pack.
        self._vocabulary = vocabulary(modality, read_packs(extra))
        self.lexicon = self._vocabulary.lexicon
        self._sentences = SentenceReader(self._vocabulary)
        self.anatomy = self._sentences.anatomy
        self.placements = self._sentences.placements
        self.kinship = Kinship(self.lexicon, self.anatomy, self.placements)
        self._memo: dict[str, tuple[tuple[Finding, ...], tuple[tuple[int, int], ...]]] = {}

    def read(self, report: str) -> Reading:
        """Returns what a report says. Never fails on any text."""
        findings: list[Finding] = []
        sentences: list[tuple[int, int]] = []
        unread: list[tuple[int, int]] = []
        for section in split_sections(report):
            if not _READ_SECTIONS & set(section.names):
                continue
            for start, end in split_sentences(report[section.start : section.end]):
                start, end = start + section.start, end + section.start
                said, unclear = self._sentence(report[start:end])
                place = len(sentences)
                findings += [_moved(one, start, place) for one in said]
                sentences.append((start, end))
                unread += [(first + start, last + start) for first, last in unclear]
        return Reading(tuple(findings), tuple(sentences), tuple(unread))

    def _sentence(self, text: str) -> tuple[tuple[Finding, ...], tuple[tuple[int, int], ...]]:
        known = self._memo.get(text)
        if known is None:
            known = self._sentences.read(text)
            if len(text) <= _LONGEST_REMEMBERED:
                if len(self._memo) >= _REMEMBERED_SENTENCES:
                    self._memo.clear()
                self._memo[text] = known
        return known


def _moved(one: Finding, start: int, sentence: int) -> Finding:
    # Written out because dataclasses.replace takes several times as long, on every finding of every report.
    return Finding(
        one.concept,
        one.presence,
        one.locations,
        one.laterality,
        one.severity,
        one.sizes_mm,
        one.count,
        one.change,
        one.descriptors,
        one.tip_position,
        one.kind,
        (one.span[0] + start, one.span[1] + start),
        sentence,
        one.interprets,
        one.tip,
    )


@lru_cache(maxsize=8)
def reader(modality: str = "cxr", extra: tuple[str | PackFile, ...] = ()) -> ReportReader:
    """Returns the reader for a kind of examination, made once."""
    return ReportReader(modality, extra)


def read(report: str, modality: str = "cxr") -> Reading:
    """Returns the findings of a report.

    Args:
        report: The report, with or without headings.
        modality: "cxr" or "ct".

    Raises:
        TextError: The report is not text.
    """
    if not isinstance(report, str):
        raise TextError(f"a report is text, not {type(report).__name__}", hint="read('The lungs are clear.')")
    return reader(modality).read(report)
