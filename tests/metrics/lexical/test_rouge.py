from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace

import pytest

import radeval
from radeval.core.errors import ParameterError

TYPES = ("rouge1", "rouge2", "rougeL", "rougeLsum")
SLOW_CELLS = 1_000_000
"""The originals fill a table in Python; of pairs with more cells one is compared in a test of its own."""


def comparable(pairs):
    def cells(pair):
        return max(len(pair.candidate.split()) * len(text.split()) for text in pair.references)

    return [pair for pair in pairs if cells(pair) < SLOW_CELLS]


def column(run, name):
    scores = run["rouge"].scores
    return scores.value if name == "rougeL" else scores.parts[name]


@pytest.mark.parametrize("stem", [True, False], ids=["stemmed", "not stemmed"])
def test_rouge_equals_rouge_score_for_each_example_and_the_mean(stem, pairs, score_pairs, assert_equal):
    from rouge_score.rouge_scorer import RougeScorer
    from rouge_score.tokenizers import DefaultTokenizer

    tokens = lru_cache(maxsize=None)(DefaultTokenizer(use_stemmer=stem).tokenize)
    # The original takes the words of a text apart anew for each type and reference.
    scorer = RougeScorer(TYPES, tokenizer=SimpleNamespace(tokenize=tokens))
    some = comparable(pairs)
    if not stem and some[0].kind == "real":
        some = some[::4]  # The original takes its time.
    expected = [scorer.score_multi(list(pair.references), pair.candidate) for pair in some]
    run = score_pairs("rouge" if stem else "rouge:stem=false", some)
    for name in TYPES:
        values = [example[name].fmeasure for example in expected]
        assert_equal(column(run, name), values, some)
        key = "rouge" if name == "rougeL" else f"rouge/{name}"
        assert_equal(run.aggregates[key].value, sum(values) / len(values))


def test_rouge_l_of_a_report_of_5000_words_equals_rouge_score(synthetic_pairs, score_pairs, assert_equal):
    from rouge_score.rouge_scorer import RougeScorer

    (pair,) = (pair for pair in synthetic_pairs if pair.kind == "long")
    assert len(pair.candidate.split()) > 4500
    cut = " ".join(pair.references[0].split()[:500])
    expected = RougeScorer(["rougeL"]).score(cut, pair.candidate)["rougeL"].fmeasure
    shorter = pair._replace(references=(cut,))
    assert_equal(score_pairs("rouge:stem=false", [shorter])["rouge"].scores.value, [expected])


def test_coco_preset_equals_pycocoevalcap_for_each_example_and_the_mean(pairs, score_pairs, assert_equal):
    from pycocoevalcap.rouge.rouge import Rouge

    some = comparable(pairs)
    original = Rouge()
    expected = [original.calc_score([pair.candidate], list(pair.references)) for pair in some]
    run = score_pairs("rouge:preset=coco", some)
    assert_equal(run["rouge"].scores.value, expected, some)
    assert_equal(run.aggregates["rouge"].value, sum(expected) / len(expected))


def rouge(candidate, reference, spec="rouge"):
    run = radeval.load_metric(spec, n_boot=0)([candidate], [reference])
    return {name: float(column(run, name)[0]) for name in TYPES}


def test_rouge_lsum_is_higher_than_rouge_l_where_lines_come_in_another_order():
    found = rouge("lungs clear\nheart normal", "heart normal\nlungs clear")
    assert found["rougeL"] == pytest.approx(0.5)
    assert found["rougeLsum"] == pytest.approx(1)


def test_rouge_lsum_counts_a_word_no_oftener_than_it_occurs():
    # The union of both lines' common subsequences covers two words, but the candidate has only one.
    assert rouge("clear", "clear\nclear")["rougeLsum"] == pytest.approx(2 / 3)


def test_a_carriage_return_or_a_line_separator_makes_no_line_for_rouge_lsum():
    for separator in ("\r", "\u2028", "\x0b"):
        found = rouge(f"lungs clear{separator}heart normal", f"heart normal{separator}lungs clear")
        assert found["rougeLsum"] == found["rougeL"]


def test_stemming_joins_word_forms_of_more_than_three_letters_only():
    assert rouge("effusions", "effusion")["rouge1"] == 1
    assert rouge("effusions", "effusion", "rouge:stem=false")["rouge1"] == 0
    assert rouge("was", "wa")["rouge1"] == 0


def test_each_value_takes_its_own_best_reference():
    run = radeval.load_metric("rouge", n_boot=0)(["a b c d"], [["d c b a", "a b x y"]])
    assert column(run, "rouge1")[0] == 1
    assert column(run, "rouge2")[0] == pytest.approx(1 / 3)
    assert column(run, "rougeL")[0] == pytest.approx(1 / 2)


def test_coco_takes_best_precision_and_best_recall_from_different_references():
    # Precision 1 against "a b c d", recall 1 against "a".
    run = radeval.load_metric("rouge:preset=coco", n_boot=0)(["a b"], [["a b c d", "a"]])
    assert run["rouge"].scores.value[0] == pytest.approx(1)


def test_a_report_without_latin_letters_or_digits_has_nothing_to_compare():
    assert rouge("心影不大。", "心影不大。") == dict.fromkeys(TYPES, 0)


def test_scores_do_not_change_when_remembered_words_are_forgotten(monkeypatch, synthetic_pairs, score_pairs):
    import radeval.metrics.lexical.tokens as tokens

    some = [pair for pair in synthetic_pairs[170:230] if len(pair.candidate) < 5000]
    kept = radeval.load_metric("rouge", n_boot=0)
    monkeypatch.setattr(tokens, "_REMEMBERED_WORDS", 5)
    forgetful = radeval.load_metric("rouge", n_boot=0)
    for pair in some:
        ours = forgetful([pair.candidate], [list(pair.references)])["rouge"].scores
        theirs = kept([pair.candidate], [list(pair.references)])["rouge"].scores
        assert ours.value.tolist() == theirs.value.tolist()
        assert {k: v.tolist() for k, v in ours.parts.items()} == {k: v.tolist() for k, v in theirs.parts.items()}


def test_coco_with_stemming_is_refused():
    with pytest.raises(ParameterError, match="does not stem"):
        radeval.load_metric("rouge:preset=coco,stem=true")


def test_coco_has_no_other_value_than_rouge_l():
    assert radeval.load_metric("rouge:preset=coco", n_boot=0)(["a"], ["a"])["rouge"].scores.parts == {}


def test_the_empty_word_between_two_blanks_is_not_the_nul_character():
    # rapidfuzz hashes "" to 0 and takes a word of one character by its code point.
    assert rouge_coco("\x00", "") == 0
    assert rouge_coco("a  b", "c \x00 d") == 0


def rouge_coco(candidate, reference):
    return float(radeval.load_metric("rouge:preset=coco", n_boot=0)([candidate], [reference])["rouge"].scores.value[0])
