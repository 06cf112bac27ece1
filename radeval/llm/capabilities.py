"""Which fields of a request a model takes, from a table (capabilities.toml) and from what its server has refused."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from radeval.llm.endpoint import Endpoint
from radeval.llm.request import Sampling

_TABLE = Path(__file__).with_name("capabilities.toml")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model takes.

    Attributes:
        temperature: Whether the temperature can be set.
        top_p: Whether the share of the probability that is drawn from can be set.
        seed: Whether a seed can be set.
        max_tokens: What its server calls the longest reply; empty where it takes no limit.
        schema: Whether its server holds replies to a strict JSON schema.
        system: Whether it takes a system message.
    """

    temperature: bool = True
    top_p: bool = True
    seed: bool = True
    max_tokens: Literal["max_tokens", "max_completion_tokens", ""] = "max_tokens"
    schema: bool = True
    system: bool = True

    def sampling(self, sampling: Sampling) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Returns the fields to be sent, by the names that the server gives them, and the names of those left out."""
        sent: dict[str, Any] = {}
        dropped = []
        for name in ("temperature", "top_p", "seed"):
            value = getattr(sampling, name)
            if value is not None:
                if getattr(self, name):
                    sent[name] = value
                else:
                    dropped.append(name)
        if self.max_tokens:
            sent[self.max_tokens] = sampling.max_tokens
        else:
            dropped.append("max_tokens")
        return sent, tuple(dropped)

    def without(self, refused: str) -> Capabilities | None:
        """Returns what is left after a server has refused a field that it names, None where that tells nothing new.

        Args:
            refused: The field by the server's name, for example "temperature", "max_tokens" or "response_format".
        """
        if refused in ("max_tokens", "max_completion_tokens"):
            if self.max_tokens != refused:
                return None
            return replace(self, max_tokens="max_completion_tokens" if refused == "max_tokens" else "")
        name = {"response_format": "schema", "json_schema": "schema"}.get(refused, refused)
        if name not in ("temperature", "top_p", "seed", "schema") or not getattr(self, name):
            return None
        changed: dict[str, Any] = {name: False}
        return replace(self, **changed)


def capabilities(endpoint: Endpoint) -> Capabilities:
    """Returns what the table says of an endpoint's model; everything is taken where it says nothing."""
    host = urlsplit(endpoint.base_url).hostname or "" if endpoint.base_url else ""
    # Models behind other servers keep their makers' names: what OpenAI's refuse says nothing of those.
    for row in _rows():
        if (
            row["kind"] == endpoint.kind
            and fnmatchcase(endpoint.model.lower(), row.get("model", "*"))
            and fnmatchcase(host.lower(), row.get("host", "*"))
        ):
            known = {field.name for field in fields(Capabilities)}
            return Capabilities(**{key: value for key, value in row.items() if key in known})
    return Capabilities()


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(_TABLE.read_text(encoding="utf-8"))["rows"])
