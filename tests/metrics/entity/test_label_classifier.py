"""Labels of classifiers, on tiny checkpoints: radbert_ct and srr_bert."""

from __future__ import annotations

import json
import random
import shutil

import numpy as np
import pytest

import radeval
from radeval.core.encoding import EncodingOptions
from radeval.core.errors import MissingResourceError
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.metrics.entity.label_classifier import order_of
from radeval.metrics.entity.radbert_ct import ABNORMALITIES, LABELS
from radeval.metrics.entity.srr_labels import labels_of


@pytest.fixture
def own_model(tiny_models, tmp_path):
    """Writes a changed copy of a tiny classifier and returns its folder."""

    def write(name, bias=None, **changes):
        from safetensors.torch import load_file, save_file

        folder = tmp_path / "own"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(tiny_models / name, folder)
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**config, **changes}))
        if bias is not None:
            state = load_file(folder / "model.safetensors")
            head = "classifier" if "classifier.bias" in state else "classifier.out_proj"
            state[f"{head}.weight"].zero_()
            for place in range(len(state[f"{head}.bias"])):
                state[f"{head}.bias"][place] = bias.get(place, -1.0)
            save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
        return folder

    return write


def texts_of(corpus, n, seed=0):
    rng = random.Random(seed)
    return [corpus.report(rng) for _ in range(n)]


def read(spec, texts):
    metric = make_metric(spec)
    return [one.positive for one in metric.read(texts, RunContext())]


def score(candidate, reference, spec):
    return make_metric(spec).score(Example("a", candidate, (reference,)), RunContext())


def matched(found):
    return {one.note for one in found.evidence if one.kind == "matched"}


# RadBERT-CT


def test_a_label_is_positive_where_its_probability_is_above_one_half(tiny_models, corpus):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = tiny_models / "IAMJB" / "RadBERT-CT"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    texts = texts_of(corpus, 20)
    for text, found in zip(texts, read("radbert_ct", texts), strict=True):
        with torch.no_grad():
            expected = torch.sigmoid(model(**tokenizer(text, return_tensors="pt")).logits[0]) > 0.5
        assert found[:-1].tolist() == expected.tolist()
        assert found[-1] == (not expected.any())


def test_no_finding_is_the_label_of_a_report_with_no_other(own_model):
    path = own_model("IAMJB/RadBERT-CT", bias={})
    found = score("one report", "another", f"radbert_ct:model={path}")
    assert (found.value, matched(found)) == (1.0, {"No finding"})
    path = own_model("IAMJB/RadBERT-CT", bias={3: 1.0, 9: 0.5})
    found = score("one report", "another", f"radbert_ct:model={path}")
    assert matched(found) == {"Pericardial effusion", "Lung nodule"}
    # One half itself is not above one half.
    path = own_model("IAMJB/RadBERT-CT", bias={3: 0.0})
    assert matched(score("one report", "another", f"radbert_ct:model={path}")) == {"No finding"}


def test_averages_over_a_set_are_those_of_scikit_learn(tiny_models, corpus):
    from sklearn.metrics import accuracy_score, f1_score

    texts = texts_of(corpus, 40, seed=1)
    ours, theirs = (np.array(read("radbert_ct", side)) for side in (texts[:20], texts[20:]))
    run = radeval.score(texts[:20], texts[20:], "radbert_ct", n_boot=0)
    found = {key.rpartition("/")[2]: one.value for key, one in run.aggregates.items()}
    for kind, name in (("micro", "radbert_ct"), ("macro", "macro_f1"), ("weighted", "weighted_f1")):
        assert found[name] == pytest.approx(f1_score(theirs, ours, average=kind, zero_division=0))
    assert found["exact"] == pytest.approx(accuracy_score(theirs, ours))
    assert len(LABELS) == 19


