"""Where a local model's weights are, and what tells them from others."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from radeval.core.errors import MissingResourceError

_COMMIT = re.compile(r"[0-9a-f]{40}")
_BLOCK = 1 << 20
_BLOCKS = 64


@dataclass(frozen=True, slots=True)
class Weights:
    """A model on this machine.

    Attributes:
        path: Its folder or file.
        commit: The hub's commit; for a folder or file of the user's own, "sha256:" and a digest of what is there.
    """

    path: Path
    commit: str


def find_weights(model: str, revision: str | None = None) -> Weights:
    """Returns where a model's weights are: a folder, or the local copy of a repository on the Hugging Face hub.

    Nothing is downloaded.

    Raises:
        MissingResourceError: They are not on this machine.
    """
    path = Path(model).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise MissingResourceError("this folder holds no model: it has no config.json", where=str(path))
        commit = path.name if path.parent.name == "snapshots" and _COMMIT.fullmatch(path.name) else digest_of(path)
        return Weights(path, commit)
    if model.startswith(("/", ".", "~")) or model.count("/") != 1:
        raise MissingResourceError(
            "there is no such folder", where=model, hint="name a folder with config.json, or a hub id as OWNER/NAME"
        )
    return _in_hub_cache(model, revision)


def find_file(model: str) -> Weights:
    """Returns where a model in one file is.

    Raises:
        MissingResourceError: There is no such file.
    """
    path = Path(model).expanduser()
    if not path.is_file():
        raise MissingResourceError("there is no such file", where=model, hint="name a .gguf file")
    return Weights(path, digest_of(path))


def digest_of(path: Path) -> str:
    """Returns a digest of a file, or of a folder's files.

    Small files are read whole; of weights, their size and 64 blocks of 1 MiB spread over each file, since fine-tuning
    changes nearly all of them and reading all would take as long as loading the model.
    """
    digest = hashlib.sha256()
    files = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.is_file())
    for file in files:
        size = file.stat().st_size
        digest.update(f"{file.name if path.is_dir() else ''}\0{size}\0".encode())
        last = max(0, size - _BLOCK)
        starts = (
            range(0, size, _BLOCK) if size <= _BLOCK * _BLOCKS else [last * k // (_BLOCKS - 1) for k in range(_BLOCKS)]
        )
        with file.open("rb") as stream:
            for start in starts:
                stream.seek(start)
                digest.update(stream.read(_BLOCK))
    return f"sha256:{digest.hexdigest()[:32]}"


def _in_hub_cache(model: str, revision: str | None) -> Weights:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        path = Path(snapshot_download(model, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        which = f"{model} --revision {revision}" if revision else model
        raise MissingResourceError(
            "this model is not on this machine, and radeval downloads none", where=model, hint=f"hf download {which}"
        ) from None
    return Weights(path, path.name)
