"""RaTEScore's arithmetic and its reading of entities, against the published formula written out."""

from __future__ import annotations

import json
import math
import random
import shutil

import numpy as np
import pytest

import radeval
from radeval.core.errors import MissingResourceError
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Status
from radeval.metrics.semantic.affinity import AFFINITIES, TYPES, both_sides, side
from radeval.metrics.semantic.rate_entities import EntityModel, entities
from radeval.run.plan import signature

ABNORMALITY, ANATOMY, DISEASE, NON_ABNORMALITY, NON_DISEASE = range(5)


def published(first, second, first_types, second_types, preset):
    """Returns RaTEScore of two lists of vectors: no shortcut, and no array."""
    opposed = {
        (one, other)
        for there in ("DISEASE", "ABNORMALITY")
        for absent in ("NON-DISEASE", "NON-ABNORMALITY")
        for one, other in ((there, absent), (absent, there))
    }
    weights = AFFINITIES[preset]

    def cosine(a, b):
        return sum(x * y for x, y in zip(a, b, strict=True)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))

    def one_way(own, others, own_types, other_types):
        total = weight_sum = 0.0
        for vector, type_ in zip(own, own_types, strict=True):
            similar = [cosine(vector, other) for other in others]
            far = [one < max(similar) - 1e-5 for one in similar]
            # Where several are equally near, which is taken is not published: one of the same type.
            nearest = min(range(len(others)), key=lambda place: (far[place], other_types[place] != type_, place))
            weight = weights.weights[type_][other_types[nearest]]
            pair = TYPES[type_], TYPES[other_types[nearest]]
            total += similar[nearest] * weight * (weights.negation if pair in opposed else 1.0)
            weight_sum += weight
        return total / weight_sum if weight_sum else 0.0

    there = one_way(first, second, first_types, second_types)
    back = one_way(second, first, second_types, first_types)
    return 2 * there * back / (there + back) if there + back else 0.0


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("preset", ["long", "short"])
@pytest.mark.parametrize("seed", range(10))
def test_the_arithmetic_is_the_published_one(preset, seed):
    rng = np.random.default_rng(seed)
    # As those of a trained model, the vectors have a direction in common: cosines are above 0.
    first, second = (rng.normal(size=(n, 16)) + 1.5 for n in rng.integers(1, 9, 2))
    types = [rng.integers(0, 5, len(one)).tolist() for one in (first, second)]
    cosines = unit(first) @ unit(second).T
    ours = side(cosines, *types, AFFINITIES[preset])
    theirs = side(cosines.T, *types[::-1], AFFINITIES[preset])
    expected = published(first, second, *types, preset)
    assert both_sides(ours.score, theirs.score) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("preset", ["long", "short"])
def test_only_pairs_of_a_finding_and_its_absence_count_less(preset):
    for own in range(5):
        for other in range(5):
            found = side(np.ones((1, 1)), [own], [other], AFFINITIES[preset])
            absent = {NON_ABNORMALITY, NON_DISEASE}
            opposed = ANATOMY not in (own, other) and (own in absent) != (other in absent)
            assert found.score == pytest.approx(AFFINITIES[preset].negation if opposed else 1.0)
            assert found.opposed.tolist() == [opposed]


def test_of_equally_near_entities_one_of_the_same_type_is_taken():
    cosines = np.array([[1.0, 1.0 - 1e-7], [1.0 - 1e-7, 1.0]])
    found = side(cosines, [DISEASE, NON_DISEASE], [NON_DISEASE, DISEASE], AFFINITIES["long"])
    assert found.nearest.tolist() == [1, 0]
    assert found.score == pytest.approx(1.0)
    # What is nearer by more than rounding is taken, of whatever type.
    cosines = np.array([[1.0, 0.99]])
    assert side(cosines, [DISEASE], [NON_DISEASE, DISEASE], AFFINITIES["long"]).nearest.tolist() == [0]


