"""One request to a backend, made until it is answered or nothing more is to be hoped for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from radeval.core.errors import AccessDeniedError, ModelError, UnreachableModelError
from radeval.core.judging import JudgeOptions
from radeval.llm.backends.base import Backend, BackendError
from radeval.llm.budget import Budget
from radeval.llm.endpoint import IN_PROCESS, key_variable
from radeval.llm.limiter import Limiter
from radeval.llm.outcome import BAD_REQUEST, NO_CONNECTION, RATE_LIMITED
from radeval.llm.prices import Price, most_input_tokens
from radeval.llm.request import Reply, Request
from radeval.llm.retry import wait_before

_REASONS: Final = {
    "bad_request": BAD_REQUEST,
    "rate_limit": RATE_LIMITED,
    "transient": NO_CONNECTION,
    "gone": NO_CONNECTION,
}
_FEWEST_FAILURES: Final = 10


class NoReplyError(Exception):
    """A request got no reply, and others may still.

    Attributes:
        reason: Why, in few fixed words.
        detail: What happened.
        calls: How often it was made.
    """

    def __init__(self, reason: str, detail: str, calls: int) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.calls = calls


class Attempts:
    """Makes requests to one backend within budget and limits, and again where they failed in passing.

    Once a request has used up its repetitions and no other one has been answered for long either, the server is taken
    for gone: nothing more is asked, so that a run ends with what it has.

    Args:
        backend: The way to the model.
        options: The limits.
        budget: What the run may spend.
        price: What the model costs; None where that is not known.
        warn: Told what the user should know, once for each kind of it.
    """

    def __init__(
        self, backend: Backend, options: JudgeOptions, budget: Budget, price: Price | None, warn: Callable[[str], None]
    ) -> None:
        self._backend = backend
        self._retries = options.retries
        # What computes in this process ends by itself, and a repetition would only come on top of it.
        in_process = backend.identity().get("kind") in IN_PROCESS
        self._timeout = None if in_process else options.timeout + 1.0
        self._limiter = Limiter(options.concurrency, options.rpm, options.tpm)
        self._counts_tokens = options.tpm is not None
        self._budget = budget
        self._price = price
        self._warn = warn
        self._answered = False
        self._failures = 0
        self._warned = False
        self._given_up: NoReplyError | None = None
        self._stopped: ModelError | None = None
        self._over = asyncio.Event()

    @property
    def slots(self) -> asyncio.Semaphore:
        """What a request holds from its first attempt until its reply is stored."""
        return self._limiter.slots

    async def reply(self, request: Request) -> tuple[Reply, int]:
        """Returns the reply to a request, and how often the request was made.

        Raises:
            NoReplyError: There is none.
            AccessDeniedError: The server refuses the key.
            UnreachableModelError: There has never been a reply, and will be none.
            BudgetError: It may cost more than is left.
        """
        for attempt in range(1, self._retries + 2):
            self._raise_if_over(attempt - 1)
            try:
                return await self._attempt(request), attempt
            except BackendError as error:
                await self._after(error, attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, request: Request) -> Reply:
        """Makes a request once; the most that it can cost counts until it is known what it did cost."""
        paid = self._price is not None and self._price.input + self._price.output > 0
        tokens = most_input_tokens(request) if paid or self._counts_tokens else 0
        length = request.sampling.max_tokens
        most = self._price.cost(tokens, length) if self._price is not None else 0.0
        await self._budget.reserve(most)
        cost = 0.0
        try:
            entry = await self._limiter.admit(tokens + length)
            cost = most
            reply = await self._complete(request)
            self._answered, self._failures = True, 0
            if reply.input_tokens is not None and reply.output_tokens is not None:
                entry.tokens = reply.input_tokens + reply.output_tokens
                cost = self._price.cost(reply.input_tokens, reply.output_tokens) if self._price is not None else 0.0
        except BackendError as error:
            # A server may bill a request whose reply was lost on the way; one that it turned away it does not.
            cost = most if error.kind == "transient" else 0.0
            raise
        finally:
            self._budget.settle(most, cost)
        return reply

    async def _complete(self, request: Request) -> Reply:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._backend.complete(request)
        except TimeoutError:
            raise BackendError("transient", f"no reply within {self._timeout:g} s") from None

    async def _after(self, error: BackendError, attempt: int) -> None:
        """Waits where a request may be made again after a failure; raises where it may not."""
        if error.kind == "denied":
            raise self._stop(
                AccessDeniedError(
                    f"{self._backend.model}: {error.detail}",
                    hint=f"check the key{self._key_place()} and what it may be used for",
                )
            ) from error
        failure = NoReplyError(_REASONS[error.kind], error.detail, attempt)
        if error.kind == "bad_request":
            raise failure from error
        if error.kind == "gone":
            self._give_up(failure)
        self._failures += 1
        wait = wait_before(attempt, error.retry_after) if attempt <= self._retries else None
        if wait is None:
            many = self._failures >= max(_FEWEST_FAILURES, 3 * (self._retries + 1))
            # Where there has never been a server, one request is enough to know.
            if many or (error.unheard and not self._answered):
                self._give_up(failure)
            raise failure from error
        if not self._warned:
            self._warned = True
            self._warn(
                f"{self._backend.model}: {error.detail}; requests are made again, each up to {self._retries} times"
            )
        if error.kind == "rate_limit" and error.retry_after is not None:
            self._limiter.pause(error.retry_after)
        await self._wait(wait)

    def _key_place(self) -> str:
        address = self._backend.identity().get("address")
        return f" in {key_variable(str(address))}" if address else ""

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return

    def _raise_if_over(self, calls: int) -> None:
        if self._stopped is not None:
            raise self._stopped
        if self._given_up is not None:
            raise NoReplyError(self._given_up.reason, self._given_up.detail, calls)

    def _give_up(self, failure: NoReplyError) -> None:
        """Asks nothing more; raises where that leaves a run without a single reply."""
        if not self._answered:
            raise self._stop(
                UnreachableModelError(
                    f"{self._backend.model} does not answer: {failure.detail}",
                    where=str(self._backend.identity().get("address") or self._backend.model),
                    hint="check that the server runs and that the address and the model's name are right",
                )
            )
        self._given_up = failure
        self._over.set()
        self._warn(f"{self._backend.model} no longer answers ({failure.detail}): the rest is not asked")
        raise failure

    def _stop(self, error: ModelError) -> ModelError:
        self._stopped = error
        self._over.set()
        return error
