"""Prices of models, from a dated table (prices.toml). A price that is not in it is unknown, never a guess."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from radeval.core.info import ParameterValue
from radeval.llm.request import Request

_TABLE = Path(__file__).with_name("prices.toml")
_MILLION = 1_000_000
_FRAME = 16
"""Tokens that a server puts around each message: at most a few, so this is an upper bound."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in US dollars for a million tokens.

    Attributes:
        input: Tokens read; discounts for repeated beginnings are left out, so the true cost may be lower.
        output: Tokens written, hidden thoughts included.
        source: Where the price stands.
        date: When it stood there.
    """

    input: float
    output: float
    source: str = ""
    date: str = ""

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """Returns what a reply of so many tokens costs."""
        return (input_tokens * self.input + output_tokens * self.output) / _MILLION


FREE = Price(0.0, 0.0)


def price_of(identity: Mapping[str, ParameterValue], local: bool) -> Price | None:
    """Returns what the model of a backend costs: nothing where it is on this machine, None where it is not known.

    Args:
        identity: The backend's own description: kind, address, model.
        local: Whether it is on this machine.
    """
    if local:
        return FREE
    model = str(identity.get("model", ""))
    provider = ""
    if identity.get("kind") == "litellm":
        provider, _, model = model.partition("/")
    elif identity.get("kind") == "openai":
        host = urlsplit(str(identity.get("address", ""))).hostname
        provider = "openai" if host == "api.openai.com" else ""
    for row in _rows():
        if row["provider"] == provider and model in row["models"]:
            return Price(row["input"], row["output"], row["source"], row["date"])
    return None


def most_input_tokens(request: Request) -> int:
    """Returns an upper bound on the tokens of a request: no tokenizer makes more of a text than it has bytes."""
    sizes = [len(message.content.encode("utf-8", "surrogatepass")) + _FRAME for message in request.messages]
    return sum(sizes) + (len(str(request.schema.json)) if request.schema is not None else 0)


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(_TABLE.read_text(encoding="utf-8"))["rows"])
