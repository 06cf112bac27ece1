"""Reads ids and joins two tables by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, NoReturn

from radeval.core.errors import DuplicateIdError, EmptyIdError, IdError, UnmatchedIdError
from radeval.io.tables import Table
from radeval.io.wording import count, quoted, some

# From here on two neighbouring whole numbers share one float.
_LARGEST_EXACT = 2**53


class Pair(NamedTuple):
    """One example: a row of the predictions and its rows of the references, each counted from 0."""

    candidate: int
    references: Sequence[int]


class Joined(NamedTuple):
    """What a join gave.

    Attributes:
        pairs: The examples, in the order of the predictions.
        left_out: How many candidates without a reference, and ids without a candidate, were left out.
        notices: Sentences the user must read.
    """

    pairs: list[Pair]
    left_out: int
    notices: list[str]


def read_ids(table: Table, column: str) -> list[str]:
    """Returns the ids of a table without surrounding blanks; whole numbers become texts.

    Raises:
        EmptyIdError: A row has no id.
        IdError: An id is neither a text nor a whole number.
    """
    ids: list[str] = []
    for index, cell in enumerate(table.columns[column]):
        name = cell.strip() if isinstance(cell, str) else _number(cell, table, index, column)
        if not name:
            raise EmptyIdError(
                "the row has no id",
                where=f"{table.place(index)}, column {quoted(column)}",
                hint="give it the id of its study, or remove the row",
            )
        ids.append(name)
    return ids


def check_unique(table: Table, ids: Sequence[str], systems: Sequence[str]) -> None:
    """Checks that no two candidates share one id and system.

    Raises:
        DuplicateIdError: Two do; the error names both rows.
    """
    seen: dict[tuple[str, str], int] = {}
    for index, key in enumerate(zip(ids, systems, strict=True)):
        first = seen.setdefault(key, index)
        if first != index:
            name, system = key
            raise DuplicateIdError(
                f"two candidates have the id {quoted(name)}" + (f" and the system {quoted(system)}" if system else ""),
                where=f"{table.path}, {table.row(first)} and {table.row(index)}",
                hint="remove one of them; candidates of several systems need a column `system`, and several "
                "references of one id go into a file of their own",
            )


def join(predictions: Table, ids: Sequence[str], references: Table, their_ids: Sequence[str], allow: bool) -> Joined:
    """Joins candidates to their references.

    Args:
        predictions: The table of candidates.
        ids: Its ids.
        references: The table of references; several rows of one id are several references.
        their_ids: Its ids.
        allow: Leave out ids that are on one side only.

    Raises:
        UnmatchedIdError: Ids are on one side only and that is not allowed, or no id is on both.
    """
    rows: dict[str, list[int]] = {}
    for index, name in enumerate(their_ids):
        rows.setdefault(name, []).append(index)
    ours = dict.fromkeys(ids)
    no_reference = [name for name in ours if name not in rows]
    no_candidate = [name for name in rows if name not in ours]
    where = f"{predictions.path} and {references.path}"
    if len(no_reference) == len(ours):
        _no_match(list(ours), list(rows), where)
    if not no_reference and not no_candidate:
        return Joined([Pair(index, rows[name]) for index, name in enumerate(ids)], 0, [])
    if not allow:
        sides = [
            f"{count(len(names), 'id')} in {table.path} {'has' if len(names) == 1 else 'have'} no {lacking}"
            f" ({some(names)})"
            for names, table, lacking in (
                (no_reference, predictions, "reference"),
                (no_candidate, references, "candidate"),
            )
            if names
        ]
        raise UnmatchedIdError("; ".join(sides), where=where, hint="--allow-missing scores the rest and says how many")
    pairs = [Pair(index, rows[name]) for index, name in enumerate(ids) if name in rows]
    lost = len(ids) - len(pairs)
    notice = (
        f"Left out: {count(lost, 'candidate')} without a reference{_listed(no_reference)} and "
        f"{count(len(no_candidate), 'reference id')} without a candidate{_listed(no_candidate)}; "
        f"{count(len(pairs), 'example')} remain{'s' if len(pairs) == 1 else ''}."
    )
    return Joined(pairs, lost + len(no_candidate), [notice])


def uneven_systems(ids: Sequence[str], systems: Sequence[str]) -> list[str]:
    """Returns a sentence if several systems are there and do not all have a candidate for the same ids."""
    by_system: dict[str, set[str]] = {}
    for name, system in zip(ids, systems, strict=True):
        by_system.setdefault(system, set()).add(name)
    total = len(set(ids))
    short = [f"{quoted(system)} {total - len(has):,}" for system, has in by_system.items() if len(has) < total]
    if not short:
        return []
    return [f"The systems do not answer the same ids; of {total:,} ids these lack a candidate: {', '.join(short)}."]


def _listed(names: Sequence[str]) -> str:
    return f" ({some(names)})" if names else ""


def _number(cell: object, table: Table, index: int, column: str) -> str:
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGEST_EXACT:
        return str(int(cell))
    raise IdError(
        f"the id {quoted(cell)} is neither a text nor a whole number",
        where=f"{table.place(index)}, column {quoted(column)}",
        hint="write ids as texts, or choose another column with --id-col",
    )


def _without_zeros(name: str) -> str:
    return name.lstrip("0")


def _without_point_zero(name: str) -> str:
    return name.removesuffix(".0")


def _without_blanks(name: str) -> str:
    return "".join(name.split())


def _without_ending(name: str) -> str:
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return base.rsplit(".", 1)[0]


_REASONS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("leading zeros", _without_zeros),
    ("the ending '.0', which pandas gives to whole numbers beside empty cells", _without_point_zero),
    ("upper and lower case", str.casefold),
    ("blanks inside them", _without_blanks),
    ("a file ending or folder", _without_ending),
)


def _no_match(ours: list[str], theirs: list[str], where: str) -> NoReturn:
    reason = next((words for words, change in _REASONS if _meet(ours, theirs, change)), None)
    hint = f"they would match but for {reason}" if reason else "check that both files are of one data set"
    raise UnmatchedIdError(
        f"no id is in both files: {count(len(ours), 'id')} among the predictions ({some(ours)}), "
        f"{len(theirs):,} among the references ({some(theirs)})",
        where=where,
        hint=hint + "; --id-col names the id column, two names where the files differ",
    )


def _meet(ours: Iterable[str], theirs: Iterable[str], change: Callable[[str], str]) -> bool:
    return not {change(name) for name in ours}.isdisjoint(change(name) for name in theirs)
