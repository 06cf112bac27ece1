from __future__ import annotations

import pytest

import radeval
from radeval.core.errors import ParameterError

ORDERS = (1, 2, 3, 4)


def columns(run, main):
    """Returns BLEU-1 to BLEU-4 of each example."""
    scores = run["bleu"].scores
    return [scores.value if order == main else scores.parts[f"bleu{order}"] for order in ORDERS]


def corpus_values(run, main):
    return [run.aggregates["bleu" if order == main else f"bleu/bleu{order}"].value for order in ORDERS]


def bleu(candidate, references, spec="bleu"):
    """Returns BLEU-1 to BLEU-4 of one example."""
    texts = [references] if isinstance(references, str) else references
    run = radeval.load_metric(spec, n_boot=0)([candidate], [texts])
    main = int(run["bleu"].info.main[-1])
    return [float(column[0]) for column in columns(run, main)]


def test_coco_preset_equals_pycocoevalcap_for_each_example_and_the_set(pairs, score_pairs, assert_equal):
    from pycocoevalcap.bleu.bleu_scorer import BleuScorer

    scorer = BleuScorer(n=4)
    for pair in pairs:
        scorer += (pair.candidate, list(pair.references))
    of_set, of_examples = scorer.compute_score(option="closest", verbose=0)
    run = score_pairs("bleu", pairs)
    for mine, theirs in zip(columns(run, 4), of_examples, strict=True):
        assert_equal(mine, theirs, pairs)
    assert_equal(corpus_values(run, 4), of_set)


def test_sacrebleu_preset_equals_sacrebleu_for_each_example_and_the_set(pairs, score_pairs, assert_equal):
    from sacrebleu.metrics import BLEU

    def all_orders(score, of_example):
        known = score.counts, score.totals, score.sys_len, score.ref_len
        return [
            BLEU.compute_bleu(*(list(part[:order]) for part in known[:2]), *known[2:], "exp", None, of_example, order)
            for order in ORDERS
        ]

    run = score_pairs("bleu:preset=sacrebleu", pairs)
    original = BLEU(effective_order=True)
    sentences = [original.sentence_score(pair.candidate, list(pair.references)) for pair in pairs]
    assert_equal(columns(run, 4)[3], [score.score / 100 for score in sentences], pairs)
    expected = [[score.score / 100 for score in all_orders(sentence, True)] for sentence in sentences]
    for order, mine in zip(ORDERS, columns(run, 4), strict=True):
        assert_equal(mine, [values[order - 1] for values in expected], pairs)
    most = max(len(pair.references) for pair in pairs)
    streams = [[(*pair.references, *[None] * most)[place] for pair in pairs] for place in range(most)]
    whole = BLEU().corpus_score([pair.candidate for pair in pairs], streams)
    assert_equal(corpus_values(run, 4)[3], whole.score / 100)
    assert_equal(corpus_values(run, 4), [score.score / 100 for score in all_orders(whole, False)])


def test_radcliq_preset_equals_nltk_with_method1_on_lower_case_words_with_full_stops_split_off(
    pairs, score_pairs, assert_equal
):
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    def words(text):
        return [word for word in text.lower().replace(".", " .").split(" ") if word != ""]

    smoothing = SmoothingFunction().method1
    some = [pair for pair in pairs if len(pair.candidate) < 10_000]
    run = score_pairs("bleu:preset=radcliq", some)
    weights = [tuple([1 / order] * order) for order in ORDERS]
    expected = [
        sentence_bleu([words(text) for text in pair.references], words(pair.candidate), weights, smoothing)
        for pair in some
    ]
    for order, mine in zip(ORDERS, columns(run, 2), strict=True):
        assert_equal(mine, [values[order - 1] for values in expected], some)
    assert run["bleu"].info.main == "bleu2"
    assert run.aggregates["bleu"].rule == "mean"
    assert_equal(run.aggregates["bleu"].value, sum(values[1] for values in expected) / len(expected))


def test_radcliq_bleu2_of_a_hand_computed_pair():
    # candidate: no effusion . (3 words); reference: no pleural effusion . (4); 3 of 3 words, 1 of 2 pairs
    expected = (1.0 * 0.5) ** 0.5 * 2.718281828459045 ** (1 - 4 / 3)
    assert bleu("No effusion.", "no pleural effusion.", "bleu:preset=radcliq")[1] == pytest.approx(expected, abs=1e-12)


def test_radcliq_bleu2_counts_a_tenth_where_no_word_pair_is_shared():
    # 1 of 2 words, 0 of 1 pair
    assert bleu("left effusion", "effusion left-sided", "bleu:preset=radcliq")[1] == pytest.approx(
        (0.5 * 0.1) ** 0.5, abs=1e-12
    )