def test_labels_are_known_by_the_names_of_the_configuration(own_model):
    turned = ABNORMALITIES[::-1]
    path = own_model("IAMJB/RadBERT-CT", bias={0: 1.0}, id2label=dict(enumerate(turned)))
    assert matched(score("one report", "another", f"radbert_ct:model={path}")) == {turned[0]}


@pytest.mark.parametrize("names", [["finding {}"], [*ABNORMALITIES[:-1], "another"]])
def test_a_model_with_other_labels_is_none(names, own_model):
    names = [name.format(place) for place, name in enumerate(names * (18 // len(names)))]
    path = own_model("IAMJB/RadBERT-CT", id2label=dict(enumerate(names)))
    with pytest.raises(MissingResourceError, match="this model gives other labels") as raised:
        radeval.score(["one report"], ["another"], f"radbert_ct:model={path}", n_boot=0)
    assert raised.value.where == str(path)


@pytest.mark.parametrize("form", ["LABEL_{}", "{}"])
def test_outputs_without_names_are_taken_in_the_published_order(form, own_model):
    names = [form.format(place) for place in range(18)]
    path = own_model("IAMJB/RadBERT-CT", bias={0: 1.0}, id2label=dict(enumerate(names)))
    found = score("one report", "another", f"radbert_ct:model={path}")
    assert matched(found) == {"Medical material"}


def test_one_model_at_two_levels_is_told_to_be_none_of_one(tiny_models):
    path = tiny_models / "StanfordAIMI" / "SRR-BERT-Leaves"
    specs = [f"srr_bert:model={path},level={level},statuses=false" for level in ("leaves", "upper")]
    with pytest.raises(MissingResourceError, match="cannot be loaded"):
        radeval.score(["Edema."], ["No edema."], specs, n_boot=0)


def test_the_order_of_names_does_not_depend_on_how_they_are_written():
    assert order_of(["PLEURAL_EFFUSION", "Air space opacity-multifocal"], ["Air space opacity–multifocal", "Pleural effusion"]) == [1, 0]  # fmt: skip  # noqa: E501
    assert order_of(["LABEL_0", "LABEL_1"], ["Edema", "Fracture"]) is None
    assert order_of(["Edema"], ["Edema", "Fracture"]) is None


def test_a_model_with_another_number_of_labels_is_none(tiny_models):
    other = tiny_models / "StanfordAIMI" / "SRR-BERT-Upper"
    with pytest.raises(MissingResourceError, match="cannot be loaded"):
        read(f"srr_bert:model={other}", ["words"])


# SRR-BERT


@pytest.mark.parametrize(("level", "statuses", "n"), [("leaves", False, 55), ("upper", False, 25), ("leaves", True, 163), ("upper", True, 73)])  # fmt: skip  # noqa: E501
def test_every_published_model_has_its_labels(level, statuses, n, tiny_models):
    labels = labels_of(level, statuses)
    assert len(set(labels)) == n
    spec = f"srr_bert:level={level},statuses={str(statuses).lower()}"
    assert read(spec, ["No pleural effusion."])[0].shape == (n,)
    assert len(make_metric(spec).info.statistics) == 3 * n + 1


def test_a_report_has_the_labels_of_all_its_sentences(tiny_models):
    sentences = ["There is a small left pleural effusion.", "No pneumothorax.", "The heart is normal."]
    apart = read("srr_bert", sentences)
    for report in (" ".join(sentences), "\n".join(sentences)):
        (together,) = read("srr_bert", [report])
        np.testing.assert_array_equal(together, np.any(apart, axis=0))
    assert not (apart[0] == apart[1]).all()


def test_headings_are_no_sentences(tiny_models):
    bare = "Nodule of 3.5 cm.\nThere is mild edema."
    headed = "FINDINGS:\n- Nodule of 3.5 cm.\n**Lungs and Airways:**\n- There is mild edema.\nImpression\n"
    first, second = read("srr_bert", [bare, headed])
    np.testing.assert_array_equal(first, second)
    assert score("Lungs:\n", "There is mild edema.", "srr_bert").value == 0.0
    # What stands behind a heading on its line is read with it.
    whole, alone = read("srr_bert", ["Lungs: there is mild edema.", "Lungs."])
    assert not np.array_equal(whole, alone)


@pytest.mark.parametrize(
    ("report", "other"),
    [
        ("Edema", "Edema."),
        ("1. Edema. 2. No effusion.", "Edema. No effusion."),
        ("Edema.No effusion.", "Edema. No effusion."),
        ("There is mild\nedema.", "There is mild edema."),
        ("Edema; no effusion.", "Edema. no effusion."),
    ],
)
def test_how_sentences_are_written_does_not_matter(report, other, tiny_models):
    first, second = read("srr_bert", [report, other])
    np.testing.assert_array_equal(first, second)


def test_evidence_points_to_the_first_sentence_with_the_label(tiny_models):
    candidate, reference = "No pneumothorax. The heart is normal.", "Small effusion. No pneumothorax."
    found = score(candidate, reference, "srr_bert")
    alone = dict(zip(labels_of("leaves", True), read("srr_bert", ["No pneumothorax."])[0], strict=True))
    texts = {"candidate": candidate, "reference": reference}
    assert {one.kind for one in found.evidence} >= {"matched"}
    for one in found.evidence:
        assert texts[one.side][slice(*one.span)] == one.text
        if one.side == "candidate":
            assert one.text == ("No pneumothorax." if alone[one.note] else "The heart is normal.")


def test_precision_and_recall_of_a_pair_are_not_one_number(tiny_models, corpus):
    texts = texts_of(corpus, 20, seed=2)
    run = radeval.score(texts[:10], texts[10:], "srr_bert", n_boot=0)
    ours, theirs = read("srr_bert", texts[:10]), read("srr_bert", texts[10:])
    for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        found, hit = run.score("srr_bert", place).parts, (one & other).sum()
        assert found["precision"] == pytest.approx(hit / one.sum())
        assert found["recall"] == pytest.approx(hit / other.sum())
        assert found["f1"] == pytest.approx(2 * hit / (one.sum() + other.sum()))


def test_weighted_averages_over_a_set_are_those_of_scikit_learn(tiny_models, corpus):
    from sklearn.metrics import precision_recall_fscore_support

    texts = texts_of(corpus, 30, seed=3)
    spec = "srr_bert:level=upper,statuses=false"
    ours, theirs = (np.array(read(spec, side)) for side in (texts[:15], texts[15:]))
    precision, recall, f1, _ = precision_recall_fscore_support(theirs, ours, average="weighted", zero_division=0)
    run = radeval.score(texts[:15], texts[15:], spec, n_boot=0)
    found = {key.rpartition("/")[2]: one.value for key, one in run.aggregates.items()}
    assert found["srr_bert"] == pytest.approx(f1)
    assert found["weighted_precision"] == pytest.approx(precision)
    assert found["weighted_recall"] == pytest.approx(recall)


def test_reports_without_a_sentence_have_no_label(tiny_models):
    found = score("- .", "Edema.", "srr_bert")
    assert (found.value, found.parts["recall"]) == (0.0, 0.0)


@pytest.mark.parametrize("spec", ["chexbert", "radbert_ct", "srr_bert", "ratescore"])
def test_half_precision_runs_and_is_in_the_signature(spec, tiny_models, corpus):
    texts = texts_of(corpus, 4)
    run = radeval.score(texts[:2], texts[2:], spec, n_boot=0, encoding=EncodingOptions(dtype="bfloat16"))
    assert run.aggregates[spec].n_ok == 2
    assert run.signatures[spec].fields["dtype"] == "bfloat16"
    assert radeval.score(texts[:2], texts[2:], spec, n_boot=0).signatures[spec].id != run.signatures[spec].id
