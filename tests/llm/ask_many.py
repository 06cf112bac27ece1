"""Asks a server many questions in a process of its own, which tests may kill, and prints what came of it as JSON.

`python ask_many.py URL CACHE_FOLDER COUNT CONCURRENCY [LARGEST_FILE]`; LARGEST_FILE limits the size of files in bytes,
so that storing fails as on a full disk.
"""

import asyncio
import json
import resource
import sys
from pathlib import Path

from radeval.core.judging import JudgeOptions
from radeval.llm.backends import open_backend
from radeval.llm.client import Client
from radeval.llm.endpoint import Endpoint
from radeval.llm.replies import json_of
from radeval.llm.request import Message, Request


async def main(url, folder, count, concurrency):
    options = JudgeOptions(cache_folder=Path(folder), concurrency=concurrency)
    warnings = []
    client = Client(open_backend(Endpoint("url", "test-model", url), options), options, warn=warnings.append)
    requests = [Request((Message("user", f"Question {number}"),)) for number in range(count)]
    outcomes = await asyncio.gather(*(client.ask(request, json_of) for request in requests))
    await client.close()
    print(
        json.dumps(
            {
                "values": [outcome.value for outcome in outcomes],
                "reasons": sorted({outcome.reason for outcome in outcomes}),
                "calls": sum(outcome.usage.calls for outcome in outcomes),
                "cached": sum(outcome.usage.cached for outcome in outcomes),
                "warnings": warnings,
            }
        )
    )


if __name__ == "__main__":
    if len(sys.argv) > 5:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[5]),) * 2)
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
