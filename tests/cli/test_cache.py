"""`radeval cache`: what is stored of models' replies, whether it is sound, and how it is deleted."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest


@pytest.fixture
def stored(judged, judge_server, radeval_command, tmp_path):
    """Runs `radeval cache` on the stored replies of two models, two of `first` and one of `second`."""
    with judge_server() as server:
        for model in ("first", "second"):
            assert judged(f"{server.url}#{model}").returncode == 0
    file = tmp_path / "cache" / "replies.sqlite3"
    with sqlite3.connect(file) as rows:
        rows.execute("DELETE FROM replies WHERE rowid = (SELECT max(rowid) FROM replies)")
    rows.close()

    def _run(*arguments):
        return radeval_command("cache", *arguments, "--cache-dir", "cache")

    return _run


def _counts(stored):
    return {one["model"]: one["replies"] for one in json.loads(stored("list", "--json").stdout)["models"]}


def test_the_list_names_models_with_their_replies(stored):
    done = stored("list")
    assert (done.returncode, done.stderr) == (0, "")
    head, first, second = done.stdout.splitlines()
    assert "replies.sqlite3: 3 replies" in head
    assert first.startswith("  url first at http://127.0.0.1:")
    assert re.search(r"/v1: 2; \d{4}-\d\d-\d\d to ", first)
    assert "/v1: 1; " in second
    assert _counts(stored) == {"first": 2, "second": 1}


def test_nothing_stored_is_no_error(radeval_command, tmp_path):
    for name, told in (("list", "no replies are stored"), ("check", "0 replies, 0 damaged"), ("clear", "0 replies")):
        done = radeval_command("cache", name, "--cache-dir", "nowhere")
        assert (done.returncode, told in done.stdout) == (0, True), done.stderr
    assert not (tmp_path / "nowhere" / "replies.sqlite3").exists()


def test_the_folder_of_the_environment_is_looked_into(stored, radeval_command, tmp_path):
    done = radeval_command("cache", "list", env={"RADEVAL_CACHE_DIR": str(tmp_path / "cache")})
    assert ": 3 replies" in done.stdout


def test_a_damaged_reply_is_found_and_costs_no_verdict(stored, judged, judge_server, tmp_path):
    assert stored("check").returncode == 0
    rows = sqlite3.connect(tmp_path / "cache" / "replies.sqlite3")
    with rows:
        rows.execute("UPDATE replies SET reply = replace(reply, 'Made up', 'Mode up') WHERE model = 'first'")
    rows.close()
    done = stored("check")
    assert done.returncode == 1
    assert "3 replies, 1 damaged" in done.stdout
    assert "asked for again" in done.stderr
    found = json.loads(stored("check", "--json").stdout)
    assert (found["replies"], found["damaged"]) == (3, 1)


def test_a_file_that_is_none_of_ours_is_a_named_error(radeval_command, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "replies.sqlite3").write_bytes(b"no database at all, " * 300)
    done = radeval_command("cache", "list", "--cache-dir", "cache")
    assert done.returncode == 1
    assert "(CacheError)" in done.stderr
    assert radeval_command("cache", "check", "--cache-dir", "cache").returncode == 1


def test_replies_are_deleted_by_model_by_age_or_all(stored):
    assert stored("clear", "--before", "2026-01-01").stdout == "0 replies deleted\n"
    done = stored("clear", "--before", "yesterday")
    assert (done.returncode, "--before" in done.stderr) == (2, True)
    assert stored("clear", "--model", "first").stdout == "2 replies deleted\n"
    assert _counts(stored) == {"second": 1}
    assert stored("clear").stdout == "1 replies deleted\n"
    assert _counts(stored) == {}
