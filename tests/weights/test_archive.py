"""A model published as an archive: unpacked once, complete or not at all, and nothing outside its folder."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from radeval.core.errors import MissingResourceError, OutputError
from radeval.weights.archive import find_unpacked
from radeval.weights.catalogue import Published

ONE = Published("graph", "owner/models", file="graph.tar.gz")
NEEDED = ("config.json", "weights.th", "vocabulary")
WHOLE = {"config.json": b"{}", "weights.th": b"weights", "vocabulary/labels.txt": b"a\nb\n"}


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from huggingface_hub import constants

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("RADEVAL_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    (tmp_path / "models" / "owner" / "models").mkdir(parents=True)
    return tmp_path


def write_archive(places: Path, files: Mapping[str, bytes] = WHOLE) -> Path:
    path = places / "models" / "owner" / "models" / "graph.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def write_folder(folder: Path, files: Mapping[str, bytes] = WHOLE) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def cached(places: Path) -> list[str]:
    folder = places / "cache" / "radeval" / "models"
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def test_an_archive_is_unpacked_once_into_the_cache(places: Path) -> None:
    write_archive(places)
    found = find_unpacked(ONE, NEEDED)
    assert found.commit.startswith("sha256:")
    assert (found.path / "vocabulary" / "labels.txt").read_bytes() == b"a\nb\n"
    (found.path / "mark").write_text("here")
    assert find_unpacked(ONE, NEEDED) == found
    assert (found.path / "mark").exists()
    assert cached(places) == [found.path.name]


def test_another_archive_has_another_folder(places: Path) -> None:
    write_archive(places)
    first = find_unpacked(ONE, NEEDED)
    write_archive(places, {**WHOLE, "weights.th": b"others"})
    second = find_unpacked(ONE, NEEDED)
    assert second.commit != first.commit
    assert (second.path / "weights.th").read_bytes() == b"others"


@pytest.mark.parametrize("lost", ["config.json", "weights.th", "vocabulary/labels.txt"])
def test_an_incomplete_archive_is_told_and_leaves_nothing(lost: str, places: Path) -> None:
    write_archive(places, {name: content for name, content in WHOLE.items() if name != lost})
    with pytest.raises(MissingResourceError, match=f"incomplete: it has no {lost.split('/')[0]}"):
        find_unpacked(ONE, NEEDED)
    assert cached(places) == []


@pytest.mark.parametrize("end", [10, 60, 100])
def test_a_damaged_archive_is_told_and_leaves_nothing(end: int, places: Path) -> None:
    path = write_archive(places)
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(MissingResourceError, match="this archive is damaged"):
        find_unpacked(ONE, NEEDED)
    assert cached(places) == []


def test_no_file_of_an_archive_is_written_beside_its_folder(places: Path) -> None:
    write_archive(places, {**WHOLE, "../../../escaped": b"x"})
    with pytest.raises(MissingResourceError, match="this archive is damaged"):
        find_unpacked(ONE, NEEDED)
    assert cached(places) == []
    assert not list(places.rglob("escaped"))


def test_what_is_unpacked_beside_the_archive_is_taken_as_it_is(places: Path) -> None:
    write_archive(places)
    folder = write_folder(places / "models" / "owner" / "models" / "graph")
    found = find_unpacked(ONE, NEEDED)
    assert found.path == folder
    assert cached(places) == []
    # What programs leave behind is no other model; other labels are.
    (folder / "vocabulary" / ".lock").touch()
    assert find_unpacked(ONE, NEEDED) == found
    (folder / "vocabulary" / "labels.txt").write_bytes(b"b\na\n")
    assert find_unpacked(ONE, NEEDED).commit != found.commit


def test_a_half_unpacked_folder_is_told(places: Path) -> None:
    write_folder(places / "models" / "owner" / "models" / "graph", {"config.json": b"{}"})
    with pytest.raises(MissingResourceError, match=r"incomplete: it has no weights\.th"):
        find_unpacked(ONE, NEEDED)


def test_what_another_program_has_unpacked_is_used_last_and_only_whole(places: Path) -> None:
    half = write_folder(places / "other" / "half", {"config.json": b"{}"})
    whole = write_folder(places / "other" / "whole")
    assert find_unpacked(ONE, NEEDED, [places / "none", half, whole]).path == whole
    with pytest.raises(MissingResourceError, match="not on this machine") as raised:
        find_unpacked(ONE, NEEDED, [half])
    assert raised.value.hint is not None
    assert "hf download owner/models graph.tar.gz" in raised.value.hint
    write_archive(places)
    assert find_unpacked(ONE, NEEDED, [whole]).path != whole


def test_a_cache_that_cannot_be_written_is_told(places: Path) -> None:
    write_archive(places)
    (places / "cache").write_text("a file")
    with pytest.raises(OutputError, match="cannot be unpacked"):
        find_unpacked(ONE, NEEDED)
