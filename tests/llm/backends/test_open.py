"""Which package each way to a model needs, and that none is imported before it is used."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import Any

import pytest

from radeval.core.errors import MissingExtraError
from radeval.core.judging import JudgeOptions
from radeval.llm.backends import open_backend
from radeval.llm.endpoint import parse_endpoint

ENDPOINTS = {
    "openai/gpt-4o-mini": ("api", "openai"),
    "http://127.0.0.1:8000/v1#m": ("api", "openai"),
    "litellm:anthropic/claude-sonnet-4-5": ("api", "litellm"),
    "hf:owner/name": ("models", "transformers"),
    "gguf:model.gguf": ("gguf", "xllamacpp"),
    "vllm:owner/name": ("vllm", "vllm"),
}


@pytest.mark.parametrize("text", ENDPOINTS)
def test_a_missing_package_is_named_with_its_extra(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    extra, package = ENDPOINTS[text]
    there = importlib.util.find_spec
    monkeypatch.setattr("radeval.llm.backends.find_spec", lambda name: None if name == package else there("json"))
    with pytest.raises(MissingExtraError) as error:
        open_backend(parse_endpoint(text), JudgeOptions())  # type: ignore[arg-type]
    assert package in error.value.message
    assert error.value.hint == f'pip install "radeval-judge[{extra}]"'


def test_opening_imports_and_connects_nothing() -> None:
    code = """
import sys
from radeval.core.judging import JudgeOptions
from radeval.llm.backends import open_backend
from radeval.llm.endpoint import parse_endpoint
for text in sys.argv[1:]:
    open_backend(parse_endpoint(text), JudgeOptions())
heavy = {"torch", "transformers", "litellm", "openai", "httpx", "xllamacpp", "vllm", "llguidance", "huggingface_hub"}
print(sorted(heavy & set(sys.modules)))
"""
    texts = [text for text in ENDPOINTS if not text.startswith("vllm")]
    done = subprocess.run([sys.executable, "-c", code, *texts], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_litellm_asks_no_network_when_imported(server: Any, ask: Any, tmp_path: Any) -> None:
    """In a process of its own, where every connection that is not to this machine fails the test."""
    code = """
import asyncio, json, os, socket, sys
def watch(event, arguments):
    if event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", "localhost"):
        print("looked up", arguments[0], file=sys.stderr); os._exit(9)
    if event == "socket.connect" and arguments[1][0] != "127.0.0.1":
        print("connected to", arguments[1], file=sys.stderr); os._exit(9)
sys.addaudithook(watch)
from radeval.core.judging import JudgeOptions
from radeval.llm.backends import open_backend
from radeval.llm.backends.base import BackendError
from radeval.llm.endpoint import parse_endpoint
from radeval.llm.request import Message, Request, Sampling, Schema
schema = Schema("verdict", {"type": "object", "additionalProperties": False, "required": [], "properties": {}})
request = Request((Message("system", "You judge."), Message("user", "One.")), schema, Sampling(seed=3))
async def main():
    backend = open_backend(parse_endpoint("litellm:hosted_vllm/some-model"), JudgeOptions(timeout=20))
    found = []
    for _ in range(2):
        try:
            reply = await backend.complete(request)
            found.append([reply.text, reply.finish, reply.model, reply.input_tokens, reply.output_tokens])
        except BackendError as error:
            found.append([error.kind, error.retry_after])
    await backend.close()
    print(json.dumps(found))
asyncio.run(main())
"""
    import json
    import os

    with server.ModelServer([server.Say(), server.Fail(429, {"Retry-After": "2"})]) as running:
        environment = {**os.environ, "HOSTED_VLLM_API_BASE": running.url, "HOSTED_VLLM_API_KEY": "none"}
        environment.pop("LITELLM_LOCAL_MODEL_COST_MAP", None)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, env=environment, check=False
        )
    assert done.returncode == 0, done.stderr[-2000:]
    reply, failure = json.loads(done.stdout.strip().splitlines()[-1])
    assert reply == ['{"verdict": true}', "stop", "some-model", 100, 10]
    assert failure == ["rate_limit", 2.0]
    assert len(running.requests) == 2
    assert running.requests[0]["seed"] == 3
    assert running.requests[0]["response_format"]["json_schema"]["strict"] is True
