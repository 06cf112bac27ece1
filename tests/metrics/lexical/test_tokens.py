from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radeval.metrics.lexical.tokens import RougeWords, chrf_words, mteval_13a


def all_texts(pairs):
    return [text for pair in pairs for text in (pair.candidate, *pair.references) if len(text) < 5000]


@pytest.mark.parametrize("stemmed", [True, False])
def test_rouge_words_are_equal_where_those_of_rouge_score_are(stemmed, synthetic_pairs):
    from nltk.stem.porter import PorterStemmer
    from rouge_score.tokenize import tokenize

    words, stemmer = RougeWords(stemmed), PorterStemmer() if stemmed else None
    numbers: dict[str, int] = {}
    for text in all_texts(synthetic_pairs)[:1500]:
        theirs, mine = tokenize(text, stemmer), words(text)
        assert len(mine) == len(theirs), text
        assert [numbers.setdefault(word, number) for word, number in zip(theirs, mine, strict=True)] == mine, text
    assert len(set(numbers.values())) == len(numbers)


@given(st.text(max_size=30))
def test_any_text_has_as_many_rouge_words_as_in_rouge_score(text):
    from rouge_score.tokenize import tokenize

    assert len(RougeWords(False)(text)) == len(tokenize(text, None))


@given(st.text(max_size=30))
def test_words_of_chrf_are_those_of_sacrebleu(text):
    from sacrebleu.metrics import CHRF

    assert chrf_words(text) == CHRF(word_order=2)._remove_punctuation(text)


@given(st.text(max_size=30))
def test_13a_tokens_are_those_of_sacrebleu(text):
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    assert mteval_13a(text) == Tokenizer13a()(text.rstrip()).split()
