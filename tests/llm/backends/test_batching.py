"""Requests for a model in this process: which are answered together, and what a failing or closed worker does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from radeval.llm.backends.base import BackendError
from radeval.llm.backends.batching import Answers, Batcher
from radeval.llm.request import Message, Reply, Request


def _request(kind: str, text: str) -> Request:
    return Request((Message("system", kind), Message("user", text)))


class Echo:
    """Answers with the request's last words and notes the batches; the first waits for all to be there."""

    def __init__(self, hold: int = 0) -> None:
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        self._hold = hold

    def __call__(self, requests: Sequence[Request]) -> Answers:
        self.batches.append([one.messages[0].content + one.messages[-1].content for one in requests])
        if len(self.batches) == 1 and self._hold:
            self.gate.wait(60)
        return [Reply(one.messages[-1].content, "stop", "echo") for one in requests]


def test_alike_requests_share_batches_and_replies_find_their_way_back() -> None:
    echo = Echo(hold=1)
    batcher = Batcher(lambda device: echo, ["cpu"], size=3)

    async def run() -> list[Reply]:
        first = asyncio.create_task(batcher.complete(_request("a", "0")))
        while not echo.batches:
            await asyncio.sleep(0.01)
        texts = ["9" * n for n in (1, 50, 2, 49, 3, 51)]
        rest = [asyncio.create_task(batcher.complete(_request("ab"[n % 2], text))) for n, text in enumerate(texts)]
        await asyncio.sleep(0.1)
        echo.gate.set()
        found = [await first, *[await one for one in rest]]
        await batcher.close()
        return found

    found = asyncio.run(run())
    assert [reply.text for reply in found] == ["0", *["9" * n for n in (1, 50, 2, 49, 3, 51)]]
    assert all(len({text[0] for text in batch}) == 1 and len(batch) <= 3 for batch in echo.batches)
    assert sorted(len(batch) for batch in echo.batches) == [1, 3, 3]


def test_of_many_the_oldest_goes_with_those_nearest_in_length() -> None:
    echo = Echo(hold=1)
    batcher = Batcher(lambda device: echo, ["cpu"], size=2)

    async def run() -> None:
        first = asyncio.create_task(batcher.complete(_request("a", "0")))
        while not echo.batches:
            await asyncio.sleep(0.01)
        rest = [asyncio.create_task(batcher.complete(_request("a", "9" * n))) for n in (100, 5, 98, 6)]
        await asyncio.sleep(0.1)
        echo.gate.set()
        await asyncio.gather(first, *rest)
        await batcher.close()

    asyncio.run(run())
    assert [[len(text) - 1 for text in batch] for batch in echo.batches[1:]] == [[98, 100], [5, 6]]


def test_two_devices_work_side_by_side() -> None:
    together = threading.Barrier(2, timeout=60)

    def load(device: str) -> Any:
        def work(requests: Sequence[Request]) -> Answers:
            together.wait()
            return [Reply(device, "stop", "echo") for _ in requests]

        return work

    async def run() -> set[str]:
        batcher = Batcher(load, ["cuda:0", "cuda:1"], size=1)
        found = await asyncio.gather(*(batcher.complete(_request("a", text)) for text in "bcde"))
        await batcher.close()
        return {reply.text for reply in found}

    assert asyncio.run(run()) == {"cuda:0", "cuda:1"}


def test_a_model_that_cannot_be_loaded_fails_each_request() -> None:
    def load(device: str) -> Any:
        raise BackendError("gone", "no weights")

    async def run() -> list[Any]:
        batcher = Batcher(load, ["cpu"], size=2)
        found = await asyncio.gather(*(batcher.complete(_request("a", text)) for text in "bcd"), return_exceptions=True)
        await batcher.close()
        return found

    assert [(type(one), str(one)) for one in asyncio.run(run())] == [(BackendError, "no weights")] * 3


def test_one_request_of_a_batch_can_fail_alone() -> None:
    def work(requests: Sequence[Request]) -> Answers:
        return [
            BackendError("bad_request", "too long") if one.messages[-1].content == "b" else Reply("", "stop", "echo")
            for one in requests
        ]

    async def run() -> list[Any]:
        batcher = Batcher(lambda device: work, ["cpu"], size=3)
        found = await asyncio.gather(*(batcher.complete(_request("a", text)) for text in "abc"), return_exceptions=True)
        await batcher.close()
        return found

    assert [isinstance(one, BackendError) for one in asyncio.run(run())] == [False, True, False]


def test_a_request_that_was_given_up_is_not_answered() -> None:
    echo = Echo(hold=1)
    batcher = Batcher(lambda device: echo, ["cpu"], size=1)

    async def run() -> None:
        first = asyncio.create_task(batcher.complete(_request("a", "0")))
        second = asyncio.create_task(batcher.complete(_request("a", "1")))
        await asyncio.sleep(0.1)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        echo.gate.set()
        await first
        await batcher.close()

    asyncio.run(run())
    assert echo.batches == [["a0"]]
