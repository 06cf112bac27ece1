"""BERTScore equals the bert-score package on the same weights, and reads no text twice."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import radeval
from radeval.core.errors import MissingResourceError, ParameterError
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.encoders.token_vectors import token_vectors
from radeval.metrics.semantic.bertscore import PRESETS, Bertscore
from radeval.weights.catalogue import find_model
from radeval.weights.find import find_weights

PARITY = 1e-5
TEXTS = (
    "Mild cardiomegaly. No pleural effusion.",
    " Two  spaces,  and a\nnew line. ",
    "Effusion [SEP] was the word </s> that ends it.",
    "x",
    "Nodule of 3.5 cm; follow-up (PA/lateral).",
    "Left lung clear, right lung clear. " * 100,
)


def shuffled(corpus, n: int = 24) -> tuple[list[str], list[str]]:
    rng = random.Random(3)
    candidates = [*TEXTS, *(corpus.report(rng) for _ in range(n))]
    references = list(candidates)
    rng.shuffle(references)
    return candidates, references


def upstream(folder: Path, layer: int, candidates, references):
    """What bert-score says; RoBERTa's first word gets its space, which newer transformers no longer give it."""
    bert_score = pytest.importorskip("bert_score")
    from transformers import AutoTokenizer, RobertaTokenizer
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity_error()
    scorer = bert_score.BERTScorer(model_type=str(folder), num_layers=layer, device="cpu")
    logging.set_verbosity(level)
    if isinstance(scorer._tokenizer, RobertaTokenizer):
        scorer._tokenizer = AutoTokenizer.from_pretrained(folder, add_prefix_space=True)
    return [column.numpy() for column in scorer.score(candidates, references)]


def ours(spec: str, candidates, references) -> list[np.ndarray]:
    scores = radeval.load_metric(spec, n_boot=0)(candidates, references)["bertscore"].scores
    return [scores.parts["precision"], scores.parts["recall"], scores.value]


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_gives_what_bert_score_gives_on_its_architecture(name, tiny_models, corpus) -> None:
    preset = PRESETS[name]
    candidates, references = shuffled(corpus)
    read = [re.sub(" +", " ", text) if preset.collapse else text for text in (*candidates, *references)]
    folder = find_model(preset.model).path
    theirs = upstream(folder, preset.layer, read[: len(candidates)], read[len(candidates) :])
    mine = ours(f"bertscore:preset={name}", candidates, references)
    for column, raw, low in zip(mine, theirs, preset.baseline or (0, 0, 0), strict=True):
        np.testing.assert_allclose(column, (raw - low) / (1 - low), rtol=0, atol=PARITY / (1 - low))


@pytest.mark.parametrize("layer", [2, 6])
def test_a_real_encoder_gives_what_bert_score_gives(layer, minilm_folder, corpus) -> None:
    candidates, references = shuffled(corpus)
    theirs = upstream(minilm_folder, layer, candidates, references)
    mine = ours(f"bertscore:model={minilm_folder},layer={layer}", candidates, references)
    for column, expected in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(column, expected, rtol=0, atol=PARITY)


def test_with_several_references_f1_is_the_best_one(minilm_folder, corpus) -> None:
    candidates, first = shuffled(corpus, 8)
    references = [[one, other] for one, other in zip(first, first[::-1], strict=True)]
    (_, _, f1) = ours(f"bertscore:model={minilm_folder},layer=6", candidates, references)
    (_, _, expected) = upstream(minilm_folder, 6, candidates, references)
    np.testing.assert_allclose(f1, expected, rtol=0, atol=PARITY)


def test_presets_are_rescaled_by_the_baselines_that_bert_score_publishes() -> None:
    bert_score = pytest.importorskip("bert_score")
    tables = Path(bert_score.__file__).parent / "rescale_baseline" / "en"
    for preset in PRESETS.values():
        if preset.baseline is None:
            continue
        lines = (tables / f"{preset.model}.tsv").read_text().split()
        assert f"{preset.layer},{','.join(map(str, preset.baseline))}" in lines


def test_an_empty_report_has_the_worst_value_of_the_scale(tiny_models) -> None:
    for spec, worst in (("bertscore", 0.0), ("bertscore:preset=radcliq", -5.550157)):
        scores = radeval.score(["", "!", " "], ["Effusion.", "Effusion.", ""], spec, n_boot=0)["bertscore"].scores
        assert scores.value[[0, 2]].tolist() == pytest.approx([worst, worst], abs=1e-6)
        assert scores.value[1] > worst


