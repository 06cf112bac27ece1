"""What all table formats share: opening a file, decoding it, and checking its column names."""

from __future__ import annotations

import io
import os
import shlex
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from radeval.core.errors import ColumnError, EmptyTableError, EncodingError, FileAccessError, TableFormatError
from radeval.io.wording import nearest, quoted

_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_OTHER_FORMATS = (
    (b"PK\x03\x04", "an Excel or zip file", "save it as CSV UTF-8"),
    (b"PAR1", "a Parquet file", "give it the ending .parquet"),
    (b"\x1f\x8b", "a gzip file", "unpack it first"),
)
_SAMPLE_BYTES = 4096


class Parsed(NamedTuple):
    """What a format's parser hands back.

    Attributes:
        columns: The cells of each column, one a data row. None is a cell that is null or not there.
        lines: The file line, counted from 1, where each data row starts; None for a format without lines.
    """

    columns: dict[str, list[object]]
    lines: Sequence[int] | None


def read_bytes(path: Path) -> bytes:
    """Returns the content of a file.

    Raises:
        FileAccessError: It is missing, a folder, or cannot be read.
        EmptyTableError: It has no content, or only a byte order mark and blanks.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise FileAccessError("there is no such file", where=str(path), hint=_missing_hint(path)) from None
    except IsADirectoryError:
        raise _is_folder(path) from None
    except (OSError, ValueError) as error:
        if path.is_dir():
            raise _is_folder(path) from None
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise FileAccessError(
            f"the file cannot be read: {reason}", where=str(path), hint="check its permissions and its path"
        ) from None
    if not data or data == _BOM or data.isspace() or (data.startswith(_BOM) and data[len(_BOM) :].isspace()):
        raise EmptyTableError(
            "the file is empty", where=str(path), hint="a table needs a line of column names and at least one row"
        )
    return data


def open_text(path: Path) -> io.TextIOWrapper:
    """Returns the text of a UTF-8 file, checked as a whole, as a stream that keeps line ends as they are.

    Raises:
        FileAccessError: It is missing, a folder, or cannot be read.
        EmptyTableError: It has no content.
        EncodingError: It is not UTF-8.
        TableFormatError: It holds NUL bytes, or is a file of another kind.
    """
    data = read_bytes(path)
    for start, kind, hint in _OTHER_FORMATS:
        if data.startswith(start):
            raise TableFormatError(f"this is {kind}, not a text table", where=str(path), hint=hint)
    wide = _wide_encoding(data)
    if wide:
        raise EncodingError(
            f"the file is {wide}, not UTF-8", where=f"{path}, line 1 (byte 0)", hint=_convert_hint(path, wide)
        )
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EncodingError(
            f"the byte 0x{data[error.start]:02x} is not UTF-8",
            where=_byte_place(path, data, error.start),
            hint="it may be Windows-1252: " + _convert_hint(path, "WINDOWS-1252"),
        ) from None
    nul = data.find(b"\0")
    if nul >= 0:
        raise TableFormatError(
            "the file holds a NUL byte, so it is damaged or not a text table",
            where=_byte_place(path, data, nul),
            hint="write the file again, or remove them with: tr -d '\\000'",
        )
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")


def column_names(names: Iterable[str], where: str) -> list[str]:
    """Returns the column names without surrounding blanks.

    Args:
        names: The names as they stand in the file.
        where: The file and line, for errors.

    Raises:
        ColumnError: A name is empty or stands there twice.
    """
    stripped = [name.strip() for name in names]
    seen: dict[str, int] = {}
    for number, name in enumerate(stripped, start=1):
        if not name:
            raise ColumnError(
                f"column {number} of {len(stripped)} has no name",
                where=where,
                hint="name or remove it; pandas writes its index so: use to_csv(..., index=False)",
            )
        if name in seen:
            raise ColumnError(
                f"the column {quoted(name)} is there twice, as column {seen[name]} and {number}",
                where=where,
                hint="rename or remove one of them",
            )
        seen[name] = number
    return stripped


def _is_folder(path: Path) -> FileAccessError:
    return FileAccessError("this is a folder, not a file", where=str(path), hint="name the table inside it")


def _missing_hint(path: Path) -> str:
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in islice(entries, 1000) if entry.is_file()]
    except OSError:
        return f"there is no folder {quoted(str(path.parent), 200)} either"
    # A shared ending alone makes any two short names alike.
    near = nearest([path.name], names, alike_from=0.75)
    if near:
        return f"did you mean {quoted(str(path.parent / near), 200)}?"
    return "check the path" if path.is_absolute() else f"the path starts at the current folder, {Path.cwd()}"


def _convert_hint(path: Path, encoding: str) -> str:
    target = path.with_name(f"{path.stem}.utf8{path.suffix}")
    command = f"iconv -f {encoding} -t UTF-8 {shlex.quote(str(path))} > {shlex.quote(str(target))}"
    return f"convert it with: {command}, or save it from Excel as CSV UTF-8"


def _wide_encoding(data: bytes) -> str | None:
    """Names the encoding of text with two or four bytes a character, by its mark or by where its NULs stand."""
    for mark, name in _WIDE_BOMS:
        if data.startswith(mark):
            return name
    sample = data[:_SAMPLE_BYTES]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half and even + odd > 1.2 * half:
        return "UTF-32"
    if half and odd > 0.6 * half and odd > 4 * even:
        return "UTF-16LE"
    if half and even > 0.6 * half and even > 4 * odd:
        return "UTF-16BE"
    return None


def _byte_place(path: Path, data: bytes, offset: int) -> str:
    before = data[:offset]
    line = 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
    return f"{path}, line {line} (byte {offset:,})"
