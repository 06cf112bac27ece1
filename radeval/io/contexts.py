"""Brings together what both tables know of an example beside its texts: context, group and further columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from radeval.core.errors import ColumnError
from radeval.core.example import Context
from radeval.io import cells
from radeval.io.ids import Pair
from radeval.io.sides import Side
from radeval.io.wording import count, quoted

T = TypeVar("T")


class Background(NamedTuple):
    """What is known of each example, in the order of the examples.

    Attributes:
        contexts: The patient and the examination.
        groups: The unit that intervals resample; the id where none is given.
        meta: The columns that mean nothing to radeval, as texts, empty where a cell is.
        notices: Sentences the user must read.
    """

    contexts: list[Context]
    groups: list[str]
    meta: list[dict[str, str]]
    notices: list[str]


@dataclass(slots=True)
class _Doubts:
    """What to tell the user: cells that could not be read, and ids whose rows contradict each other, by column."""

    unread: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    conflicts: dict[str, dict[str, None]] = field(default_factory=dict)


def read_background(
    pairs: Sequence[Pair], predictions: Side, references: Side | None, quote: bool = True
) -> Background:
    """Returns context, group and further columns of each example.

    Context and group come from the references first, else from the predictions; further columns from the predictions
    first.

    Args:
        pairs: The rows of each example.
        predictions: The candidates.
        references: The references, None where they stand in the same table.
        quote: Whether notices may quote cells.

    Raises:
        ColumnError: The two files, or the reference rows of one id, give one example two groups.
    """
    doubts = _Doubts()
    ages = _merged("age", cells.age, pairs, predictions, references, doubts)
    sexes = _merged("sex", cells.sex, pairs, predictions, references, doubts)
    indications = _merged("indication", cells.text, pairs, predictions, references, doubts)
    comparisons = _merged("comparison", cells.text, pairs, predictions, references, doubts)
    modalities = _merged("modality", cells.lower, pairs, predictions, references, doubts)
    contexts = [Context(*values) for values in zip(ages, sexes, indications, comparisons, modalities, strict=True)]
    groups, without = _groups(pairs, predictions, references)
    notices = _notices(doubts, quote)
    if without:
        notices.append(
            f"{count(without, 'example')} of {len(pairs):,} {'has' if without == 1 else 'have'} no group; "
            "each of their ids counts as a group of its own."
        )
    if references is not None and "system" in references.optional:
        notices.append(
            f"{references.table.path}: the column {quoted(references.optional['system'])} is not read; "
            "the system is a column of the predictions."
        )
    return Background(contexts, groups, _meta(pairs, predictions, references), notices)


def _merged(
    name: str,
    parse: Callable[[object], T | None],
    pairs: Sequence[Pair],
    predictions: Side,
    references: Side | None,
    doubts: _Doubts,
) -> list[T | None]:
    """Returns one value an example: that of its first reference row with a value, else that of its candidate row."""
    if not any(side and name in side.optional for side in (predictions, references)):
        return [None] * len(pairs)
    own = _parsed(name, parse, predictions, (pair.candidate for pair in pairs), doubts)
    # Several systems share their reference rows; a cell that cannot be read counts once.
    rows = dict.fromkeys(row for pair in pairs for row in pair.references) if references else {}
    theirs = _parsed(name, parse, references, rows, doubts) if references else {}
    values: list[T | None] = []
    for pair in pairs:
        found = [theirs[row] for row in pair.references if row in theirs]
        if pair.candidate in own:
            found.append(own[pair.candidate])
        if len(found) > 1 and any(value != found[0] for value in found):
            doubts.conflicts.setdefault(name, {})[predictions.ids[pair.candidate]] = None
        values.append(found[0] if found else None)
    return values


def _parsed(
    name: str, parse: Callable[[object], T | None], side: Side, rows: Iterable[int], doubts: _Doubts
) -> dict[int, T]:
    """Returns the value of each row that has one."""
    column = side.optional.get(name)
    if column is None:
        return {}
    cells_of_column = side.table.columns[column]
    values: dict[int, T] = {}
    memo: dict[str, T | None] = {}
    for row in rows:
        cell = cells_of_column[row]
        if isinstance(cell, str):
            if cell not in memo:
                memo[cell] = parse(cell)
            value = memo[cell]
        else:
            value = parse(cell)
        if value is not None:
            values[row] = value
        elif shown := cells.plain(cell):
            doubts.unread.setdefault(name, []).append((side.ids[row], shown))
    return values


def _groups(pairs: Sequence[Pair], predictions: Side, references: Side | None) -> tuple[list[str], int]:
    """Returns the groups, and how many examples have none although a table has the column."""
    sides = [side for side in (references, predictions) if side is not None and "group" in side.optional]
    names = [predictions.ids[pair.candidate] for pair in pairs]
    if not sides:
        return names, 0
    groups, without = [], 0
    for pair, name in zip(pairs, names, strict=True):
        given: tuple[str, Side, int] | None = None
        for side in sides:
            for row in (pair.candidate,) if side is predictions else pair.references:
                group = cells.plain(side.table.columns[side.optional["group"]][row])
                if given and group and group != given[0]:
                    raise ColumnError(
                        f"the id {quoted(name)} has two groups, {quoted(given[0])} and {quoted(group)}",
                        where=f"{given[1].table.place(given[2])} and {side.table.place(row)}",
                        hint="the group is the unit that intervals resample: correct it, or rename one of the columns",
                    )
                if group and given is None:
                    given = (group, side, row)
        without += given is None
        groups.append(given[0] if given else name)
    return groups, without


def _meta(pairs: Sequence[Pair], predictions: Side, references: Side | None) -> list[dict[str, str]]:
    """Returns the further columns of each example, an empty cell filled from the other file where that has one."""
    own = {name: predictions.table.columns[name] for name in predictions.meta}
    theirs = {name: references.table.columns[name] for name in references.meta} if references else {}
    metas: list[dict[str, str]] = []
    for pair in pairs:
        meta = {name: cells.plain(column[pair.candidate]) for name, column in own.items()}
        for name, column in theirs.items():
            meta[name] = meta.get(name) or cells.plain(column[pair.references[0]])
        metas.append(meta)
    return metas


def _notices(doubts: _Doubts, quote: bool) -> list[str]:
    notices = []
    for name, found in doubts.unread.items():
        first_id, shown = found[0]
        notices.append(
            f"{count(len(found), f'{name} cell')} could not be read and {'counts' if len(found) == 1 else 'count'} as "
            f"unknown (first: id {quoted(first_id)}{', ' + quoted(shown) if quote else ''})."
        )
    if doubts.conflicts:
        total = sum(map(len, doubts.conflicts.values()))
        columns = ", ".join(f"{name} {len(ids):,}" for name, ids in doubts.conflicts.items())
        first = next(iter(next(iter(doubts.conflicts.values()))))
        notices.append(
            f"{count(total, 'value')} {'differs' if total == 1 else 'differ'} between rows of one id ({columns}; "
            f"first: id {quoted(first)}); the first value in the references file was used."
        )
    return notices
