"""What asking a model comes to: a checked value, or one of few reasons why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from radeval.core.score import Usage

T = TypeVar("T")

REFUSED: Final = "refused"
FILTERED: Final = "content filter"
CUT_OFF: Final = "cut off at the token limit"
OTHER_MODEL: Final = "another model answered"
EMPTY: Final = "empty reply"
NOT_JSON: Final = "not JSON"
WRONG_FORM: Final = "wrong form"
CONTRADICTS: Final = "contradicts itself"
NOT_CACHED: Final = "not in the cache"
RATE_LIMITED: Final = "rate limited"
NO_CONNECTION: Final = "no connection"
BAD_REQUEST: Final = "bad request"

REPAIRABLE: Final = frozenset({EMPTY, NOT_JSON, WRONG_FORM, CONTRADICTS})
"""Reasons that a model may mend when it is told of them."""
FAULTS: Final = frozenset({RATE_LIMITED, NO_CONNECTION, BAD_REQUEST})
"""Reasons that are the backend's fault or ours, not the model's: status error rather than unscored."""


class InvalidReply(ValueError):  # noqa: N818 - it is the reply that is at fault, and it is always caught
    """A reply cannot be used.

    Attributes:
        message: What is wrong; the model is told it.
        reason: Why, in few fixed words.
    """

    def __init__(self, message: str, reason: str = WRONG_FORM) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What asking a model came to.

    Attributes:
        value: What the reply says, checked; None where there is no usable reply.
        reason: Why there is none, in few fixed words; empty if and only if the reply could be used.
        detail: What happened in this case; may quote the reply.
        usage: What it consumed, a repair turn included. The tokens of replies from the cache do not count.
        model: The model that answered, as it calls itself; empty where none did.
    """

    value: T | None
    reason: str
    detail: str
    usage: Usage
    model: str
