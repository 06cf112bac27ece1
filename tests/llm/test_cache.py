"""The file of stored replies: keys, damage, full disks, permissions, and what the user can do about it."""

import random
import sqlite3
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from radeval.core.errors import CacheError
from radeval.llm import cache as cache_module
from radeval.llm.cache import Keys, ReplyCache
from radeval.llm.cache_admin import check_cache, clear_cache, summarise_cache
from radeval.llm.cache_file import NAME, cache_file, open_for_writing
from radeval.llm.request import Message, Reply, Request, Sampling, Schema

IDENTITY = {"kind": "url", "address": "http://127.0.0.1:1/v1", "model": "small"}


def request(number=0):
    return Request((Message("user", f"Question {number}"),))


def reply(number=0):
    return Reply(f'{{"number": {number}, "text": "öäü \\ud83e"}}', "stop", "small", 10, 5, None, ("seed",))


def store(folder, count, identity=IDENTITY, outcome="valid"):
    cache = ReplyCache(folder / NAME, identity, writable=True)
    problems = [cache.put(cache.key(request(number)), reply(number), outcome) for number in range(count)]
    cache.close()
    return problems


def read(folder, count, identity=IDENTITY):
    cache = ReplyCache(folder / NAME, identity, writable=False)
    try:
        return [cache.get(cache.key(request(number))) for number in range(count)]
    finally:
        cache.close()


def test_what_is_stored_comes_back_equal(tmp_path):
    assert store(tmp_path, 1200) == [""] * 1200
    assert read(tmp_path, 1201) == [*(reply(number) for number in range(1200)), None]
    assert read(tmp_path, 1, {**IDENTITY, "model": "large"}) == [None]


def test_keys_are_equal_if_and_only_if_all_that_decides_is():
    base = Request((Message("system", "a"), Message("user", "b")), Schema("s", {"x": 1, "y": 2}), Sampling(), 0)
    others = [
        replace(base, messages=(Message("system", "a"), Message("assistant", "b"))),
        replace(base, messages=(Message("system", "ab"), Message("user", ""))),
        replace(base, messages=(Message("system", "a"), Message("user", "b"), Message("user", ""))),
        replace(base, messages=(Message("system", "a"), Message("user", "\ud83d\ude00"))),
        replace(base, messages=(Message("system", "a"), Message("user", "\U0001f600"))),
        replace(base, schema=None),
        replace(base, schema=Schema("s", {"x": 1, "y": 3})),
        replace(base, schema=Schema("t", {"x": 1, "y": 2})),
        replace(base, sampling=Sampling(temperature=None)),
        replace(base, sampling=Sampling(seed=1)),
        replace(base, sampling=Sampling(max_tokens=1)),
        replace(base, sampling=Sampling(top_p=0.5)),
        replace(base, sample=1),
    ]
    keys = Keys(IDENTITY)
    assert len({keys.key(one) for one in [base, *others]}) == len(others) + 1
    assert keys.key(replace(base, schema=Schema("s", {"y": 2, "x": 1}))) == keys.key(base)
    assert Keys(dict(reversed(IDENTITY.items()))).key(base) == keys.key(base)
    assert Keys({**IDENTITY, "revision": "abc"}).key(base) != keys.key(base)
    # A key must never change: what was paid for would be lost.
    assert keys.key(base).hex().startswith("245c068a81f25c7fc35b2b38e02f6386")


def test_only_the_user_can_read_it(tmp_path):
    folder = tmp_path / "new" / "folder"
    store(folder, 1)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (folder / NAME).chmod(0o644)
    connection = open_for_writing(folder / NAME)
    connection.execute("DELETE FROM replies")
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    connection.close()


@pytest.mark.parametrize("name", ["with blank", "a#b?mode=ro&c%20", "ünï"])
def test_folders_of_any_name(name, tmp_path):
    assert store(tmp_path / name, 2) == ["", ""]
    assert read(tmp_path / name, 2) == [reply(0), reply(1)]
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_file(None) == tmp_path / "radeval" / NAME
    assert cache_file(tmp_path) == tmp_path / NAME


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_cache(content, tmp_path):
    (tmp_path / NAME).write_bytes(content)
    if not content:
        assert read(tmp_path, 1) == [None]
        assert store(tmp_path, 1) == [""]
        return
    for use in (lambda: store(tmp_path, 1), lambda: read(tmp_path, 1), lambda: summarise_cache(tmp_path)):
        with pytest.raises(CacheError) as caught:
            use()
        assert "radeval cache clear" in str(caught.value)
        assert NAME in str(caught.value)
    assert not check_cache(tmp_path).sound
    with pytest.raises(CacheError):
        clear_cache(tmp_path, model="small")
    clear_cache(tmp_path)
    assert store(tmp_path, 1) == [""]


