"""RadGraph's models: their words, their archives, and the output of their package."""

from __future__ import annotations

import contextlib
import io
import json
import random
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radeval.core.encoding import EncodingOptions
from radeval.core.errors import MissingResourceError
from radeval.core.metric import RunContext
from radeval.encoders.radgraph import RadGraphModel, annotation_size
from radeval.encoders.radgraph_files import MODELS, RadGraphFiles, find_radgraph, read_radgraph_config
from radeval.encoders.radgraph_words import radgraph_words
from radeval.encoders.shared import shared_encoder
from radeval.weights.find import Weights

LONG = "the heart size is normal . there is a small left pleural effusion . " * 8
ODD = ["effusion", "No 3.5-cm mass (right).", "a / b /. c", "?.", "\u200b no \u200b", "- " * 30]


@pytest.fixture(scope="module")
def texts(corpus: ModuleType) -> list[str]:
    rng = random.Random(0)
    return [corpus.report(rng) for _ in range(25)] + [LONG, *ODD]


class WithOldCalls:
    """A tokenizer with the calls that transformers 5 took away and RadGraph's package makes."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)

    def encode_plus(self, *texts: str, **options: Any) -> Any:
        return self._tokenizer(*texts, **options)

    def build_inputs_with_special_tokens(self, ids: list[int]) -> list[int]:
        return [self._tokenizer.cls_token_id, *ids, self._tokenizer.sep_token_id]


class Package:
    """RadGraph's package on the tiny models, as far as it still runs."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.module = pytest.importorskip("radgraph.radgraph")
            from radgraph.allennlp.common import cached_transformers

            plain = cached_transformers.get_tokenizer
            monkeypatch.setattr(
                cached_transformers, "get_tokenizer", lambda name, **options: WithOldCalls(plain(name, **options))
            )
        self.folder = folder

    def load(self, kind: str, model: str) -> Any:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            made = getattr(self.module, kind)
            options = {"reward_level": "all"} if kind == "F1RadGraph" else {}
            return made(model_type=model, model_cache_dir=str(self.folder), cuda=-1, **options)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory, tiny_radgraph: ModuleType, tiny_models_folder: Path) -> Path:
    """A folder with all models as RadGraph's package unpacks them, each naming its transformer by its path."""
    folder = tmp_path_factory.mktemp("radgraph")
    for name in MODELS:
        (folder / name).mkdir()
        tiny_radgraph.write_radgraph_model(folder / name, name)
        file = folder / name / "config.json"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('"tiny/', f'"{tiny_models_folder.as_posix()}/tiny/'), encoding="utf-8")
    return folder


def files_of(folder: Path, model: str) -> RadGraphFiles:
    config = read_radgraph_config(folder / model, model)
    return RadGraphFiles(model, Weights(folder / model, "own"), config, Weights(Path(config.transformer), "own"))


def read(folder: Path, model: str, texts: Sequence[str]) -> list[dict[str, Any]]:
    made = RadGraphModel(files_of(folder, model), "cpu", "float32")
    return made.read(made.tokens(texts))


