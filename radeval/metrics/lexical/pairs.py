"""Lays examples with one or more references out as rows for the counting functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from radeval.core.batch import Floats
from radeval.core.example import Example
from radeval.metrics.lexical.ngrams import Integers

Tokens = TypeVar("Tokens")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every candidate with each of its references, one row a pair.

    Attributes:
        first: Row at which each example's pairs start, shape (examples,).
        example: Example of each pair, shape (pairs,).
    """

    first: Integers
    example: Integers

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Pairs:
        """Returns the pairs of these examples."""
        counts = np.fromiter((len(one.references) for one in examples), dtype=np.int64, count=len(examples))
        return cls(np.cumsum(counts) - counts, np.repeat(np.arange(len(examples)), counts))

    def best(self, column: Floats) -> Floats:
        """Returns the highest value among each example's pairs."""
        return np.maximum.reduceat(column, self.first) if len(self.first) else column

    def best_row(self, column: Floats) -> Integers:
        """Returns the row of each example's highest value, the first where several are equal."""
        if len(self.first) == len(self.example):
            return self.first
        top = np.flatnonzero(column == self.best(column)[self.example])
        _, place = np.unique(self.example[top], return_index=True)
        return top[place]


def candidates_of(examples: Sequence[Example], tokenize: Callable[[str], Tokens]) -> list[Tokens]:
    """Returns each example's candidate, tokenised."""
    return [tokenize(one.candidate) for one in examples]


def references_of(examples: Sequence[Example], tokenize: Callable[[str], Tokens]) -> list[Tokens]:
    """Returns all references in a row, tokenised."""
    return [tokenize(reference) for one in examples for reference in one.references]
