"""Chat completions as OpenAI defined them and many servers speak them: the request's body and the reply's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from radeval.llm.backends.base import BackendError, FailureKind
from radeval.llm.capabilities import Capabilities
from radeval.llm.request import Finish, Message, Reply, Request, Sampling, Schema

_FINISHES: Mapping[str, Finish] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "length": "length",
    "max_tokens": "length",
    "content_filter": "filter",
}


def without_system(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Returns a conversation whose system turn stands at the head of the first user turn, for models that take none."""
    if messages[0].role != "system":
        return messages
    system, *rest = messages
    if not rest or rest[0].role != "user":
        return (Message("user", system.content), *rest)
    return (Message("user", f"{system.content}\n\n{rest[0].content}"), *rest[1:])


def in_words(messages: tuple[Message, ...], schema: Schema) -> tuple[Message, ...]:
    """Returns a conversation that asks for a form in words, for a model that cannot be held to it.

    The words go to the end of the system turn, or into one of their own: the stable part of the conversation.
    """
    form = json.dumps(schema.json, ensure_ascii=False, sort_keys=True)
    words = f"Answer with one JSON object and nothing else. It must satisfy this JSON schema:\n{form}"
    first, *rest = messages
    if first.role != "system":
        return (Message("system", words), *messages)
    return (Message("system", f"{first.content}\n\n{words}"), *rest)


def own_sampling(request: Request) -> Sampling:
    """Returns how a request's reply is drawn: each of several samples of one question by a seed of its own."""
    seed = request.sampling.seed
    return request.sampling if seed is None else replace(request.sampling, seed=seed + request.sample)


def chat_body(request: Request, model: str, takes: Capabilities) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Returns a request's body and the names of the sampling fields that are left out.

    Args:
        request: The request.
        model: The model's name on the server.
        takes: What the model takes, by the table and by what its server has refused.
    """
    sent, dropped = takes.sampling(own_sampling(request))
    messages = request.messages
    if request.schema is not None:
        if takes.schema:
            sent["response_format"] = _response_format(request.schema)
        else:
            messages = in_words(messages, request.schema)
    if not takes.system:
        messages = without_system(messages)
    turns = [{"role": message.role, "content": message.content} for message in messages]
    return {"model": model, "messages": turns, **sent}, dropped


def _response_format(schema: Schema) -> dict[str, Any]:
    form = {"name": schema.name, "strict": True, "schema": dict(schema.json)}
    return {"type": "json_schema", "json_schema": form}


def read_completion(body: Any, asked_model: str, dropped: tuple[str, ...] = ()) -> Reply:
    """Returns the reply that a server's JSON holds.

    Raises:
        BackendError: It holds none.
    """
    if not isinstance(body, Mapping):
        raise BackendError("transient", "the server's answer is not a chat completion")
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        raise _without_choices(body)
    choice = choices[0]
    message = choice.get("message")
    if not isinstance(message, Mapping):
        raise BackendError("transient", "the server's answer holds no message")
    usage = body.get("usage")
    counts = usage if isinstance(usage, Mapping) else {}
    content, refusal, model = message.get("content"), message.get("refusal"), body.get("model")
    return Reply(
        text=content if isinstance(content, str) else "",
        finish=_FINISHES.get(str(choice.get("finish_reason")), "other"),
        model=model if isinstance(model, str) and model else asked_model,
        input_tokens=_count(counts.get("prompt_tokens")),
        output_tokens=_count(counts.get("completion_tokens")),
        refusal=refusal if isinstance(refusal, str) and refusal else None,
        dropped=dropped,
    )


def _without_choices(body: Mapping[str, Any]) -> BackendError:
    """Names the failure of a server that reports one inside a successful answer, as gateways do."""
    error = body.get("error")
    if not isinstance(error, Mapping):
        return BackendError("transient", "the server's answer holds no choices")
    code = error.get("code")
    if not isinstance(code, int):
        return BackendError("transient", "the server's answer holds an error instead of choices")
    return BackendError(failure_kind(code), f"the server's answer holds error {code} instead of choices")


def failure_kind(status: int, code: str = "") -> FailureKind:
    """Returns what a status of HTTP means for a request.

    Args:
        status: The status.
        code: The server's own word for the failure.
    """
    if status in (401, 402, 403) or code == "insufficient_quota":
        return "denied"
    if status == 404:
        return "gone"
    if status == 429:
        return "rate_limit"
    if status in (408, 409, 425) or status >= 500:
        return "transient"
    return "bad_request"


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
