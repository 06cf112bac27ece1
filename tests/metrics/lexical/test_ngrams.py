from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import radeval.metrics.lexical.ngrams as ngrams
from radeval.metrics.lexical.ngrams import Texts, ngram_totals, shared_ngrams


def grams(tokens, order):
    return Counter(tuple(tokens[place : place + order]) for place in range(len(tokens) - order + 1))


def counted(rows, max_order):
    """Returns the clipped counts of each row by the definition: rows of (candidate, references)."""
    shared = np.zeros((len(rows), max_order), dtype=np.int64)
    for row, (candidate, references) in enumerate(rows):
        for order in range(1, max_order + 1):
            most = Counter()
            for reference in references:
                most |= grams(reference, order)
            shared[row, order - 1] = sum((grams(candidate, order) & most).values())
    return shared


def laid_out(rows, make=Texts.of):
    candidates = [candidate for candidate, _ in rows]
    references = [reference for _, references in rows for reference in references]
    counts = [len(references) for _, references in rows]
    n = len(rows)
    row_of = np.concatenate([np.arange(n), np.repeat(np.arange(n), counts)])
    ranks = np.concatenate([np.zeros(n, np.int64), *(np.arange(1, count + 1) for count in counts)])
    return make([*candidates, *references]), row_of, ranks


def shared(rows, max_order, make=Texts.of):
    texts, row_of, ranks = laid_out(rows, make)
    return shared_ngrams(texts, row_of, ranks, len(rows), max_order)


@pytest.fixture
def shortened(monkeypatch):
    """Counts how often keys had to be shortened."""
    calls = []
    original = ngrams._shorten

    def spy(keys, shift):
        calls.append(shift)
        return original(keys, shift)

    monkeypatch.setattr(ngrams, "_shorten", spy)
    return calls


def texts_of(token):
    text = st.lists(token, max_size=12)
    return st.lists(st.tuples(text, st.lists(text, min_size=1, max_size=4)), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(texts_of(st.sampled_from("abc")), st.integers(1, 6))
def test_shared_ngrams_equal_counted_ones(rows, max_order):
    assert shared(rows, max_order).tolist() == counted(rows, max_order).tolist()


@settings(max_examples=200, deadline=None)
@given(texts_of(st.integers(0, 3)), st.sampled_from([1, 2**15 - 1, 2**20 + 1, 2**31, 2**38 - 1]), st.integers(1, 6))
def test_shared_ngrams_of_far_apart_token_numbers_equal_counted_ones(rows, factor, max_order):
    spread = [([t * factor for t in c], [[t * factor for t in text] for text in r]) for c, r in rows]
    assert shared(spread, max_order, Texts.of_numbers).tolist() == counted(spread, max_order).tolist()


def test_a_vocabulary_too_large_for_the_key_is_counted_exactly(shortened):
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(1500):
        reference = rng.integers(0, 2**16, 60).tolist()
        candidate = reference[10:30] + rng.integers(0, 2**16, 20).tolist() + reference[:10] * 2
        rows.append((candidate, [reference, reference[::-1], candidate[5:9]]))
    found = shared(rows, 4)
    assert shortened
    assert found.tolist() == counted(rows, 4).tolist()


def test_six_character_ngrams_of_many_rows_are_counted_exactly(shortened):
    rng = np.random.default_rng(1)
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 5000)]
    rows = []
    for _ in range(400):
        reference = "".join(rng.choice(letters, 30))
        rows.append((reference[3:25] + reference[:6], [reference]))
    found = shared(rows, 6, Texts.of_characters)
    assert shortened
    assert found.tolist() == counted(rows, 6).tolist()


def test_rows_without_long_ngrams_after_shortening_do_not_disturb_the_others(shortened):
    wide = list(range(2**17))
    rows = [(wide, [wide]), ([], [[1, 2]]), ([5], [[5], []]), ([3, 4, 5, 6], [[9, 3, 4, 5, 6]])]
    found = shared(rows, 5, Texts.of_numbers)
    assert shortened
    assert found.tolist() == [
        [2**17 - order for order in range(5)],
        [0] * 5,
        [1, 0, 0, 0, 0],
        [4, 3, 2, 1, 0],
    ]


def test_all_empty_texts_share_nothing():
    assert shared([([], [[]]), ([], [[], []])], 4).tolist() == [[0] * 4] * 2


def test_an_example_with_many_references_is_clipped_by_the_best_of_them():
    references = [[number] for number in range(300)] + [[7, 7, 7]]
    assert shared([([7, 7, 7, 7], references)], 2).tolist() == [[3, 2]]


@given(st.lists(st.text(max_size=8), min_size=1, max_size=6))
def test_characters_are_numbered_as_any_tokens_are(texts):
    ours, plain = Texts.of_characters(texts), Texts.of(texts)
    assert ours.lengths.tolist() == plain.lengths.tolist()
    same = ours.tokens[:, None] == ours.tokens[None, :]
    assert same.tolist() == (plain.tokens[:, None] == plain.tokens[None, :]).tolist()


def test_totals_are_never_negative():
    assert ngram_totals(np.array([0, 1, 5]), 4).tolist() == [[0, 0, 0, 0], [1, 0, 0, 0], [5, 4, 3, 2]]