def test_bleu_of_a_two_word_report_against_itself_is_nearly_zero():
    assert bleu("Mild cardiomegaly.", "Mild cardiomegaly.")[3] == pytest.approx(0.0009999999991, abs=1e-13)


def test_bleu_of_a_four_word_report_against_itself_is_one():
    value = bleu("No acute cardiopulmonary process.", "No acute cardiopulmonary process.")[3]
    assert value == pytest.approx(0.9999999992, abs=1e-10)
    assert value < 1


def test_sacrebleu_preset_gives_one_to_a_two_word_report_against_itself():
    assert bleu("Mild cardiomegaly.", "Mild cardiomegaly.", "bleu:preset=sacrebleu") == [1.0] * 4


def test_case_and_punctuation_count_in_coco_but_not_in_r2gen():
    assert bleu("Lungs clear.", "lungs clear")[0] < 1e-6
    assert bleu("Lungs, clear.", "lungs clear", "bleu:preset=r2gen")[0] == pytest.approx(1, abs=1e-8)


def test_r2gen_closes_every_sentence_with_a_full_stop_of_its_own():
    # lungs clear . heart normal . against lungs clear heart normal . : 5 of 6 words
    assert bleu("Lungs clear. Heart normal.", "Lungs clear heart normal", "bleu:preset=r2gen")[0] == pytest.approx(
        5 / 6, abs=1e-8
    )


def test_r2gen_drops_list_numbers_and_keeps_other_numbers():
    assert bleu("1. Lungs clear. 2. Heart normal.", "Lungs clear. Heart normal.", "bleu:preset=r2gen")[3] > 1 - 1e-8
    assert bleu("nodule 4 mm", "nodule mm", "bleu:preset=r2gen")[0] == pytest.approx(3 / 4, abs=1e-8)


def test_r2gen_joins_the_digits_of_a_decimal():
    assert bleu("3.5 cm", "35 cm", "bleu:preset=r2gen")[0] == pytest.approx(1, abs=1e-8)


def test_r2gen_keeps_hyphens_inside_words_as_the_original_cleaning_does():
    # In R2Gen's character class "():-\\[" is a range from ":" to "[": it has "@" and no "-".
    assert bleu("chest x-ray normal", "chest xray normal", "bleu:preset=r2gen")[0] == pytest.approx(3 / 4, abs=1e-8)
    assert bleu("chest @ normal", "chest normal", "bleu:preset=r2gen")[0] == pytest.approx(1, abs=1e-8)


def test_r2gen_set_value_pools_counts():
    run = radeval.load_metric("bleu:preset=r2gen,n=1", n_boot=0)(["lungs clear", "effusion"], ["lungs clear", "none"])
    # 3 of 3 and 1 of 2 words, lengths equal
    assert run.aggregates["bleu"].value == pytest.approx(4 / 5, abs=1e-8)


def test_the_length_of_the_closest_reference_counts_and_of_two_as_close_the_shorter():
    # 2 words; references of 1 and 3 words are as close, so there is no penalty for brevity.
    assert bleu("no effusion", ["effusion", "no pleural effusion"])[0] == pytest.approx(1, abs=1e-8)
    assert bleu("no effusion", ["no pleural effusion", "effusion"])[0] == pytest.approx(1, abs=1e-8)


def test_ngrams_are_clipped_by_the_reference_that_has_most_of_them_and_not_by_their_sum():
    assert bleu("no no no", ["no", "no no x"])[0] == pytest.approx(2 / 3, abs=1e-8)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("preset", ["coco", "sacrebleu", "r2gen", "radcliq"])
def test_n_chooses_the_main_value_and_the_others_stay_as_parts(preset, order, synthetic_pairs, score_pairs):
    some = synthetic_pairs[180:260]
    default = score_pairs(f"bleu:preset={preset}", some)
    chosen = score_pairs(f"bleu:preset={preset},n={order}", some)
    expected = columns(default, 2 if preset == "radcliq" else 4)
    assert chosen["bleu"].info.main == f"bleu{order}"
    for mine, theirs in zip(columns(chosen, order), expected, strict=True):
        assert mine.tolist() == theirs.tolist()


def test_a_batch_over_the_internal_limit_scores_as_its_examples_alone(score_pairs, corpus):
    pairs = corpus.adversarial_pairs(1300, seed=5)
    whole = score_pairs("bleu", pairs)["bleu"].scores
    for index in (0, 999, 1000, 1001, 1299):
        assert score_pairs("bleu", [pairs[index]])["bleu"].scores.value[0] == pytest.approx(
            whole.value[index], abs=1e-12
        )


def test_an_unknown_preset_is_a_parameter_error_in_python_as_in_a_spec():
    from radeval.metrics.lexical.bleu import Bleu

    with pytest.raises(ParameterError):
        Bleu(preset="coc0")
