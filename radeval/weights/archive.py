"""Models that are published as one archive: unpacked once, and only what is complete is used."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from radeval.core.errors import MissingResourceError, OutputError
from radeval.core.places import own_cache
from radeval.weights.catalogue import Published
from radeval.weights.find import Weights, digest_of


def find_unpacked(one: Published, needed: Sequence[str], elsewhere: Sequence[Path] = ()) -> Weights:
    """Returns the folder with the files of a published archive.

    One that the user has unpacked is taken as it is; an archive is unpacked into our own cache when it is first needed.

    Args:
        one: What is published; its `file` is the archive.
        needed: Files and folders without which it is of no use.
        elsewhere: Further folders that may hold it unpacked, tried last.

    Raises:
        MissingResourceError: It is not on this machine, or it is damaged or lacks something.
        OutputError: It cannot be unpacked into our cache.
    """
    try:
        found = one.find()
    except MissingResourceError:
        for folder in elsewhere:
            if _lacking(folder, needed) is None:
                return Weights(folder, digest_of(folder))
        raise
    if found.path.is_file():
        return Weights(_unpacked(found, one.file.removesuffix(".tar.gz"), needed), found.commit)
    lacking = _lacking(found.path, needed)
    if lacking is not None:
        raise MissingResourceError(
            f"this model is incomplete: it has no {lacking}", where=str(found.path), hint=f"unpack {one.file} again"
        )
    return found


def _lacking(folder: Path, needed: Sequence[str]) -> str | None:
    """Returns the first that a folder lacks."""
    return next((one for one in needed if not (folder / one).exists()), None)


def _unpacked(archive: Weights, name: str, needed: Sequence[str]) -> Path:
    folder = own_cache() / "models" / f"{name}-{archive.commit.replace(':', '-')}"
    # It gets this name only when it is complete.
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as place:
            made = Path(place) / name
            _unpack(archive.path, made)
            lacking = _lacking(made, needed)
            if lacking is not None:
                raise MissingResourceError(
                    f"this archive is incomplete: it has no {lacking}", where=str(archive.path), hint="fetch it again"
                )
            _give_name(made, folder)
    except OSError as error:
        raise OutputError(
            f"the model cannot be unpacked: {error.strerror or error}",
            where=str(folder.parent),
            hint="XDG_CACHE_HOME names another place",
        ) from error
    return folder


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with tarfile.open(archive, "r:*") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise MissingResourceError(
            f"this archive is damaged: {error}", where=str(archive), hint="fetch it again"
        ) from error


def _give_name(made: Path, folder: Path) -> None:
    """Moves a complete folder to where it belongs, unless another process was faster."""
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(made)