def test_special_tokens_can_be_matched_with_but_do_not_count(tiny_models) -> None:
    weights = find_weights("distilbert/distilbert-base-uncased")
    (read,) = token_vectors(RunContext(), "distilbert", weights, 5, "float32").read(["No effusion."])
    assert read.content.tolist() == [False, True, True, True, False]
    np.testing.assert_allclose(np.linalg.norm(read.vectors, axis=1), 1.0, atol=1e-6)


def test_each_text_is_encoded_once_and_each_pair_matched_once_in_a_run(tiny_models, monkeypatch) -> None:
    from radeval.encoders.token_vectors import TokenVectorModel
    from radeval.metrics.semantic import bertscore

    encoded, matched = [], []
    results, match = TokenVectorModel.results, bertscore._matched

    def counting_results(model, ids, mask, batch):
        encoded.extend(batch)
        return results(model, ids, mask, batch)

    def counting_match(*pair):
        matched.append(pair)
        return match(*pair)

    monkeypatch.setattr(TokenVectorModel, "results", counting_results)
    monkeypatch.setattr(bertscore, "_matched", counting_match)
    group = [Example(str(n), f"Candidate {n % 3}.", ("One reference.",)) for n in range(8)]
    context = RunContext()
    for metric in (Bertscore("radcliq"), Bertscore("radcliq")):
        metric.check(context)
        metric.score_batch(group, context)
    assert (len(encoded), len(matched)) == (4, 3)


def test_what_is_longer_than_the_encoder_reads_is_told(tiny_models) -> None:
    run = radeval.score(["effusion " * 600, "x"], ["Effusion.", "x"], "bertscore", n_boot=0)
    assert "roberta-large reads at most 512 tokens: 1 longer text was read up to there" in run.notices


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("bertscore:model=roberta-large", "belong together"),
        ("bertscore:layer=3", "belong together"),
        ("bertscore:preset=radcliq,model=roberta-large,layer=3", "exclude each other"),
    ],
)
def test_a_model_comes_with_its_layer_and_without_a_preset(spec, said) -> None:
    with pytest.raises(ParameterError, match=said):
        make_metric(spec)


def test_a_layer_that_the_encoder_does_not_have_is_told_before_anything_is_loaded(tiny_models) -> None:
    with pytest.raises(ParameterError, match="layer=7, and the model has 6"):
        make_metric("bertscore:model=distilroberta-base,layer=7").check(RunContext())


def test_layers_that_share_weights_cannot_be_left_out(tmp_path) -> None:
    from radeval_test_tiny_models import save, write_wordpiece
    from transformers import AlbertConfig, AlbertModel

    known = write_wordpiece(tmp_path)
    about = json.loads((tmp_path / "tokenizer_config.json").read_text())
    sizes = {"vocab_size": known, "embedding_size": 16, "hidden_size": 32, "intermediate_size": 32}
    save(AlbertModel, AlbertConfig(**sizes, num_hidden_layers=3, num_attention_heads=2), tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(about))
    with pytest.raises(ParameterError, match=r"share their weights.*layer=3"):
        make_metric(f"bertscore:model={tmp_path},layer=2").check(RunContext())
    run = radeval.score(["small nodule"], ["small nodule"], f"bertscore:model={tmp_path},layer=3", n_boot=0)
    assert run.score("bertscore", 0).value == pytest.approx(1.0, abs=1e-5)


def test_a_checkpoint_that_lacks_weights_is_no_model(tiny_models, tmp_path) -> None:
    from safetensors.numpy import load_file, save_file

    shutil.copytree(tiny_models / "sentence-transformers" / "all-MiniLM-L6-v2", tmp_path, dirs_exist_ok=True)
    file = tmp_path / "model.safetensors"
    kept = {name: one for name, one in load_file(file).items() if "layer.1." not in name}
    save_file(kept, file, metadata={"format": "pt"})
    with pytest.raises(MissingResourceError, match=r"absent, such as encoder\.layer\.1"):
        radeval.score(["a"], ["b"], f"bertscore:model={tmp_path},layer=6")
    file.write_bytes(b"damaged")
    with pytest.raises(MissingResourceError, match="cannot be loaded"):
        radeval.score(["a"], ["b"], f"bertscore:model={tmp_path},layer=6")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(MissingResourceError, match="how many layers"):
        radeval.score(["a"], ["b"], f"bertscore:model={tmp_path},layer=6")
