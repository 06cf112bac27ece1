"""The jobs of client.py, each run in a process of its own: `python client_jobs.py JOB URL CALLS CONCURRENCY FOLDER`."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

MODEL = "bench"
# As long as a judge's instructions with examples, the same for every question.
STABLE = "You compare two radiology reports and list the errors of the first. " * 60


def question(number: int) -> str:
    """Returns a question that no other one equals, of the length of a pair of reports."""
    return f"Pair {number}. " + "Small left pleural effusion. No pneumothorax. The heart is not enlarged. " * 4


async def bare(url: str, calls: int, concurrency: int, folder: Path) -> None:
    """Asks with the openai package alone, as its manual shows, held to a number of requests at once."""
    import openai

    client = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0, timeout=120.0)
    slots = asyncio.Semaphore(concurrency)

    async def ask(number: int) -> None:
        async with slots:
            reply = await client.chat.completions.create(
                model=MODEL,
                messages=[{"role": "system", "content": STABLE}, {"role": "user", "content": question(number)}],
                temperature=0.0,
                max_tokens=2048,
            )
        assert json.loads(reply.choices[0].message.content or "")

    await asyncio.gather(*map(ask, range(calls)))
    await client.close()


async def ours(url: str, calls: int, concurrency: int, folder: Path) -> None:
    """Asks with our client, which stores every reply in a folder."""
    from radeval.core.judging import JudgeOptions
    from radeval.llm.backends import open_backend
    from radeval.llm.client import Client
    from radeval.llm.endpoint import Endpoint
    from radeval.llm.replies import json_of
    from radeval.llm.request import Message, Request

    options = JudgeOptions(concurrency=concurrency, cache_folder=folder)
    client = Client(open_backend(Endpoint("url", MODEL, url), options), options, warn=sys.exit)
    stable = Message("system", STABLE)

    async def ask(number: int) -> None:
        outcome = await client.ask(Request((stable, Message("user", question(number)))), json_of)
        assert outcome.value, outcome

    await asyncio.gather(*map(ask, range(calls)))
    await client.close()


JOBS: dict[str, Callable[[str, int, int, Path], Awaitable[None]]] = {"bare": bare, "ours": ours, "again": ours}


def main() -> None:
    """Runs a job and prints its seconds, without start-up, its CPU seconds and its largest memory in MB."""
    job, url, calls, concurrency, folder = sys.argv[1:]
    # Start-up is not what is measured.

    if job != "bare":
        import radeval.llm.backends.openai_chat
        import radeval.llm.client  # noqa: F401

    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    asyncio.run(JOBS[job](url, int(calls), int(concurrency), Path(folder)))  # type: ignore[arg-type]
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": after.ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
