"""The recommended metric on readings that lack something: a piece of the reader, or words that it was not taught."""

from __future__ import annotations

import copy
import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from radeval.core.example import Context, Example
from radeval.core.finding import Finding, Kind, Presence
from radeval.core.metric import RunContext
from radeval.findings.kinship import Kinship
from radeval.findings.packs import Lexicon
from radeval.findings.reader import ReportReader, reader
from radeval.findings.reading import Reading
from radeval.findings.statements import SentenceReader
from radeval.findings.vocabulary import Vocabulary
from radeval.findings.words import tokenize
from radeval.metrics.judge.weighted_findings import WeightedFindings
from radeval.stats.correlation import kendall
from radeval.stats.design import Design
from radeval.study.data import Study
from radeval.study.measures import Resampler
from radeval.study.results import Value

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Change = Callable[[Finding], Finding | None]
Phrase = tuple[str, ...]
DRAWS = 1_000
_LONGEST_TERM = 8


class ChangedReader(ReportReader):
    """A reader whose findings are changed or left out after it has read.

    Args:
        change: Returns a finding as it is to be, None to leave it out.
    """

    def __init__(self, change: Change) -> None:
        super().__init__("cxr")
        self._change = change

    def read(self, report: str) -> Reading:
        """Returns what a report says, changed."""
        said = super().read(report)
        return replace(said, findings=tuple(one for each in said.findings if (one := self._change(each))))


