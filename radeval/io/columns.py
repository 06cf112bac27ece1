"""Chooses which columns of a table hold the ids and the texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, NoReturn

from radeval.core.errors import ColumnError
from radeval.io.tables import Table
from radeval.io.wording import columns_there, nearest, quoted

Role = Literal["candidate", "reference"]

ID_NAMES = ("id", "study_id", "example_id", "uid")
TEXT_NAMES = ("report", "text", "prediction", "candidate", "reference")
SECTION_NAMES = ("findings", "impression")

_CANDIDATE = ("prediction", "candidate")
_NEUTRAL = ("report", "text")
_REFERENCE = ("reference",)
# The first of these that a table has is taken; the findings and impression columns stand where None does.
_ORDER: dict[Role, tuple[tuple[str, ...] | None, ...]] = {
    "candidate": (_CANDIDATE, _NEUTRAL, None, _REFERENCE),
    "reference": (_REFERENCE, _NEUTRAL, None, _CANDIDATE),
}


class TextSource(NamedTuple):
    """Where the texts of one side stand.

    Attributes:
        columns: The column, or the findings and impression columns.
        headings: The heading of each column where the text is put together from sections, else empty.
    """

    columns: tuple[str, ...]
    headings: tuple[str, ...] = ()


def named_column(table: Table, name: str, option: str) -> str:
    """Returns the column that the user named, which may differ in case.

    Args:
        table: The table to look in.
        name: The name that was asked for.
        option: The option it was given by, for the error.

    Raises:
        ColumnError: There is no such column, or it fits several that differ in case.
    """
    if name in table.columns:
        return name
    wanted = name.strip().lower()
    fits = [column for column in table.columns if column.lower() == wanted]
    if len(fits) == 1:
        return fits[0]
    if fits:
        _ambiguous(table, fits, option)
    near = nearest([name], list(table.columns))
    raise ColumnError(
        f"there is no column {quoted(name)}; {columns_there(table.columns)}",
        where=table.path,
        hint=f"did you mean {option} {quoted(near)}?" if near else f"name one of them with {option}",
    )


def known_column(table: Table, name: str) -> str | None:
    """Returns the column of a known name, whatever its case, or None.

    Raises:
        ColumnError: Several columns have this name and differ in case.
    """
    fits = _fits(table, [name])
    if len(fits) > 1:
        raise ColumnError(
            f"the columns {' and '.join(map(quoted, fits))} differ only in case",
            where=table.path,
            hint="rename one of them",
        )
    return fits[0] if fits else None


def choose_ids(tables: Sequence[Table], names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Returns the id column of each table, and sentences about choices that the user should check.

    Where a table has several known id columns, the first that all tables have is taken, else the first.

    Args:
        tables: The predictions, and the references where they are another file.
        names: The names that the user gave: none, one for all tables, or one a table.

    Raises:
        ColumnError: A table has no id column.
    """
    if names:
        wanted = list(names) * len(tables) if len(names) == 1 else list(names)
        return [named_column(table, name, "--id-col") for table, name in zip(tables, wanted, strict=True)], []
    there = [[name for name in ID_NAMES if known_column(table, name)] for table in tables]
    for table, found in zip(tables, there, strict=True):
        if not found:
            _missing(table, "id column", ID_NAMES, "--id-col")
    common = [name for name in there[0] if all(name in found for found in there)]
    columns, notices = [], []
    for table, found in zip(tables, there, strict=True):
        chosen = common[0] if common else found[0]
        columns.append(known_column(table, chosen) or chosen)
        if len(found) > 1:
            rest = " and ".join(quoted(name) for name in found if name != chosen)
            notices.append(
                f"{table.path}: the ids are taken from the column {quoted(columns[-1])}, not from {rest}; "
                "choose with --id-col."
            )
    return columns, notices


def choose_text(table: Table, role: Role, name: str | None = None) -> TextSource:
    """Returns where the texts of one side stand in a table that holds that side alone.

    Args:
        table: The table to look in.
        role: Which side is looked for: a column named for the other side is the last choice.
        name: The column that the user named.

    Raises:
        ColumnError: There is no text column, or several fit.
    """
    if name is not None:
        return TextSource((named_column(table, name, "--text-col"),))
    for names in _ORDER[role]:
        source = _sections(table) if names is None else _one_of(table, names)
        if source:
            return source
    _missing(table, "text column", (*TEXT_NAMES, *SECTION_NAMES), "--text-col")


def choose_pair(table: Table, names: Sequence[str]) -> tuple[TextSource, TextSource]:
    """Returns where the candidates and the references stand in a table that holds both.

    Args:
        table: The table to look in.
        names: None, or the candidates' and the references' column.

    Raises:
        ColumnError: One of the two is missing, several fit, or one column is named for both.
    """
    if names:
        candidate, reference = (named_column(table, name, "--text-col") for name in names)
        if candidate == reference:
            raise ColumnError(
                f"the column {quoted(candidate)} is named for candidates and references",
                where=table.path,
                hint="--text-col takes the candidates' column first, then the references'",
            )
        return TextSource((candidate,)), TextSource((reference,))
    found = [_one_of(table, _CANDIDATE), _one_of(table, _REFERENCE)]
    if found[0] is None or found[1] is None:
        lacking = "candidate" if found[0] is None else "reference"
        near = nearest([lacking, "prediction"] if lacking == "candidate" else [lacking], list(table.columns))
        raise ColumnError(
            f"one file alone must hold candidates and references, and it has no {lacking} column; "
            + columns_there(table.columns),
            where=table.path,
            hint=(f"did you mean {quoted(near)}? " if near else "")
            + "give a second file with the references, or name both columns with --text-col",
        )
    return found[0], found[1]


def _fits(table: Table, names: Iterable[str]) -> list[str]:
    wanted = set(names)
    return [column for column in table.columns if column.lower() in wanted]


def _one_of(table: Table, names: Sequence[str]) -> TextSource | None:
    fits = _fits(table, names)
    if len(fits) > 1:
        _ambiguous(table, fits, "--text-col")
    return TextSource((fits[0],)) if fits else None


def _sections(table: Table) -> TextSource | None:
    there = [(name, known_column(table, name)) for name in SECTION_NAMES]
    found = [(name, column) for name, column in there if column is not None]
    if not found:
        return None
    return TextSource(tuple(column for _, column in found), tuple(name.upper() + ":" for name, _ in found))


def _ambiguous(table: Table, fits: Sequence[str], option: str) -> NoReturn:
    raise ColumnError(
        f"{' and '.join(map(quoted, fits))} could each be the column to read",
        where=table.path,
        hint=f"choose with {option}, as in {option} {fits[0]}",
    )


def _missing(table: Table, what: str, names: Sequence[str], option: str) -> NoReturn:
    near = nearest(names, list(table.columns))
    raise ColumnError(
        f"there is no {what} ({', '.join(names)}); {columns_there(table.columns)}",
        where=table.path,
        hint=f"did you mean {option} {quoted(near)}?"
        if near
        else f"name it with {option}, and check that the first line of the file holds column names",
    )
