"""Asks a model: from the cache where it can, with consent and within budget and limits where it must."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from radeval.core.errors import ConsentError, UnknownPriceError
from radeval.core.info import ParameterValue
from radeval.core.judging import JudgeOptions
from radeval.core.score import Usage
from radeval.llm.attempts import Attempts, NoReplyError
from radeval.llm.backends.base import Backend
from radeval.llm.budget import Budget
from radeval.llm.cache import VALID, ReplyCache
from radeval.llm.cache_file import cache_file
from radeval.llm.outcome import (
    CUT_OFF,
    EMPTY,
    FILTERED,
    NOT_CACHED,
    OTHER_MODEL,
    REFUSED,
    REPAIRABLE,
    WRONG_FORM,
    InvalidReply,
    Outcome,
)
from radeval.llm.prices import price_of
from radeval.llm.request import Reply, Request
from radeval.llm.served import is_other_model, named_by_user

T = TypeVar("T")
Parse = Callable[[str], T]
Repair = Callable[[Request, Reply, str], Request]


@dataclass(frozen=True, slots=True)
class _Turn(Generic[T]):
    """What one request came to; `reply` is None where there was no reply."""

    value: T | None
    reason: str
    detail: str
    usage: Usage
    reply: Reply | None


class Client:
    """Asks one model, for the length of a run and in one event loop.

    A request goes through the cache, then consent and budget, then the limits, and is made again where it failed in
    passing. Equal requests are made once, also while the first one is under way, unless the cache is off. A request
    counts as under way until its reply is stored: whenever a run is killed, at most `concurrency` of them are repeated.

    Args:
        backend: The way to the model.
        options: Limits and permissions.
        warn: Told what the user should know, each text once.
        budget: What the run may spend, where several clients share it.

    Raises:
        CacheError: The file of stored replies cannot be used.
    """

    def __init__(
        self,
        backend: Backend,
        options: JudgeOptions,
        *,
        warn: Callable[[str], None],
        budget: Budget | None = None,
    ) -> None:
        identity = backend.identity()
        self._backend = backend
        self._options = options
        self._tell = warn
        self._told: set[str] = set()
        self._price = price_of(identity, backend.local)
        self._compare_model = not named_by_user(identity)
        self._attempts = Attempts(backend, options, budget or Budget(options.max_cost), self._price, self._warn)
        self._cache: ReplyCache | None = None
        if options.cache != "off":
            path = cache_file(options.cache_folder)
            self._cache = ReplyCache(path, identity, writable=options.cache == "write")
        self._under_way: dict[bytes, asyncio.Future[Reply | NoReplyError | None]] = {}
        self._served: set[str] = set()
        self._dropped: set[str] = set()

    async def ask(self, request: Request, parse: Parse[T], *, repair: Repair | None = None) -> Outcome[T]:
        """Returns what a request comes to.

        Args:
            request: The request.
            parse: Returns the value of a reply's text; raises InvalidReply, or another ValueError, where it is of no
                use. Called for stored replies, too.
            repair: Returns the request that tells the model what is wrong with its reply; made once.

        Raises:
            ConsentError: It would leave this machine without permission.
            BudgetError: It may cost more than is left, or what it costs is not known.
            AccessDeniedError: The server refuses the key.
            UnreachableModelError: There has never been a reply, and will be none.
            CacheError: The stored replies cannot be read.
        """
        outcome = await self._converse(request, parse, repair, fresh=False)
        stored = outcome.usage.cached and not outcome.usage.calls
        if outcome.reason and stored and self._options.retry_unscored and self._options.cache != "only":
            again = await self._converse(request, parse, repair, fresh=True)
            return replace(again, usage=outcome.usage + again.usage)
        return outcome

    def observed(self) -> Mapping[str, ParameterValue]:
        """Returns what only replies tell: the models that answered, and the fields that they do not take."""
        named = {"served": self._served, "dropped": self._dropped}
        return {name: "+".join(sorted(values)) for name, values in named.items() if values}

    async def close(self) -> None:
        """Closes the cache and gives the backend's connections and memory back."""
        if self._cache is not None:
            self._cache.close()
        await self._backend.close()

    async def _converse(self, request: Request, parse: Parse[T], repair: Repair | None, *, fresh: bool) -> Outcome[T]:
        first = await self._turn(request, parse, fresh)
        if first.reply is None or first.reason not in REPAIRABLE or repair is None:
            return _outcome(first)
        second = await self._turn(repair(request, first.reply, first.detail), parse, fresh)
        both = replace(second, usage=first.usage + second.usage)
        if second.reason:
            both = replace(both, detail=f"{second.detail} (the first reply: {first.detail})")
        return _outcome(both)

    async def _turn(self, request: Request, parse: Parse[T], fresh: bool) -> _Turn[T]:
        """Returns what one request comes to: from the cache, from an equal request under way, or from the model."""
        cache = self._cache
        if cache is None:
            return await self._ask_model(request, parse, None, None)
        key = cache.key(request)
        while True:
            stored = None if fresh else self._stored(cache, key)
            if stored is not None:
                return self._judge(stored, parse, Usage(cached=1))
            if self._options.cache == "only":
                return _Turn(None, NOT_CACHED, "there is no stored reply to this request", Usage(), None)
            if (equal := self._under_way.get(key)) is None:
                break
            # Shielded, because whoever waits here and is cancelled must not take the others' answer away.
            shared = await asyncio.shield(equal)
            if isinstance(shared, Reply):
                return self._judge(shared, parse, Usage(cached=1))
            if shared is not None:
                return _Turn(None, shared.reason, shared.detail, Usage(), None)
        result: asyncio.Future[Reply | NoReplyError | None] = asyncio.get_running_loop().create_future()
        self._under_way[key] = result
        try:
            return await self._ask_model(request, parse, key, result)
        finally:
            del self._under_way[key]
            if not result.done():
                result.set_result(None)

    def _stored(self, cache: ReplyCache, key: bytes) -> Reply | None:
        reply = cache.get(key)
        if cache.damaged:
            self._warn("stored replies are damaged and are asked for again; see `radeval cache check`")
        return reply

    async def _ask_model(
        self,
        request: Request,
        parse: Parse[T],
        key: bytes | None,
        result: asyncio.Future[Reply | NoReplyError | None] | None,
    ) -> _Turn[T]:
        """Makes a request and stores its reply before its slot is free for another one."""
        self._check_permission()
        async with self._attempts.slots:
            try:
                reply, calls = await self._attempts.reply(request)
            except NoReplyError as failure:
                if result is not None:
                    result.set_result(failure)
                unknown = self._price is None and failure.calls > 0
                usage = Usage(calls=failure.calls, cost_usd=None if unknown else 0.0)
                return _Turn(None, failure.reason, failure.detail, usage, None)
            outcome = WRONG_FORM
            try:
                turn = self._judge(reply, parse, self._usage(reply, calls))
                outcome = turn.reason or VALID
            finally:
                # Even where `parse` fails by a fault of its own: the reply has come and is not asked for again.
                self._store(key, reply, outcome)
            if result is not None:
                result.set_result(reply)
            return turn

    def _store(self, key: bytes | None, reply: Reply, outcome: str) -> None:
        if self._cache is None or key is None:
            return
        problem = self._cache.put(key, reply, outcome)
        if problem:
            self._warn(f"replies are not stored and would have to be asked for again: {problem}")

    def _judge(self, reply: Reply, parse: Parse[T], usage: Usage) -> _Turn[T]:
        """Returns what a reply is worth: its value, or why it has none."""
        self._served.add(reply.model)
        self._dropped.update(reply.dropped)
        reason, detail = self._unusable(reply)
        if reason:
            return _Turn(None, reason, detail, usage, reply)
        try:
            return _Turn(parse(reply.text), "", "", usage, reply)
        except InvalidReply as error:
            return _Turn(None, error.reason, error.message, usage, reply)
        except (ValueError, RecursionError) as error:
            return _Turn(None, WRONG_FORM, str(error), usage, reply)

    def _unusable(self, reply: Reply) -> tuple[str, str]:
        """Returns why a reply is of no use, whatever it says; empty where it may be of use."""
        asked = self._backend.model
        if self._compare_model and is_other_model(asked, reply.model):
            if self._options.strict_model:
                return OTHER_MODEL, f"{reply.model} answered instead of {asked}"
            self._warn(f"{reply.model} answered instead of {asked}; --strict-model would not use its replies")
        if reply.refusal is not None:
            return REFUSED, reply.refusal
        if reply.finish == "filter":
            return FILTERED, "a content filter of the server ended the reply"
        # Even where it happens to be complete up to here: what else it would have said is not known.
        if reply.finish == "length":
            return CUT_OFF, f"the reply was cut off after {reply.output_tokens or 'the allowed'} tokens"
        if not reply.text.strip():
            return EMPTY, "the reply was empty"
        return "", ""

    def _usage(self, reply: Reply, calls: int) -> Usage:
        cost = None
        if self._price is not None and self._price.input + self._price.output == 0:
            cost = 0.0
        elif self._price is not None and reply.input_tokens is not None and reply.output_tokens is not None:
            cost = self._price.cost(reply.input_tokens, reply.output_tokens)
        return Usage(
            calls=calls, input_tokens=reply.input_tokens or 0, output_tokens=reply.output_tokens or 0, cost_usd=cost
        )

    def _check_permission(self) -> None:
        """Raises where a request must not be made at all."""
        if not self._backend.local and not self._options.allow_remote:
            raise ConsentError(
                f"the reports would be sent to {self._backend.identity().get('address') or self._backend.model}",
                hint="reports are clinical text, and terms of use often forbid it; --allow-remote permits it",
            )
        if self._options.max_cost is not None and self._price is None:
            raise UnknownPriceError(
                f"what {self._backend.model} costs is not known",
                where=f"max_cost={self._options.max_cost:g}",
                hint="leave --max-cost out, or choose a model of radeval's price table",
            )

    def _warn(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._tell(text)


def _outcome(turn: _Turn[T]) -> Outcome[T]:
    model = turn.reply.model if turn.reply is not None else ""
    return Outcome(turn.value, turn.reason, turn.detail, turn.usage, model)
