"""Reads .csv and .tsv files in the strict way: what cannot be read for certain is an error with its line."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from radeval.core.errors import EmptyTableError, TableFormatError
from radeval.io.files import Parsed, column_names, open_text
from radeval.io.wording import count

_SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}
_SUFFIXES = {",": ".csv", "\t": ".tsv"}
# csv.field_size_limit is one setting for the whole process.
_limit_lock = threading.Lock()


def parse_csv(path: Path) -> Parsed:
    """Reads a table separated by commas.

    Raises:
        InputError: The file cannot be read, is not UTF-8, is empty, or does not follow the format.
    """
    return _parse(path, ",")


def parse_tsv(path: Path) -> Parsed:
    """Reads a table separated by tabs, quoted as a CSV file is.

    Raises:
        InputError: The file cannot be read, is not UTF-8, is empty, or does not follow the format.
    """
    return _parse(path, "\t")


def _parse(path: Path, delimiter: str) -> Parsed:
    stream = open_text(path)
    with _long_fields(stream):
        records = _records(stream, delimiter, path)
        header_line, header = next(records, (1, []))
        _check_delimiter(header[0] if len(header) == 1 else "", delimiter, path)
        names = column_names(header, f"{path}, line {header_line}")
        width = len(names)
        lines: list[int] = []
        rows: list[list[str]] = []
        for line, record in records:
            if len(record) != width:
                _ragged(path, len(rows) + 1, line, width, len(record))
            lines.append(line)
            rows.append(record)
    if not rows:
        raise EmptyTableError(
            "the file has column names but no rows" if header else "the file is empty",
            where=str(path),
            hint="was it cut short, or written before any report was made?",
        )
    return Parsed({name: list(cells) for name, cells in zip(names, zip(*rows, strict=True), strict=True)}, lines)


def _records(stream: io.TextIOWrapper, delimiter: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yields the line where each record starts and its fields; wholly blank lines are passed over."""
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    start, found = 1, 0
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if found == 0:
                stream.seek(0)
                _check_delimiter(stream.readline(), delimiter, path)
            place = f"{path}, row {found}" if found else f"{path}, column names"
            _broken(error, f"{place} (line {start})", reader.line_num)
        # A quoted empty field, [""], is a row of one field. Separators alone are how spreadsheets write blank lines.
        if record and (any(record) if len(record) > 1 else not record[0].isspace()):
            found += 1
            yield start, record
        start = reader.line_num + 1


@contextmanager
def _long_fields(stream: io.TextIOWrapper) -> Iterator[None]:
    """Lets a field be as long as the file; a text that is too long is refused later, with its id."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    with _limit_lock:
        before = csv.field_size_limit()
        csv.field_size_limit(max(before, min(size, 2**31 - 1)))
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _check_delimiter(header: str, delimiter: str, path: Path) -> None:
    if delimiter in header:
        return
    for other, name in _SEPARATORS.items():
        if other != delimiter and other in header:
            suffix = _SUFFIXES.get(other)
            raise TableFormatError(
                f"the columns are separated by {name}, but a {path.suffix} file needs {_SEPARATORS[delimiter]}",
                where=f"{path}, line 1",
                hint=f"rename it to {path.with_suffix(suffix).name}"
                if suffix
                else f"save it with {_SEPARATORS[delimiter]} (pandas: to_csv(..., sep={delimiter!r}))",
            )


def _ragged(path: Path, row: int, line: int, expected: int, found: int) -> NoReturn:
    raise TableFormatError(
        f"the row has {count(found, 'field')}, the column names are {expected}",
        where=f"{path}, row {row} (line {line})",
        hint="a text that holds the separator or a line break needs double quotes around it"
        if found > expected
        else "a field is missing, or a text with a line break has no double quotes around it",
    )


def _broken(error: csv.Error, place: str, line: int) -> NoReturn:
    message = str(error)
    if "unexpected end of data" in message:
        raise TableFormatError(
            "a double quote is opened in this row and never closed",
            where=place,
            hint="close it, or write a double quote inside a text as two",
        ) from None
    if "expected after" in message:
        raise TableFormatError(
            f"there is text after a closing double quote, at line {line}",
            where=place,
            hint="write a double quote inside a text as two, and look for one that is not closed above this line",
        ) from None
    raise TableFormatError(f"the row cannot be read: {message}, at line {line}", where=place) from None
