"""Which fields of a request a model takes, as far as known before its server refuses one (capabilities.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from radeval.llm.backends.base import Structure
from radeval.llm.endpoint import Endpoint

_TABLE = Path(__file__).with_name("capabilities.toml")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model takes.

    Attributes:
        temperature: Whether the temperature can be set.
        top_p: Whether the share of probability that is drawn from can be set.
        seed: Whether a seed can be set.
        length: What its server calls the longest reply.
        structure: How its replies are held to a schema.
    """

    temperature: bool = True
    top_p: bool = True
    seed: bool = True
    length: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    structure: Structure = "native"


def capabilities_of(endpoint: Endpoint) -> Capabilities:
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
