"""Has several processes begin one file of stored replies at the same moment, again and again, each storing one reply.

`python begin_together.py FOLDER ROUNDS PROCESSES`; prints, as JSON, how many replies each round's file holds. What goes
wrong in a process goes to stderr.
"""

import json
import os
import sys
import traceback
from pathlib import Path

from radeval.llm.cache import ReplyCache
from radeval.llm.cache_admin import check_cache
from radeval.llm.cache_file import cache_file
from radeval.llm.request import Message, Reply, Request

IDENTITY = {"kind": "url", "address": "http://127.0.0.1:1/v1", "model": "small"}


def begin(folder, number):
    cache = ReplyCache(cache_file(folder), IDENTITY, writable=True)
    key = cache.key(Request((Message("user", f"Question {number}"),)))
    reply = Reply(f"Answer {number}", "stop", "small")
    problem = cache.put(key, reply, "valid")
    assert not problem, problem
    assert cache.get(key) == reply
    cache.close()


def at_once(folder, processes):
    """Forks the processes, lets all of them go at the same moment and waits for their ends."""
    held, gate = os.pipe()
    children = []
    for number in range(processes):
        child = os.fork()
        if not child:
            os.close(gate)
            code = 1
            try:
                os.read(held, 1)
                begin(folder, number)
                code = 0
            except BaseException:
                traceback.print_exc()
            os._exit(code)
        children.append(child)
    os.close(held)
    os.close(gate)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    place, rounds, processes = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    found = []
    for number in range(rounds):
        at_once(place / str(number), processes)
        checked = check_cache(place / str(number))
        found.append(checked.replies if checked.sound else None)
    print(json.dumps(found))
