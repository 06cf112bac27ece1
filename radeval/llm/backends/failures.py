"""What the openai package raises, as failures of ours; litellm's errors are subclasses of the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from radeval.llm.backends.base import BackendError
from radeval.llm.backends.chat import failure_kind
from radeval.llm.request import Request
from radeval.llm.retry import retry_after

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAIError

_QUOTED = 24
"""A run of so many characters that also stands in a request is taken for a quotation of it."""

_REFUSING = re.compile(
    r"unsupported|not (?:be )?(?:supported|permitted|allowed|implemented|available)|isn't supported"
    r"|(?:does|do)(?:n't| not) support|only the default|unknown|unrecogni[sz]ed|unexpected|deprecated"
    r"|extra (?:fields?|inputs?|parameters?)|invalid[ _](?:json_)?schema"
)
_FIELDS = ("temperature", "top_p", "seed", "response_format", "max_completion_tokens", "max_tokens")
"""What a request can do without, once a server has said that it does not take it."""

_FILTERS = ("content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation")


def failure_of(error: OpenAIError, request: Request) -> BackendError:
    """Returns the failure that an error of the openai package stands for.

    Its detail holds neither a key (servers quote refused ones) nor report text (servers quote invalid requests).
    """
    import openai

    if isinstance(error, openai.APITimeoutError):
        return BackendError("transient", "the request took too long")
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__
        named = type(cause).__name__ if cause else "unknown cause"
        return BackendError("transient", f"no connection ({named})", unheard=named == "ConnectError")
    if not isinstance(error, openai.APIStatusError):
        return BackendError("transient", f"the server's answer cannot be read ({type(error).__name__})")
    status, code = error.status_code, error_code(error)
    kind = failure_kind(status, code)
    detail = f"HTTP {status}" + (f" {code}" if code else "")
    if kind != "denied":
        said = _unquoted(_message(error), request)
        detail += f": {said}" if said else ""
    headers = getattr(error, "litellm_response_headers", None) or error.response.headers
    return BackendError(kind, detail, retry_after(headers.get("retry-after")))


def is_filtered(error: APIStatusError) -> bool:
    """Tells whether a refused request met a content filter: it has an answer, which is none."""
    details = error.body if isinstance(error.body, Mapping) else {}
    inner = details.get("innererror")
    codes = {error_code(error), str(inner.get("code")) if isinstance(inner, Mapping) else ""}
    return error.status_code == 400 and not codes.isdisjoint(_FILTERS)


def refused_field(error: APIStatusError, body: Mapping[str, Any]) -> str | None:
    """Returns the field of a body that a server does not take, where it names one that can be left out."""
    if error.status_code not in (400, 422):
        return None
    details = error.body if isinstance(error.body, Mapping) else {}
    message = f"{error_code(error)} {_message(error)}".lower()
    # A value that is too large is also named; leaving the field out would not be what was asked for.
    if not _REFUSING.search(message):
        return None
    named = str(details.get("param") or "").split(".")[0]
    if named in _FIELDS and named in body:
        return named
    # "max_tokens is not supported, use max_completion_tokens" names both; the one in the body was refused.
    names = [name for name in _FIELDS if name in message and name in body]
    if "json_schema" in message and "response_format" in body:
        names.append("response_format")
    return names[0] if names else None


def error_code(error: APIStatusError) -> str:
    """Returns the server's own word for a failure, empty where it has none."""
    details = error.body if isinstance(error.body, Mapping) else {}
    for key in ("code", "type"):
        word = details.get(key)
        if isinstance(word, str) and word and len(word) <= 60:
            return word
    return ""


def _message(error: APIStatusError) -> str:
    details = error.body if isinstance(error.body, Mapping) else {}
    said = details.get("message", details.get("detail", ""))
    return said if isinstance(said, str) else ""


def _unquoted(message: str, request: Request) -> str:
    """Returns a server's words, or nothing where they quote the request: a report must not reach a log."""
    said = " ".join(message.split())[:300]
    asked = " ".join(" ".join(turn.content.split()) for turn in request.messages)
    starts = range(max(1, len(said) - _QUOTED + 1))
    return "" if any(said[start : start + _QUOTED] in asked for start in starts) else said
