"""F1 of sets of labels: of one pair of reports, and over many from summed counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radeval.core.batch import Floats

Mask = NDArray[np.bool_]

COUNTS = ("tp", "fp", "fn")


class Counts(NamedTuple):
    """Which labels both reports have, only the candidate and only the reference."""

    hit: Mask
    false: Mask
    omitted: Mask

    @classmethod
    def of(cls, candidate: Mask, reference: Mask) -> Counts:
        """Returns the counts of two reports' labels."""
        return cls(candidate & reference, candidate & ~reference, ~candidate & reference)

    @property
    def statistics(self) -> tuple[float, ...]:
        """The counts as a corpus rule sums them: all hits, then false and omitted ones."""
        return tuple(float(one) for mask in self for one in mask)

    def f1(self, columns: list[int] | None = None) -> float | None:
        """Returns F1 of the labels in these columns, or of all; None where neither report has one of them."""
        hit, false, omitted = (int((mask if columns is None else mask[columns]).sum()) for mask in self)
        total = 2 * hit + false + omitted
        return 2 * hit / total if total else None

    def precision(self) -> float | None:
        """Returns the share of the candidate's labels that the reference has; None where neither report has one."""
        return self._share(self.hit, self.false)

    def recall(self) -> float | None:
        """Returns the share of the reference's labels that the candidate has; None where neither report has one."""
        return self._share(self.hit, self.omitted)

    def _share(self, part: Mask, rest: Mask) -> float | None:
        if not any(mask.any() for mask in self):
            return None
        whole = int(part.sum() + rest.sum())
        return int(part.sum()) / whole if whole else 0.0


def column_name(label: str) -> str:
    """Returns a label as it stands in the name of a part or statistic."""
    letters = "".join(one if one.isalnum() else " " for one in label.lower())
    return "_".join(letters.split())


def statistic_names(labels: Iterable[str]) -> tuple[str, ...]:
    """Returns the names of the counts of these labels, in the order of `Counts.statistics`."""
    names = [column_name(label) for label in labels]
    return tuple(f"{count}_{name}" for count in COUNTS for name in names)


def averages(counts: Floats, nothing: Floats | float) -> Mapping[str, Floats]:
    """Returns the averages of many sets, each of shape (sets,).

    A label that no report has counts 0 in the macro average, as in scikit-learn's classification report.

    Args:
        counts: Summed hits, false and omitted labels, shape (sets, 3, labels).
        nothing: The micro and weighted averages of a set in whose reports nothing was found.
    """
    hit, false, omitted = counts[:, 0], counts[:, 1], counts[:, 2]
    support = hit + omitted
    totals = counts.sum(axis=2)
    empty = totals.sum(axis=1) == 0
    single = label_f1(counts)

    def weighted(column: Floats) -> Floats:
        found = ratio((column * support).sum(axis=1), support.sum(axis=1))
        return np.where(empty, nothing, found)

    return {
        "micro_f1": np.where(empty, nothing, label_f1(totals[:, :, None])[:, 0]),
        "macro_f1": single.mean(axis=1),
        "weighted_f1": weighted(single),
        "weighted_precision": weighted(ratio(hit, hit + false)),
        "weighted_recall": weighted(ratio(hit, support)),
    }


def averages_of_some(counts: Floats) -> Mapping[str, Floats]:
    """Returns the averages of many sets over some of the labels: NaN where no report of a set has one of them.

    Args:
        counts: As for `averages`.
    """
    none = counts.sum(axis=(1, 2)) == 0
    return {name: np.where(none, np.nan, column) for name, column in averages(counts, nothing=np.nan).items()}


def label_f1(counts: Floats) -> Floats:
    """Returns F1 of each label, 0 for one that no report has; from counts of shape (sets, 3, labels)."""
    hit, false, omitted = counts[:, 0], counts[:, 1], counts[:, 2]
    return ratio(2 * hit, 2 * hit + false + omitted)


def ratio(part: Floats, whole: Floats) -> Floats:
    """Returns part / whole, 0 where the whole is 0."""
    found: Floats = np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)
    return found
