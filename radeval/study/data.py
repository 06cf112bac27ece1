"""What a study is made of: reports, and what experts said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radeval.core.batch import Floats
from radeval.core.errors import EmptyTableError, UsageError, did_you_mean
from radeval.core.example import Example
from radeval.core.info import Direction

Mask = NDArray[np.bool_]


class Problem(NamedTuple):
    """A cell or a row of a data set that cannot be used.

    Attributes:
        where: File and row.
        what: What is wrong, one sentence.
    """

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Target:
    """What experts gave each report.

    Attributes:
        name: Its name in tables.
        summary: What it measures.
        direction: Which way is better.
        ratings: Shape (items, raters); NaN where a rater gave none.
        raters: Name of each rater.
        count: Whether it counts errors.
    """

    name: str
    summary: str
    direction: Direction
    ratings: Floats
    raters: tuple[str, ...]
    count: bool = False

    @property
    def sign(self) -> float:
        """1 where higher is better, else -1."""
        return 1.0 if self.direction == "higher" else -1.0

    @property
    def rated(self) -> Mask:
        """Which items have a rating."""
        found: Mask = np.asarray(np.isfinite(self.ratings).any(axis=1))
        return found

    @property
    def mean(self) -> Floats:
        """The mean of the ratings that are there, NaN where there is none."""
        there = np.isfinite(self.ratings)
        n = there.sum(axis=1)
        added = np.where(there, self.ratings, 0.0).sum(axis=1)
        found: Floats = np.divide(added, n, out=np.full(len(n), np.nan), where=n > 0)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Reports by systems, their references, and experts' ratings.

    Attributes:
        name: The data set's name, as metrics name it in `tuned_on`.
        title: Its full name.
        examples: One an item, in the order of the ratings; the group is the study, which resampling keeps together.
        targets: What experts gave, the one that tables are about first.
        problems: What of the files cannot be used.
        notes: What a reader of the results must know of the data.
        has_texts: Whether there are reports, so that metrics can score them.
    """

    name: str
    title: str
    examples: tuple[Example, ...]
    targets: tuple[Target, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    has_texts: bool = True

    def __len__(self) -> int:
        return len(self.examples)

    @property
    def groups(self) -> list[str]:
        """The study of each item."""
        return [one.group for one in self.examples]

    @property
    def systems(self) -> list[str]:
        """What wrote each candidate."""
        return [one.system for one in self.examples]

    def target(self, name: str | None) -> Target:
        """Returns a target by its name, the first for None.

        Raises:
            UsageError: There is none of this name.
        """
        if name is None:
            return self.targets[0]
        for one in self.targets:
            if one.name == name:
                return one
        raise UsageError(
            f"{self.name} has no target {name!r}",
            where="--target",
            hint=did_you_mean(name, [one.name for one in self.targets]),
        )

    def only(self, kept: Mask) -> Study:
        """Returns the study of some of its items."""
        return replace(
            self,
            examples=tuple(one for one, keep in zip(self.examples, kept, strict=True) if keep),
            targets=tuple(replace(one, ratings=one.ratings[kept]) for one in self.targets),
        )


def with_usable_texts(study: Study) -> Study:
    """Returns the study without items that have no reference, which are listed; empty candidates are noted.

    A metric would score such an item by its rule for empty input, which says nothing of its agreement with experts.

    Raises:
        EmptyTableError: No item is left.
    """
    if not study.has_texts:
        return study
    lacking = [all(not text.strip() for text in one.references) for one in study.examples]
    empty = [one.id for one, lacks in zip(study.examples, lacking, strict=True)
             if not lacks and not one.candidate.strip()]  # fmt: skip
    problems = [
        Problem(f"item {one.id!r}", "the reference is blank, so that the item is left out")
        for one, lacks in zip(study.examples, lacking, strict=True)
        if lacks
    ]
    notes = []
    if empty:
        notes.append(f"candidates that are blank and count as empty reports: {len(empty)} (first: {empty[0]!r})")
    kept = study.only(~np.array(lacking, dtype=np.bool_)) if problems else study
    if not kept.examples:
        raise EmptyTableError(f"{study.title}: no item can be used", hint="each lacks its reference, or is listed")
    return replace(kept, problems=(*study.problems, *problems), notes=(*study.notes, *notes))


def empty_ratings(n_items: int, raters: Sequence[str]) -> Floats:
    """Returns ratings of which none is there."""
    return np.full((n_items, len(raters)), np.nan)
