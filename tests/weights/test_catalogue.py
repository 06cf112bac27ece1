"""The table of published weights, and how a name of it is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from radeval.core.errors import MissingResourceError, ParameterError
from radeval.weights.catalogue import catalogue, find_model, published, published_as
from radeval.weights.find import FOLDER_VARIABLE


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from huggingface_hub import constants

    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "models"


def _write(folder: Path, *left_out: str) -> Path:
    folder.mkdir(parents=True)
    for file in {"config.json", "model.safetensors", "tokenizer.json"}.difference(left_out):
        (folder / file).write_text("{}")
    return folder


@pytest.mark.parametrize("name", list(catalogue()))
def test_what_is_absent_is_one_error_with_the_command_that_fetches_it(name: str, own_folder: Path) -> None:
    one = published(name)
    with pytest.raises(MissingResourceError) as raised:
        one.find()
    assert raised.value.hint is not None
    assert f"hf download {one.repo}" in raised.value.hint
    assert one.file in raised.value.hint
    assert one.size in raised.value.hint


@pytest.mark.parametrize("form", ["FacebookAI/roberta-large", "FacebookAI--roberta-large", "roberta-large"])
def test_a_folder_of_ones_own_holds_models_under_any_form_of_their_name(form: str, own_folder: Path) -> None:
    folder = _write(own_folder / form)
    assert published("roberta-large").find().path == folder
    assert find_model(str(folder)).commit == find_model("roberta-large").commit


def test_a_single_file_of_a_repository(own_folder: Path) -> None:
    file = own_folder / "StanfordAIMI" / "RRG_scorers" / "chexbert.pth"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"weights")
    found = published("chexbert").find()
    assert found.path == file
    assert found.commit.startswith("sha256:")


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    with pytest.raises(ParameterError, match="did you mean roberta-large"):
        published("roberta-larg")


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
def test_what_is_fetched_in_part_is_told_with_the_command(file: str, own_folder: Path, tmp_path: Path) -> None:
    hub = tmp_path / "hub" / "models--FacebookAI--roberta-large"
    commit = "0123456789abcdef0123456789abcdef01234567"
    _write(hub / "snapshots" / commit, file)
    (hub / "refs").mkdir()
    (hub / "refs" / "main").write_text(commit)
    lacking = {"config.json": "config.json", "model.safetensors": "weights", "tokenizer.json": "tokenizer"}[file]
    with pytest.raises(MissingResourceError, match=f"it has no {lacking}") as raised:
        find_model("roberta-large")
    assert "hf download FacebookAI/roberta-large config.json" in str(raised.value.hint)
    _write(own_folder / "FacebookAI" / "roberta-large", file)
    with pytest.raises(MissingResourceError, match=f"it has no {lacking}"):
        find_model("roberta-large")


def test_a_folder_of_the_same_name_where_the_run_is_is_not_the_published_model(
    own_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(tmp_path / "roberta-large")
    _write(tmp_path / "FacebookAI" / "roberta-large")
    with pytest.raises(MissingResourceError, match="not on this machine"):
        find_model("roberta-large")


@pytest.mark.parametrize("maker", ["BiomedBERT", "PubMedBERT"])
def test_a_repository_is_found_under_its_earlier_and_its_later_name(maker: str, own_folder: Path) -> None:
    name = "microsoft/BiomedNLP-{}-base-uncased-abstract-fulltext"
    folder = own_folder / name.format(maker)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "vocab.txt").write_text("[PAD]\n")
    for asked in ("BiomedBERT", "PubMedBERT"):
        known = published_as(name.format(asked))
        assert known is not None
        assert known.find().path == folder
    assert published_as("owner/another") is None
    # A file of a repository of several is none as a whole.
    assert published_as("StanfordAIMI/RRG_scorers") is None
