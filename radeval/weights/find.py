"""Where a model's weights are on this machine, and what tells them from others. Nothing is ever downloaded."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from radeval.core.errors import MissingResourceError
from radeval.weights.contents import Need, lacking

FOLDER_VARIABLE = "RADEVAL_MODELS"
"""Names a folder of models, each in OWNER/NAME, OWNER--NAME or NAME."""

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


def find_weights(
    model: str,
    revision: str | None = None,
    *,
    size: str = "",
    files: Sequence[str] = (),
    needs: Sequence[Need] = (),
) -> Weights:
    """Returns where a model's weights are: a folder with a config.json.

    A path is taken as it is. A hub id is looked for as `find_hub_weights` does.

    Args:
        model: A path, or OWNER/NAME on the hub.
        revision: The hub's branch, tag or commit; a folder of the user's own is what it is.
        size: How large a download would be, for the error.
        files: The files that are to be fetched; empty for all.
        needs: What the folder must hold beside config.json.

    Raises:
        MissingResourceError: They are not on this machine, or something is lacking.
    """
    path = Path(model).expanduser()
    if path.is_dir():
        return _folder(path, needs)
    if not is_hub_id(model):
        raise MissingResourceError(
            "there is no such folder", where=model, hint="name a folder with config.json, or a hub id as OWNER/NAME"
        )
    return find_hub_weights(model, revision, size=size, files=files, needs=needs)


def find_hub_weights(
    model: str,
    revision: str | None = None,
    *,
    size: str = "",
    files: Sequence[str] = (),
    needs: Sequence[Need] = (),
) -> Weights:
    """Returns where the weights of a hub id are: in the folder that RADEVAL_MODELS names, else in the hub's local copy.

    Args:
        model: OWNER/NAME on the hub; never a path.
        revision: As for `find_weights`.
        size: As for `find_weights`.
        files: As for `find_weights`.
        needs: As for `find_weights`.

    Raises:
        MissingResourceError: They are not on this machine, or something is lacking.
    """
    own, command = _in_own_folder(model), _command(model, revision, size, files)
    if own is not None and own.is_dir():
        return _folder(own, needs, command)
    found = _in_hub_cache(model, revision)
    if found is None:
        raise _absent(model, files, command)
    if needs:
        _refuse_incomplete(found.path, needs, command)
    return found


def find_file(path: str) -> Weights:
    """Returns where a model in one file is.

    Raises:
        MissingResourceError: There is no such file.
    """
    found = Path(path).expanduser()
    if not found.is_file():
        raise MissingResourceError("there is no such file", where=path, hint="name the file with the weights")
    return Weights(found, digest_of(found))


def find_hub_file(model: str, file: str, revision: str | None = None, *, size: str = "") -> Weights:
    """Returns where one file of a hub's repository is: in the folder that RADEVAL_MODELS names, else in the hub's copy.

    In the user's folder, an archive may be unpacked, in a folder of its name.

    Args:
        model: OWNER/NAME on the hub.
        file: The file in that repository.
        revision: The hub's branch, tag or commit.
        size: How large a download would be, for the error.

    Raises:
        MissingResourceError: It is not on this machine.
    """
    own = _in_own_folder(model)
    for place in () if own is None else (own / file.removesuffix(".tar.gz"), own / file):
        if place.exists():
            return Weights(place, digest_of(place))
    cached = None
    if _has_hub():
        from huggingface_hub import try_to_load_from_cache

        cached = try_to_load_from_cache(model, file, revision=revision)
    if not isinstance(cached, str):
        raise _absent(model, [file], _command(model, revision, size, [file]))
    path = Path(cached)
    commit = next((name for name in path.parts[::-1] if _COMMIT.fullmatch(name)), None)
    return Weights(path, commit or digest_of(path))


def is_local(model: str) -> bool:
    """Tells whether a text is a path of this machine, whatever is there."""
    return model.startswith(("/", ".", "~")) or Path(model).exists()


def is_hub_id(model: str) -> bool:
    """Tells whether a text can be OWNER/NAME on the hub, or the NAME of one of its oldest models."""
    return not model.startswith(("/", ".", "~")) and model.count("/") <= 1


def digest_of(path: Path) -> str:
    """Returns a digest of a file, or of all files in a folder but hidden ones, which programs leave behind.

    Small files are read whole; of weights, their size and 64 blocks of 1 MiB spread over each file, since fine-tuning
    changes nearly all of them and reading all would take as long as loading the model.
    """
    digest = hashlib.sha256()
    for name, file in _files(path).items():
        size = file.stat().st_size
        digest.update(f"{name}\0{size}\0".encode())
        last = max(0, size - _BLOCK)
        starts = (
            range(0, size, _BLOCK) if size <= _BLOCK * _BLOCKS else [last * k // (_BLOCKS - 1) for k in range(_BLOCKS)]
        )
        with file.open("rb") as stream:
            for start in starts:
                stream.seek(start)
                digest.update(stream.read(_BLOCK))
    return f"sha256:{digest.hexdigest()[:32]}"


def _files(path: Path) -> dict[str, Path]:
    """Returns a file under no name, or a folder's files by their names in it."""
    if path.is_file():
        return {"": path}
    found = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if file.is_file()}
    return {name: found[name] for name in sorted(found) if not any(one.startswith(".") for one in name.split("/"))}


def _folder(path: Path, needs: Sequence[Need], command: str = "") -> Weights:
    _refuse_incomplete(path, needs, command or "name a folder as save_pretrained of the transformers package writes it")
    commit = path.name if path.parent.name == "snapshots" and _COMMIT.fullmatch(path.name) else digest_of(path)
    return Weights(path, commit)


def _refuse_incomplete(path: Path, needs: Sequence[Need], hint: str) -> None:
    absent = lacking(path, needs)
    if absent is not None:
        kind = "holds no model" if absent == "config.json" else "does not hold all of a model"
        raise MissingResourceError(f"this folder {kind}: it has no {absent}", where=str(path), hint=hint)


def _in_own_folder(model: str) -> Path | None:
    """Returns where a model would be in the user's folder: the first form of its name that is there."""
    root = os.environ.get(FOLDER_VARIABLE)
    if not root:
        return None
    forms = [model, model.replace("/", "--"), model.rpartition("/")[2]]
    places = [Path(root).expanduser() / form for form in forms]
    return next((place for place in places if place.exists()), places[0])


def _in_hub_cache(model: str, revision: str | None) -> Weights | None:
    if not _has_hub():
        return None
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        path = Path(snapshot_download(model, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return Weights(path, path.name)


def _has_hub() -> bool:
    """Tells whether the package is installed that knows the hub's copies and has the command `hf`."""
    return find_spec("huggingface_hub") is not None


def _command(model: str, revision: str | None, size: str, files: Sequence[str]) -> str:
    """Returns what the user can do where a model is absent."""
    command = " ".join(["hf download", model, *files, *(["--revision", revision] if revision else [])])
    first = "" if _has_hub() else "pip install 'radeval-judge[models]'; then "
    return f"{first}{command}{f' ({size})' if size else ''}; or set {FOLDER_VARIABLE} to a folder that holds it"


def _absent(model: str, files: Sequence[str], command: str) -> MissingResourceError:
    return MissingResourceError(
        "this model is not on this machine, and radeval downloads none",
        where=f"{model}/{files[0]}" if len(files) == 1 else model,
        hint=command,
    )
