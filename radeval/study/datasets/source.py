"""What is known of a data set before it is read, and how its files are found and read."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radeval.core.errors import ColumnError, EmptyTableError, FileAccessError, TableFormatError
from radeval.io.files import open_text, read_bytes
from radeval.io.wording import columns_there, quoted
from radeval.study.data import Problem

_MOST_LISTED = 12
_MOST_LEVELS, _MOST_FOLDERS = 4, 200


@dataclass(frozen=True, slots=True)
class Source:
    """Where a data set comes from.

    Attributes:
        name: Its name here.
        title: Its full name.
        summary: What it holds.
        address: Where it is published.
        terms: Under which terms.
        files: The files that are read, as published.
        citation: What to cite.
    """

    name: str
    title: str
    summary: str
    address: str
    terms: str
    files: tuple[str, ...]
    citation: str

    def find(self, folder: Path, *places: str) -> Path:
        """Returns the first of several places in the folder at which there is a file.

        Raises:
            FileAccessError: There is no such folder, or none of the places.
        """
        if not folder.is_dir():
            raise FileAccessError(
                f"there is no such folder; {self.title} is expected in one",
                where=str(folder),
                hint=f"it comes from {self.address}",
            )
        for place in places:
            if (folder / place).is_file():
                return folder / place
        raise self.lacks(folder, places)

    def lacks(self, folder: Path, places: Sequence[str]) -> FileAccessError:
        """Returns the error for a file that is not in the folder."""
        there = sorted(one.name for one in folder.iterdir())
        shown = ", ".join(there[:_MOST_LISTED]) + (", ..." if len(there) > _MOST_LISTED else "")
        hint = f"the folder holds {shown or 'nothing'}; the set's files are {', '.join(self.files)}"
        deeper = _deeper(folder, places)
        return FileAccessError(
            f"{self.title} has a file {' or '.join(places)}, which is not in this folder",
            where=str(folder),
            hint=hint if deeper is None else f"there is one in {deeper}: name that folder",
        )


def _deeper(folder: Path, places: Sequence[str]) -> Path | None:
    """Returns a folder below this one, as downloads make them, at which one of the places is."""
    below = [folder]
    for _ in range(_MOST_LEVELS):
        below = [one for parent in below for one in sorted(parent.iterdir()) if one.is_dir()][:_MOST_FOLDERS]
        found = next((one for one in below for place in places if (one / place).is_file()), None)
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        where: Its file and number.
        cells: Its cells by column, without surrounding blanks.
    """

    where: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def read_rows(path: Path, source: Source, columns: Sequence[str]) -> list[Row]:
    """Reads a CSV file of a data set.

    Columns without a name, such as an index that pandas wrote, are passed over.

    Args:
        path: The file.
        source: The data set that it should be of.
        columns: The columns that it must have.

    Raises:
        ColumnError: It has other columns, so that it is another file.
        InputError: It cannot be read.
    """
    stream = open_text(path)
    lines = csv.reader(stream)
    try:
        names = [name.strip() for name in next(lines)]
        lacking = [name for name in columns if name not in names]
        if lacking:
            raise ColumnError(
                f"this is not the file of {source.title} that its name says: it lacks {', '.join(lacking)}; "
                + columns_there(name for name in names if name),
                where=str(path),
                hint=f"expected are {', '.join(columns)}",
            )
        rows = list(_rows(lines, names, path))
    except csv.Error as error:
        raise TableFormatError(f"the file is not CSV: {error}", where=f"{path}, line {lines.line_num}") from None
    if not rows:
        raise EmptyTableError("the file has column names but no rows", where=str(path), hint="was it cut short?")
    return rows


def _rows(lines: Any, names: Sequence[str], path: Path) -> Iterator[Row]:
    for number, cells in enumerate((one for one in lines if any(one)), 1):
        where = f"{path.name}, row {number} (line {lines.line_num})"
        if len(cells) != len(names):
            raise TableFormatError(
                f"the row has {len(cells)} fields, the column names are {len(names)}",
                where=where,
                hint="a text that holds a comma or a line break needs double quotes around it",
            )
        yield Row(where, {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name})


def read_json(path: Path) -> Any:
    """Reads a JSON file.

    Raises:
        TableFormatError: It is not JSON.
        InputError: It cannot be read.
    """
    try:
        return json.loads(read_bytes(path))
    except ValueError as error:
        raise TableFormatError(f"the file is not JSON: {error}", where=str(path)) from None


def number(
    text: object,
    where: str,
    problems: list[Problem],
    *,
    low: float = -math.inf,
    high: float = math.inf,
    whole: bool = False,
) -> float:
    """Returns a cell's number; NaN where it is blank, or malformed and then listed.

    Args:
        text: The cell.
        where: Its file, row and column.
        problems: What is malformed is added here.
        low: The smallest allowed.
        high: The largest allowed.
        whole: Whether it counts or numbers something.
    """
    if text is None or text == "":
        return math.nan
    try:
        if isinstance(text, bool):
            raise ValueError
        value = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        problems.append(Problem(where, f"{quoted(text)} is no number"))
        return math.nan
    if math.isnan(value) and isinstance(text, str | float):
        # pandas writes a missing number so.
        return math.nan
    if not math.isfinite(value) or not low <= value <= high:
        problems.append(Problem(where, f"{quoted(text)} is {_bounds(low, high)}"))
        return math.nan
    if whole and value != int(value):
        problems.append(Problem(where, f"{quoted(text)} is no whole number"))
        return math.nan
    return value


def _bounds(low: float, high: float) -> str:
    if math.isfinite(low) and math.isfinite(high):
        return f"not from {low:g} to {high:g}"
    return "not finite" if math.isinf(low) else f"not {low:g} or more"
