"""What cannot be loaded is one named error that ends the run, and never a number."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import radeval
from radeval.core.encoding import EncodingOptions
from radeval.core.errors import MetricError, MissingResourceError
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.encoders.encoder import Encoder
from radeval.encoders.transformer import load_config, load_tokenizer

KINDS = {
    "distilbert/distilbert-base-uncased": "bertscore:model={0},layer=5",
    "FacebookAI/roberta-large": "bertscore:model={0},layer=17",
    "IAMJB/RadEvalModernBERT": "embedding_cosine:model={0}",
    "FremyCompany/BioLORD-2023-C": "embedding_cosine:model={0}",
    "IAMJB/RadBERT-CT": "radbert_ct:model={0}",
    "Angelakeke/RaTE-NER-Deberta": "ratescore:ner={0}",
}
TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "spm.model")


@pytest.fixture
def copy_of(tiny_models: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Copies a tiny model to a folder that a test may spoil."""
    return lambda name: Path(shutil.copytree(tiny_models / name, tmp_path / name))


def spec_of(name: str, folder: Path) -> str:
    return KINDS[name].format(folder)


@pytest.mark.parametrize("name", KINDS)
def test_a_model_without_a_tokenizer_is_refused_before_the_run(name: str, copy_of: Callable[[str], Path]) -> None:
    folder = copy_of(name)
    for file in TOKENIZER_FILES:
        (folder / file).unlink(missing_ok=True)
    with pytest.raises(MissingResourceError, match="it has no tokenizer") as raised:
        make_metric(spec_of(name, folder)).check(RunContext())
    assert raised.value.where == str(folder)
    assert raised.value.hint
    with pytest.raises(MissingResourceError):
        load_tokenizer(folder, load_config(folder))


@pytest.mark.parametrize("name", ["distilbert/distilbert-base-uncased", "IAMJB/RadBERT-CT"])
def test_a_tokenizer_of_another_model_is_refused(name: str, copy_of: Callable[[str], Path]) -> None:
    folder = copy_of(name)
    known = load_config(folder).vocab_size
    for size in (known // 2, known * 2):
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**config, "vocab_size": size}))
        with pytest.raises(MissingResourceError, match="tokenizer is that of another model"):
            load_tokenizer(folder, load_config(folder))


@pytest.mark.parametrize("file", ["tokenizer.json", "config.json"])
def test_damaged_files_end_the_run_with_one_error_that_names_them(file: str, copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("IAMJB/RadEvalModernBERT")
    (folder / file).write_text("{ damaged")
    with pytest.raises(MissingResourceError) as raised:
        radeval.score(["a"] * 3, ["b"] * 3, f"embedding_cosine:model={folder}", n_boot=0)
    assert raised.value.where == str(folder)
    assert raised.value.hint


@pytest.mark.parametrize("name", KINDS)
def test_code_of_a_model_is_neither_run_nor_asked_about(
    name: str, copy_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    folder = copy_of(name)
    (folder / "own.py").write_text("raise SystemExit('code of the model was run')\n")
    code = {"AutoConfig": "own.Config", "AutoModel": "own.Model", "AutoTokenizer": ["own.Slow", "own.Fast"]}
    for file in ("config.json", "tokenizer_config.json"):
        there = json.loads((folder / file).read_text())
        (folder / file).write_text(json.dumps({**there, "auto_map": code}))
    monkeypatch.setattr(builtins, "input", lambda *_: pytest.fail("the user was asked"))
    radeval.score(["no pleural effusion"], ["small nodule"], spec_of(name, folder), n_boot=0)


def test_a_configuration_of_unknown_kind_is_not_asked_about(
    copy_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    monkeypatch.setattr(builtins, "input", lambda *_: pytest.fail("the user was asked"))
    folder = copy_of("IAMJB/RadBERT-CT")
    (folder / "config.json").write_text(
        json.dumps({"model_type": "own", "auto_map": {"AutoConfig": "own.Config"}, "vocab_size": 9})
    )
    with pytest.raises(MissingResourceError, match="cannot be loaded"):
        load_config(folder)


class _Failing:
    """Loads nothing, and counts how often it was asked to."""

    def __init__(self, error: Exception) -> None:
        self.asked, self.error = 0, error

    def __call__(self, device: str) -> object:
        self.asked += 1
        raise self.error


@pytest.mark.parametrize("error", [ValueError("odd"), OSError("unreadable"), RuntimeError("CUDA error: busy")])
def test_whatever_loading_raises_ends_the_run(error: Exception) -> None:
    load = _Failing(error)
    encoder = Encoder("odd model", load, lambda: ["cpu"], EncodingOptions(), lambda _: 1, print)  # type: ignore[arg-type]
    with pytest.raises(MissingResourceError, match=f"odd model cannot be loaded: .*{error}") as raised:
        encoder.read(["text"])
    assert raised.value.stops_run


def test_a_model_that_does_not_fit_into_memory_says_what_to_do() -> None:
    import torch

    load = _Failing(torch.OutOfMemoryError("no room"))
    encoder = Encoder("large model", load, lambda: ["cuda:0"], EncodingOptions(), lambda _: 1, print)  # type: ignore[arg-type]
    with pytest.raises(MetricError, match="does not fit into the memory of cuda:0") as raised:
        encoder.read(["text"])
    assert raised.value.stops_run
    assert "--dtype" in str(raised.value.hint)


def test_half_precision_leaves_the_places_of_tokens_as_they_are(tiny_models: Path) -> None:
    from radeval.encoders.text_vectors import TextVectorModel
    from radeval.weights.find import find_weights

    weights = find_weights("IAMJB/RadEvalModernBERT")
    model = TextVectorModel(weights, "mean", "cpu", "bfloat16")
    module = model._module
    assert {str(one.dtype) for one in module.parameters()} == {"torch.bfloat16"}
    turning = {str(one.dtype) for one in module.buffers() if one.is_floating_point()}
    assert turning == {"torch.float32"}
