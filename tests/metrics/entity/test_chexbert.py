"""CheXbert on tiny checkpoints of its architecture: loading, labels, embedding and averages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import radeval
from radeval.core.errors import MissingResourceError
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.metrics.entity.chexbert_labeler import STATUSES, CheXbertModel, find_labeler
from radeval.metrics.entity.labels14 import FIVE, LABELS
from radeval.run.plan import signature

CHECKPOINT = Path("StanfordAIMI", "RRG_scorers", "chexbert.pth")
EDEMA, FRACTURE, NO_FINDING = LABELS.index("Edema"), LABELS.index("Fracture"), LABELS.index("No Finding")


@pytest.fixture
def checkpoint(tiny_models, tmp_path):
    """Writes a changed copy of the tiny checkpoint and returns its path."""
    import torch

    def write(change):
        stored = torch.load(tiny_models / CHECKPOINT, weights_only=True)
        stored = change(stored) or stored
        torch.save(stored, tmp_path / "own.pth")
        return tmp_path / "own.pth"

    return write


@pytest.fixture
def says(checkpoint):
    """Makes checkpoints that read every report alike: statuses by label, "blank" for the others."""
    import torch

    def make(statuses):
        def change(stored):
            state = stored["model_state_dict"]
            for place, label in enumerate(LABELS):
                state[f"module.linear_heads.{place}.weight"].zero_()
                bias = torch.zeros_like(state[f"module.linear_heads.{place}.bias"])
                bias[STATUSES.index(statuses.get(label, "blank"))] = 1.0
                state[f"module.linear_heads.{place}.bias"] = bias

        return checkpoint(change)

    return make


def labelled(texts, model="chexbert"):
    context = RunContext()
    return find_labeler(context, "test", model=str(model)).encoder(context).read(texts)


def score(candidate, reference, spec="chexbert"):
    metric = make_metric(spec)
    metric.check(RunContext())
    return metric.score(Example("a", candidate, (reference,)), RunContext())


def texts_of(corpus, n, seed=0):
    import random

    rng = random.Random(seed)
    return [corpus.report(rng) for _ in range(n)]


def test_labels_and_embedding_are_those_of_the_heads_on_the_first_token(tiny_models, corpus):
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    state = torch.load(tiny_models / CHECKPOINT, weights_only=True)["model_state_dict"]
    vocabulary = tiny_models / "google-bert" / "bert-base-uncased" / "vocab.txt"
    tokenizer = BertTokenizer(str(vocabulary))
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=1, intermediate_size=64
    )
    bert = BertModel(config).eval()
    bert.load_state_dict({key[12:]: one for key, one in state.items() if key.startswith("module.bert.")})
    texts = ["effusion", *texts_of(corpus, 20)]
    for text, found in zip(texts, labelled(texts), strict=True):
        inputs = tokenizer(text, return_tensors="pt", truncation=True, max_length=512)
        with torch.no_grad():
            hidden = bert(**inputs).last_hidden_state[0, 0]
        np.testing.assert_allclose(found.embedding, hidden.numpy(), atol=1e-5)
        for place, class_ in enumerate(found.classes):
            logits = hidden @ state[f"module.linear_heads.{place}.weight"].T
            assert int((logits + state[f"module.linear_heads.{place}.bias"]).argmax()) == class_


def test_what_every_head_says(says):
    statuses = {"Edema": "uncertain", "Fracture": "positive", "Pneumonia": "negative", "No Finding": "positive"}
    (found,) = labelled(["any words"], says(statuses))
    assert {LABELS[place]: STATUSES[one] for place, one in enumerate(found.classes) if one} == statuses


def test_an_uncertain_observation_counts_as_the_parameter_says(says):
    path = says({"Edema": "uncertain", "Fracture": "positive", "Pneumonia": "negative"})
    for choice, edema in (("positive", 1.0), ("negative", 0.0)):
        found = score("one report", "another", f"chexbert:uncertain={choice},model={path}")
        assert found.parts["tp_edema"] == edema
        assert (found.parts["tp_fracture"], found.parts["tp_pneumonia"]) == (1.0, 0.0)
        assert (found.parts["f1_5"] is None) == (choice == "negative")


def test_evidence_says_what_both_reports_say(tiny_models, corpus):
    first, second = texts_of(corpus, 2)
    ours, theirs = labelled([first, second])
    found = score(first, second)
    kinds = {one.note.partition(":")[0]: one for one in found.evidence}
    for place, label in enumerate(LABELS):
        positive = [STATUSES[one.classes[place]] in ("positive", "uncertain") for one in (ours, theirs)]
        assert (label in kinds) == any(positive)
        if any(positive):
            said, meant = STATUSES[ours.classes[place]], STATUSES[theirs.classes[place]]
            kind = "matched" if all(positive) else "false" if positive[0] else "omitted"
            assert (kinds[label].kind, kinds[label].note) == (kind, f"{label}: {said}, reference {meant}")


def test_values_over_a_set_are_those_of_scikit_learn(tiny_models, corpus):
    from sklearn.metrics import accuracy_score, f1_score

    texts = texts_of(corpus, 60)
    candidates, references = texts[:30], texts[30:]
    run = radeval.score(candidates, references, "chexbert", n_boot=0)
    found = {key.rpartition("/")[2]: one.value for key, one in run.aggregates.items()}
    read = {text: np.isin(one.classes, (1, 3)).astype(int) for text, one in zip(texts, labelled(texts), strict=True)}
    ours, theirs = (np.array([read[text] for text in side]) for side in (candidates, references))
    five = [LABELS.index(label) for label in FIVE]
    for end, columns in (("", list(range(14))), ("_5", five)):
        first, second = theirs[:, columns], ours[:, columns]
        for kind in ("micro", "macro", "weighted"):
            name = f"{kind}_f1{end}" if (kind, end) != ("micro", "") else "chexbert"
            assert found[name] == pytest.approx(f1_score(first, second, average=kind, zero_division=0))
        assert found[f"exact{end}"] == pytest.approx(accuracy_score(first, second))
        assert found[f"agreement{end}"] == pytest.approx((first == second).mean())
    single = [
        f1_score([one], [other], average="micro", zero_division=0) for one, other in zip(theirs, ours, strict=True)
    ]
    assert found["f1"] == pytest.approx(np.mean(single))
    assert found["f1_edema"] == pytest.approx(f1_score(theirs[:, EDEMA], ours[:, EDEMA], zero_division=0))
    assert found["tp_edema"] == (theirs & ours)[:, EDEMA].sum()
    assert found["fn_no_finding"] == (theirs & ~ours & 1)[:, NO_FINDING].sum()


def test_an_empty_report_is_not_read_and_agrees_with_nothing_but_another(says):
    spec = f"chexbert:model={says({})}"
    # Not even where the other report has no observation at all.
    run = radeval.score(["", "words"], ["words", " "], spec, n_boot=0)
    assert [run.score("chexbert", place).value for place in (0, 1)] == [0.0, 0.0]
    assert run.aggregates["chexbert"].value == 0.0
    run = radeval.score(["", "words"], [" ", "other words"], spec, n_boot=0)
    assert [run.score("chexbert", place).value for place in (0, 1)] == [1.0, 1.0]
    assert run.aggregates["chexbert"].value == 1.0


def test_what_is_said_of_five_is_undefined_where_no_report_has_one(says):
    spec = f"chexbert:model={says({})}"
    run = radeval.score(["words", "others"], ["more words", "and more"], spec, n_boot=0)
    found = {key.rpartition("/")[2]: one.value for key, one in run.aggregates.items()}
    five = [name for name in found if name.endswith("f1_5")]
    assert sorted(five) == ["f1_5", "macro_f1_5", "micro_f1_5", "weighted_f1_5"]
    assert [found[name] for name in five] == [None] * 4
    assert all(run.score("chexbert", 0).parts[name] is None for name in five)
    assert (found["chexbert"], found["weighted_f1"], found["exact_5"]) == (1.0, 1.0, 1.0)


def test_metrics_of_a_run_share_one_model_and_each_text_is_read_once(tiny_models, corpus, monkeypatch):
    texts = texts_of(corpus, 12)
    loaded, read = [], []
    load, forward = CheXbertModel.__init__, CheXbertModel.read
    monkeypatch.setattr(CheXbertModel, "__init__", lambda self, *a: (loaded.append(1), load(self, *a))[1])
    monkeypatch.setattr(CheXbertModel, "read", lambda self, batch: (read.extend(batch), forward(self, batch))[1])
    radeval.score(texts[:6] * 2, texts[6:] * 2, ["chexbert", "chexbert:uncertain=negative"], n_boot=0)
    assert len(loaded) == 1
    assert len(read) == 12


def test_a_long_report_is_cut_and_told_of(tiny_models):
    long = "No pleural effusion. " * 200
    run = radeval.score([long], ["No pleural effusion."], "chexbert", n_boot=0)
    assert any("CheXbert reads at most 512 tokens: 1 longer text" in one for one in run.notices)
    same = labelled([long, "No pleural effusion. " * 300])
    np.testing.assert_array_equal(same[0].classes, same[1].classes)


def test_weights_that_older_packages_stored_beside_it_are_no_matter(checkpoint, tiny_models):
    import torch

    def change(stored):
        state = stored["model_state_dict"]
        state["module.bert.embeddings.position_ids"] = torch.arange(512)[None]
        del state["module.bert.pooler.dense.weight"], state["module.bert.pooler.dense.bias"]

    expected = labelled(["Small left effusion."])[0]
    np.testing.assert_array_equal(
        labelled(["Small left effusion."], checkpoint(change))[0].embedding, expected.embedding
    )


def test_files_that_are_no_chexbert(checkpoint, tmp_path):
    def lacks_a_head(stored):
        del stored["model_state_dict"]["module.linear_heads.13.weight"]

    for change in (lacks_a_head, lambda stored: {"model_state_dict": {}}, lambda stored: {"weights": {}}):
        with pytest.raises(MissingResourceError, match="does not hold CheXbert"):
            labelled(["words"], checkpoint(change))
    text = tmp_path / "text.pth"
    text.write_text("no weights")
    with pytest.raises(MissingResourceError, match="torch cannot read it as weights"):
        labelled(["words"], text)


def test_no_code_of_a_checkpoint_is_run(checkpoint, tmp_path):
    class Payload:
        def __reduce__(self):
            return Path.touch, (tmp_path / "run",)

    with pytest.raises(MissingResourceError, match="torch cannot read it"):
        labelled(["words"], checkpoint(lambda stored: {**stored, "epoch": Payload()}))
    assert not (tmp_path / "run").exists()


def test_a_vocabulary_of_another_model_is_refused(tiny_models, tmp_path):
    vocabulary = tmp_path / "vocab.txt"
    known = (tiny_models / "google-bert" / "bert-base-uncased" / "vocab.txt").read_text()
    vocabulary.write_text(known + "another\n")
    with pytest.raises(MissingResourceError, match="that of another model"):
        CheXbertModel(tiny_models / CHECKPOINT, vocabulary, "cpu", "float32")


def test_what_is_absent_is_named_with_the_command_that_fetches_it(only_models_in, tiny_models, tmp_path):
    only_models_in(None)
    with pytest.raises(MissingResourceError, match=r"hf download StanfordAIMI/RRG_scorers chexbert\.pth"):
        make_metric("chexbert").check(RunContext())
    with pytest.raises(MissingResourceError, match=r"hf download google-bert/bert-base-uncased vocab.txt \(232 kB\)"):
        make_metric(f"chexbert:model={tiny_models / CHECKPOINT}").check(RunContext())


def test_the_signature_names_weights_tokenizer_precision_and_choice(says):
    def text(spec):
        return str(signature(make_metric(spec), "whole"))

    path = says({})
    assert "model=StanfordAIMI/RRG_scorers|commit=sha256:" in text("chexbert")
    own = text(f"chexbert:model={path}")
    assert "model=own|commit=sha256:" in own
    assert str(path.parent) not in own
    assert "tokenizer=sha256:" in own
    assert "dtype=float32|uncertain=positive" in own
