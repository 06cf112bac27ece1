"""What is asked of a model, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length", "filter", "other"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    Attributes:
        role: Who speaks.
        content: What is said.
    """

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a reply is drawn. A field that is None is left to the backend.

    Attributes:
        temperature: 0 for the most likely reply.
        top_p: Share of the probability that is drawn from.
        seed: Seed of the draw, where the backend has one.
        max_tokens: Longest reply, in tokens.
    """

    temperature: float | None = 0.0
    top_p: float | None = None
    seed: int | None = None
    max_tokens: int = 2048


@dataclass(frozen=True, slots=True)
class Schema:
    """The form that a reply must have.

    Attributes:
        name: Its name, letters, digits and underscores.
        json: The JSON schema: objects closed, every field required, as strict structured output asks for.
    """

    name: str
    json: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model. Equal requests have equal replies, as far as the backend is deterministic.

    Attributes:
        messages: The conversation, its stable part first, so that a server can reuse what it has read.
        schema: The form of the reply; None for free text.
        sampling: How the reply is drawn.
        sample: Which of several samples of one question, counted from 0.
    """

    messages: tuple[Message, ...]
    schema: Schema | None = None
    sampling: Sampling = Sampling()
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered, as it came.

    Attributes:
        text: The reply's text; empty where there is none.
        finish: Why the reply ended: by itself, at the length limit, by a content filter.
        model: The model that the backend says has answered.
        input_tokens: Tokens read; None where the backend does not say.
        output_tokens: Tokens written; None where the backend does not say.
        refusal: The refusal's words, where the backend marks a reply as one.
        dropped: Names of the sampling fields that the model does not take and that were left out.
    """

    text: str
    finish: Finish
    model: str
    input_tokens: int | None = None
    output_tokens: int | None = None
    refusal: str | None = None
    dropped: tuple[str, ...] = ()
