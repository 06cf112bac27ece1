"""What the metrics on the report reader share: which reader reads an example, and what it cannot read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Literal

from radeval.core.example import Example
from radeval.core.finding import Kind, Presence
from radeval.core.info import Parameter, ParameterValue
from radeval.core.metric import RunContext
from radeval.core.score import Evidence
from radeval.findings.kinship import names_no_finding
from radeval.findings.packs import PackFile, load_lexicon, read_pack
from radeval.findings.reader import ReportReader, reader
from radeval.findings.reading import Reading

MODALITIES = ("cxr", "ct")
LEXICON = Parameter(
    "lexicon", "path", None, f"lexicon packs of your own, read after ours; several are joined by {os.pathsep!r}"
)
NOT_UNDERSTOOD = "a report says nothing that the reader understands"
DOUBTFUL_NORMAL = "neither report states a finding that the reader understands, and some of their text it does not"


def modality_of(example: Example) -> str:
    """Returns the modality whose reader reads an example: "ct" where its context says so, else "cxr"."""
    return "ct" if example.context.modality == "ct" else "cxr"


def reader_fields(packs: tuple[PackFile, ...] = ()) -> dict[str, ParameterValue]:
    """Returns the fields of a signature that say how reports are read: packs, and a digest for each modality.

    Args:
        packs: The user's packs.
    """
    lexicons = [load_lexicon(modality, packs) for modality in MODALITIES]
    versions = {name: version for one in reversed(lexicons) for name, version in one.packs.items()}
    return {
        "reader": "rules",
        "lexicon": "+".join(f"{name}{version}" for name, version in versions.items()),
        "digest": "+".join(one.digest for one in lexicons),
    }


class Readers:
    """The readers of a metric: our lexicon, joined with the user's packs.

    Args:
        lexicon: Paths of the user's packs, joined by the separator of paths; None for none.
    """

    def __init__(self, lexicon: str | None = None) -> None:
        self._paths = lexicon.split(os.pathsep) if lexicon else []
        self._packs: tuple[PackFile, ...] | None = None if self._paths else ()

    def check(self) -> None:
        """Reads the packs and joins them with ours.

        Raises:
            LexiconError: A pack cannot be used, with file and line.
        """
        # Read again for each run, so that one that has been changed counts as it is now.
        self._packs = tuple(read_pack(path) for path in self._paths)
        for modality in MODALITIES:
            load_lexicon(modality, self._packs)

    def of(self, example: Example) -> ReportReader:
        """Returns the reader of an example's modality."""
        if self._packs is None:
            self.check()
        return reader(modality_of(example), self._packs or ())

    def fields(self) -> dict[str, ParameterValue]:
        """Returns the fields of a signature that say how reports are read: packs, and a digest for each modality."""
        return reader_fields(self._packs or ())


class UnreadCount:
    """How many reports of a run say something that the reader does not know."""

    def __init__(self) -> None:
        self._reports: set[int] = set()
        self._unread: dict[int, str] = {}

    def add(self, text: str, reading: Reading, name: str) -> None:
        """Counts a report; equal ones count once."""
        key = hash(text)
        self._reports.add(key)
        if reading.unread:
            self._unread.setdefault(key, name)

    def sentence(self) -> str | None:
        """Returns what the user must know of it, None where everything was read."""
        if not self._unread:
            return None
        share = len(self._unread) / len(self._reports)
        first = next(iter(self._unread.values()))
        return (
            f"{len(self._unread):,} of {len(self._reports):,} different reports ({share:.0%}) have statements that the "
            f"report reader does not know (first: id {first!r}); they count for nothing, and radeval explain shows them"
        )


def count_unread(example: Example, candidate: Reading, reference: Reading, context: RunContext) -> None:
    """Counts what was not read of a pair, for a notice of the run."""
    count = context.tally("unread", UnreadCount)
    count.add(example.candidate, candidate, example.id)
    count.add(example.references[0], reference, example.id)


def no_verdict(example: Example, candidate: Reading, reference: Reading) -> tuple[str, str] | None:
    """Returns why two readings say too little for a verdict, and what was not read; None where they do not.

    That is where nothing at all was read of one of the reports, or where neither states a finding, so that their
    agreement would rest on what was not read. What both say in the same words is agreement whatever it means, and an
    empty report says nothing, whatever the other says.
    """
    if not (candidate.unread or reference.unread):
        return None
    silent = any(reading.unread and not reading.findings for reading in (candidate, reference))
    # Most pairs state a finding, and need no look at the words.
    if not silent and (states_finding(candidate) or states_finding(reference)):
        return None
    texts = example.candidate, example.references[0]
    if not all(text.strip() for text in texts):
        return None
    ours, theirs = _unread(texts[0], candidate), _unread(texts[1], reference)
    alone = [words for folded, words in ours.items() if folded not in theirs]
    alone += [words for folded, words in theirs.items() if folded not in ours]
    if not alone:
        return None
    detail = f"{len(alone)} statement{'s' * (len(alone) > 1)} not understood, the first: {alone[0]!r}"
    return (NOT_UNDERSTOOD if silent else DOUBTFUL_NORMAL), detail


def _unread(text: str, reading: Reading) -> dict[str, str]:
    """Returns what was not read of a report, by its words without regard to case and blanks."""
    found = (text[slice(*span)] for span in reading.unread)
    return {" ".join(words.lower().split()): words for words in found}


def states_finding(reading: Reading) -> bool:
    """Tells whether a report states anything of the patient as present or uncertain, normal statements aside."""
    return any(
        one.kind is not Kind.NORMAL and one.presence is not Presence.ABSENT and not names_no_finding(one.concept)
        for one in reading.findings
    )


def unread_evidence(example: Example, candidate: Reading, reference: Reading) -> Iterator[Evidence]:
    """Yields what was not read of a pair."""
    texts: tuple[tuple[Literal["candidate", "reference"], str, Reading], ...] = (
        ("candidate", example.candidate, candidate),
        ("reference", example.references[0], reference),
    )
    for side, text, reading in texts:
        for span in reading.unread:
            yield Evidence("unread", side, span, text[slice(*span)], note="not understood; counts for nothing")