def test_another_programs_database_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / NAME) as other:
        other.execute("CREATE TABLE notes (text)")
        other.execute("INSERT INTO notes VALUES ('mine')")
    other.close()
    for use in (lambda: store(tmp_path, 1), lambda: clear_cache(tmp_path)):
        with pytest.raises(CacheError, match="holds no replies"):
            use()
    with sqlite3.connect(tmp_path / NAME) as other:
        assert other.execute("SELECT text FROM notes").fetchall() == [("mine",)]
    other.close()


def test_damage_never_becomes_a_reply(tmp_path):
    count = 200
    store(tmp_path, count)
    sound = (tmp_path / NAME).read_bytes()
    random_places = random.Random(0)
    noticed = 0
    for _ in range(60):
        damaged = bytearray(sound)
        for _ in range(random_places.choice([1, 30])):
            damaged[random_places.randrange(len(damaged))] ^= 1 << random_places.randrange(8)
        (tmp_path / NAME).write_bytes(damaged)
        try:
            found = read(tmp_path, count)
        except CacheError:
            continue
        assert all(one in (None, reply(number)) for number, one in enumerate(found))
        lost = sum(one is None for one in found)
        noticed += lost > 0
        assert not lost or not check_cache(tmp_path).sound
    assert noticed > 5


def test_a_row_that_was_changed_is_found(tmp_path):
    store(tmp_path, 10)
    with sqlite3.connect(tmp_path / NAME) as connection:
        connection.execute("UPDATE replies SET reply = replace(reply, 'number', 'NUMBER') WHERE rowid = 3")
    connection.close()
    assert sum(one is None for one in read(tmp_path, 10)) == 1
    checked = check_cache(tmp_path)
    assert (checked.replies, checked.damaged, checked.problems, checked.sound) == (10, 1, (), False)


def test_a_full_disk_is_told_and_loses_nothing_that_was_stored(tmp_path, monkeypatch):
    store(tmp_path, 50)

    def small(path):
        connection = open_for_writing(path)
        connection.execute("PRAGMA max_page_count = 20")
        return connection

    monkeypatch.setattr(cache_module, "open_for_writing", small)
    problems = store(tmp_path, 400)
    assert any("full" in problem for problem in problems)
    assert check_cache(tmp_path).sound
    assert read(tmp_path, 50) == [reply(number) for number in range(50)]


def test_many_threads_read_one_cache(tmp_path):
    store(tmp_path, 100)
    cache = ReplyCache(tmp_path / NAME, IDENTITY, writable=False)
    wrong = []

    def look():
        for number in range(100):
            if cache.get(cache.key(request(number))) != reply(number):
                wrong.append(number)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cache.close()
    assert wrong == []


def test_a_writer_waits_for_another_one(tmp_path):
    store(tmp_path, 1)
    other = open_for_writing(tmp_path / NAME)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.2, other.execute, ["COMMIT"])
    timer.start()
    assert store(tmp_path, 5) == [""] * 5
    timer.join()
    other.close()


def test_summary_and_clearing(tmp_path):
    assert summarise_cache(tmp_path).replies == 0
    assert clear_cache(tmp_path) == 0
    assert not (tmp_path / NAME).exists()
    store(tmp_path, 5)
    store(tmp_path, 3, {"kind": "hf", "model": "org/large"}, outcome="not JSON")
    summary = summarise_cache(tmp_path)
    assert [(one.kind, one.address, one.model, one.replies, one.invalid) for one in summary.models] == [
        ("hf", "", "org/large", 3, 3),
        ("url", "http://127.0.0.1:1/v1", "small", 5, 0),
    ]
    assert summary.replies == 8
    assert summary.bytes >= 8 * 100
    now = datetime.now(UTC)
    assert all(now - timedelta(minutes=1) < one.first <= one.last <= now for one in summary.models)
    assert clear_cache(tmp_path, before=now - timedelta(days=1)) == 0
    assert clear_cache(tmp_path, model="small") == 5
    assert clear_cache(tmp_path, model="small") == 0
    assert clear_cache(tmp_path, before=now + timedelta(days=1)) == 3
    store(tmp_path, 2)
    assert clear_cache(tmp_path) == 2
    assert summarise_cache(tmp_path).replies == 0
