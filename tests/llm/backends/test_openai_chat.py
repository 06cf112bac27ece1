"""Servers that speak OpenAI's protocol: a real one, one that refuses fields, and what is never sent or repeated."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType
from typing import Any

import pytest

from radeval.llm.backends.base import BackendError
from radeval.llm.endpoint import key_variable, parse_endpoint
from radeval.llm.request import Reply

SECRET = "sk-proj-this-is-a-secret"


@pytest.fixture
def headers_of() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The address of a server that answers with a redirect to elsewhere, and the headers that reach it."""
    seen: list[dict[str, str]] = []

    class Redirecting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(307)
            self.send_header("Location", f"{address}/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Redirecting)
    address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield address, seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_real_server_keeps_to_the_schema(smollm2_server: str, ask: Any, replies: Any) -> None:
    found = replies(f"{smollm2_server}#smollm2", [ask("Small left effusion."), ask("Normal heart.", max_tokens=2)])
    whole, cut = found
    verdict = json.loads(whole.text)
    assert set(verdict) == {"errors", "note"}
    assert verdict["errors"] in range(10)
    assert (whole.finish, cut.finish) == ("stop", "length")
    assert whole.model == "smollm2"
    assert whole.input_tokens > 80
    assert 0 < whole.output_tokens <= 48
    assert whole.dropped == ()


def _refusing(server: ModuleType, *fields: str) -> Callable[[int, Any], Any]:
    """Refuses fields one at a time, in the words that OpenAI's servers use."""

    def script(number: int, body: Any) -> Any:
        for name in fields:
            if name in body:
                error = {"message": f"Unsupported parameter: '{name}' is not supported with this model.", "param": name}
                return server.Fail(400, body=json.dumps({"error": {**error, "code": "unsupported_parameter"}}))
        return server.Say()

    return script


def test_refused_fields_are_left_out_once_and_named(server: ModuleType, ask: Any, replies: Any) -> None:
    with server.ModelServer(_refusing(server, "temperature", "seed", "max_tokens")) as running:
        requests = [ask(f"Report {number}.", seed=7) for number in range(4)]
        found = replies(f"{running.url}#some-model", requests, concurrency=1)
    assert [reply.dropped for reply in found] == [("temperature", "seed")] * 4
    last = running.requests[-1]
    assert last["max_completion_tokens"] == 48
    assert not {"temperature", "seed", "max_tokens"} & set(last)
    # Three refusals for each request that was under way before the first was known, none for a later one.
    assert len(running.requests) <= 4 + 3 * 4


def test_what_was_refused_once_is_not_sent_again(server: ModuleType, ask: Any, make_client: Any) -> None:
    import asyncio

    from radeval.core.judging import JudgeOptions
    from radeval.llm.backends import open_backend

    with server.ModelServer(_refusing(server, "temperature")) as running:

        async def one_after_another() -> None:
            backend = open_backend(parse_endpoint(f"{running.url}#some-model"), JudgeOptions())  # type: ignore[arg-type]
            for number in range(3):
                await backend.complete(ask(f"Report {number}."))
            await backend.close()

        asyncio.run(one_after_another())
    assert ["temperature" in body for body in running.requests] == [True, False, False, False]


def test_schema_goes_into_words_where_the_server_takes_none(server: ModuleType, ask: Any, replies: Any) -> None:
    with server.ModelServer(_refusing(server, "response_format")) as running:
        (reply,) = replies(f"{running.url}#some-model", [ask("Small effusion.")])
    assert isinstance(reply, Reply)
    first, second = running.requests
    assert first["response_format"]["json_schema"]["strict"] is True
    assert "maxLength" not in first["messages"][0]["content"]
    assert "maxLength" in second["messages"][0]["content"]
    assert second["messages"][1] == first["messages"][1]


def test_a_value_that_is_too_large_is_not_taken_for_an_unknown_field(
    server: ModuleType, ask: Any, replies: Any
) -> None:
    body = json.dumps({"error": {"message": "max_tokens is too large: 48. This model supports at most 20."}})
    with server.ModelServer([server.Fail(400, body=body)]) as running:
        (failure,) = replies(f"{running.url}#some-model", [ask("Small effusion.")])
    assert failure.kind == "bad_request"
    assert "too large" in failure.detail
    assert len(running.requests) == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, None, "denied"),
        (403, None, "denied"),
        (404, "model_not_found", "gone"),
        (429, "rate_limit_exceeded", "rate_limit"),
        (429, "insufficient_quota", "denied"),
        (500, None, "transient"),
        (503, None, "transient"),
        (422, None, "bad_request"),
    ],
)
def test_statuses(server: ModuleType, ask: Any, replies: Any, status: int, code: str | None, kind: str) -> None:
    body = json.dumps({"error": {"message": f"Incorrect key {SECRET}", "code": code}})
    with server.ModelServer([server.Fail(status, {"Retry-After": "3"}, body)]) as running:
        (failure,) = replies(f"{running.url}#some-model", [ask("Small effusion.")])
    assert isinstance(failure, BackendError)
    assert (failure.kind, failure.retry_after) == (kind, 3.0)
    assert len(running.requests) == 1
    if kind == "denied":
        assert SECRET not in failure.detail


