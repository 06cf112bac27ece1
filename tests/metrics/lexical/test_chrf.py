from __future__ import annotations

import pytest

import radeval


@pytest.mark.parametrize("word_order", [0, 2])
def test_chrf_equals_sacrebleu_for_each_example_and_the_set(word_order, pairs, score_pairs, assert_equal):
    from sacrebleu.metrics import CHRF

    if word_order == 0 and pairs[0].kind == "real":
        pairs = pairs[::4]  # The original takes its time.
    run = score_pairs(f"chrf:word_order={word_order}", pairs)
    original = CHRF(word_order=word_order)
    # What sentence_score and corpus_score do with one counting: it takes seconds in Python.
    counts = original._extract_corpus_statistics([pair.candidate for pair in pairs], streams(pairs))
    expected = [original._aggregate_and_compute([row]).score / 100 for row in counts]
    assert_equal(run["chrf"].scores.value, expected, pairs)
    assert_equal(run.aggregates["chrf"].value, original._aggregate_and_compute(counts).score / 100)


@pytest.mark.parametrize("word_order", [0, 1, 2])
def test_lower_case_chrf_equals_sacrebleu(word_order, synthetic_pairs, score_pairs, assert_equal):
    from sacrebleu.metrics import CHRF

    some = synthetic_pairs[:400]
    original = CHRF(word_order=word_order, lowercase=True)
    expected = [original.sentence_score(pair.candidate, list(pair.references)).score / 100 for pair in some]
    run = score_pairs(f"chrf:word_order={word_order},lowercase=true", some)
    assert_equal(run["chrf"].scores.value, expected, some)
    assert_equal(
        run.aggregates["chrf"].value,
        original.corpus_score([pair.candidate for pair in some], streams(some)).score / 100,
    )


def streams(pairs):
    """Returns the references as sacreBLEU takes them: first ones, second ones, ..., None where there are fewer."""
    most = max(len(pair.references) for pair in pairs)
    return [[(*pair.references, *[None] * most)[place] for pair in pairs] for place in range(most)]


def chrf(candidate, reference, spec="chrf"):
    return float(radeval.load_metric(spec, n_boot=0)([candidate], [reference])["chrf"].scores.value[0])


def test_blanks_do_not_count_but_word_boundaries_do_in_chrf_plus_plus():
    assert chrf("no effusion", "noeffusion") == 1
    assert chrf("no effusion", "noeffusion", "chrf:word_order=2") < 1


def test_recall_counts_more_than_precision():
    assert chrf("effusion left base", "effusion") > chrf("effusion", "effusion left base")


def test_case_counts_unless_it_is_asked_not_to():
    assert chrf("EFFUSION", "effusion") == 0
    assert chrf("EFFUSION", "effusion", "chrf:lowercase=true") == 1


def test_characters_outside_the_basic_plane_count_as_one():
    assert chrf("🫁", "🫁") == 1
    # Both lie in one block of code points, and would share half of their UTF-16 form.
    assert chrf("🫁", "🫀") == 0
