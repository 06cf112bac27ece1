"""Reads .jsonl files: one JSON object a line, whose keys are the columns."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NoReturn

from radeval.core.errors import EmptyTableError, EncodingError, TableFormatError
from radeval.io.files import Parsed, column_names, open_text
from radeval.io.wording import quoted

_KINDS = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number", type(None): "null"}


class _RepeatedKeyError(Exception):
    pass


def parse_jsonlines(path: Path) -> Parsed:
    """Reads a table with one JSON object a line. A key that a line lacks is a missing cell.

    Raises:
        InputError: The file cannot be read, is not UTF-8, is empty, or does not follow the format.
    """
    decoder = json.JSONDecoder(object_pairs_hook=_unique)
    records: list[dict[str, object]] = []
    lines: list[int] = []
    columns: dict[str, None] = {}
    for number, line in enumerate(open_text(path), start=1):
        text = line.strip()
        if not text:
            continue
        where = f"{path}, row {len(records) + 1} (line {number})"
        record = _decode(decoder, text, where)
        if not record.keys() <= columns.keys():
            names = column_names(record, where)
            record = dict(zip(names, record.values(), strict=True))
            columns.update(dict.fromkeys(names))
        records.append(record)
        lines.append(number)
    if not records:
        raise EmptyTableError("the file is empty", where=str(path), hint="each line is one object, one a report")
    return Parsed({name: [record.get(name) for record in records] for name in columns}, lines)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise _RepeatedKeyError(next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1))
    return record


def _decode(decoder: json.JSONDecoder, text: str, where: str) -> dict[str, object]:
    try:
        value = decoder.decode(text)
    except json.JSONDecodeError as error:
        _broken(error, text, where)
    except _RepeatedKeyError as error:
        raise TableFormatError(
            f"the key {quoted(str(error))} is there twice in one object", where=where, hint="rename or remove one"
        ) from None
    except RecursionError:
        raise TableFormatError("the JSON is nested too deeply", where=where, hint="columns are plain values") from None
    except ValueError as error:
        raise TableFormatError(f"the JSON cannot be read: {error}", where=where) from None
    if not isinstance(value, dict):
        raise TableFormatError(
            f"the line holds {_KINDS.get(type(value), 'something else')}, not an object",
            where=where,
            hint='each line is one object, as in {"id": "1", "report": "..."}',
        )
    # Half a surrogate pair is valid JSON and can be written to no UTF-8 file.
    if "\\ud" in text or "\\uD" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise EncodingError(
                "the line holds half of a surrogate pair, which is no character",
                where=where,
                hint="write the text again from its source; it was cut inside a character",
            ) from None
    return value


def _broken(error: json.JSONDecodeError, text: str, where: str) -> NoReturn:
    hint = "each line must be one whole JSON object"
    if text in ("[", "{") or (text.startswith("[") and not text.endswith("]")):
        hint += (
            "; this looks like one JSON document over several lines"
            " (pandas: to_json(..., orient='records', lines=True))"
        )
    raise TableFormatError(
        f"the line is not JSON: {error.msg}, at character {error.pos + 1}", where=where, hint=hint
    ) from None
