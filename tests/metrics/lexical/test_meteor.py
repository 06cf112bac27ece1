from __future__ import annotations

import re
import subprocess
import sys

import pytest

import radeval
from radeval.core.errors import MissingResourceError
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric


def meteor(candidate, reference):
    return float(radeval.load_metric("meteor", n_boot=0)([candidate], [reference])["meteor"].scores.value[0])


def original(candidate, reference):
    from nltk.translate.meteor_score import single_meteor_score

    def words(text):
        return re.findall(r"\w+|[^\w\s]+", text.lower())

    return single_meteor_score(words(reference), words(candidate))


def short(pairs, n):
    return [pair for pair in pairs if len(pair.candidate) < 2000 and max(map(len, pair.references)) < 2000][:n]


def test_meteor_equals_nltk_and_takes_the_best_reference(tiny_wordnet, pairs, score_pairs, assert_equal):
    some = short(pairs, 400)
    expected = [
        max(original(pair.candidate, text) for text in pair.references if text.strip() or not any(pair.references))
        if any(text.strip() for text in pair.references)
        else 0.0
        for pair in some
    ]
    run = score_pairs("meteor", some)
    assert_equal(run["meteor"].scores.value, expected, some)
    assert_equal(run.aggregates["meteor"].value, sum(expected) / len(expected))


def test_a_synonym_counts_as_a_match(tiny_wordnet):
    assert meteor("new left lump", "new left mass") == meteor("new left mass", "new left mass")
    assert meteor("new left lung", "new left mass") < meteor("new left lump", "new left mass")


def test_synonyms_are_found_through_irregular_forms(tiny_wordnet):
    assert meteor("the lump grew", "the lump expand") == meteor("the lump grow", "the lump grow")


def test_as_in_nltk_a_word_that_is_not_its_own_stem_has_no_synonyms(tiny_wordnet):
    # NLTK looks up the stem, here "opac" and "densiti".
    assert meteor("new left density", "new left opacity") == meteor("new left lung", "new left opacity")


def test_a_synonym_of_several_words_is_no_match(tiny_wordnet):
    assert meteor("heart", "cardiac_muscle") == 0


def test_words_of_one_stem_match(tiny_wordnet):
    assert meteor("bilateral infiltrates", "bilateral infiltrate") == meteor("bilateral x", "bilateral x")


def test_case_does_not_count_and_order_does(tiny_wordnet):
    assert meteor("NO EFFUSION", "no effusion") == meteor("no effusion", "no effusion")
    assert meteor("clear are lungs the", "the lungs are clear") < meteor("the lungs are clear", "the lungs are clear")


def test_the_signature_names_the_versions_of_wordnet_and_nltk(tiny_wordnet):
    import nltk

    fields = radeval.load_metric("meteor")(["a"], ["a"]).signatures["meteor"].fields
    assert fields["wordnet"] == "3.0"
    assert fields["nltk"] == nltk.__version__


def test_without_wordnet_the_error_says_what_is_missing_and_how_to_get_it(nltk_data):
    nltk_data(None)
    with pytest.raises(MissingResourceError, match=r"WordNet.*nltk\.downloader wordnet") as caught:
        radeval.score(["a"], ["a"], "meteor")
    assert "meteor" in str(caught.value.where)
    assert caught.value.exit_code == 1


def test_an_empty_wordnet_folder_is_the_same_error(nltk_data, tmp_path):
    (tmp_path / "corpora" / "wordnet").mkdir(parents=True)
    nltk_data(tmp_path)
    with pytest.raises(MissingResourceError):
        make_metric("meteor").check(RunContext())


WITHOUT_NLTK = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "nltk":
            raise ModuleNotFoundError("No module named 'nltk'", name="nltk")

sys.meta_path.insert(0, Block())
import radeval
from radeval.core.errors import MissingExtraError

assert radeval.score(["no effusion"], ["no effusion"]).aggregates["rouge"].value == 1
assert radeval.score(["a", "b"], ["a", "b"], "cider")["cider"].scores.status == ["ok", "ok"]
try:
    radeval.score(["a"], ["a"], "meteor")
except MissingExtraError as error:
    print(error)
"""


def test_without_nltk_meteor_names_the_extra_and_the_other_metrics_score():
    done = subprocess.run([sys.executable, "-c", WITHOUT_NLTK], capture_output=True, text=True, check=True)
    assert "radeval-judge[meteor]" in done.stdout


def test_scoring_with_the_quick_metrics_never_imports_nltk():
    code = (
        "import sys, radeval; radeval.score(['a b'], ['a']); print('nltk' in sys.modules, 'rouge_score' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_with_the_real_wordnet_meteor_equals_nltk_and_knows_synonyms(synthetic_pairs, score_pairs, assert_equal):
    import nltk.data

    try:
        nltk.data.find("corpora/wordnet")
    except LookupError:
        try:
            nltk.data.find("corpora/wordnet.zip")
        except LookupError:
            pytest.skip("NLTK finds no WordNet on this machine")
    some = short(synthetic_pairs, 100)
    run = score_pairs("meteor", [pair._replace(references=pair.references[:1]) for pair in some])
    assert_equal(run["meteor"].scores.value, [original(pair.candidate, pair.references[0]) for pair in some], some)
    assert meteor("a lump there", "a hump there") == meteor("a hump there", "a hump there")
