"""Reads one table from a file: CSV, TSV, JSON lines or Parquet, chosen by the file's ending."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from radeval.core.errors import TableFormatError
from radeval.io.delimited import parse_csv, parse_tsv
from radeval.io.files import Parsed, read_bytes
from radeval.io.jsonlines import parse_jsonlines
from radeval.io.parquet import parse_parquet
from radeval.io.wording import quoted

# A new input format is one module with a parser and one line here.
_PARSERS: dict[str, Callable[[Path], Parsed]] = {
    ".csv": parse_csv,
    ".tsv": parse_tsv,
    ".tab": parse_tsv,
    ".jsonl": parse_jsonlines,
    ".ndjson": parse_jsonlines,
    ".parquet": parse_parquet,
    ".pq": parse_parquet,
}


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file, by column, and where each stands.

    Attributes:
        path: The file as the user named it.
        columns: The cells of each column in file order, one a data row. CSV and TSV cells are texts; JSON and Parquet
            cells keep their type. None is a cell that is null or not there.
        lines: The file line, counted from 1, where each row starts; None for a format without lines.
    """

    path: str
    columns: dict[str, list[object]]
    lines: Sequence[int] | None = None

    def __len__(self) -> int:
        """Returns the number of data rows."""
        return len(next(iter(self.columns.values()), []))

    def row(self, index: int) -> str:
        """Returns a row in words, as in "row 3 (line 5)".

        Args:
            index: The row, counted from 0; the words count from 1.
        """
        return f"row {index + 1}" + (f" (line {self.lines[index]})" if self.lines is not None else "")

    def place(self, index: int) -> str:
        """Returns a row in words with its file, as in "preds.csv, row 3 (line 5)".

        Args:
            index: The row, counted from 0; the words count from 1.
        """
        return f"{self.path}, {self.row(index)}"


def read_table(path: str | Path) -> Table:
    """Reads a table whose format follows from the file's ending.

    `.csv`, `.tsv` (or `.tab`), `.jsonl` (or `.ndjson`) and, with the extra `tables`, `.parquet` (or `.pq`). Text files
    are UTF-8, with or without a byte order mark. Column names lose surrounding blanks; wholly blank lines are passed
    over.

    Raises:
        FileAccessError: The file is missing, a folder, or cannot be read.
        EmptyTableError: It has no content, or no rows.
        EncodingError: It is not UTF-8.
        TableFormatError: Its ending is not known, or its content does not follow the format.
        ColumnError: A column name is empty or stands there twice.
        MissingExtraError: The format needs packages that are not installed.
    """
    location = Path(path)
    parser = _PARSERS.get(location.suffix.lower())
    if parser is None:
        _unknown_format(location)
    parsed = parser(location)
    return Table(str(path), parsed.columns, parsed.lines)


def _unknown_format(path: Path) -> NoReturn:
    if not path.is_file():
        read_bytes(path)
    ending = f"the ending {quoted(path.suffix)} is" if path.suffix else "a name without an ending is"
    raise TableFormatError(
        f"{ending} no table format that radeval reads",
        where=str(path),
        hint="it reads " + ", ".join(_PARSERS) + "; save or rename the file as one of these",
    )