def test_a_side_that_is_not_above_zero_makes_the_score_zero():
    assert both_sides(-0.1, 0.1001) == both_sides(0.0, 0.0) == both_sides(0.5, 0.0) == 0.0


B, I, O = "B", "I", ("O", 0)  # noqa: E741


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([(B, DISEASE), O, O, O], ["left:2"]),
        ([(B, DISEASE), (I, DISEASE), O, (B, ANATOMY)], ["left pleural:2", "base:1"]),
        # One begins where another ends.
        ([(B, DISEASE), (B, DISEASE), O, O], ["left:2", "pleural:2"]),
        # Another type is another entity, even without a beginning.
        ([(B, DISEASE), (I, ANATOMY), (I, ANATOMY), O], ["left:2", "pleural effusion:1"]),
        ([O, (I, DISEASE), (I, DISEASE), O], ["pleural effusion:2"]),
        # The last word counts.
        ([O, O, (B, DISEASE), (I, DISEASE)], ["effusion base:2"]),
        ([(I, ANATOMY), (B, ANATOMY), (I, ANATOMY), (I, DISEASE)], ["left:1", "pleural effusion:1", "base:2"]),
        ([O, O, O, O], []),
    ],
)
def test_entities_that_marks_on_words_make(marks, expected):
    text = "left pleural effusion base"
    ends = [4, 12, 21, 26]
    # As some tokenizers have it, a word owns the blank before it; special tokens stand nowhere.
    offsets = [(0, 0), *zip([0, *ends[:-1]], ends, strict=True), (0, 0)]
    found = entities(text, offsets, [(B, DISEASE), *marks, (I, DISEASE)])
    assert [f"{text[one.start : one.end]}:{one.type}" for one in found] == expected


def test_a_word_is_what_its_first_piece_is_marked_as():
    text = "hydropneumothorax, small"
    offsets = [(0, 5), (5, 11), (11, 17), (17, 18), (19, 24)]
    found = list(entities(text, offsets, [(B, DISEASE), (B, DISEASE), O, (I, DISEASE), (B, DISEASE)]))
    # A sign is a word of its own.
    assert [text[one.start : one.end] for one in found] == ["hydropneumothorax,", "small"]
    assert list(entities(text, offsets, [O, (I, DISEASE), (I, DISEASE), O, O])) == []


def score(candidate, reference, spec="ratescore"):
    return make_metric(spec).score(Example("a", candidate, (reference,)), RunContext())


def test_the_whole_metric_equals_the_formula_on_the_same_models(tiny_models, corpus):
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = tiny_models / "FremyCompany" / "BioLORD-2023-C"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    marker = EntityModel(tiny_models / "Angelakeke" / "RaTE-NER-Deberta", "cpu", "float32")

    def side_of(sentences):
        words, types = [], []
        for sentence in sentences:
            for one in marker.read(marker.tokens([sentence]))[0]:
                words.append(sentence[one.start : one.end])
                types.append(one.type)
        with torch.no_grad():
            vectors = [
                model(**tokenizer(word, return_tensors="pt", truncation=True, max_length=30)).last_hidden_state[0, 0]
                for word in words
            ]
        return [vector.tolist() for vector in vectors], types

    rng = random.Random(0)
    pool = ["The heart is normal.", "There is a small left pleural effusion.", "No pneumothorax.", "Stable edema."]
    for _ in range(6):
        first, second = rng.sample(pool, 2), rng.sample(pool, 3)
        (ours, our_types), (theirs, their_types) = side_of(first), side_of(second)
        expected = published(ours, theirs, our_types, their_types, "short")
        found = score(" ".join(first), " ".join(second), "ratescore:affinity=short").value
        assert found == pytest.approx(expected, abs=2e-4)


