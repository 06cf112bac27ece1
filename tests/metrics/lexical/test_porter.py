from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radeval.metrics.lexical.porter import stem

SUFFIXES = """
    s es ies sses ss ied ed eed ing ings y ly ally tional ational ization izer ation ator alism iveness fulness ousness
    aliti iviti biliti logi logy bli abli alli entli eli ousli enci anci icate ative alize iciti ical ful ness al ance
    ence er ic able ible ant ement ment ent ion tion sion ou ism ate iti ous ive ize e ll lle zz tt at bl iz fulli fully
    ingly edly est ist ity ying yed eing
"""
STEMS = """
    cardi pleur effus opac enlarg infiltr consolid nodul calcif pneum fibros atelect hop hopp tann fall hiss fizz fil
    agre pl bl mott sk sky th cr say enjoy happ gener oper relat condit vale triplic form electr hope good reviv allow
    infer airlin gyroscop adjust defens irrit replac depend adopt homolog communic activ angul effect bowdler prob rat
    ceas control roll d t l n ly dy ty new inning outing canning how proceed exceed succeed ski y yy ay aye
"""


@pytest.fixture(scope="module")
def original():
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer().stem


def test_stems_of_report_words_equal_nltk(original, corpus):
    rng = random.Random(0)
    words = {word for _ in range(1500) for word in corpus.report(rng).lower().split()}
    words |= {word.strip(string.punctuation) for word in words}
    assert len(words) > 200
    assert {word: stem(word) for word in words if word} == {word: original(word) for word in words if word}


def test_stems_of_20000_made_up_words_equal_nltk(original):
    rng = random.Random(1)
    words = set()
    while len(words) < 20_000:
        start = (
            rng.choice(STEMS.split())
            if rng.random() < 0.5
            else "".join(rng.choices("aeiouybcdlst", k=rng.randint(1, 6)))
        )
        words.add(start + "".join(rng.choices(SUFFIXES.split(), k=rng.randint(1, 3))))
    assert [word for word in sorted(words) if stem(word) != original(word)] == []


def test_stems_of_words_of_up_to_three_letters_equal_nltk(original):
    letters = "abelsyiz"
    words = [a + b + c for a in letters for b in ("", *letters) for c in ("", *letters)]
    assert [word for word in words if stem(word) != original(word)] == []


@settings(max_examples=500)
@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=15))
def test_stems_of_any_letters_and_digits_equal_nltk(original, word):
    assert stem(word) == original(word)


@settings(max_examples=500)
@given(st.text("aeiouyltsdg", max_size=6), st.lists(st.sampled_from(SUFFIXES.split()), min_size=1, max_size=4))
def test_stems_of_piled_up_suffixes_equal_nltk(original, start, suffixes):
    word = start + "".join(suffixes)
    assert stem(word) == original(word)
