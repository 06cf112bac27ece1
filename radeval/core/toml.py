"""Reads TOML files that users write, and says in which line one is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from radeval.core.errors import RadevalError

if TYPE_CHECKING:
    from pydantic import BaseModel

Form = TypeVar("Form", bound="BaseModel")
Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([\w\"'.-]+)\s*=\s*(.*)$")


def parse_toml(text: str, form: type[Form], *, name: str, error: type[RadevalError], what: str, hint: str) -> Form:
    """Returns what a TOML text holds, in its form.

    Args:
        text: The file's text.
        form: The form that it must have.
        name: The file's name, for errors.
        error: The error to raise.
        what: What the file is, for errors, for example "the lexicon pack".
        hint: Where the format is told.

    Raises:
        error: The text is not TOML or has another form; it names file and line.
    """
    from pydantic import ValidationError

    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as found:
        told = re.search(r"at line (\d+)", str(found))
        number = int(told[1]) if told else max(1, len(text.splitlines()))
        raise error(f"{what} is not TOML", where=f"{name}, line {number}", hint=str(found)) from found
    try:
        return form.model_validate(content)
    except ValidationError as found:
        first = found.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        where = f"{name}, line {line_of(text, first['loc'])}"
        raise error(f"{place}: {first['msg']}" if place else first["msg"], where=where, hint=hint) from None


def line_of(text: str, location: Sequence[str | int]) -> int:
    """Returns the line of an entry of a TOML text, else of the nearest one that holds it, counted from 1.

    Args:
        text: The file's text.
        location: Keys and numbers of array entries that lead to it.
    """
    lines = _lines(text)
    wanted = tuple(location)
    for length in range(len(wanted), 0, -1):
        if wanted[:length] in lines:
            return lines[wanted[:length]]
    return 1


def _lines(text: str) -> dict[Path, int]:
    """Returns the line at which each table and key begins."""
    lines: dict[Path, int] = {}
    entries: dict[Path, int] = {}
    table: Path = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), 1):
        if closing:
            if closing in line:
                closing = ""
        elif header := _HEADER.match(line):
            table = _table(header[2], header[1] == "[[", entries)
            for length in range(1, len(table) + 1):
                lines.setdefault(table[:length], number)
        elif key := _KEY.match(line):
            for length in range(1, len(_names(key[1])) + 1):
                lines.setdefault((*table, *_names(key[1])[:length]), number)
            opening = key[2][:3]
            if opening in ('"""', "'''") and opening not in key[2][3:]:
                closing = opening
    return lines


def _names(dotted: str) -> list[str]:
    return [name.strip().strip("\"'") for name in dotted.split(".")]


def _table(dotted: str, is_entry: bool, entries: dict[Path, int]) -> Path:
    """Returns the path of a header; within an array of tables, its latest entry is meant."""
    path: Path = ()
    names = _names(dotted)
    for place, name in enumerate(names):
        path = (*path, name)
        if is_entry and place == len(names) - 1:
            entries[path] = entries.get(path, -1) + 1
        if path in entries:
            path = (*path, entries[path])
    return path