def test_a_report_without_a_sentence_does_not_move_the_others(tiny_models, corpus):
    rng = random.Random(1)
    texts = [corpus.report(rng) for _ in range(6)]
    alone = [score(one, other).value for one, other in zip(texts[:3], texts[3:], strict=True)]
    run = radeval.score(
        [texts[0], "..", texts[1], "", texts[2]],
        [texts[3], texts[3], texts[4], texts[3], texts[5]],
        "ratescore",
        n_boot=0,
    )
    values = [run.score("ratescore", place).value for place in range(5)]
    np.testing.assert_allclose(values, [alone[0], 0.5, alone[1], 0.5, alone[2]], atol=2e-5)


def test_reports_without_an_entity_follow_the_parameter(tiny_models):
    for pair in (("..", "Edema."), ("Edema.", ".."), ("..", "--"), ("", "Edema."), ("Edema.", " "), ("", "")):
        assert score(*pair).value == 0.5
        found = score(*pair, "ratescore:empty=unscored")
        if pair == ("", "Edema."):
            assert found.value == 0.0
        else:
            assert (found.status, found.reason) == (Status.UNSCORED, "no entity is found in a report")


def test_each_sentence_and_each_entity_is_read_once(tiny_models, monkeypatch):
    from radeval.encoders.text_vectors import TextVectorModel

    read = {EntityModel: [], TextVectorModel: []}
    for kind, seen in read.items():
        tokens = kind.tokens
        monkeypatch.setattr(kind, "tokens", lambda self, texts, a=tokens, b=seen: (b.extend(texts), a(self, texts))[1])
    texts = ["Edema. No effusion.", "No effusion. Edema.", "Edema. Small nodule."]
    radeval.score(texts, texts[::-1], ["ratescore", "ratescore:affinity=short"], n_boot=0)
    assert sorted(read[EntityModel]) == ["Edema.", "No effusion.", "Small nodule."]
    assert len(read[TextVectorModel]) == len(set(read[TextVectorModel])) > 0


def test_evidence_points_to_entities_and_their_nearest(tiny_models):
    candidate, reference = "No pneumothorax.\nHeart normal.", "Heart normal. Edema."
    found = score(candidate, reference)
    texts = {"candidate": candidate, "reference": reference}
    ours = [one for one in found.evidence if one.side == "candidate"]
    assert len(ours) == found.parts["candidate_entities"]
    for one in found.evidence:
        assert texts[one.side][slice(*one.span)] == one.text != ""
        if one.counterpart:
            assert reference[slice(*one.counterpart)] in one.note or one.text == reference[slice(*one.counterpart)]


def test_a_model_that_marks_something_else_is_refused(tiny_models, tmp_path):
    folder = tmp_path / "other"
    shutil.copytree(tiny_models / "Angelakeke" / "RaTE-NER-Deberta", folder)
    config = json.loads((folder / "config.json").read_text())
    names = {f"LABEL_{place}": place for place in range(11)}
    config |= {"label2id": names, "id2label": {str(place): name for name, place in names.items()}}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(
        MissingResourceError, match="does not mark the entities of RaTEScore: it has the mark 'LABEL_0'"
    ):
        score("Edema.", "Effusion.", f"ratescore:ner={folder}")


def test_a_long_sentence_is_cut_and_told_of(tiny_models):
    run = radeval.score(["effusion and " * 400], ["No effusion."], "ratescore", n_boot=0)
    assert any("the recogniser of ratescore reads at most 512 tokens: 1 longer text" in one for one in run.notices)


def test_the_signature_names_both_models_the_weights_and_the_rule(tiny_models, only_models_in):
    text = str(signature(make_metric("ratescore:affinity=short"), "whole"))
    assert "ner=Angelakeke/RaTE-NER-Deberta|ner_commit=sha256:" in text
    assert "embedding=FremyCompany/BioLORD-2023-C|embedding_commit=sha256:" in text
    assert "affinity=short|empty=half" in text
    only_models_in(None)
    with pytest.raises(MissingResourceError, match=r"hf download Angelakeke/RaTE-NER-Deberta \(750 MB\)"):
        make_metric("ratescore").check(RunContext())
