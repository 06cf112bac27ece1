"""What the metrics share that compare the labels that a model gives two reports."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from radeval.core.batch import Floats, ScoreBatch
from radeval.core.example import Example
from radeval.core.info import ParameterValue, Part
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Evidence, Score
from radeval.metrics.entity.label_sets import (
    COUNTS,
    Counts,
    Mask,
    averages,
    averages_of_some,
    column_name,
    label_f1,
    statistic_names,
)

BLANK_PAIRS = "blank_pairs"
"""Counts pairs of an empty and a written report, in which no label need be missing."""

_OF_A_SET = "it is defined over a set only"
_NONE_OF_THEM = "neither report has one of them"


class Said(NamedTuple):
    """The labels of a report.

    Attributes:
        positive: Which labels count as positive, in the metric's order.
        words: What the model says of each label; empty where that is no more than whether it is there.
        places: Where a label comes from, by its place, where that is known.
    """

    positive: Mask
    words: Sequence[str] = ()
    places: Mapping[int, tuple[int, int]] = {}


class Source(Protocol):
    """A model that labels reports, found on this machine."""

    @property
    def key(self) -> Hashable:
        """What its encoder is shared under in a run."""

    def fields(self) -> Mapping[str, ParameterValue]:
        """Returns the fields of a signature that say which model this is."""


Model = TypeVar("Model", bound=Source)


class ModelLabels(Metric, Generic[Model]):
    """Compares the labels that a model gives two reports.

    A subclass sets its labels, finds its model and reads reports with it. Of the averages over a set it declares those
    that it reports, as main value or parts, by the names that `averages` gives them.

    Attributes:
        labels: The labels, in the order of `Said.positive`.
        subsets: Places of labels that are averaged on their own too, by what follows "_" in the names of these parts.
    """

    labels: tuple[str, ...]
    subsets: ClassVar[Mapping[str, list[int]]] = {}
    _found: Model | None = None

    @abstractmethod
    def find(self, context: RunContext) -> Model:
        """Returns the model as it is found on this machine; loads nothing."""

    @abstractmethod
    def read(self, texts: Sequence[str], context: RunContext) -> list[Said]:
        """Returns the labels of different reports, each of which holds words."""

    def check(self, context: RunContext) -> None:
        """Finds the model and the packages that it runs on."""
        self._found = self.find(context)

    def model(self, context: RunContext) -> Model:
        """Returns the model that `check` has found."""
        if self._found is None:
            self.check(context)
        assert self._found is not None
        return self._found

    def uses(self) -> tuple[Hashable, ...]:
        """Returns the key of the model."""
        return () if self._found is None else (self._found.key,)

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns which model labels the reports, and the other choices, but for the path of the model."""
        return {
            **self.model(RunContext()).fields(),
            **{name: value for name, value in self.parameters.items() if name != "model"},
        }

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the agreement of one candidate with one reference."""
        return self._columns([example], context).score(0)

    def corpus(self, totals: Floats) -> dict[str, Floats]:
        """Returns the averages over sets.

        Micro and weighted ones are 1 where no report has a label and none that is empty is compared with a written one;
        those of a subset of the labels are NaN where no report has one of them.

        Args:
            totals: Summed counts, and how many pairs are of an empty and a written report, shape (sets, 3 labels + 1).
        """
        counts = totals[:, :-1].reshape(len(totals), 3, len(self.labels))
        found = dict(averages(counts, nothing=np.where(totals[:, -1] > 0, 0.0, 1.0)))
        for suffix, columns in self.subsets.items():
            few = averages_of_some(counts[:, :, columns])
            found |= {f"{name}_{suffix}": column for name, column in few.items()}
        single = label_f1(counts)
        for place, name in enumerate(map(column_name, self.labels)):
            found[f"f1_{name}"] = single[:, place]
            found |= {f"{count}_{name}": counts[:, row, place] for row, count in enumerate(COUNTS)}
        declared = {self.info.main, *(part.name for part in self.info.parts)}
        return {name: column for name, column in found.items() if name in declared}

    def _columns(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        written = (text for one in examples for text in (one.candidate, one.references[0]) if text.strip())
        texts = list(dict.fromkeys(written))
        said = dict(zip(texts, self.read(texts, context), strict=True))
        silent = Said(np.zeros(len(self.labels), dtype=bool))
        scores = [
            self._compared(one, said.get(one.candidate, silent), said.get(one.references[0], silent))
            for one in examples
        ]
        return ScoreBatch.from_scores(scores, [part.name for part in self.info.parts], self.info.statistics)

    def _compared(self, example: Example, candidate: Said, reference: Said) -> Score:
        counts = Counts.of(candidate.positive, reference.positive)
        one_blank = bool(example.candidate.strip()) != bool(example.references[0].strip())
        known = self._of_a_pair(counts, one_blank)
        parts = {part.name: known.get(part.name) for part in self.info.parts}
        return Score.ok(
            known["f1"] or 0.0,
            parts,
            part_reasons={
                name: _NONE_OF_THEM if name in known else _OF_A_SET for name, part in parts.items() if part is None
            },
            statistics=(*counts.statistics, float(one_blank)),
            evidence=tuple(self._evidence(example, candidate, reference)),
        )

    def _of_a_pair(self, counts: Counts, one_blank: bool) -> dict[str, float | None]:
        """Returns what is defined for one pair, by name; None where it is not for this one."""
        nothing = 0.0 if one_blank else 1.0
        rates = {"f1": counts.f1(), "precision": counts.precision(), "recall": counts.recall()}
        found: dict[str, float | None] = {name: nothing if one is None else one for name, one in rates.items()}
        found["micro_f1"] = found["f1"]
        for suffix, columns in {"": list(range(len(self.labels))), **self.subsets}.items():
            differing = float((counts.false | counts.omitted)[columns].mean())
            end = f"_{suffix}" if suffix else ""
            found |= {f"agreement{end}": 1.0 - differing, f"exact{end}": float(differing == 0.0)}
            if suffix:
                found |= dict.fromkeys((f"f1{end}", f"micro_f1{end}"), counts.f1(columns))
        for count, mask in zip(COUNTS, counts, strict=True):
            found |= {f"{count}_{column_name(label)}": float(mask[place]) for place, label in enumerate(self.labels)}
        return found

    def _evidence(self, example: Example, candidate: Said, reference: Said) -> Iterator[Evidence]:
        """Yields an entry for each label that a report has."""
        for place, label in enumerate(self.labels):
            ours, theirs = candidate.positive[place], reference.positive[place]
            if not ours and not theirs:
                continue
            kind = "omitted" if not ours else "matched" if theirs else "false"
            here, there = candidate.places.get(place), reference.places.get(place)
            text = example.candidate
            if not ours:
                here, there, text = there, here, example.references[0]
            words = [said.words[place] if said.words else "" for said in (candidate, reference)]
            yield Evidence(
                kind,
                None if here is None else "candidate" if ours else "reference",
                here,
                "" if here is None else text[slice(*here)],
                counterpart=there if here is not None else None,
                note=label if not any(words) else f"{label}: {words[0] or 'blank'}, reference {words[1] or 'blank'}",
            )


def label_statistics(labels: Iterable[str]) -> tuple[str, ...]:
    """Returns the names of what the corpus rule sums."""
    return (*statistic_names(labels), BLANK_PAIRS)


def label_details(labels: Iterable[str]) -> tuple[Part, ...]:
    """Returns the parts that say how each label fares: its F1 over a set, and the counts that it is made from."""
    return tuple(
        part
        for label, name in ((label, column_name(label)) for label in labels)
        for part in (
            Part(f"f1_{name}", f"F1 of {label} over a set, 0 where no report has it", detail=True),
            Part(f"tp_{name}", f"{label} in both reports; over a set, how often", range=(0.0, None), detail=True),
            Part(f"fp_{name}", f"{label} in the candidate only", "lower", (0.0, None), detail=True),
            Part(f"fn_{name}", f"{label} in the reference only", "lower", (0.0, None), detail=True),
        )
    )
