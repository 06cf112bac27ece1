"""Runs that are killed, share a cache or find the disk full: no good reply is lost, paid for twice or made up."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from radeval.llm.cache_admin import check_cache, summarise_cache

PROGRAM = Path(__file__).with_name("ask_many.py")
BEGINNERS = Path(__file__).with_name("begin_together.py")


def answer(server):
    """Every question has an answer of its own, so that a reply under a wrong key would show."""
    return lambda number, body: server.Say(json.dumps({"about": body["messages"][-1]["content"]}), after=0.005)


@pytest.fixture
def start():
    """Starts the program, and ends what a failing test leaves behind."""
    started = []

    def starting(url, folder, count, concurrency, *more):
        command = [sys.executable, str(PROGRAM), url, str(folder), str(count), str(concurrency), *map(str, more)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield starting
    for process in started:
        process.kill()
        process.communicate()


def finish(process):
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return json.loads(out)


def right(count):
    return [{"about": f"Question {number}"} for number in range(count)]


def test_after_a_kill_only_what_was_under_way_is_asked_again(server, start, tmp_path):
    count, concurrency = 2000, 16
    with server.ModelServer(answer(server)) as running:
        killed = start(running.url, tmp_path, count, concurrency)
        while len(running.requests) < count // 2:
            assert killed.poll() is None, killed.stderr.read()
            time.sleep(0.002)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        before = len(running.requests)
        assert before < count
        result = finish(start(running.url, tmp_path, count, concurrency))
        assert result["values"] == right(count)
        assert result["reasons"] == [""]
        assert result["cached"] >= before - concurrency
        assert len(running.requests) <= count + concurrency
    assert check_cache(tmp_path).sound


def test_two_processes_share_a_cache(server, start, tmp_path):
    count = 200
    with server.ModelServer(answer(server)) as running:
        both = [start(running.url, tmp_path, count, 16) for _ in range(2)]
        results = [finish(process) for process in both]
        assert [result["values"] for result in results] == [right(count)] * 2
        assert [result["warnings"] for result in results] == [[], []]
        assert sum(result["calls"] for result in results) == len(running.requests)
    assert check_cache(tmp_path).sound
    assert summarise_cache(tmp_path).replies == count
    modes = {stat.S_IMODE(os.stat(file).st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}


def test_processes_may_begin_one_cache_at_the_same_moment(tmp_path):
    rounds, processes = 15, 6
    command = [sys.executable, str(BEGINNERS), str(tmp_path), str(rounds), str(processes)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [processes] * rounds


def test_a_full_disk_costs_stored_replies_but_no_verdict(server, start, tmp_path):
    with server.ModelServer(answer(server)) as running:
        result = finish(start(running.url, tmp_path, 200, 16, 50_000))
        assert result["values"] == right(200)
        assert len(result["warnings"]) == 1
        assert "not stored" in result["warnings"][0]
        stored = check_cache(tmp_path)
        assert stored.sound
        assert stored.replies < 200
