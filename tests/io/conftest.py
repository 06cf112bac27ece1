"""Writes small tables for the tests of this folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from radeval.core.errors import RadevalError

Write = Callable[..., str]
Refused = Callable[..., Any]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes bytes, text, or a list of records (as JSON lines or Parquet) and returns the path."""

    def _write(name: str, content: bytes | str | Sequence[dict[str, Any]]) -> str:
        path = tmp_path / name
        if isinstance(content, str):
            content = content.encode("utf-8")
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif path.suffix == ".parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            pq.write_table(pa.Table.from_pylist(list(content)), path)
        else:
            path.write_text("".join(json.dumps(record) + "\n" for record in content), encoding="utf-8")
        return str(path)

    return _write


@pytest.fixture
def refused() -> Refused:
    """Calls a function that must raise, and checks the class and words of message, place and hint."""

    def _refused(
        error: type[RadevalError],
        call: Callable[[], object],
        message: str = "",
        where: str = "",
        hint: str = "",
    ) -> None:
        with pytest.raises(RadevalError) as caught:
            call()
        assert type(caught.value) is error, caught.value
        for part, found in ((message, caught.value.message), (where, caught.value.where), (hint, caught.value.hint)):
            assert found, f"the error lacks a part: {caught.value}"
            assert re.search(part, found), f"{part!r} is not in {found!r}"

    return _refused
