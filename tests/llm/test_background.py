"""The event loop of a run."""

from __future__ import annotations

import asyncio
import signal
import threading

import pytest

from radeval.llm.background import Background


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


def test_it_keeps_one_loop_from_call_to_call_and_ends_with_it():
    background = Background()

    async def where() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert background.run(double(4)) == 8
    assert background.run(where()) is background.run(where())
    assert "radeval models" in {thread.name for thread in threading.enumerate()}
    background.close()
    assert "radeval models" not in {thread.name for thread in threading.enumerate()}


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
    waiting = threading.get_ident()

    async def forever() -> None:
        # To the thread that waits for this, as a terminal's Ctrl-C goes; it has long begun to by then.
        asyncio.get_running_loop().call_later(0.3, signal.pthread_kill, waiting, signal.SIGINT)
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            ended.append("given up")
            raise

    with pytest.raises(KeyboardInterrupt):
        background.run(forever())
    assert ended == ["given up"]
    assert background.run(double(1)) == 2
    background.close()
