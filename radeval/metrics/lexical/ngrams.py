"""Counts shared n-grams of many pairs of texts at once.

Tokens become small integers; an n-gram of a pair is one 64-bit integer made of the pair's row and its tokens, exactly,
without hashing. Counting is then sorting, which numpy does for all pairs together.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

_KEY_BITS = 63


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as token numbers, one after the other.

    Attributes:
        tokens: Number of each token, equal for equal tokens, shape (all tokens,).
        lengths: Number of tokens of each text, shape (texts,).
    """

    tokens: Integers
    lengths: Integers

    @classmethod
    def of(cls, texts: Sequence[Sequence[Hashable]]) -> Texts:
        """Returns texts of any tokens, numbered by first appearance."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        numbers = _Numbers()
        tokens = np.fromiter(
            map(numbers.__getitem__, chain.from_iterable(texts)), dtype=np.int64, count=int(lengths.sum())
        )
        return cls(tokens, lengths)

    @classmethod
    def of_numbers(cls, texts: Sequence[Sequence[int]]) -> Texts:
        """Returns texts whose tokens are numbers already, none negative."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        return cls(np.fromiter(chain.from_iterable(texts), dtype=np.int64, count=int(lengths.sum())), lengths)

    @classmethod
    def of_characters(cls, texts: Sequence[str]) -> Texts:
        """Returns texts whose tokens are their characters."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        if not len(points):
            return cls(np.empty(0, dtype=np.int64), lengths)
        used = np.zeros(int(points.max()) + 1, dtype=bool)
        used[points] = True
        numbers = np.cumsum(used, dtype=np.int64) - 1
        tokens: Integers = numbers[points]
        return cls(tokens, lengths)


class _Numbers(dict[Hashable, int]):
    def __missing__(self, token: Hashable) -> int:
        number = self[token] = len(self)
        return number


def ngram_totals(lengths: Integers, max_order: int) -> Integers:
    """Returns how many n-grams texts of these lengths have, shape (texts, max_order)."""
    totals: Integers = np.maximum(0, lengths[:, None] - np.arange(max_order))
    return totals


def shared_ngrams(texts: Texts, rows: Integers, ranks: Integers, n_rows: int, max_order: int) -> Integers:
    """Returns how many n-grams each candidate shares with its references, clipped.

    Each n-gram counts as often as it occurs in the candidate, but at most as often as in the one reference of the row
    that has most of it.

    Args:
        texts: Candidates and references; an equal number means an equal token across all texts.
        rows: Row of each text, from 0.
        ranks: 0 for the candidate of a row, 1, 2, ... for its references.
        n_rows: Number of rows.
        max_order: Longest n-gram.

    Returns:
        Counts of shape (n_rows, max_order).
    """
    shared = np.zeros((n_rows, max_order), dtype=np.int64)
    rank_bits = int(ranks.max()).bit_length() if len(ranks) else 1
    of_candidate = (1 << rank_bits) - 1
    for order, (keys, row_shift) in enumerate(_keys(texts, rows, ranks, rank_bits, n_rows, max_order)):
        if not len(keys):
            break
        # Stable is the faster sort here: the default one is slow on some processors for keys of this kind.
        keys = np.sort(keys, kind="stable")
        starts = _starts(keys)
        runs, counts = keys[starts], np.diff(np.append(starts, len(keys)))
        candidate = (runs & of_candidate) == 0
        grams = runs >> rank_bits
        groups = _starts(grams)
        found = np.maximum.reduceat(np.where(candidate, counts, 0), groups)
        limits = np.maximum.reduceat(np.where(candidate, 0, counts), groups)
        # Sums of counts stay far below 2**53, so that the weighted bincount is exact.
        clipped = np.bincount(grams[groups] >> row_shift, weights=np.minimum(found, limits), minlength=n_rows)
        shared[:, order] = clipped.astype(np.int64)
    return shared


def _starts(ordered: Integers) -> Integers:
    """Returns the places at which a new value begins in an array that is not empty."""
    return np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))


def _keys(
    texts: Texts, rows: Integers, ranks: Integers, rank_bits: int, n_rows: int, max_order: int
) -> list[tuple[Integers, int]]:
    """Returns for each order the key of every n-gram, and the shift that leaves the row of a key without its rank.

    A key is the row, the tokens and, in the lowest bits, the rank of the text.
    """
    size = len(texts.tokens)
    ends = np.repeat(np.cumsum(texts.lengths), texts.lengths)
    rank_of = np.repeat(ranks, texts.lengths)
    token_bits = int(texts.tokens.max()).bit_length() if size else 0
    row_bits = max(1, n_rows - 1).bit_length()
    places = np.arange(size)
    keys = (np.repeat(rows, texts.lengths) << token_bits) | texts.tokens
    shift = token_bits
    found = [((keys << rank_bits) | rank_of, shift)]
    for order in range(2, max_order + 1):
        room = places + order <= ends[places]
        places, keys = places[room], keys[room]
        if row_bits + shift + token_bits + rank_bits > _KEY_BITS:
            keys, shift = _shorten(keys, shift)
        keys = (keys << token_bits) | texts.tokens[places + order - 1]
        shift += token_bits
        found.append(((keys << rank_bits) | rank_of[places], shift))
    return found


def _shorten(keys: Integers, shift: int) -> tuple[Integers, int]:
    """Returns keys in which each row numbers its n-grams from 0, so that they need few bits; order and rows stay."""
    if not len(keys):
        return keys, 0
    grams, numbers = np.unique(keys, return_inverse=True)
    grams_rows = grams >> shift
    first_of_row = np.searchsorted(grams_rows, grams_rows)
    within = np.arange(len(grams)) - first_of_row
    bits = int(within.max()).bit_length()
    return ((grams_rows << bits) | within)[numbers], bits
