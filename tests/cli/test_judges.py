"""`radeval score --judge` and `radeval explain --judge`: the real command against a real server that misbehaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SPECIFIC = ("effusion", "Large left", "lungs")


def _run_of(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def _lines(folder: Path) -> dict:
    lines = (folder / "evidence.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["id"]: line for line in map(json.loads, lines)}


def test_a_model_gives_scores_with_evidence_and_usage_and_is_not_asked_twice(judged, judge_server, tmp_path):
    with judge_server() as server:
        model = f"{server.url}#tester"
        first = judged(model, "-o", "first")
        assert (first.returncode, len(server.requests)) == (0, 2), first.stderr
        again = judged(model, "-o", "again")
        assert (again.returncode, len(server.requests)) == (0, 2)
    # The server is gone by now.
    only = judged(model, "-o", "only", "--cache", "only")
    assert only.returncode == 0, only.stderr
    runs = [_run_of(tmp_path / name)["metrics"]["chexprompt"] for name in ("first", "again", "only")]
    assert [one["value"] for one in runs] == [[1.0, 0.0]] * 3
    usage = runs[0]["usage"]
    assert (usage["calls"], usage["input_tokens"], usage["output_tokens"], usage["cost_usd"]) == (2, 200, 20, 0.0)
    assert [(one["usage"]["calls"], one["usage"]["cached"]) for one in runs[1:]] == [(0, 2)] * 2
    assert f"judge={model}" in runs[0]["signature"]["text"].replace("%3A", ":").replace("%23", "#")
    assert runs[0]["signature"]["fields"]["served"] == "tester"
    (item,) = _lines(tmp_path / "first")["a"]["evidence"]
    assert (item["kind"], item["text"], item["span"]) == ("false", "Large left effusion", [0, 19])
    assert "chexprompt (errors) ↓" in first.stdout


def test_what_is_not_stored_is_unscored_where_only_the_cache_may_answer(judged, judge_server, tmp_path):
    with judge_server() as server:
        done = judged(f"{server.url}#tester", "--cache", "only", "-o", "out")
        assert server.requests == []
    assert done.returncode == 3
    assert "note: chexprompt: 2 of 2 examples have no score; most often: not in the cache" in done.stderr
    assert _run_of(tmp_path / "out")["metrics"]["chexprompt"]["status"] == ["unscored"] * 2
    assert judged(f"{server.url}#tester", "--cache", "only", "--max-unscored", "1").returncode == 0


@pytest.mark.parametrize(
    ("behaviour", "arguments", "status", "reason"),
    [
        ("Say", {"text": "I find nothing."}, "unscored", "not JSON"),
        ("Say", {"text": '{"errors": 3}'}, "unscored", "wrong form"),
        ("Say", {"text": ""}, "unscored", "empty reply"),
        ("Say", {"text": None, "refusal": "I cannot judge that."}, "unscored", "refused"),
        ("Say", {"finish": "length"}, "unscored", "cut off at the token limit"),
        ("Say", {"finish": "content_filter"}, "unscored", "content filter"),
        ("Fail", {"status": 400}, "error", "bad request"),
        ("Fail", {"status": 503}, "error", "no connection"),
        ("Fail", {"status": 429}, "error", "rate limited"),
        ("Break", {}, "error", "no connection"),
        ("Cut", {}, "error", "no connection"),
    ],
)
def test_a_fault_gives_no_score_a_reason_and_exit_code_3(
    judged, judge_server, model_server, tmp_path, behaviour, arguments, status, reason
):
    # One at a time: what is good is answered first, so that the server is known to live.
    with judge_server(a=None, b=getattr(model_server, behaviour)(**arguments)) as server:
        done = judged(f"{server.url}#tester", "-o", "out", "--concurrency", "1")
    assert done.returncode == 3, done.stderr
    assert f"chexprompt: 1 of 2 examples have no score; most often: {reason}" in done.stderr
    assert "fail: chexprompt has no score for 1 of 2 examples" in done.stderr
    stored = _run_of(tmp_path / "out")["metrics"]["chexprompt"]
    assert (stored["value"], stored["status"]) == ([1.0, None], ["ok", status])
    assert _lines(tmp_path / "out")["b"]["reason"] == reason


@pytest.fixture
def dead_address(model_server) -> Iterator[str]:
    """An address where no server is, and none can come to be meanwhile."""
    with model_server.closed_place() as place:
        yield model_server.url_of(place)


def test_a_dead_server_is_a_named_error_after_a_note_on_what_is_waited_for(judged, dead_address, tmp_path):
    done = judged(f"{dead_address}#tester", "-o", "out")
    assert done.returncode == 1
    assert done.stderr.index("requests are made again") < done.stderr.index("(UnreachableModelError)")
    assert "check that the server runs" in done.stderr
    assert not (tmp_path / "out").exists()


def test_what_a_run_waits_for_is_told_at_once_and_an_interrupted_run_says_what_is_kept(
    judge_server, model_server, judged, tmp_path, clean_environment, radeval_command
):
    answers = iter([model_server.Fail(503), None])

    def fails_once(number, body):
        return next(answers, None) or model_server.Stall()

    with judge_server() as good:
        judged(f"{good.url}#tester")
    place = tmp_path / "cache"
    environment = clean_environment | {"RADEVAL_CACHE_DIR": str(place)}
    command = ["radeval", "score", "preds.csv", "refs.csv", "-m", "chexprompt", "--concurrency", "1"]
    with model_server.ModelServer(fails_once) as server:
        with subprocess.Popen(
            [*command, "--judge", f"{server.url}#tester"],
            cwd=tmp_path, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stderr is not None
            # This line comes although the run has not ended, and will not.
            assert "requests are made again" in process.stderr.readline()
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            rest = process.communicate(timeout=30)[1]
        assert (process.returncode, rest) == (130, "stopped: no scores were kept\n")


def test_an_interrupted_run_keeps_the_replies_that_came(
    judge_server, model_server, judged, tmp_path, clean_environment, radeval_command
):
    environment = clean_environment | {"RADEVAL_CACHE_DIR": str(tmp_path / "cache")}
    answers = iter([model_server.Stall()])
    with judge_server(b=lambda: next(answers, model_server.Say('{"errors": []}'))) as server:
        judged("rules")
        command = ["radeval", "score", "preds.csv", "refs.csv", "-m", "chexprompt", "--concurrency", "1"]
        with subprocess.Popen(
            [*command, "--judge", f"{server.url}#tester"],
            cwd=tmp_path, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            while len(server.requests) < 2:
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            told = process.communicate(timeout=30)[1]
        assert process.returncode == 130
        assert "stopped: no scores were kept; replies of models that came are stored" in told
        done = judged(f"{server.url}#tester")
        assert (done.returncode, len(server.requests)) == (0, 3)


def test_reports_leave_this_machine_only_where_it_is_allowed(judged):
    done = judged("http://192.0.2.1:9/v1#tester")
    assert done.returncode == 1
    assert "(ConsentError)" in done.stderr
    assert "--allow-remote" in done.stderr


def test_a_refused_key_names_the_variable_that_holds_it(judged, judge_server, model_server):
    with judge_server(a=model_server.Fail(401), b=model_server.Fail(401)) as server:
        done = judged(f"{server.url}#tester")
    assert done.returncode == 1
    assert "(AccessDeniedError)" in done.stderr
    assert "RADEVAL_API_KEY" in done.stderr
    assert "OPENAI" not in done.stderr


def test_another_model_than_asked_for_is_told_or_refused(judged, judge_server, model_server, tmp_path):
    other = model_server.Say('{"errors": []}', model="someone-else")
    with judge_server(b=other) as server:
        lax = judged(f"{server.url}#tester", "-o", "lax")
        strict = judged(f"{server.url}#tester", "-o", "strict", "--strict-model")
    assert lax.returncode == 0
    told = "someone-else answered instead of tester"
    assert lax.stderr.count(told) == 1
    assert [one.count(told) for one in _run_of(tmp_path / "lax")["notices"]].count(1) == 1
    assert _run_of(tmp_path / "lax")["metrics"]["chexprompt"]["signature"]["fields"]["served"] == "someone-else+tester"
    assert strict.returncode == 3
    assert _lines(tmp_path / "strict")["b"]["reason"] == "another model answered"


def test_no_report_text_is_written_or_said_where_it_is_not_wanted(judged, judge_server, model_server, tmp_path):
    # A quotation that is in no report: the reason of the fault quotes the reply.
    misquoted = model_server.Say(
        '{"errors": [{"kind": "false finding", "significant": true, "candidate": "Large left lungs",'
        ' "reference": "", "explanation": "Large left lungs are seen."}]}'
    )
    with judge_server(b=misquoted) as server:
        done = judged(f"{server.url}#tester", "-o", "out", "--no-text")
        with_text = judged(f"{server.url}#tester", "-o", "with")
    assert (done.returncode, with_text.returncode) == (3, 3)
    files = {file: file.read_text(encoding="utf-8") for file in (tmp_path / "out").iterdir()}
    for name, text in {**files, "stderr": done.stderr, "stdout": done.stdout}.items():
        assert not [words for words in SPECIFIC if words in text], name
    assert _lines(tmp_path / "out")["a"]["evidence"][0]["span"] == [0, 19]
    assert "Large left lungs" in _lines(tmp_path / "with")["b"]["detail"]


def test_files_are_readable_by_the_user_alone(judged, judge_server, tmp_path):
    with judge_server() as server:
        judged(f"{server.url}#tester", "-o", "out")
    files = [*(tmp_path / "out").iterdir(), *(one for one in (tmp_path / "cache").rglob("*") if one.is_file())]
    assert len(files) >= 4
    assert {oct(os.stat(one).st_mode & 0o777) for one in files} == {"0o600"}


def test_a_dry_run_tells_the_calls_and_asks_nothing(judged, judge_server, tmp_path):
    with judge_server() as server:
        model = f"{server.url}#tester"
        table = judged(model, "--dry-run", "-o", "out")
        told = judged(model, "--dry-run", "--format", "json")
        assert server.requests == []
    assert (table.returncode, told.returncode) == (0, 0)
    assert not (tmp_path / "out").exists()
    head, row, most, *rest = table.stdout.splitlines()
    assert head.split() == ["model", "calls", "tokens", "read", "written", "US", "dollars"]
    assert (row.split()[:2], row.split()[-1], most.split()[:3]) == ([model, "2"], "0.00", ["at", "most", "4"])
    assert rest[0].startswith("2 examples; estimated")
    (found,) = json.loads(told.stdout)["models"]
    assert (found["model"], found["calls"], found["most_calls"]) == (model, 2, 4)
    assert found["input_tokens"] < found["most_input_tokens"]
    assert "no model would be asked" in judged("rules", "--dry-run").stdout


def test_options_that_nothing_takes_are_errors(judged, dead_address, tmp_path):
    model = f"{dead_address}#tester"
    done = judged(model, "-m", "rouge")
    assert (done.returncode, "none of the metrics takes a judge" in done.stderr) == (2, True)
    (tmp_path / "mine").mkdir()
    done = judged("rules", "--prompts", "mine")
    assert (done.returncode, "no model is asked" in done.stderr) == (2, True)
    (tmp_path / "green.txt").write_text("Compare {reference} and {candidate}.", encoding="utf-8")
    done = judged(model, "--prompts", "green.txt")
    assert (done.returncode, "trained to be a judge" in done.stderr) == (2, True)
    done = judged("gpt-4o")
    assert (done.returncode, "write openai/gpt-4o" in done.stderr) == (1, True)


def test_prompts_of_ones_own_are_what_a_model_reads(judged, judge_server, tmp_path, radeval_command):
    from radeval.llm.prompts import load_prompt

    text = load_prompt("chexprompt/v1").source.read_text(encoding="utf-8")
    own = tmp_path / "mine" / "chexprompt" / "v1.toml"
    own.parent.mkdir(parents=True)
    own.write_text(text.replace('user = """', 'user = """\nRead well.\n', 1), encoding="utf-8")
    with judge_server() as server:
        done = judged(f"{server.url}#tester", "--prompts", "mine", "-o", "out")
        assert (done.returncode, "Read well." in server.requests[0]["messages"][-1]["content"]) == (0, True)
    digest = load_prompt("chexprompt/v1", tmp_path / "mine").digest
    assert digest in _run_of(tmp_path / "out")["metrics"]["chexprompt"]["signature"]["text"]


def test_explain_shows_what_a_model_found(judged, judge_server, radeval_command, tmp_path):
    judged("rules")
    words = ["explain", "preds.csv", "refs.csv", "--id", "a"]
    with judge_server() as server:
        model = f"{server.url}#tester"
        variables = {"RADEVAL_CACHE_DIR": str(tmp_path / "cache")}
        done = radeval_command(*words, "-m", "chexprompt", "--judge", model, env=variables)
        assert done.returncode == 0, done.stderr
        refused = radeval_command(*words, "--judge", model, env=variables)
    assert "[+1 Large left effusion]" in done.stdout
    assert "Made up." in done.stdout
    assert (refused.returncode, "none of the metrics takes a judge" in refused.stderr) == (2, True)


def test_explain_lists_a_jurys_verdicts_and_who_found_what(judged, judge_server, radeval_command):
    """What members find alike stands once, and a verdict is no difference between the reports."""
    judged("rules")
    with judge_server() as server:
        names = [f"{server.url}#{name}" for name in ("first", "second")]
        members = "+".join(["rules", *names]).replace(":", "%3A").replace("#", "%23")
        done = radeval_command(
            "explain", "preds.csv", "refs.csv", "--id", "a", "-m", f"jury:members={members},of=chexprompt",
            "--cache", "off", env={"COLUMNS": "100"},
        )  # fmt: skip
    lines = done.stdout.splitlines()
    assert lines.count("m1 rules: errors 1") == 1, done.stdout + done.stderr
    assert [f"m{n} {name}: errors 1" in lines for n, name in enumerate(names, 2)] == [True, True]
    found = [line for line in lines if line.startswith("+")]
    assert [line[3:] for line in found if "Made up." in line] == [
        "made up: Large left effusion; significant; Made up. (m2, m3)"
    ]
    assert done.stdout.count("(m1)") == 1
    assert "~" not in done.stdout
