"""A folder holds either a complete run or none, whatever stops the program."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

import radeval
from radeval.core.errors import InputError, OutputError, RadevalError, UsageError
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Part
from radeval.core.metric import Metric
from radeval.core.results import RunResult
from radeval.core.score import Evidence, Score
from radeval.io.runs import RunWriter

CANDIDATES = ["The heart is enlarged.", "", "No effusion, or pneumothorax."]
REFERENCES = ["Heart size is normal.", "Edema.", "No pleural effusion."]
FILES = ["evidence.jsonl", "run.json", "scores.csv"]
SECRET = "Smallpox in Springfield"


class Judge(Metric):
    """Scores by the length of the candidate, with evidence that quotes it; calls `hook` for each example."""

    info = MetricInfo(
        name="judge",
        version=1,
        summary="a toy",
        main="judge",
        direction="higher",
        range=(0.0, 1.0),
        citation="nobody",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
        parts=(Part("share", "sometimes undefined"),),
    )

    def __init__(self, hook=lambda example: None):
        super().__init__()
        self.hook = hook

    def score(self, example: Example, context):
        self.hook(example)
        text = example.candidate
        if not text:
            return Score.unscored("refused", f"I will not judge: {example.references[0]}")
        evidence = (Evidence("omitted", "candidate", (0, len(text)), text, concept="edema", note=f"said {text}"),)
        part = {"share": 0.5 if "heart" in text else None}
        return Score.ok(1 / len(text), part, part_reasons={} if part["share"] else {"share": "none"}, evidence=evidence)


def run(out, metrics="rouge", candidates=CANDIDATES, **options):
    return radeval.score(candidates, REFERENCES, metrics, out=out, n_boot=10, **options)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(folder: Path) -> list[list[str]]:
    with (folder / "scores.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_run_is_three_files_and_nothing_else(tmp_path):
    run(tmp_path / "a" / "run")
    assert sorted(snapshot(tmp_path)) == [f"a/run/{name}" for name in FILES]


def test_only_the_user_can_read_the_files(tmp_path):
    (tmp_path / "there").mkdir()
    for folder in (tmp_path / "new", tmp_path / "there"):
        run(folder)
        assert {stat.S_IMODE((folder / name).stat().st_mode) for name in FILES} == {0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_scores_have_one_row_an_example_and_a_column_for_value_parts_and_status(tmp_path):
    result = run(tmp_path / "run", [Judge(), "bleu:n=2"], ids=["é", "b,\n", '"c"'])
    header, *body = rows(tmp_path / "run")
    assert header == [
        "id", "judge", "judge/share", "judge/status", "bleu", "bleu/bleu1", "bleu/bleu3", "bleu/bleu4", "bleu/status",
    ]  # fmt: skip
    assert [row[0] for row in body] == ["é", "b,\n", '"c"']
    assert body[1][1:4] == ["", "", "unscored"]
    assert body[2][2] == ""
    assert float(body[0][1]) == 1 / len(CANDIDATES[0])
    assert [float(row[4]) for row in body] == result["bleu"].scores.value.tolist()


def test_a_system_column_stands_after_the_id_only_where_a_system_is_named(tmp_path):
    run(tmp_path / "run", systems=["x", "y", ""])
    assert [row[:2] for row in rows(tmp_path / "run")] == [["id", "system"], ["0", "x"], ["1", "y"], ["2", ""]]


def test_a_metric_named_twice_has_its_spec_in_its_columns(tmp_path):
    run(tmp_path / "run", ["rouge", "rouge:stem=false"])
    header = rows(tmp_path / "run")[0]
    assert {"rouge", "rouge/status", "rouge:stem=false", "rouge:stem=false/rouge1"} <= set(header)
    stored = json.loads((tmp_path / "run" / "run.json").read_text())
    assert {label: metric["spec"] for label, metric in stored["metrics"].items()} == {
        "rouge": "rouge",
        "rouge:stem=false": "rouge:stem=false",
    }


def test_no_cell_and_no_number_is_nan(tmp_path):
    run(tmp_path / "run", [Judge(), "rouge"])
    assert not {cell.lower() for row in rows(tmp_path / "run") for cell in row} & {"nan", "none", "inf", "null"}
    assert "NaN" not in (tmp_path / "run" / "run.json").read_text()


def test_a_run_loads_back_as_it_was(tmp_path):
    given = {"ids": ["a", "é", "c"], "groups": ["g", "g", "h"], "by": {"s": list("xyx")}}
    result = run(tmp_path / "run", [Judge(), "quick"], **given)
    loaded = RunResult.load(tmp_path / "run")
    assert json.loads(loaded.to_json()) == json.loads(result.to_json())
    assert loaded.aggregates == result.aggregates
    assert loaded.strata == result.strata
    assert list(loaded.evidence()) == list(result.evidence())
    assert loaded.evidence_path == tmp_path / "run" / "evidence.jsonl"


def test_evidence_on_disk_is_the_evidence_of_a_run_in_memory(tmp_path):
    on_disk = run(tmp_path / "run", [Judge(), "rouge"])
    in_memory = run(None, [Judge(), "rouge"])
    assert list(on_disk.evidence()) == json.loads(json.dumps(list(in_memory.evidence())))
    found = [(line["id"], line["status"]) for line in on_disk.evidence()]
    assert found == [("0", "ok"), ("1", "unscored"), ("2", "ok")]
    assert not on_disk["judge"].scores.evidence


def test_a_stored_run_is_strict_utf8_json_of_the_numbers(tmp_path):
    result = run(tmp_path / "run", ids=["é", "漢", "c"])
    text = (tmp_path / "run" / "run.json").read_bytes().decode("utf-8")
    assert "漢" in text
    assert json.loads(text)["metrics"]["rouge"]["value"] == result["rouge"].scores.value.tolist()


def test_a_run_that_is_there_is_never_replaced_unasked(tmp_path):
    run(tmp_path / "run")
    before = snapshot(tmp_path)
    calls = []
    with pytest.raises(OutputError) as caught:
        run(tmp_path / "run", Judge(calls.append))
    assert "--overwrite" in caught.value.hint
    assert str(tmp_path / "run") in caught.value.where
    assert snapshot(tmp_path) == before
    assert not calls


def test_overwriting_replaces_a_run_and_nothing_else(tmp_path):
    run(tmp_path / "run", ["rouge", Judge()])
    (tmp_path / "run" / "notes.txt").write_text("mine")
    (tmp_path / "run" / "figures").mkdir()
    run(tmp_path / "run", "bleu", overwrite=True)
    assert sorted(snapshot(tmp_path / "run")) == sorted([*FILES, "notes.txt"])
    assert (tmp_path / "run" / "figures").is_dir()
    assert list(RunResult.load(tmp_path / "run").metrics) == ["bleu"]
    assert (tmp_path / "run" / "evidence.jsonl").read_text() == ""


def test_overwriting_where_there_is_no_run_writes_one(tmp_path):
    run(tmp_path / "run", overwrite=True)
    assert RunResult.load(tmp_path / "run").ids == ["0", "1", "2"]


def test_foreign_files_in_the_folder_survive(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "preds.csv").write_text("id,report\n")
    run(folder)
    assert (folder / "preds.csv").read_text() == "id,report\n"
    assert sorted(snapshot(folder)) == sorted([*FILES, "preds.csv"])


def test_a_foreign_file_with_the_name_of_ours_is_never_replaced_unasked(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "scores.csv").write_text("mine\n")
    with pytest.raises(OutputError):
        run(folder)
    assert (folder / "scores.csv").read_text() == "mine\n"


def test_resuming_keeps_what_has_the_same_data_and_method(tmp_path):
    calls = []
    first = run(tmp_path / "run", ["rouge", Judge(calls.append)])
    assert len(calls) == 3
    second = run(tmp_path / "run", [Judge(calls.append), "bleu", "rouge"], resume=True)
    assert len(calls) == 3
    assert list(second.metrics) == ["judge", "bleu", "rouge"]
    assert second["judge"].scores.status == first["judge"].scores.status
    assert second.table()["judge"] == first.table()["judge"]
    assert list(second.evidence()) == list(first.evidence())
    assert {notice.split(":")[0] for notice in second.notices if "kept" in notice} == {"judge", "rouge"}
    loaded = RunResult.load(tmp_path / "run")
    assert loaded.aggregates == second.aggregates


def test_a_resumed_run_equals_a_run_in_one_go(tmp_path):
    run(tmp_path / "run", "rouge")
    resumed = run(tmp_path / "run", ["rouge", "chrf", "cider"], resume=True)
    at_once = run(None, ["rouge", "chrf", "cider"])
    assert resumed.table() == at_once.table()
    assert resumed.aggregates == at_once.aggregates
    assert resumed.signatures == at_once.signatures


def test_a_method_that_depends_on_what_is_observed_is_kept_too(tmp_path):
    run(tmp_path / "run", "cider")
    resumed = run(tmp_path / "run", "cider", resume=True)
    assert any("kept" in notice for notice in resumed.notices)
    assert resumed["cider"].signature.fields["df"] != "run"


@pytest.mark.parametrize(
    ("first", "second", "options"),
    [
        ("bleu", "bleu:preset=sacrebleu", {}),
        ("rouge", "rouge:stem=false", {}),
        ("rouge", "rouge", {"sections": "findings"}),
    ],
)
def test_going_on_never_drops_scores_of_another_method(tmp_path, first, second, options):
    run(tmp_path / "run", first)
    before = snapshot(tmp_path)
    with pytest.raises(OutputError, match=f"drop its {first}, which it has by another method"):
        run(tmp_path / "run", second, resume=True, **options)
    assert snapshot(tmp_path) == before


def test_going_on_never_drops_a_metric_that_is_not_named_again(tmp_path):
    run(tmp_path / "run", ["rouge", "bleu"])
    before = snapshot(tmp_path)
    with pytest.raises(OutputError, match=r"drop its rouge( |$)") as caught:
        run(tmp_path / "run", "bleu", resume=True)
    assert "another method" not in str(caught.value)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    "changed",
    [
        {"candidates": ["Other.", *CANDIDATES[1:]]},
        {"ids": ["a", "b", "c"]},
        {"groups": ["g", "g", "g"]},
        {"systems": ["x", "x", "x"]},
        {"contexts": [{"age": 5.0}, None, None]},
    ],
)
def test_other_data_is_never_mixed_in(tmp_path, changed):
    run(tmp_path / "run")
    before = snapshot(tmp_path)
    with pytest.raises(OutputError, match="other data"):
        run(tmp_path / "run", resume=True, **changed)
    assert snapshot(tmp_path) == before


def test_resuming_without_a_run_scores_everything(tmp_path):
    assert not any("kept" in notice for notice in run(tmp_path / "run", resume=True).notices)
    assert (tmp_path / "run" / "run.json").exists()


@pytest.mark.parametrize("content", ["", "{}", '{"format": 99}', "[" * 10])
def test_resuming_a_damaged_run_is_a_named_error_and_changes_nothing(tmp_path, content):
    run(tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text(content)
    before = snapshot(tmp_path)
    with pytest.raises(InputError):
        run(tmp_path / "run", resume=True)
    assert snapshot(tmp_path) == before


def test_overwriting_a_damaged_run_works(tmp_path):
    run(tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text("{")
    run(tmp_path / "run", overwrite=True)
    assert RunResult.load(tmp_path / "run").ids == ["0", "1", "2"]


def test_overwriting_and_resuming_exclude_each_other(tmp_path):
    with pytest.raises(UsageError):
        run(tmp_path / "run", overwrite=True, resume=True)


def _stop(example):
    if example.id == "2":
        raise KeyboardInterrupt


@pytest.mark.parametrize("options", [{}, {"overwrite": True}, {"resume": True}])
def test_an_interrupt_leaves_the_old_run_and_nothing_new(tmp_path, options):
    if options:
        run(tmp_path / "run")
    before = snapshot(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "run", ["rouge", "bleu", Judge(_stop)], **options)
    assert snapshot(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == (["run"] if options else [])


def test_an_interrupt_leaves_no_empty_parents_behind(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "a" / "b" / "run", Judge(_stop))
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_the_numbers_are_made_leaves_the_old_run(tmp_path, monkeypatch):
    run(tmp_path / "run")
    before = snapshot(tmp_path)
    monkeypatch.setattr("radeval.run.work.summarise", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(tmp_path / "run", "bleu", overwrite=True)
    assert snapshot(tmp_path) == before


def test_a_failed_write_is_noticed_even_when_only_the_disk_refuses_it(tmp_path, monkeypatch):
    run(tmp_path / "run")
    before = snapshot(tmp_path)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        run(tmp_path / "run", "bleu", overwrite=True)
    monkeypatch.undo()
    assert snapshot(tmp_path) == before


_LIMITED = """
import resource, sys
import radeval
from radeval.cli.main import run
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv[1:] = sys.argv[2:]
run()
"""


@pytest.mark.parametrize("limit", [0, 2000, 20_000])
def test_a_disk_that_fills_up_leaves_the_old_run_and_no_leftovers(tmp_path, limit):
    # 0 bytes stop the first file that is not empty, 2,000 the scores, 20,000 the run file.
    n = 300
    texts = [f"Finding number {place}." for place in range(n)]
    (tmp_path / "both.csv").write_text(
        "id,candidate,reference\n" + "".join(f"{place},{text},{text}\n" for place, text in enumerate(texts))
    )
    radeval.score(texts, texts, "rouge", out=tmp_path / "run", n_boot=0)
    before = snapshot(tmp_path)
    arguments = ["score", "both.csv", "-m", "bleu", "-o", "run", "--overwrite", "--n-boot", "0"]
    done = subprocess.run(
        [sys.executable, "-B", "-c", _LIMITED, str(limit), *arguments],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "OutputError" in done.stderr
    assert snapshot(tmp_path) == before
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == FILES


def test_a_file_where_the_folder_should_be_stays_a_file(tmp_path):
    (tmp_path / "run").write_text("mine")
    for options in ({}, {"overwrite": True}):
        with pytest.raises(OutputError, match="file, not a folder"):
            run(tmp_path / "run", **options)
    assert snapshot(tmp_path) == {"run": b"mine"}


@pytest.mark.parametrize("folder", ["file/run", "file/deep/run", "/proc/radeval-run", "/proc/self/deep/run"])
def test_a_folder_that_cannot_be_made_is_a_named_error_before_anything_is_scored(tmp_path, folder):
    (tmp_path / "file").write_text("mine")
    calls = []
    with pytest.raises(OutputError) as caught:
        run(tmp_path / folder, Judge(calls.append))
    assert caught.value.where
    assert caught.value.hint
    assert not calls
    assert snapshot(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize("name", ["evidence.jsonl", "scores.csv"])
def test_a_file_that_cannot_be_replaced_leaves_the_old_run_readable(tmp_path, name):
    run(tmp_path / "run")
    (tmp_path / "run" / name).unlink()
    (tmp_path / "run" / name).mkdir()
    with pytest.raises(OutputError):
        run(tmp_path / "run", overwrite=True)
    assert RunResult.load(tmp_path / "run").ids == ["0", "1", "2"]


def test_a_text_that_no_file_can_hold_is_a_named_error(tmp_path):
    with pytest.raises(RadevalError):
        run(tmp_path / "run", ids=["\ud800", "b", "c"])


def _secretive(**options):
    return [f"{SECRET}: the heart.", "", "None."], [f"{SECRET} again.", f"{SECRET} thrice.", "None."], options


def test_without_text_no_report_reaches_any_file(tmp_path):
    def fail(example):
        if example.id == "2":
            raise RuntimeError(f"cannot read {SECRET}")

    candidates, references, _ = _secretive()
    radeval.score(candidates, references, [Judge(fail), "quick"], out=tmp_path / "run", no_text=True)
    assert SECRET.encode() not in b"".join(snapshot(tmp_path).values())
    lines = [json.loads(line) for line in (tmp_path / "run" / "evidence.jsonl").read_text().splitlines()]
    assert {line["detail"] for line in lines} == {""}
    judged = [line for line in lines if line["metric"] == lines[0]["metric"]]
    assert [line["reason"] for line in judged] == ["", "refused", "exception"]
    assert any(item["kind"] == "unread" for line in lines for item in line["evidence"])
    (item,) = judged[0]["evidence"]
    assert (item["text"], item["note"], item["span"], item["concept"]) == ("", "", [0, len(candidates[0])], "edema")


def test_text_is_there_where_it_was_not_left_out(tmp_path):
    candidates, references, _ = _secretive()
    radeval.score(candidates, references, Judge(), out=tmp_path / "run")
    assert SECRET.encode() in snapshot(tmp_path / "run")["evidence.jsonl"]


def test_resuming_without_text_removes_the_text_of_what_is_kept(tmp_path):
    candidates, references, _ = _secretive()
    radeval.score(candidates, references, Judge(), out=tmp_path / "run")
    resumed = radeval.score(candidates, references, Judge(), out=tmp_path / "run", resume=True, no_text=True)
    assert any("kept" in notice for notice in resumed.notices)
    assert SECRET.encode() not in b"".join(snapshot(tmp_path).values())


def test_without_text_the_details_stay_readable_in_memory_or_are_gone_from_both(tmp_path):
    candidates, references, _ = _secretive()
    result = radeval.score(candidates, references, Judge(), out=tmp_path / "run", no_text=True)
    assert json.loads(result.to_json()) == json.loads(RunResult.load(tmp_path / "run").to_json())


def test_a_writer_that_was_not_opened_refuses_to_write(tmp_path):
    writer = RunWriter(tmp_path / "run")
    with pytest.raises(ValueError, match="not open"):
        writer.write_evidence([])
    assert not (tmp_path / "run").exists()


def test_a_writer_that_is_left_without_a_run_leaves_no_trace(tmp_path):
    with RunWriter(tmp_path / "run") as writer:
        writer.write_evidence([{"id": "1", "metric": "m", "detail": "", "evidence": []}])
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


def test_what_an_unfinished_run_holds_is_hidden_from_others_and_is_no_run(tmp_path):
    with RunWriter(tmp_path / "run"):
        (partial,) = tmp_path.iterdir()
        assert stat.S_IMODE(partial.stat().st_mode) == 0o700
        with pytest.raises(InputError):
            RunResult.load(partial)
        with pytest.raises(InputError):
            RunResult.load(tmp_path / "run")


def test_two_runs_into_one_folder_at_once_leave_one_complete_run(tmp_path):
    one, other = RunWriter(tmp_path / "run"), RunWriter(tmp_path / "run")
    result = run(None)
    with one, other:
        one.finish(result)
        with suppress(OutputError):
            other.finish(result)
    assert sorted(snapshot(tmp_path)) == [f"run/{name}" for name in FILES]
    assert RunResult.load(tmp_path / "run").ids == result.ids


def test_a_relative_folder_and_the_current_one_are_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("here")
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "there")
    run(".")
    assert sorted(snapshot(tmp_path)) == sorted(f"{folder}/{name}" for folder in ("here", "there") for name in FILES)


@pytest.mark.parametrize("damage", ["{}", "3", '{"metric": "rouge"', "[]"])
def test_going_on_with_damaged_evidence_is_a_named_error(tmp_path, damage):
    radeval.score(["a", "b"], ["a", "c"], "rouge", out=tmp_path / "run")
    (tmp_path / "run" / "evidence.jsonl").write_text(damage + "\n", encoding="utf-8")
    with pytest.raises(OutputError, match="damaged"):
        radeval.score(["a", "b"], ["a", "c"], ["rouge", "bleu"], out=tmp_path / "run", resume=True)