class TaughtReader(ReportReader):
    """A reader with another lexicon.

    Args:
        lexicon: What it knows.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__("cxr")
        self.lexicon = lexicon
        self._sentences = SentenceReader(Vocabulary(lexicon))


class ExactReader(ReportReader):
    """A reader to whom only the same name is the same finding."""

    def __init__(self) -> None:
        super().__init__("cxr")
        self.kinship = _Strangers(self.lexicon, self.anatomy, self.placements)


class _Strangers(Kinship):
    def similarity(self, one: str, other: str) -> float:
        return float(one == other)

    def nearest(self, ours: tuple[str, ...], theirs: tuple[str, ...]) -> float:
        return float(ours[0] == theirs[0])

    def alike(self, one: str, other: str) -> bool:
        return one == other


class _Judge(WeightedFindings):
    """The metric on a given reader."""

    given: ReportReader

    def _reader(self, example: Example) -> ReportReader:
        return self.given


def scores(examples: Sequence[Example], given: ReportReader) -> Numbers:
    """Returns what the metric scores by a reader, NaN where it does not."""
    judge = _Judge()
    judge.given = given
    return np.asarray(judge.score_batch(list(examples), RunContext()).value, float)


def _unplaced(one: Finding) -> Finding:
    return one if one.kind is Kind.NORMAL else replace(one, locations=())


def _without_rules() -> Lexicon:
    lexicon = copy.copy(reader("cxr", ()).lexicon)
    lexicon.rules = ()
    return lexicon


READERS: Mapping[str, Callable[[], ReportReader]] = {
    "as it is": lambda: reader("cxr", ()),
    "denied findings read as stated": lambda: ChangedReader(
        lambda one: replace(one, presence=Presence.PRESENT) if one.presence is Presence.ABSENT else one
    ),
    "doubt read as certainty": lambda: ChangedReader(
        lambda one: replace(one, presence=Presence.PRESENT) if one.presence is Presence.UNCERTAIN else one
    ),
    "explanations are findings of their own": lambda: ChangedReader(lambda one: replace(one, interprets=False)),
    "normal statements not read": lambda: ChangedReader(lambda one: None if one.kind is Kind.NORMAL else one),
    "only the same name is the same finding": ExactReader,
    "sides not read": lambda: ChangedReader(lambda one: replace(one, laterality=None)),
    "places not read": lambda: ChangedReader(_unplaced),
    "grades not read": lambda: ChangedReader(lambda one: replace(one, severity=None)),
    "sizes and counts not read": lambda: ChangedReader(lambda one: replace(one, sizes_mm=(), count=None)),
    "changes not read": lambda: ChangedReader(
        lambda one: None if one.change == "resolved" else replace(one, change=None)
    ),
    "descriptors not read": lambda: ChangedReader(lambda one: replace(one, descriptors=())),
    "tips not read": lambda: ChangedReader(lambda one: replace(one, tip_position=None)),
    "a concept matters the same always": lambda: TaughtReader(_without_rules()),
}
"""Readers that lack a piece each."""


def without_pieces(study: Study) -> dict[str, Value]:
    """Returns tau-b with the mean rating where a piece of the reading is switched off."""
    found = {name: _agreement(study, scores(study.examples, make())) for name, make in READERS.items()}
    strangers = [replace(one, context=Context(modality=one.context.modality)) for one in study.examples]
    found["nothing known of the patient"] = _agreement(study, scores(strangers, reader("cxr", ())))
    return found


def _agreement(study: Study, values: Numbers) -> Value:
    """Returns tau-b over what has a score, with its interval over studies."""
    known = np.isfinite(values)
    design = Design.of(study.groups)
    resampler = Resampler(design.n_units, DRAWS, 0)
    return resampler.value(kendall, values[known], study.target(None).mean[known], design.restricted(known))


class HeldOut(NamedTuple):
    """The metric by readers that were not taught the words of the study that they read.

    Attributes:
        scores: Of each candidate.
        readers: By the name of the study.
        terms: How many terms of the lexicon a study loses, mean.
    """

    scores: Numbers
    readers: Mapping[str, ReportReader]
    terms: float


def vocabulary_held_out(study: Study, elsewhere: Iterable[str] = ()) -> HeldOut:
    """Returns what the metric scores where each study is read without the terms that only it has.

    A term of the lexicon, of findings, places and cues alike, is unknown to the reader of a study where none of the
    other studies has it, nor any text from elsewhere. It stands for what a lexicon made without that study would lack.

    Args:
        study: The study.
        elsewhere: Texts from which terms would be known too.
    """
    lexicon = reader("cxr", ()).lexicon
    words = {term: tuple(token.word for token in tokenize(term)) for term in _terms(lexicon)}
    terms = set(words.values())
    used: dict[str, set[Phrase]] = {}
    for one in study.examples:
        used.setdefault(one.group or one.id, set()).update(
            *(_terms_in(text, terms) for text in (one.candidate, *one.references))
        )
    known: set[Phrase] = set().union(*(_terms_in(text, terms) for text in elsewhere))
    spread = Counter(term for own in used.values() for term in own)
    values = np.full(len(study.examples), np.nan)
    readers: dict[str, ReportReader] = {}
    lost = []
    for name, own in used.items():
        unknown = {term for term in own if spread[term] == 1 and term not in known}
        lost.append(len(unknown))
        readers[name] = TaughtReader(_without(lexicon, unknown, words)) if unknown else reader("cxr", ())
        places = [place for place, one in enumerate(study.examples) if (one.group or one.id) == name]
        values[places] = scores([study.examples[place] for place in places], readers[name])
    return HeldOut(values, readers, float(np.mean(lost)))


def reports(path: Path) -> list[str]:
    """Returns the reports of Open-i."""
    with path.open(encoding="utf-8", newline="") as file:
        return [f"{row['findings']}\n{row['impression']}" for row in csv.DictReader(file)]


def _terms(lexicon: Lexicon) -> set[str]:
    tables: tuple[Mapping[str, Any], ...] = (lexicon.structures, lexicon.qualities, lexicon.concepts)
    entries = [*(one for table in tables for one in table.values()), *lexicon.cues]
    return {term for one in entries for term in one.terms}


def _terms_in(text: str, terms: set[Phrase]) -> set[Phrase]:
    words = [token.word for token in tokenize(text)]
    return {
        phrase
        for start in range(len(words))
        for size in range(1, min(_LONGEST_TERM, len(words) - start) + 1)
        if (phrase := tuple(words[start : start + size])) in terms
    }


def _without(lexicon: Lexicon, unknown: set[Phrase], words: Mapping[str, Phrase]) -> Lexicon:
    """Returns a lexicon without terms."""

    def cut(one: Any) -> Any:
        kept = tuple(term for term in one.terms if words[term] not in unknown)
        return one if len(kept) == len(one.terms) else one.model_copy(update={"terms": kept})

    found = copy.copy(lexicon)
    found.structures = {name: cut(one) for name, one in lexicon.structures.items()}
    found.qualities = {name: cut(one) for name, one in lexicon.qualities.items()}
    found.concepts = {name: cut(one) for name, one in lexicon.concepts.items()}
    found.cues = tuple(cut(one) for one in lexicon.cues)
    return found
