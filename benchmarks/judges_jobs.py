"""The jobs of judges.py, each in a process of its own: `python judges_jobs.py JOB URL NUMBER CONCURRENCY FOLDER`."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

MODEL = "bench"
# Every candidate of a whole run begins so, that one verdict can quote all of them.
OPENING = "Calcified granuloma. "
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


def whole_run(url: str, pairs: int, concurrency: int, folder: Path) -> dict[str, float]:
    """Scores the pairs of a file by a judge, and returns the memory with the input alone and what is written."""
    import radeval

    made = json.loads((folder / "pairs.json").read_text(encoding="utf-8"))
    candidates, references = [one for one, _ in made], [one for _, one in made]
    del made
    before = _status_mb("VmRSS")
    judging = radeval.JudgeOptions(concurrency=concurrency, cache_folder=folder)
    out = folder / "out"
    result = radeval.score(candidates, references, "chexprompt", judge=f"{url}#{MODEL}", judging=judging, out=out)
    usage = result.usage["chexprompt"]
    assert (usage.calls, result.aggregates["chexprompt"].value) == (pairs, 1.0), result.notices
    return {"input_mb": before, "evidence_mb": (out / "evidence.jsonl").stat().st_size / 1e6}


def _status_mb(name: str) -> float:
    """Returns a figure of this process's memory."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


ASKING: dict[str, Callable[[str, int, int, Path], Coroutine[None, None, None]]] = {
    "bare": bare,
    "ours": ours,
    "again": ours,
}


def main() -> None:
    """Runs a job and prints its seconds, without start-up, its CPU seconds and its largest memory in MB."""
    job, url, number, concurrency, folder = sys.argv[1:]
    # Start-up is not what is measured.
    if job != "bare":
        import radeval.llm.backends.openai_chat
        import radeval.llm.client  # noqa: F401

    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    told = {}
    if job == "run":
        told = whole_run(url, int(number), int(concurrency), Path(folder))
    else:
        asyncio.run(ASKING[job](url, int(number), int(concurrency), Path(folder)))
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": _status_mb("VmHWM"), **told}))


if __name__ == "__main__":
    main()