@pytest.mark.parametrize("model", MODELS)
def test_annotations_are_those_of_the_package(
    model: str, unpacked: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = Package(unpacked, monkeypatch).load("RadGraph", model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = package(texts)
    ours = read(unpacked, model, texts)
    assert ours == [theirs[str(number)] for number in range(len(texts))]
    relations = [one for found in ours for entity in found["entities"].values() for one in entity["relations"]]
    assert len({kind for kind, _ in relations}) > 1
    labels = {entity["label"] for found in ours for entity in found["entities"].values()}
    assert len(labels) > 1 or model.startswith("modern")


def test_a_report_reads_alone_as_among_others(unpacked: Path, texts: list[str]) -> None:
    made = RadGraphModel(files_of(unpacked, "radgraph-xl"), "cpu", "float32")
    together = made.read(made.tokens(texts))
    assert [made.read(made.tokens([text]))[0] for text in texts] == together
    assert made.cut == []


def test_the_transformer_runs_in_half_precision(unpacked: Path, texts: list[str]) -> None:
    made = RadGraphModel(files_of(unpacked, "radgraph-xl"), "cpu", "bfloat16")
    found = made.read(made.tokens(texts))
    assert [one["text"] for one in found] == [one["text"] for one in read(unpacked, "radgraph-xl", texts)]
    assert any(one["entities"] for one in found)


def test_loading_and_reading_say_nothing_and_draw_no_random_number(
    unpacked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    read(unpacked, "radgraph", ["No effusion."])
    assert torch.equal(torch.rand(1), expected)
    assert capsys.readouterr() == ("", "")


def test_the_sign_of_a_tokenizer_known_from_the_package() -> None:
    assert radgraph_words("No effusion, 3.5-cm mass (right).", "radgraph") == (
        ["No", "effusion", ",", "3", ".", "5-cm", "mass", "(", "right", ")", "."]
    )


@pytest.fixture(scope="module")
def preprocess() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("radgraph.utils").preprocess_reports


SIGNS = st.text(st.sampled_from("ab3 \n\t/,:.!?()-%'\"\\nfu2122;`"), max_size=30)


@given(text=SIGNS, model=st.sampled_from(MODELS))
def test_words_are_those_of_the_package(preprocess: Any, text: str, model: str) -> None:
    assert radgraph_words(text, model) == preprocess([text], model)[0]["sentences"][0]


def test_a_run_finds_the_archive_and_reads_each_report_once(tiny_models: Path, texts: list[str]) -> None:
    context = RunContext(encoding=EncodingOptions(device="cpu", batch_tokens=200))
    files = find_radgraph("radgraph")
    loaded = []

    def load(device: str) -> RadGraphModel:
        loaded.append(device)
        return RadGraphModel(files, device, "float32")

    encoder = shared_encoder(context, "radgraph", "RadGraph", load, annotation_size)
    first = encoder.read(texts)
    assert encoder.read([*texts, *texts]) == first * 2
    assert encoder.read(texts)[0] is first[0]
    assert loaded == ["cpu"]


# What is wrong with an archive


@pytest.fixture
def broken(unpacked: Path, tmp_path: Path) -> Path:
    shutil.copytree(unpacked / "radgraph", tmp_path / "radgraph")
    return tmp_path


def changed(folder: Path, change: Any) -> None:
    file = folder / "radgraph" / "config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    change(config["model"])
    file.write_text(json.dumps(config), encoding="utf-8")


def test_a_model_that_passes_coreference_on_is_refused(broken: Path) -> None:
    changed(broken, lambda model: model["modules"]["coref"].update(coref_prop=2))
    with pytest.raises(MissingResourceError, match="coreference propagation"):
        files_of(broken, "radgraph")


def test_a_model_without_relations_is_refused(broken: Path) -> None:
    changed(broken, lambda model: model["loss_weights"].update(relation=0.0))
    with pytest.raises(MissingResourceError, match="needs no relation"):
        files_of(broken, "radgraph")


def test_another_configuration_is_told(broken: Path) -> None:
    (broken / "radgraph" / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(MissingResourceError, match="no model of RadGraph: KeyError: 'model'"):
        files_of(broken, "radgraph")


def test_labels_of_another_model_are_told(broken: Path) -> None:
    with pytest.raises(MissingResourceError, match="no model of RadGraph"):
        read_radgraph_config(broken / "radgraph", "radgraph-xl")
    file = broken / "radgraph" / "vocabulary" / "radgraph__ner_labels.txt"
    file.write_text(file.read_text(encoding="utf-8") + "Observation::new\n", encoding="utf-8")
    with pytest.raises(MissingResourceError, match="labels and weights do not fit"):
        read(broken, "radgraph", ["effusion"])


@pytest.mark.parametrize("without", ["_relation._relation_scorers", "encoder.layer.1.output"])
def test_weights_that_lack_something_are_told(broken: Path, without: str) -> None:
    import torch

    file = broken / "radgraph" / "weights.th"
    state = torch.load(file, weights_only=True)
    torch.save({name: value for name, value in state.items() if without not in name}, file)
    with pytest.raises(MissingResourceError, match=r"these weights (lack|do not fit)"):
        read(broken, "radgraph", ["effusion"])


def test_weights_cut_short_are_told(broken: Path) -> None:
    file = broken / "radgraph" / "weights.th"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(MissingResourceError, match="these weights cannot be read"):
        read(broken, "radgraph", ["effusion"])


def test_what_older_packages_stored_beside_the_weights_does_no_harm(broken: Path) -> None:
    import torch

    file = broken / "radgraph" / "weights.th"
    state = torch.load(file, weights_only=True)
    inside = "_embedder.token_embedder_bert._matched_embedder.transformer_model."
    state[f"{inside}embeddings.position_ids"] = torch.arange(64)[None]
    state = {name: value for name, value in state.items() if "pooler" not in name}
    expected = read(broken, "radgraph", [LONG])
    torch.save(state, file)
    assert read(broken, "radgraph", [LONG]) == expected
