"""Endpoints: the words by which a user names a model, such as `openai/<model>` or `http://host/v1#model`."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from radeval.core.errors import EndpointError

Kind = Literal["openai", "url", "litellm", "hf", "vllm", "gguf"]
RULES: Final = "rules"
"""What a judge's solver is called where no model is asked."""

OPENAI_ADDRESS: Final = "https://api.openai.com/v1"
OWN_KEY: Final = "RADEVAL_API_KEY"
_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
IN_PROCESS: Final = frozenset({"hf", "vllm", "gguf"})
FORMS: Final = (
    "rules, openai/<model>, http://127.0.0.1:8000/v1#<model>, litellm:<provider/model>, "
    "hf:<path or hub id>, vllm:<path or hub id> or gguf:<file>"
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model and the way to it.

    Attributes:
        kind: The way: OpenAI itself, any server that speaks its protocol, litellm, or a model in this process.
        model: The model as it is asked for: a name, a path or a hub id.
        base_url: The address of a server, without a trailing slash; None where there is none or litellm knows it.
        revision: The commit or branch of a hub id; None for what is there.
    """

    kind: Kind
    model: str
    base_url: str | None = None
    revision: str | None = None

    @property
    def local(self) -> bool:
        """Whether nothing leaves this machine: a loopback address, or a model in this process."""
        if self.kind in IN_PROCESS:
            return True
        return self.base_url is not None and is_loopback(urlsplit(self.base_url).hostname or "")

    def __str__(self) -> str:
        """Returns the text that `parse_endpoint` reads as this endpoint."""
        if self.kind == "openai":
            return f"openai/{self.model}"
        if self.kind == "url":
            return f"{self.base_url}#{self.model}"
        return f"{self.kind}:{self.model}" + (f"@{self.revision}" if self.revision else "")


def parse_endpoint(text: str) -> Endpoint | Literal["rules"]:
    """Returns what a judge's solver names: an endpoint, or "rules" for the report reader.

    Raises:
        EndpointError: The text is none of the forms; the hint shows the right one.
    """
    text = text.strip()
    if text == RULES:
        return RULES
    if re.match(r"https?://", text, re.IGNORECASE):
        return _url(text)
    if text.startswith("openai/") and len(text) > len("openai/"):
        return Endpoint("openai", text.removeprefix("openai/"), OPENAI_ADDRESS)
    kind, colon, model = text.partition(":")
    if colon and model and kind in get_args(Kind) and kind not in ("openai", "url"):
        return _named(kind, model, text)  # type: ignore[arg-type]
    raise EndpointError("this names no way to a model", where=f"judge={text}", hint=_right_form(text))


def key_variable(address: str | None) -> str:
    """Returns the variable of the environment that holds the key to an address: OpenAI's is sent to OpenAI only.

    Args:
        address: The address; None for one that is not known, which gets no key of a provider's.
    """
    host = urlsplit(address or "").hostname or ""
    if (address or "").startswith("https:") and host == urlsplit(OPENAI_ADDRESS).hostname:
        return "OPENAI_API_KEY"
    return "AZURE_OPENAI_API_KEY" if host.endswith(_AZURE) else OWN_KEY


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name; no name is looked up, since a lookup can be answered anyhow."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _url(text: str) -> Endpoint:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise EndpointError(f"this is not an address: {error}", where="judge", hint=f"write {FORMS}") from None
    # The address stands in signatures and caches, so what may hold a key must not stand in it, nor be repeated here.
    if parts.username is not None or parts.password is not None or parts.query:
        raise EndpointError(
            "an address must not hold a user, a password or a query",
            where=f"judge={parts.scheme}://{host}...",
            hint=f"a key comes from the environment: {key_variable(f'{parts.scheme}://{host}')}",
        )
    bare = text.partition("#")[0].rstrip("/")
    if not host:
        raise EndpointError("this address has no host", where=f"judge={text}", hint="http://127.0.0.1:8000/v1#<model>")
    if not parts.fragment:
        raise EndpointError("this address names no model", where=f"judge={text}", hint=f"write {bare}#<model>")
    return Endpoint("url", parts.fragment, bare)


def _named(kind: Kind, model: str, text: str) -> Endpoint:
    if kind == "litellm" and "/" not in model:
        raise EndpointError(
            "litellm needs a provider", where=f"judge={text}", hint=f"for example litellm:{_provider(model)}/{model}"
        )
    revision = None
    if kind in ("hf", "vllm") and not model.startswith(("/", ".", "~")):
        model, _, found = model.partition("@")
        revision = found or None
    return Endpoint(kind, model, None, revision)


_PROVIDERS = {
    "gpt": "openai",
    "o1": "openai",
    "o3": "openai",
    "o4": "openai",
    "claude": "anthropic",
    "gemini": "gemini",
    "mistral": "mistral",
    "deepseek": "deepseek",
    "command": "cohere",
}


def _provider(model: str) -> str:
    return next((name for start, name in _PROVIDERS.items() if model.lower().startswith(start)), "<provider>")


def _right_form(text: str) -> str:
    """Returns the form that someone who wrote this most likely meant."""
    lower = text.lower()
    head, mark, rest = [*re.split(r"([/:])", text, maxsplit=1), "", ""][:3]
    if lower in ("openai", "openai/", "openai:", "chatgpt"):
        return "name the model too, for example openai/gpt-4o-mini-2024-07-18"
    if head.lower() == "openai" and mark:
        return f"write openai/{rest}"
    if head.lower() in _PROVIDERS.values() and rest:
        return f"write litellm:{head.lower()}/{rest}"
    if lower in _PROVIDERS.values():
        return f"name the model too: litellm:{lower}/<model>"
    if not mark and _provider(text) == "openai":
        return f"write openai/{text}"
    if not mark and _provider(text) != "<provider>":
        return f"write litellm:{_provider(text)}/{text}"
    if lower.endswith(".gguf"):
        return f"write gguf:{text}"
    if re.match(r"(localhost|[\d.]+):\d+", lower):
        return f"write http://{text}" + ("" if "#" in text else "/v1#<model>")
    if mark == "/":
        return f"write hf:{text} for a model in this process, or litellm:{text} for a provider's"
    return f"write {FORMS}"
