"""The table of published weights, and how a name of it is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from radeval.core.errors import MissingResourceError, ParameterError
from radeval.weights.catalogue import catalogue, find_model, published
from radeval.weights.find import FOLDER_VARIABLE


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from huggingface_hub import constants

    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "models"


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
    folder = own_folder / form
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
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
