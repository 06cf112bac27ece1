"""The event loop of a run."""

from __future__ import annotations

import asyncio
import signal
import threading
import time

import pytest

from radeval.llm.background import Background


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


def test_it_keeps_one_loop_from_call_to_call_and_ends_with_it():
    background = Background()
    threads = threading.active_count()

    async def where() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert background.run(double(4)) == 8
    assert background.run(where()) is background.run(where())
    background.close()
    assert threading.active_count() == threads - 1


def test_it_works_where_a_loop_runs_already():
    async def notebook() -> int:
        background = Background()
        try:
            return background.run(double(21))
        finally:
            background.close()

    assert asyncio.run(notebook()) == 42


def test_an_interruption_ends_the_work_and_not_the_loop():
    background = Background()
    ended: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("given up")
            raise

    begun = time.perf_counter()
    # To the thread that waits, as a terminal's Ctrl-C goes.
    threading.Timer(0.1, signal.pthread_kill, [threading.get_ident(), signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        background.run(forever())
    assert ended == ["given up"]
    assert time.perf_counter() - begun < 5
    assert background.run(double(1)) == 2
    background.close()
