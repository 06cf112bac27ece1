"""Whether files of weights are complete is told without loading them."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from radeval.weights.verify import verify


def damage(path: Path) -> dict[str, str]:
    return {one.name: one.damage for one in verify(path) if one.damage}


def test_a_whole_model_has_no_damage_and_a_cut_one_has(tiny_models: Path, tmp_path: Path) -> None:
    folder = tiny_models / "FacebookAI" / "roberta-large"
    assert damage(folder) == {}
    whole = (folder / "model.safetensors").read_bytes()
    for length in (len(whole) - 1, 6, 0):
        (tmp_path / "model.safetensors").write_bytes(whole[:length])
        assert list(damage(tmp_path)) == ["model.safetensors"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b'{"hidden_size": 7'),
        ("weights.tar.gz", gzip.compress(b"x" * 5000)[:-9]),
        ("chexbert.pth", b"PK\x03\x04 and no list of members"),
        ("pytorch_model.bin", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
    ],
)
def test_each_form_shows_its_own_damage(name: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    assert list(damage(file)) == list(damage(tmp_path)) == [name]


def test_a_file_of_the_hubs_cache_is_compared_with_its_sha256(tmp_path: Path) -> None:
    content = b"weights" * 100
    blob = tmp_path / "blobs" / hashlib.sha256(content).hexdigest()
    blob.parent.mkdir()
    blob.write_bytes(content)
    folder = tmp_path / "snapshots" / ("0" * 40)
    folder.mkdir(parents=True)
    (folder / "model.bin").symlink_to(blob)
    (found,) = verify(folder)
    assert (found.hashed, found.damage, found.size) == (True, "", len(content))
    blob.write_bytes(content[:-1] + b"?")
    assert damage(folder) == {"model.bin": "its sha256 is another"}
