"""Where local models are, and what tells one from another."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from radeval.core.errors import MissingResourceError
from radeval.weights.find import digest_of, find_file, find_hub_file, find_weights

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def _model(folder: Path, weights: bytes) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(weights)
    return folder


def test_equal_contents_have_equal_digests_wherever_they_are(tmp_path: Path) -> None:
    first, second = _model(tmp_path / "a", b"x" * 1000), _model(tmp_path / "b", b"x" * 1000)
    other = _model(tmp_path / "c", b"x" * 999 + b"y")
    assert find_weights(str(first)).commit == find_weights(str(second)).commit
    assert find_weights(str(first)).commit != find_weights(str(other)).commit


def test_large_files_differ_by_what_is_anywhere_in_them(tmp_path: Path) -> None:
    size = 70 << 20
    first, last = tmp_path / "a.gguf", tmp_path / "b.gguf"
    first.write_bytes(b"\0" * size)
    last.write_bytes(b"\0" * (size - 1) + b"\1")
    assert digest_of(first) != digest_of(last)


def test_a_folder_of_the_hub_has_its_commit(tmp_path: Path) -> None:
    folder = _model(tmp_path / "models--a--b" / "snapshots" / COMMIT, b"x")
    assert find_weights(str(folder)).commit == COMMIT


def test_an_id_is_found_in_the_hub_cache_and_never_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    folder = _model(tmp_path / "models--owner--judge" / "snapshots" / COMMIT, b"x")
    refs = tmp_path / "models--owner--judge" / "refs"
    refs.mkdir()
    (refs / "main").write_text(COMMIT)
    found = find_weights("owner/judge")
    assert (found.path, found.commit) == (folder, COMMIT)
    with pytest.raises(MissingResourceError, match="hf download owner/other --revision v2"):
        find_weights("owner/other", "v2")


@pytest.mark.parametrize("name", ["/nowhere/at/all", "~/not-there", "./missing", "a/b/c"])
def test_no_such_folder(name: str) -> None:
    with pytest.raises(MissingResourceError, match="no such folder"):
        find_weights(name)


def test_folders_and_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match="it has no config"):
        find_weights(str(tmp_path))
    with pytest.raises(MissingResourceError, match="no such file"):
        find_file(str(tmp_path / "model.gguf"))


def test_weights_in_parts_are_whole_where_all_parts_are_there(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    index = {"weight_map": {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    (tmp_path / "model-1-of-2.safetensors").write_bytes(b"x")
    with pytest.raises(MissingResourceError, match=r"model-2-of-2\.safetensors"):
        find_weights(str(tmp_path), needs=["weights"])
    (tmp_path / "model-2-of-2.safetensors").write_bytes(b"x")
    assert find_weights(str(tmp_path), needs=["weights"]).path == tmp_path


def test_half_of_a_vocabulary_is_none(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "vocab.json").write_text("{}")
    with pytest.raises(MissingResourceError, match="it has no tokenizer"):
        find_weights(str(tmp_path), needs=["tokenizer"])
    (tmp_path / "merges.txt").write_text("")
    assert find_weights(str(tmp_path), needs=["tokenizer"]).path == tmp_path


def test_without_the_hubs_package_weights_are_absent_and_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # None in sys.modules is how Python marks a module that cannot be imported, as in a base install.
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    monkeypatch.setenv("RADEVAL_MODELS", str(tmp_path))
    for look in (lambda: find_weights("owner/name"), lambda: find_hub_file("owner/name", "some.pth")):
        with pytest.raises(MissingResourceError) as caught:
            look()
        assert "radeval-judge[models]" in str(caught.value.hint)
    own = _model(tmp_path / "owner" / "name", b"x")
    (own / "some.pth").write_bytes(b"x")
    assert find_weights("owner/name").path == own
    assert find_hub_file("owner/name", "some.pth").path == own / "some.pth"
