"""One side of the examples, the candidates or the references, as it stands in its table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from radeval.core.errors import ColumnError
from radeval.io.columns import SECTION_NAMES, TEXT_NAMES, TextSource, known_column
from radeval.io.ids import read_ids
from radeval.io.tables import Table
from radeval.io.texts import read_texts
from radeval.io.wording import quoted

CONTEXT_NAMES = ("age", "sex", "indication", "comparison", "modality")
OPTIONAL_NAMES = ("system", "group", *CONTEXT_NAMES)


@dataclass(frozen=True, slots=True)
class Side:
    """The candidates or the references of a run.

    Attributes:
        table: The table they stand in.
        ids: The id of each row.
        source: The text columns.
        texts: The text of each row.
        optional: The column of each optional name (system, group, age, ...) that the table has.
        meta: The columns that mean nothing to radeval.
    """

    table: Table
    ids: list[str]
    source: TextSource
    texts: list[str]
    optional: dict[str, str]
    meta: tuple[str, ...]


def read_side(
    table: Table, id_column: str, source: TextSource, max_chars: int, other_texts: Collection[str] = ()
) -> Side:
    """Reads the ids and texts of one side and sorts its columns.

    Args:
        table: The table they stand in.
        id_column: The column of ids.
        source: The text columns.
        max_chars: The longest text allowed, in characters.
        other_texts: The text columns of the other side, which are no meta columns should this table have them too.

    Raises:
        ColumnError: A column has two uses, holds numbers, or differs from another only in case.
        IdError: A row has no usable id.
        TextError: A row has no usable text.
    """
    if id_column in source.columns:
        raise ColumnError(
            f"the column {quoted(id_column)} is named for ids and for texts",
            where=table.path,
            hint="--id-col and --text-col name two different columns",
        )
    taken = {id_column, *source.columns}
    optional: dict[str, str] = {}
    for name in OPTIONAL_NAMES:
        column = known_column(table, name)
        if column is not None and column not in taken:
            optional[name] = column
    # A report that is not read must not come back through the meta columns, which `--no-text` lets pass.
    known = {*TEXT_NAMES, *SECTION_NAMES, *OPTIONAL_NAMES, *(name.lower() for name in other_texts)}
    meta = tuple(column for column in table.columns if column not in taken and column.lower() not in known)
    ids = read_ids(table, id_column)
    return Side(table, ids, source, read_texts(table, source, ids, max_chars), optional, meta)
