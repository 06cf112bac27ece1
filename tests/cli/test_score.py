"""`radeval score`: its forms, its exit codes and its streams."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import signal
import subprocess
import time

import pytest

import radeval
from radeval.core.results import RunResult

KEYS = {"rouge", "rouge/rouge1", "rouge/rouge2", "rouge/rougeLsum"}


def tsv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


def test_the_examples_are_scored_with_nothing_but_their_names(examples, radeval_command):
    done = radeval_command("score", examples / "preds.csv", examples / "refs.csv", check=False)
    assert done.returncode == 0
    assert re.search(r"rouge \(rougeL\) ↑ +0\.\d{3} +\[0\.\d{3}, 0\.\d{3}\] +12/12", done.stdout)
    for name in ("bleu (bleu4) ↑", "chrf ↑"):
        assert name in done.stdout
    assert "12 groups" in done.stdout
    assert "#" in done.stdout
    assert all(line.startswith("note: ") for line in done.stderr.splitlines())
    assert "case09" in done.stderr


def test_the_examples_can_be_broken_down_by_what_they_show(examples, radeval_command):
    done = radeval_command(
        "score", examples / "preds.csv", examples / "refs.csv", "-m", "rouge", "--by", "shows", "--format", "json"
    )
    strata = json.loads(done.stdout)["strata"]["shows"]
    assert len(strata) == 12
    assert strata["empty candidate"]["rouge"]["value"] == 0.0
    assert strata["negation flip"]["rouge"]["value"] > 0.8


def test_every_form_says_the_same_and_agrees_with_the_stored_run(folder, scored):
    forms = ("table", "tsv", "json", "latex")
    printed = {form: scored("--format", form, "--by", "site", "-o", f"run-{form}") for form in forms}
    assert {done.returncode for done in printed.values()} == {0}
    run = RunResult.load(folder / "run-json")
    stored = json.loads(printed["json"].stdout)
    assert set(stored["aggregates"]) == set(run.aggregates) == KEYS
    for key, found in run.aggregates.items():
        assert stored["aggregates"][key]["value"] == found.value
        assert tuple(stored["aggregates"][key]["interval"]) == found.interval
    assert stored["n"] == 4
    assert stored["strata"]["site"]["North"]["rouge"]["value"] == run.strata["site"]["North"]["rouge"].value
    assert stored["signatures"]["rouge"]["id"] == run.signatures["rouge"].id

    rows = tsv(printed["tsv"].stdout)
    assert len(rows) == 3 * len(KEYS)
    for row in rows:
        key = f"{row['metric']}/{row['part']}" if row["part"] else row["metric"]
        found = (run.strata[row["column"]][row["stratum"]] if row["column"] else run.aggregates)[key]
        assert float(row["value"]) == found.value
        interval = (float(row["low"]), float(row["high"])) if row["low"] else None
        assert interval == found.interval
        assert (int(row["n"]), int(row["n_ok"])) == (found.n, found.n_ok)
        assert row["signature"] == run.signatures["rouge"].id

    value = f"{run.aggregates['rouge'].value:.3f}"
    assert value in printed["table"].stdout
    assert value in printed["latex"].stdout
    assert printed["latex"].stdout.startswith(r"\begin{tabular}")


def test_latex_escapes_what_would_break_it(folder, scored):
    text = (folder / "preds.csv").read_text().replace("North", r"A&B_50%$#{}~^\x")
    (folder / "preds.csv").write_text(text)
    lines = scored("--format", "latex", "--by", "site").stdout.splitlines()
    body = [line for line in lines if line.endswith(r"\\") and "rouge" in line]
    for line in body:
        plain = re.sub(r"\\text(backslash|asciitilde|asciicircum)\{\}|\\[&%$#_{}]|\$\\(up|down)arrow\$", "", line)
        assert plain.count("&") == 4
        assert not re.search(r"[%#_~^{}$]", plain), line
    assert any(r"A\&B\_50\%\$\#\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}x" in line for line in body)


def test_the_command_gives_the_numbers_of_the_python_call(folder, scored):
    rows = {row["part"]: row for row in tsv(scored("--format", "tsv").stdout)}
    result = radeval.score(
        ["The heart is enlarged.", "Clear lungs.", "", "No effusion, no pneumothorax."],
        [
            "The heart is mildly enlarged.",
            "The lungs are clear.",
            "Pulmonary edema.",
            ["No pleural effusion or pneumothorax.", "No effusion."],
        ],
        "rouge",
        ids=list("abcd"),
        n_boot=20,
    )
    found = result.aggregates["rouge"]
    assert float(rows[""]["value"]) == pytest.approx(found.value, abs=1e-15)
    assert (float(rows[""]["low"]), float(rows[""]["high"])) == pytest.approx(found.interval, abs=1e-15)


def test_standard_output_has_data_alone_and_standard_error_the_talk(folder, scored):
    done = scored("--format", "json", "-o", "run")
    json.loads(done.stdout)
    assert "note: written to run" in done.stderr
    assert "is empty" in done.stderr


def test_strata_come_from_any_column_of_either_file(folder, scored):
    done = scored("--format", "tsv", "--by", "site", "--by", "sex", "--by", "system")
    assert {(row["column"], row["stratum"]) for row in tsv(done.stdout)} == {
        ("", ""), ("site", "North"), ("site", "South"), ("sex", "female"), ("sex", "male"), ("system", "one"),
    }  # fmt: skip
    assert "North" in scored("--by", "site").stdout


def test_several_systems_are_told_apart_without_being_asked(folder, scored):
    text = (folder / "preds.csv").read_text()
    (folder / "preds.csv").write_text(text + "a,North,two,Cardiomegaly.\nb,South,two,Clear.\n")
    done = scored("-o", "run")
    assert re.search(r"^one .*\n.*^two ", done.stdout, re.MULTILINE | re.DOTALL)
    header = (folder / "run" / "scores.csv").read_text().splitlines()[0]
    assert header == "id,system,rouge,rouge/rouge1,rouge/rouge2,rouge/rougeLsum,rouge/status"


def test_one_file_with_both_columns_is_enough(folder, radeval_command):
    (folder / "both.tsv").write_text("uid\tcandidate\treference\n1\tClear.\tThe lungs are clear.\n2\tEdema.\tEdema.\n")
    done = radeval_command("score", "both.tsv", "-m", "rouge", "--format", "json")
    assert json.loads(done.stdout)["n"] == 2


def test_jsonl_and_parquet_give_what_csv_gives(folder, scored, radeval_command):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    expected = scored("--format", "tsv").stdout
    for name in ("preds", "refs"):
        with (folder / f"{name}.csv").open() as file:
            records = list(csv.DictReader(file))
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
        parquet.write_table(pa.Table.from_pylist(records), folder / f"{name}.parquet")
    options = ("-m", "rouge", "--n-boot", "20", "--format", "tsv")
    assert radeval_command("score", "preds.jsonl", "refs.parquet", *options).stdout == expected
    assert radeval_command("score", "preds.parquet", "refs.jsonl", *options).stdout == expected


def test_chosen_sections_are_stated(folder, scored):
    for name in ("preds.csv", "refs.csv"):
        lines = (folder / name).read_text().replace(',"No', ',"FINDINGS: No').splitlines()
        (folder / name).write_text("\n".join(lines) + "\n")
    assert "sections=findings" in scored("--sections", "findings").stdout
    done = scored("--sections", "auto")
    assert "note: sections: " in done.stderr
    assert scored("--sections", "middle").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["score", "preds.csv", "refs.csv", "-m", "rouge", "--n-boot", "0"], 0),
        (["score"], 2),
        (["scor", "preds.csv"], 2),
        (["score", "preds.csv", "refs.csv", "--no-such-option"], 2),
        (["score", "preds.csv", "refs.csv", "--seed", "one"], 2),
        (["score", "preds.csv", "refs.csv", "--seed", "-1"], 2),
        (["score", "preds.csv", "refs.csv", "--format", "xml"], 2),
        (["score", "preds.csv", "refs.csv", "--max-unscored", "2"], 2),
        (["score", "preds.csv", "refs.csv", "--overwrite"], 2),
        (["score", "preds.csv", "refs.csv", "-o", "run", "--overwrite", "--resume"], 2),
        (["score", "preds.csv", "refs.csv", "--fail-under", "rouge=high"], 2),
        (["score", "preds.csv", "refs.csv", "--fail-under", "0.5"], 2),
        (["score", "preds.csv", "refs.csv", "-m", "rouge", "--fail-under", "roug=0.5"], 2),
        (["score", "preds.csv", "refs.csv", "--id-col", "a", "--id-col", "b", "--id-col", "c"], 2),
    ],
)
def test_usage_errors_end_with_2(folder, radeval_command, arguments, code):
    done = radeval_command(*arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    if code:
        assert done.stdout == ""
        assert done.stderr
        assert not (folder / "run").exists()


@pytest.mark.parametrize("limit", ["roug=0.5", "0.5"])
def test_a_limit_for_nothing_is_refused_before_anything_is_written(folder, scored, limit):
    done = scored("-m", "quick", "--fail-under", limit, "-o", "run")
    assert done.returncode == 2
    assert not (folder / "run").exists()


def test_a_limit_that_is_no_number_is_refused(folder, scored):
    assert scored("--fail-under", "rouge=nan").returncode == 2


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (["0.1"], 0),
        (["rouge=0.1", "rouge/rouge1=0.1"], 0),
        (["0.99"], 4),
        (["rouge=0.1", "rouge/rouge2=0.99"], 4),
    ],
)
def test_a_value_below_its_limit_ends_with_4_and_is_still_printed(folder, scored, limits, code):
    done = scored(*(part for limit in limits for part in ("--fail-under", limit)))
    assert done.returncode == code
    assert "rouge" in done.stdout
    assert ("fail: rouge" in done.stderr) == bool(code)


_LOWER = """
from dataclasses import replace
from radeval.core import registry
from radeval.core.metric import Metric
from radeval.core.score import Score
from radeval.metrics.lexical.rouge import Rouge

