"""Requests for a verdict, and a way to send many of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from radeval.core.judging import JudgeOptions
from radeval.llm.backends import open_backend
from radeval.llm.backends.base import Backend, BackendError
from radeval.llm.endpoint import parse_endpoint
from radeval.llm.request import Message, Reply, Request, Sampling, Schema

VERDICT = Schema(
    "verdict",
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["errors", "note"],
        "properties": {
            "errors": {"type": "integer", "minimum": 0, "maximum": 9},
            "note": {"type": "string", "maxLength": 12},
        },
    },
)
STABLE = (
    "You compare a radiology report with a reference and count its errors. An error is a finding that is missing, "
    "added, on the wrong side or of the wrong size. Differences in wording alone are no errors. Count each error once, "
    "and name the gravest one in the note. Look at every organ in turn: lungs, pleura, heart, bones."
)


@pytest.fixture
def ask() -> Callable[..., Request]:
    """Makes requests for a verdict that differ by the report."""

    def make(report: str, schema: Schema | None = VERDICT, sample: int = 0, **sampling: Any) -> Request:
        turns = (Message("system", STABLE), Message("user", f"Report: {report}"))
        return Request(turns, schema, Sampling(**{"max_tokens": 48, **sampling}), sample)

    return make


@pytest.fixture
def replies() -> Callable[..., list[Reply | BackendError]]:
    """Asks a backend or an endpoint all at once and closes it; a failure stands in its reply's place."""

    def run(to: str | Backend, requests: Sequence[Request], **options: Any) -> list[Reply | BackendError]:
        async def all_of_them() -> list[Reply | BackendError]:
            given = JudgeOptions(**{"timeout": 60.0, **options})
            backend = open_backend(parse_endpoint(to), given) if isinstance(to, str) else to  # type: ignore[arg-type]
            try:
                found = await asyncio.gather(*map(backend.complete, requests), return_exceptions=True)
            finally:
                await backend.close()
            unexpected = [one for one in found if not isinstance(one, Reply | BackendError)]
            if unexpected:
                raise unexpected[0]
            return found  # type: ignore[return-value]

        return asyncio.run(all_of_them())

    return run
