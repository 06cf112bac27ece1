"""Reads the reports out of a table and says what is wrong or doubtful about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from radeval.core.errors import ColumnError, TextError
from radeval.io.columns import TextSource
from radeval.io.tables import Table
from radeval.io.wording import count, quoted

_LOOKS_MISSING = {"nan", "none", "null"}
_KINDS = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object", bytes: "bytes"}


def read_texts(table: Table, source: TextSource, ids: Sequence[str], max_chars: int) -> list[str]:
    """Returns one text a row, put together from its sections where the source has headings.

    Args:
        table: The table to read.
        source: Its text columns.
        ids: Its ids, for errors.
        max_chars: The longest text allowed, in characters.

    Raises:
        TextError: A cell is null, not a text, holds a NUL character, or a text is too long.
        ColumnError: A column holds numbers.
    """
    columns = [_text_cells(table, column, ids, may_be_null=len(source.columns) > 1) for column in source.columns]
    for name, cells in zip(source.columns, columns, strict=True):
        _refuse_numbers(table, name, cells)
    if not source.headings:
        texts = [cell or "" for cell in columns[0]]
    else:
        texts = []
        for index, sections in enumerate(zip(*columns, strict=True)):
            if all(section is None for section in sections):
                _no_text(table, index, ids[index], " and ".join(map(quoted, source.columns)))
            texts.append(_with_headings(source.headings, sections))
    for index, text in enumerate(texts):
        if len(text) > max_chars:
            raise TextError(
                f"the text of id {quoted(ids[index])} has {len(text):,} characters, and {max_chars:,} are allowed",
                where=table.place(index),
                hint="look for a double quote that is not closed, or raise the limit with --max-chars",
            )
        if "\0" in text:
            raise TextError(
                f"the text of id {quoted(ids[index])} holds a NUL character",
                where=table.place(index),
                hint="remove it from the text",
            )
    return texts


def text_notices(
    role: str, table: Table, source: TextSource, texts: Sequence[str], ids: Sequence[str], rows: Sequence[int]
) -> list[str]:
    """Returns sentences about empty texts and texts such as "nan".

    Args:
        role: What the texts are, "candidate" or "reference".
        table: The table they were read from.
        source: Its text columns.
        texts: Its texts.
        ids: Its ids.
        rows: The rows that are scored, counted from 0.
    """
    notices = []
    empty = [row for row in rows if not texts[row] or texts[row].isspace()]
    if empty:
        notices.append(
            f"{len(empty):,} of {count(len(rows), role)} {'is' if len(empty) == 1 else 'are'} empty "
            f"(first: id {quoted(ids[empty[0]])}); each metric scores empty texts by its stated rule."
        )
    missing = {row for column in source.columns for row in rows if _looks_missing(table.columns[column][row])}
    if missing:
        first = min(missing)
        cell = next(table.columns[name][first] for name in source.columns if _looks_missing(table.columns[name][first]))
        notices.append(
            f"{count(len(missing), role)} {'reads' if len(missing) == 1 else 'read'} {quoted(cell)} or the like "
            f"(first: id {quoted(ids[first])}), which looks like a missing value written by pandas; "
            "scored as the text that it is."
        )
    return notices


def _text_cells(table: Table, column: str, ids: Sequence[str], may_be_null: bool) -> list[str | None]:
    cells: list[str | None] = []
    for index, cell in enumerate(table.columns[column]):
        if isinstance(cell, str):
            cells.append(cell)
        elif cell is not None:
            raise TextError(
                f"the text of id {quoted(ids[index])} is {_KINDS.get(type(cell), type(cell).__name__)}, "
                f"{quoted(cell)}, not a text",
                where=f"{table.place(index)}, column {quoted(column)}",
                hint="choose the column of reports with --text-col; one text a row",
            )
        elif may_be_null:
            cells.append(None)
        else:
            _no_text(table, index, ids[index], quoted(column))
    return cells


def _no_text(table: Table, index: int, name: str, column: str) -> NoReturn:
    raise TextError(
        f"the text of id {quoted(name)} is null or not there",
        where=f"{table.place(index)}, column {column}",
        hint='write an empty string, "", where a report is empty; remove the row where there is none',
    )


def _with_headings(headings: Sequence[str], cells: Sequence[str | None]) -> str:
    parts = []
    for heading, cell in zip(headings, cells, strict=True):
        section = (cell or "").strip()
        if section:
            headed = section[: len(heading)].upper() == heading
            parts.append(section if headed else f"{heading} {section}")
    return "\n".join(parts)


def _refuse_numbers(table: Table, column: str, cells: Sequence[str | None]) -> None:
    first: str | None = None
    for cell in cells:
        if not cell or cell.isspace() or _looks_missing(cell):
            continue
        if not _is_number(cell):
            return
        first = first or cell
    if first is not None:
        raise ColumnError(
            f"the column {quoted(column)} holds numbers, not reports, the first is {quoted(first)}",
            where=table.path,
            hint="choose the column of reports with --text-col",
        )


def _is_number(cell: str) -> bool:
    if len(cell) > 64:
        return False
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _looks_missing(cell: object) -> bool:
    return isinstance(cell, str) and len(cell) < 16 and cell.strip().lower() in _LOOKS_MISSING
