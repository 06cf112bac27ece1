"""Collects the requests that wait for a model in this process into batches, one worker thread a device."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from radeval.llm.backends.base import BackendError
from radeval.llm.request import Reply, Request

Answers = list[Reply | BackendError]
Worker = Callable[[Sequence[Request]], Answers]

_LINGER = 0.01
"""Seconds that a batch waits for company after its first request: an event loop sends many in one go."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    request: Request
    future: asyncio.Future[Reply]
    loop: asyncio.AbstractEventLoop


class Batcher:
    """Answers requests in batches of one kind and of like length, the longest-waiting first.

    Args:
        load: Makes the worker of one device, in that worker's thread, one at a time, when the first request comes.
        devices: The devices.
        size: Most requests in a batch.
    """

    def __init__(self, load: Callable[[str], Worker], devices: Sequence[str], size: int) -> None:
        self._load = load
        self._devices = tuple(devices)
        self._size = size
        self._waiting: list[_Waiting] = []
        self._changed = threading.Condition()
        self._loading = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._closed = False

    async def complete(self, request: Request) -> Reply:
        """Returns the reply to one request."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(request, loop.create_future(), loop)
        with self._changed:
            if not self._threads:
                self._start()
            self._waiting.append(waiting)
            self._changed.notify()
        return await waiting.future

    async def close(self) -> None:
        """Ends the workers after the batch that each is at, and lets their models go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        self._threads.clear()
        self._closed = False

    def _start(self) -> None:
        for device in self._devices:
            # A daemon, so that Ctrl-C does not wait for the end of a batch.
            thread = threading.Thread(target=self._work, args=(device,), name=f"radeval {device}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self, device: str) -> None:
        worker: Worker | None = None
        while batch := self._next():
            try:
                if worker is None:
                    with self._loading:
                        worker = self._load(device)
                answers: Sequence[Reply | BaseException] = worker([one.request for one in batch])
            except Exception as error:
                answers = [error] * len(batch)
            for one, answer in zip(batch, answers, strict=True):
                _tell(one, answer)

    def _next(self) -> list[_Waiting]:
        """Returns the next batch, empty once there will be none."""
        with self._changed:
            while True:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                until = time.monotonic() + _LINGER
                while (
                    0 < len(self._waiting) < self._size and not self._closed and (left := until - time.monotonic()) > 0
                ):
                    self._changed.wait(left)
                self._waiting = [one for one in self._waiting if not one.future.cancelled()]
                if self._waiting:
                    return self._take()
                if self._closed:
                    return []

    def _take(self) -> list[_Waiting]:
        first = self._waiting[0]
        kind, length = stable_part(first.request), _length(first.request)
        alike = [one for one in self._waiting if stable_part(one.request) == kind]
        # Sorting is stable, so the first one comes first: it differs by nothing from itself.
        chosen = sorted(alike, key=lambda one: abs(_length(one.request) - length))[: self._size]
        taken = set(map(id, chosen))
        self._waiting = [one for one in self._waiting if id(one) not in taken]
        return sorted(chosen, key=lambda one: _length(one.request))


def stable_part(request: Request) -> Hashable:
    """Returns what requests of one kind have in common: all turns but the last."""
    return request.messages[:-1]


def _length(request: Request) -> int:
    return len(request.messages[-1].content)


def _tell(one: _Waiting, answer: Reply | BaseException) -> None:
    def deliver() -> None:
        if one.future.done():
            return
        if isinstance(answer, BaseException):
            one.future.set_exception(answer)
        else:
            one.future.set_result(answer)

    # The loop is closed where the run was interrupted.
    if not one.loop.is_closed():
        one.loop.call_soon_threadsafe(deliver)
