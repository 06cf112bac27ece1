"""What every way to reach a model offers, and how it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from radeval.core.info import ParameterValue
from radeval.llm.request import Reply, Request

FailureKind = Literal["rate_limit", "transient", "bad_request", "denied", "gone"]
Structure = Literal["native", "grammar", "text"]


class BackendError(Exception):
    """A request got no reply.

    Attributes:
        kind: "rate_limit" and "transient" (timeouts, broken connections, server errors) may be tried again;
            "bad_request" (this request can never succeed), "denied" (key or permission) and "gone" (no server, no
            model: nothing can succeed) may not.
        retry_after: Seconds that the server asks to wait, None where it does not say.
        detail: What happened, without keys or report text.
        unheard: Whether no server was reached, so that it had nothing to do with this request.
    """

    def __init__(
        self, kind: FailureKind, detail: str, retry_after: float | None = None, *, unheard: bool = False
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after
        self.unheard = unheard


class Backend(Protocol):
    """A way to reach one model.

    Attributes:
        model: The model as it was asked for.
        local: Whether nothing leaves this machine: a loopback address, or a model in this process.
        structure: How replies are held to a schema: by the model's server ("native"), by constrained decoding here
            ("grammar"), or only by asking for it in words ("text").
    """

    model: str
    local: bool
    structure: Structure

    def identity(self) -> Mapping[str, ParameterValue]:
        """Returns what decides its replies beside the request: kind, address, model; revision and dtype if local."""

    async def complete(self, request: Request) -> Reply:
        """Returns the reply to one request. Never retries.

        Raises:
            BackendError: There is no reply.
        """

    async def close(self) -> None:
        """Gives connections and memory back."""