class Mistakes(Metric):
    info = replace(
        Rouge.info, name='mistakes', main='mistakes', direction='lower', range=(0.0, None), parts=(), parameters=(),
    )
    def score(self, example, context):
        if not example.candidate:
            return Score.unscored('nothing to judge')
        return Score.ok(2.0)

Rouge.mistakes = Mistakes
registry.METRICS['mistakes'] = 'radeval.metrics.lexical.rouge:mistakes'
import radeval.metrics.lexical.rouge as module
module.mistakes = Mistakes
"""


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 3),
        (["--max-unscored", "0.24"], 3),
        (["--max-unscored", "0.25"], 0),
        (["--max-unscored", "0.25", "--fail-under", "2"], 0),
        (["--max-unscored", "0.25", "--fail-under", "mistakes=1.5"], 4),
        (["--fail-under", "mistakes=1.5"], 3),
    ],
)
def test_lower_is_better_where_the_metric_says_so_and_missing_scores_end_with_3(
    folder, python, clean_environment, options, code
):
    done = subprocess.run(
        python(_LOWER, "score", "preds.csv", "refs.csv", "-m", "mistakes", "-o", "run", *options),
        capture_output=True, text=True, encoding="utf-8", cwd=folder, env=clean_environment, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "mistakes ↓" in done.stdout
    assert "3/4" in done.stdout
    assert "1 of 4 examples have no score" in done.stderr
    assert ("--max-unscored" in done.stderr) == (code == 3)
    assert RunResult.load(folder / "run").aggregates["mistakes"].n_unscored == 1


_BUG = """
import radeval.run.score
def broken(*args, **kwargs): raise KeyError('a bug of ours')
radeval.run.score.score_examples = broken
"""


@pytest.mark.parametrize("place", ["none", "before", "after"])
def test_a_bug_of_ours_ends_with_70_and_shows_its_traceback_only_when_asked(folder, python, clean_environment, place):
    arguments = ["score", "preds.csv", "refs.csv"]
    arguments = {"none": arguments, "before": ["--debug", *arguments], "after": [*arguments, "--debug"]}[place]
    done = subprocess.run(
        python(_BUG, *arguments), capture_output=True, text=True, cwd=folder, env=clean_environment, check=False
    )
    assert (done.returncode, done.stdout) == (70, "")
    assert "a bug of ours" in done.stderr
    assert "--debug" in done.stderr
    assert ("Traceback" in done.stderr) == (place != "none")


def test_the_traceback_of_a_named_error_is_shown_only_when_asked(folder, scored):
    assert "Traceback" not in scored("-m", "roug").stderr
    done = scored("-m", "roug", "--debug")
    assert "Traceback" in done.stderr
    assert done.returncode == 1


def _interrupted(command, folder, environment, ready):
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, env=environment
    )
    try:
        for _ in range(1200):
            if ready() or process.poll() is not None:
                break
            time.sleep(0.05)
        assert process.poll() is None, process.stderr.read()
        process.send_signal(signal.SIGINT)
        output, talk = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    return process.returncode, output, talk


# A process that was started in the background may ignore SIGINT.
_LISTEN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"


@pytest.mark.parametrize("old", [False, True])
def test_an_interrupt_in_the_middle_of_a_run_ends_with_130_and_keeps_what_was_there(
    folder, python, scored, clean_environment, old
):
    if old:
        assert scored("-o", "run").returncode == 0
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    begun = folder / "begun"
    # It would compute its intervals for long, with part of its files written.
    endless = f"{_LISTEN}; import pathlib, time, radeval.run.work as work\n"
    endless += f"def slow(*_): pathlib.Path({str(begun)!r}).touch(); time.sleep(600)\nwork.summarise = slow"
    command = python(endless, "score", "preds.csv", "refs.csv", "-o", "run", *(["--overwrite"] if old else []))
    code, output, talk = _interrupted(command, folder, clean_environment, begun.exists)
    begun.unlink()
    assert (code, output) == (130, "")
    assert "stopped" in talk
    assert "Traceback" not in talk
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert (folder / "run").exists() == old


def test_an_interrupt_while_reading_ends_with_130(folder, python, clean_environment):
    os.mkfifo(folder / "pipe.csv")
    loaded = folder / "loaded"
    signal_start = f"{_LISTEN}; import radeval.io.files as files; read = files.read_bytes\n"
    signal_start += "import pathlib, radeval.io.delimited\n"
    signal_start += f"def told(path): pathlib.Path({str(loaded)!r}).touch(); return read(path)\nfiles.read_bytes = told"
    command = python(signal_start, "score", "pipe.csv", "refs.csv", "-o", "run")
    code, output, talk = _interrupted(command, folder, clean_environment, loaded.exists)
    assert (code, output) == (130, "")
    assert "stopped" in talk
    assert not (folder / "run").exists()


def test_a_reader_that_has_seen_enough_is_no_error(folder, scored):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = scored(capture_output=False, stdout=writer, stderr=subprocess.PIPE)
    finally:
        os.close(writer)
    assert done.returncode == 0
    assert "Broken pipe" not in done.stderr
    assert "Traceback" not in done.stderr


def test_output_that_cannot_be_written_is_a_named_error(folder, scored):
    with open("/dev/full", "w") as full:
        done = scored(capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert "error: " in done.stderr
    assert "standard output" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("closed", [1, 2])
def test_a_closed_stream_is_no_bug(folder, scored, closed):
    command = ["sh", "-c", f'"$@" {closed}>&-', "sh", *map(str, scored("--n-boot", "0").args)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode in (0, 1)
    assert "internal error" not in done.stdout + done.stderr


def test_scores_are_worth_more_than_notes_that_cannot_be_written(folder, scored):
    with open("/dev/full", "w") as full:
        done = scored(capture_output=False, stdout=subprocess.PIPE, stderr=full)
    assert "rouge" in done.stdout
    assert done.returncode == 0


def test_a_terminal_without_arrows_still_gets_the_numbers(folder, scored):
    expected = scored().stdout
    done = scored(env={"PYTHONIOENCODING": "ascii"}, check=False)
    assert done.returncode == 0
    assert done.stdout == expected.encode("ascii", "replace").decode()


def test_another_locale_does_not_change_how_files_are_read_and_written(folder, scored):
    text = (folder / "preds.csv").read_text().replace("Clear lungs.", "Größe é 漢").replace("North", "Zürich")
    (folder / "preds.csv").write_text(text, encoding="utf-8")
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = scored("-o", "run", "--by", "site", env=locale, check=False)
    assert done.returncode == 0, done.stderr
    assert list(RunResult.load(folder / "run").strata["site"]) == ["Zürich", "South"]


def test_a_file_name_that_is_no_utf8_is_no_bug(folder, radeval_command):
    name = os.fsdecode(b"pr\xe9ds.csv")
    (folder / name).write_text("id,report\na,Clear.\nb,Edema.\n")
    done = radeval_command("score", name, "refs.csv", "--allow-missing", "-m", "rouge", "-o", "run", encoding="utf-8")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("option", [[], ["--progress"], ["--no-progress"]])
def test_what_is_no_terminal_gets_no_control_codes(folder, scored, option):
    done = scored(*option, "--n-boot", "20")
    assert done.returncode == 0
    for text in (done.stdout, done.stderr):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)


def test_a_run_that_is_there_is_kept_replaced_or_gone_on_with(folder, scored):
    assert scored("-o", "run").returncode == 0
    first = (folder / "run" / "run.json").read_bytes()
    refused = scored("-o", "run")
    assert refused.returncode == 1
    assert "--overwrite" in refused.stderr
    assert (folder / "run" / "run.json").read_bytes() == first
    resumed = scored("-o", "run", "--resume", "-m", "rouge", "-m", "chrf")
    assert "rouge: kept" in resumed.stderr
    assert list(RunResult.load(folder / "run").metrics) == ["rouge", "chrf"]
    assert scored("-o", "run", "--overwrite").returncode == 0
    assert list(RunResult.load(folder / "run").metrics) == ["rouge"]


def test_the_users_own_table_is_never_replaced(folder, radeval_command):
    (folder / "preds.csv").rename(folder / "scores.csv")
    before = (folder / "scores.csv").read_bytes()
    radeval_command("score", "scores.csv", "refs.csv", "-m", "rouge", "-o", ".")
    assert (folder / "scores.csv").read_bytes() == before


def test_flag_beats_environment_beats_file(folder, scored):
    (folder / "radeval.toml").write_text('seed = 1\nformat = "json"\nmetrics = ["chrf"]\nby = ["site"]\n')

    def config(*arguments, **env):
        return json.loads(scored(*arguments, env=env).stdout)["config"]

    assert config()["seed"] == 1
    assert config(RADEVAL_SEED="2")["seed"] == 2
    found = config("--seed", "3", RADEVAL_SEED="2", RADEVAL_BY="sex")
    assert (found["seed"], found["by"], found["metrics"]) == (3, ["sex"], ["rouge"])


def test_settings_that_hold_nothing_usable_name_their_source(folder, scored):
    assert "environment" in scored(env={"RADEVAL_SEED": "many"}).stderr
    (folder / "mine.toml").write_text("n_boot = -1\n")
    done = scored("--config", "mine.toml")
    assert done.returncode == 1
    assert "mine.toml" in done.stderr


def test_the_resolved_settings_are_stored_with_the_run(folder, scored):
    scored("-o", "run", "--seed", "5", "--by", "site", "--no-text")
    config = RunResult.load(folder / "run").config
    assert (config["seed"], config["n_boot"], config["by"], config["no_text"]) == (5, 20, ["site"], True)
    assert config["predictions"] == "preds.csv"
    assert config["metrics"] == ["rouge"]


def test_without_text_the_reports_stay_out_of_every_file(folder, scored):
    assert scored("-o", "run", "-m", "quick", "--no-text").returncode == 0
    stored = b"".join(path.read_bytes() for path in (folder / "run").iterdir())
    # Concepts are names from the lexicon; the reports' own words must not appear.
    for words in (b"heart is", b"Clear lungs", b"Pulmonary edema", b"No effusion", b"pneumothorax."):
        assert words not in stored


def test_without_text_no_cell_is_quoted_in_a_file(folder, scored):
    text = (folder / "refs.csv").read_text().replace(",F,", ",a patient named Smith,")
    (folder / "refs.csv").write_text(text)
    assert "Smith" in scored().stderr
    done = scored("-o", "run", "--no-text")
    assert "sex cell" in done.stderr
    assert b"Smith" not in b"".join(path.read_bytes() for path in (folder / "run").iterdir())


def test_one_example_has_a_value_and_no_interval(folder, radeval_command):
    (folder / "one.csv").write_text("id,candidate,reference\n1,Clear.,Clear.\n")
    done = radeval_command("score", "one.csv", "-m", "rouge", "--format", "json")
    found = json.loads(done.stdout)["aggregates"]["rouge"]
    assert (found["value"], found["interval"]) == (1.0, None)
    assert "-" in radeval_command("score", "one.csv", "-m", "rouge").stdout


def test_no_cell_of_any_form_is_nan(folder, radeval_command):
    (folder / "one.csv").write_text("id,candidate,reference\n1,Clear.,Clear.\n")
    for form in ("tsv", "latex", "table"):
        done = radeval_command("score", "one.csv", "-m", "cider", "--format", form, "--max-unscored", "1")
        assert done.returncode == 0
        assert not re.search(r"\b(nan|None|inf)\b", done.stdout)


def test_values_in_tables_are_finite_numbers(folder, scored):
    for row in tsv(scored("--format", "tsv", "-m", "rouge,bleu,chrf").stdout):
        assert math.isfinite(float(row["value"]))
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"])


@pytest.fixture
def pair(folder):
    (folder / "p.csv").write_text("id,report\nc,Small left effusion.\n", encoding="utf-8")
    (folder / "r.csv").write_text("id,report\nc,Pulmonary edema and a small left effusion.\n", encoding="utf-8")
    return ["score", "p.csv", "r.csv", "-m", "green"]


def test_details_show_every_part_and_the_most_frequent_errors(radeval_command, folder, pair):
    plain = radeval_command(*pair, cwd=folder)
    assert "wrong_severity" not in plain.stdout
    assert "--details" in plain.stdout
    told = radeval_command(*pair, "--details", cwd=folder)
    assert "wrong_severity" in told.stdout
    assert "missing finding: pulmonary edema, 1 (100% of its kind), e.g. c “Pulmonary edema”" in told.stdout


def test_details_quote_no_report_where_text_is_kept_out(radeval_command, folder, pair):
    told = radeval_command(*pair, "--details", "--no-text", cwd=folder)
    assert "missing finding: pulmonary edema, 1 (100% of its kind)" in told.stdout
    assert "“" not in told.stdout


def test_brackets_and_colons_in_names_are_printed_as_they_are(folder, scored, radeval_command):
    (folder / "preds.csv").write_text(
        "id,system,site,report\na,[v1],[/b],Clear.\nb,[v1],:lungs:,Clear.\na,two,[/b],Clear.\nb,two,:lungs:,Clear.\n"
    )
    (folder / "refs.csv").write_text("id,report\na,Clear.\nb,Clear lungs.\n")
    done = scored("--by", "site")
    assert done.returncode == 0, done.stderr
    assert [name for name in ("[v1]", "[/b]", ":lungs:") if name not in done.stdout] == []
    compared = radeval_command("compare", "preds.csv", "--refs", "refs.csv", "-m", "rouge")
    assert "[v1]" in compared.stdout, compared.stderr
