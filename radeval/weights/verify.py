"""Whether the files of a model are complete, without loading it."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

_SHA256 = re.compile(r"[0-9a-f]{64}")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One file of a model.

    Attributes:
        name: Its name within the model.
        size: Its bytes.
        damage: What is wrong with it; empty for nothing that could be found.
        hashed: Whether its content was compared with the sha256 under which the hub keeps it.
    """

    name: str
    size: int
    damage: str
    hashed: bool


def verify(path: Path) -> list[CheckedFile]:
    """Returns what is known of each file of a model.

    A file in the hub's own cache is compared with its sha256, where the hub gives one. Of others, those that say how
    long they must be are compared with that.

    Args:
        path: The model's folder or file.
    """
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    root = path.parent if path.is_file() else path
    return [_checked(file, str(file.relative_to(root))) for file in files]


def _checked(file: Path, name: str) -> CheckedFile:
    # The hub keeps large files under their sha256, and small ones under the hash that git gives them.
    stored = file.resolve().name
    hashed = file.is_symlink() and _SHA256.fullmatch(stored) is not None
    try:
        damage = _wrong_hash(file, stored) if hashed else _wrong_form(file)
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        damage = f"cannot be read: {error}"
    return CheckedFile(name, file.stat().st_size, damage, hashed)


def _wrong_hash(file: Path, expected: str) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return "" if digest.hexdigest() == expected else "its sha256 is another"


def _wrong_form(file: Path) -> str:
    if not file.stat().st_size:
        return "it is empty"
    if file.suffix == ".safetensors":
        return _wrong_safetensors(file)
    if file.suffix == ".json":
        json.loads(file.read_text(encoding="utf-8"))
    elif file.name.endswith(".gz"):
        with gzip.open(file) as stream:
            while stream.read(_BLOCK):
                pass
    elif file.suffix in (".pth", ".pt", ".bin") and _begins(file, b"PK"):
        # The list of a zip archive stands at its end, so that one that was cut off has none.
        zipfile.ZipFile(file).close()
    elif _begins(file, b"version https://git-lfs"):
        return "it is a pointer to a file that was not fetched"
    return ""


def _wrong_safetensors(file: Path) -> str:
    """Compares a file's length with where its header says that the last tensor ends."""
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > file.stat().st_size:
            return "it is cut off, or no safetensors file"
        header = json.loads(stream.read(length))
    ends = [one["data_offsets"][1] for name, one in header.items() if name != "__metadata__"]
    expected = 8 + length + max(ends, default=0)
    return "" if file.stat().st_size == expected else f"it has {file.stat().st_size:,} bytes and not {expected:,}"


def _begins(file: Path, mark: bytes) -> bool:
    with file.open("rb") as stream:
        return stream.read(len(mark)) == mark
