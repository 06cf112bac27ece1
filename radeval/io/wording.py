"""How errors and notices name things: quoted ids, counts, lists of columns."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

_MOST_COLUMNS = 20
_MOST_CHARS = 40


def quoted(value: object, limit: int = _MOST_CHARS) -> str:
    """Returns a value in quotes, shortened, with control characters escaped.

    Args:
        value: An id, a column name or a cell.
        limit: The most characters of it that are shown.
    """
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= limit else text[: limit - 3] + "...")


def some(values: Iterable[object], limit: int = 3) -> str:
    """Returns the first few values in quotes and says if there are more."""
    listed = list(values)
    return ", ".join(quoted(value) for value in listed[:limit]) + (", ..." if len(listed) > limit else "")


def count(number: int, one: str, many: str | None = None) -> str:
    """Returns a number with its noun, as in "1 row" and "2,000 rows"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def columns_there(columns: Iterable[str]) -> str:
    """Returns the sentence that lists the columns of a table."""
    names = list(columns)
    return f"its columns are {some(names, _MOST_COLUMNS)}" if names else "it has no columns"


def nearest(wanted: Iterable[str], there: Sequence[str], alike_from: float = 0.6) -> str | None:
    """Returns the name most like one of the wanted names, whatever the case, or None where none is alike.

    Args:
        wanted: The names that would do.
        there: The names to choose from.
        alike_from: The least likeness, from 0 to 1.
    """
    by_key = {name.lower(): name for name in reversed(there)}
    best: tuple[float, str] | None = None
    for name in wanted:
        for key in difflib.get_close_matches(name.lower(), list(by_key), n=1, cutoff=alike_from):
            alike = difflib.SequenceMatcher(None, name.lower(), key).ratio()
            if best is None or alike > best[0]:
                best = (alike, by_key[key])
    return best[1] if best else None
