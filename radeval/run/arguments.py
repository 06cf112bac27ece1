"""Makes examples of Python arguments, with errors that name the argument and the place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields
from typing import Any

from radeval.core.errors import ColumnError, DuplicateIdError, EmptyIdError, EmptyTableError, InputError, TextError
from radeval.core.example import Context, Example

_NO_CONTEXT = Context()
_CONTEXT_FIELDS = [field.name for field in fields(Context)]


def examples_from_arguments(
    candidates: Sequence[str],
    references: Sequence[str | Sequence[str]],
    ids: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    systems: Sequence[str] | None = None,
    contexts: Sequence[Context | Mapping[str, Any] | None] | None = None,
) -> list[Example]:
    """Returns the examples that the arguments of `radeval.score` mean.

    Raises:
        InputError: A bare string stands where a sequence is due, lengths differ, something is no text, or ids repeat.
    """
    texts = _sequence(candidates, "candidates")
    n = len(texts)
    if not n:
        raise EmptyTableError("there is nothing to score", where="candidates")
    others = {
        "references": _sequence(references, "references"),
        "ids": [str(index) for index in range(n)] if ids is None else _sequence(ids, "ids"),
        "groups": [""] * n if groups is None else _sequence(groups, "groups"),
        "systems": [""] * n if systems is None else _sequence(systems, "systems"),
        "contexts": [None] * n if contexts is None else _sequence(contexts, "contexts"),
    }
    for name, entries in others.items():
        if len(entries) != n:
            raise InputError(
                f"{name} has {len(entries)} entries and candidates has {n}",
                where=name,
                hint="each candidate needs one; several references of one candidate go into a list of their own",
            )
    examples = [
        Example(
            id=_name(others["ids"][index]),
            candidate=_text(texts[index], "candidates", index),
            references=_references(others["references"][index], index),
            system=_name(others["systems"][index]),
            group=_name(others["groups"][index]),
            context=_context(others["contexts"][index], index),
        )
        for index in range(n)
    ]
    if ids is not None:
        _check_ids(examples)
    return examples


def _sequence(argument: Any, name: str) -> list[Any]:
    if isinstance(argument, str | bytes):
        raise InputError(
            f"{name} is one {type(argument).__name__}, not a sequence", where=name, hint=f"put it in a list: [{name}]"
        )
    # Their iteration gives keys, columns or no order at all, which would be scored as if they were texts.
    if isinstance(argument, Mapping | Set) or getattr(argument, "ndim", 1) != 1:
        raise InputError(
            f"{name} is {type(argument).__name__}, not a sequence of one value an example",
            where=name,
            hint="for a DataFrame, name the column: frame['report']",
        )
    try:
        return argument if type(argument) is list else list(argument)
    except TypeError:
        raise InputError(f"{name} is {type(argument).__name__}, not a sequence", where=name) from None


def _name(value: Any) -> str:
    """Returns an id, system or group as text, empty where it is missing."""
    if isinstance(value, str):
        return value
    # NaN is the float that is not equal to itself; pandas has a value of its own.
    missing = value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and value != value)
    return "" if missing else str(value)


def _text(value: Any, name: str, index: int) -> str:
    if isinstance(value, str):
        return value
    raise TextError(
        f"{value!r:.40} is {type(value).__name__}, not a text",
        where=f"{name}[{index}]",
        hint="an empty report is an empty string",
    )


def _references(value: Any, index: int) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, bytes | Mapping) or not hasattr(value, "__iter__"):
        _text(value, "references", index)
    texts = tuple(_text(text, f"references[{index}]", place) for place, text in enumerate(value))
    if not texts:
        raise InputError("a candidate has no reference", where=f"references[{index}]")
    return texts


def _context(value: Any, index: int) -> Context:
    if value is None:
        return _NO_CONTEXT
    if isinstance(value, Context):
        return value
    if not isinstance(value, Mapping):
        raise InputError(f"{type(value).__name__} is no context", where=f"contexts[{index}]", hint="a mapping or None")
    unknown = [str(key) for key in value if key not in _CONTEXT_FIELDS]
    if unknown:
        raise ColumnError(
            f"a context has no field {unknown[0]!r}",
            where=f"contexts[{index}]",
            hint="known: " + ", ".join(_CONTEXT_FIELDS),
        )
    return Context(**value)


def _check_ids(examples: Sequence[Example]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for index, one in enumerate(examples):
        if not one.id.strip():
            raise EmptyIdError("an id is empty", where=f"ids[{index}]")
        first = seen.setdefault((one.id, one.system), index)
        if first != index:
            raise DuplicateIdError(
                f"the id {one.id!r} occurs twice",
                where=f"ids[{first}] and ids[{index}]",
                hint="name the systems where several wrote on one study",
            )
