"""Clients of the misbehaving server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from radeval.core.judging import JudgeOptions
from radeval.llm import retry
from radeval.llm.backends import open_backend
from radeval.llm.client import Client
from radeval.llm.endpoint import Endpoint
from radeval.llm.request import Message, Request


@pytest.fixture(scope="session")
def server(model_server: ModuleType) -> ModuleType:
    """The module of the misbehaving server."""
    return model_server


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(retry, "LONGEST_WAIT", 0.02)


@pytest.fixture
def warnings_given() -> list[str]:
    """What clients have told the user."""
    return []


@pytest.fixture
def make_client(tmp_path: Path, warnings_given: list[str]) -> Callable[..., Client]:
    """Makes a client of a server: its options are those given, with a cache of the test's own."""

    def make(url: str, model: str = "test-model", **options: Any) -> Client:
        given = {"cache_folder": tmp_path / "cache", "timeout": 30.0, "retries": 3, **options}
        judging = JudgeOptions(**given)
        return Client(open_backend(Endpoint("url", model, url), judging), judging, warn=warnings_given.append)

    return make


@pytest.fixture
def question() -> Callable[[object], Request]:
    """Makes requests that differ by what is asked."""
    return lambda asked: Request((Message("system", "You judge."), Message("user", f"Question {asked}")))
