"""A study of one's own: tables with ids, texts and ratings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from radeval.core.batch import Floats
from radeval.core.errors import ColumnError, DuplicateIdError, EmptyIdError, InputError, UsageError
from radeval.core.example import Context, Example
from radeval.core.info import Direction
from radeval.io import cells
from radeval.io.columns import ID_NAMES, known_column, named_column
from radeval.io.tables import Table, read_table
from radeval.io.wording import columns_there, quoted
from radeval.study.data import Problem, Study, Target, empty_ratings, with_usable_texts
from radeval.study.datasets.source import number

_GROUP = ("group", "study", "study_id")
_CANDIDATE = ("candidate", "prediction")
_REFERENCE = ("reference", "ground_truth")
_RATING = "rating"
_FORMAT = "docs/studies.md shows the columns"

Key = tuple[str, str]
"""Id and system."""


def load_custom(
    data: Path | None, ratings: Path | None, rating_columns: Sequence[str] = (), direction: Direction = "higher"
) -> Study:
    """Reads a study from the user's tables.

    Args:
        data: A table with id, candidate and reference, and if there are any group, system and ratings; None where
            scores come from another file and there are no texts.
        ratings: A table of ratings by id and, where there are several, system: columns `rating`, or `rating_...` one a
            rater, or one rating a row with a column `rater`. None where `data` has them.
        rating_columns: Names of the rating columns, one a rater, where they are called otherwise.
        direction: Which way ratings are better.

    Raises:
        InputError: A table cannot be used.
        UsageError: There is no table.
    """
    if data is None and ratings is None:
        raise UsageError(
            "a study of your own needs a table", hint="--data TABLE, or --ratings TABLE and --scores TABLE"
        )
    rated = read_table(ratings if ratings is not None else _given(data))
    texts = read_table(data) if data is not None and ratings is not None else rated
    problems: list[Problem] = []
    has_texts = data is not None
    keys = list(dict.fromkeys(item_keys(texts)))
    examples = _examples(texts, keys, has_texts)
    raters, found = _ratings(rated, keys, rating_columns, problems)
    name = Path(texts.path).stem
    found_study = Study(
        # The table's name: what was fitted to one table is not in-sample on another.
        name=f"custom:{name}",
        title=f"custom ({name})",
        examples=tuple(examples),
        targets=(Target(_RATING, "the ratings of the table", direction, found, raters),),
        problems=tuple(problems),
        has_texts=has_texts,
    )
    return with_usable_texts(found_study)


def _given(path: Path | None) -> Path:
    assert path is not None
    return path


def item_keys(table: Table) -> list[Key]:
    """Returns id and system of each row.

    Raises:
        ColumnError: There is no id column.
        EmptyIdError: A row has no id.
    """
    ids = column(table, ID_NAMES, needed=True)
    systems = column(table, ("system",))
    keys = []
    for row in range(len(table)):
        name = cells.plain(table.columns[ids][row])
        if not name:
            raise EmptyIdError("the row has no id", where=table.place(row), hint="every item needs one")
        keys.append((name, cells.plain(table.columns[systems][row]) if systems else ""))
    return keys


def column(table: Table, names: Sequence[str], *, needed: bool = False) -> str:
    """Returns the first column of several names, empty where there is none.

    Raises:
        ColumnError: There is none, though it is needed.
    """
    for name in names:
        found = known_column(table, name)
        if found is not None:
            return found
    if needed:
        raise ColumnError(
            f"there is no column {' or '.join(names)}; {columns_there(table.columns)}", where=table.path, hint=_FORMAT
        )
    return ""


def _examples(table: Table, keys: Sequence[Key], has_texts: bool) -> list[Example]:
    rows = {key: row for row, key in reversed(list(enumerate(item_keys(table))))}
    groups = column(table, _GROUP)
    sides = [column(table, names, needed=has_texts) for names in (_CANDIDATE, _REFERENCE)] if has_texts else []
    _check_repeated(table, [*sides, *([groups] if groups else [])], rows)
    shared = len({key[0] for key in keys}) < len(keys)
    examples = []
    for key in keys:
        row = rows[key]
        candidate, reference = (cells.plain(table.columns[side][row]) for side in sides) if has_texts else ("", "")
        examples.append(
            Example(
                id=f"{key[0]}/{key[1]}" if shared else key[0],
                candidate=candidate,
                references=(reference,),
                system=key[1],
                group=cells.plain(table.columns[groups][row]) if groups else key[0],
                context=_context(table, row),
            )
        )
    return examples


def _check_repeated(table: Table, columns: Sequence[str], rows: dict[Key, int]) -> None:
    """Raises where an item appears twice and is not the same: rows of several raters repeat its texts.

    Raises:
        DuplicateIdError: An item has different texts or groups.
    """
    for row, key in enumerate(item_keys(table)):
        for name in columns:
            if cells.plain(table.columns[name][row]) != cells.plain(table.columns[name][rows[key]]):
                raise DuplicateIdError(
                    f"the item {quoted('/'.join(key).rstrip('/'))} has another {name} than in row {rows[key] + 1}",
                    where=table.place(row),
                    hint="an item is one candidate: give each an id, or a system, of its own",
                )


def _context(table: Table, row: int) -> Context:
    def cell(name: str) -> object:
        found = known_column(table, name)
        return None if found is None else table.columns[found][row]

    return Context(
        age=cells.age(cell("age")),
        sex=cells.sex(cell("sex")),
        indication=cells.text(cell("indication")),
        comparison=cells.text(cell("comparison")),
        modality=cells.lower(cell("modality")) or None,
    )


def _ratings(
    table: Table, keys: Sequence[Key], names: Sequence[str], problems: list[Problem]
) -> tuple[tuple[str, ...], Floats]:
    columns = [named_column(table, name, "--rating-col") for name in names]
    columns = columns or [name for name in table.columns if name.lower() == _RATING]
    columns = columns or [name for name in table.columns if name.lower().startswith(f"{_RATING}_")]
    if not columns:
        raise ColumnError(
            f"there is no column rating or rating_...; {columns_there(table.columns)}",
            where=table.path,
            hint="name the columns with --rating-col",
        )
    rater = column(table, ("rater",))
    places = places_of(table, keys, problems)
    if not rater:
        raters = tuple(columns)
        found = empty_ratings(len(keys), raters)
        for row, place in enumerate(places):
            if place is not None and np.isfinite(found[place]).any():
                raise InputError(
                    "the item is rated in two rows",
                    where=table.place(row),
                    hint="a column rater says who gave each rating",
                )
            for number_, name in enumerate(columns):
                if place is not None:
                    found[place, number_] = _cell(table, row, name, problems)
        return raters, found
    who = [cells.plain(cell) for cell in table.columns[rater]]
    raters = tuple(sorted(set(who)))
    found = empty_ratings(len(keys), raters)
    for row, place in enumerate(places):
        if place is None:
            continue
        if np.isfinite(found[place, raters.index(who[row])]):
            problems.append(Problem(table.place(row), "the rater has rated this item before; the first rating is used"))
            continue
        found[place, raters.index(who[row])] = _cell(table, row, columns[0], problems)
    return raters, found


def _cell(table: Table, row: int, name: str, problems: list[Problem]) -> float:
    cell = table.columns[name][row]
    return number(cell.strip() if isinstance(cell, str) else cell, f"{table.place(row)}, {name}", problems)


def places_of(table: Table, keys: Sequence[Key], problems: list[Problem]) -> list[int | None]:
    """Returns which item each row is of; a row of none is listed.

    Args:
        table: A table with ids, and systems where the items have several.
        keys: The items.
        problems: Rows of no item are added here.
    """
    by_key = {key: place for place, key in enumerate(keys)}
    ids = [key[0] for key in keys]
    by_id = {name: place for place, name in enumerate(ids)} if len(set(ids)) == len(ids) else {}
    found = []
    for row, key in enumerate(item_keys(table)):
        joined = f"{key[0]}/{key[1]}"
        place = by_key.get(key, by_key.get((joined, key[1]), by_key.get((joined, ""))))
        if place is None and not key[1]:
            place = by_id.get(key[0])
        if place is None:
            problems.append(Problem(table.place(row), f"there is no item {quoted('/'.join(key).rstrip('/'))}"))
        found.append(place)
    return found