def test_a_quoted_report_is_not_repeated(server: ModuleType, ask: Any, replies: Any) -> None:
    report = "Large right pneumothorax with shift of the mediastinum."
    body = json.dumps({"detail": [{"msg": "bad", "input": report}], "message": f"cannot parse: Report: {report}"})
    with server.ModelServer([server.Fail(422, body=body)]) as running:
        (failure,) = replies(f"{running.url}#some-model", [ask(report)])
    assert "pneumothorax" not in failure.detail
    assert "422" in failure.detail


def test_content_filter_is_a_reply(server: ModuleType, ask: Any, replies: Any) -> None:
    body = json.dumps({"error": {"message": "filtered", "code": "content_filter", "param": "prompt"}})
    with server.ModelServer([server.Fail(400, body=body), server.Say(None, "content_filter")]) as running:
        found = replies(f"{running.url}#some-model", [ask("One."), ask("Two.")])
    assert [(reply.finish, reply.text) for reply in found] == [("filter", "")] * 2


def test_an_error_inside_a_successful_answer(server: ModuleType, ask: Any, replies: Any) -> None:
    with server.ModelServer([server.Fail(200, body='{"error": {"code": 502, "message": "upstream"}}')]) as running:
        (failure,) = replies(f"{running.url}#some-model", [ask("One.")])
    assert failure.kind == "transient"
    assert "502" in failure.detail


def test_time_limit_is_for_the_whole_request(server: ModuleType, ask: Any, replies: Any) -> None:
    with server.ModelServer([server.Stall()]) as running:
        (failure,) = replies(f"{running.url}#some-model", [ask("One.")], timeout=0.2)
    assert failure.kind == "transient"
    assert "0.2 s" in failure.detail


def test_openai_key_goes_to_openai_only(
    headers_of: tuple[str, list[dict[str, str]]], ask: Any, replies: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, seen = headers_of
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-mine")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    # A proxy that is set for the world must not see what stays on this machine.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    (failure,) = replies(f"{address}#some-model", [ask("One.")])
    assert "307" in failure.detail
    (headers,) = seen
    assert not any(SECRET in value or "of-mine" in value for value in headers.values())
    assert not any(name.startswith("x-stainless") for name in headers)


def test_which_key_opens_which_address(
    headers_of: tuple[str, list[dict[str, str]]], ask: Any, replies: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, seen = headers_of
    monkeypatch.setenv("RADEVAL_API_KEY", "for-my-server")
    replies(f"{address}#some-model", [ask("One.")])
    assert seen[0]["authorization"] == "Bearer for-my-server"
    names = {
        "openai/gpt-4o-mini": "OPENAI_API_KEY",
        "https://api.openai.com/v1#gpt-4o-mini": "OPENAI_API_KEY",
        "https://hospital.openai.azure.com/openai/v1#judge": "AZURE_OPENAI_API_KEY",
        "http://api.openai.com/v1#gpt-4o-mini": "RADEVAL_API_KEY",
        "https://openrouter.ai/api/v1#some/model": "RADEVAL_API_KEY",
        "https://evil-openai.azure.com.example.org/v1#m": "RADEVAL_API_KEY",
    }
    assert {text: key_variable(parse_endpoint(text).base_url) for text in names} == names  # type: ignore[union-attr]


def test_no_key_is_a_named_failure(ask: Any, replies: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (failure,) = replies("openai/gpt-4o-mini", [ask("One.")])
    assert (failure.kind, failure.detail) == ("denied", "OPENAI_API_KEY is not set")
