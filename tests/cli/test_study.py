"""`radeval study`, as a user types it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

WORDS = ("effusion", "edema", "pneumothorax", "cardiomegaly")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of 12 studies with two candidates each, rated by two raters, one malformed and one blank."""
    rows = [["id", "group", "system", "candidate", "reference", "rating_a", "rating_b"]]
    for number in range(12):
        truth = [WORDS[number % 4], WORDS[(number + 1) % 4]]
        for system, kept in (("x", number % 3), ("y", (number + 1) % 3)):
            said = " ".join(f"There is {name}." for name in truth[:kept]) or "The lungs are clear."
            reference = " ".join(f"There is {name}." for name in truth)
            rows.append([f"{number}", f"g{number}", system, said, reference, 1 + 2 * kept, 1 + kept])
    rows[1][5], rows[2][6] = "good", ""
    path = tmp_path / "mine.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


QUICK = ("--n-boot", "50", "--draws", "200")


def test_list_names_every_set_with_its_terms(radeval_command):
    done = radeval_command("study", "list")
    assert done.returncode == 0
    for name in ("rexval", "radevalx", "radeval_expert", "rate_eval", "radpref", "custom"):
        assert f"\n{name}" in f"\n{done.stdout}"
    assert done.stdout.count("  terms ") == 5
    assert set(json.loads(radeval_command("study", "list", "--json").stdout)["rexval"]) >= {"address", "terms", "files"}


def test_check_lists_problems_and_ends_with_1(radeval_command, table):
    done = radeval_command("study", "check", "custom", "--data", table)
    assert done.returncode == 1
    assert "24 reports by 2 systems on 12 studies" in done.stdout
    assert "2 raters, 2 ratings missing" in done.stdout
    assert "row 1 (line 2), rating_a: 'good' is no number" in done.stdout
    assert json.loads(radeval_command("study", "check", "custom", "--data", table, "--json").stdout)["items"] == 24


def test_run_prints_a_table_and_writes_everything(radeval_command, table, tmp_path):
    pytest.importorskip("matplotlib")
    arguments = ("study", "run", "custom", "--data", table, "-m", "findings,bleu", *QUICK)
    done = radeval_command(*arguments, "-o", "out")
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 100
    for label in ("one rater", "findings", "bleu", "(ROUGE-L)", "(length)", "(source)", "(constant)", "problem: "):
        assert label in done.stdout
    stored = json.loads((tmp_path / "out" / "study.json").read_text(encoding="utf-8"))
    assert stored["n_used"] == 24
    assert {one.name for one in (tmp_path / "out").iterdir()} == {
        "study.json", "study.csv", "differences.csv", "forest.svg", "forest.png", "scatter.svg", "scatter.png",
        "significance.svg", "significance.png",
    }  # fmt: skip
    again = radeval_command(*arguments, "-o", "out")
    assert again.returncode == 1
    assert "holds a study already" in again.stderr
    assert radeval_command(*arguments, "-o", "out", "--overwrite", "--no-figures").returncode == 0
    shown = radeval_command(*arguments, "--format", "json")
    assert json.loads(shown.stdout)["lines"] == stored["lines"]
    assert radeval_command(*arguments, "--format", "tsv").stdout.startswith("label\tkind\ttarget")


def test_scores_and_ratings_alone_need_no_texts(radeval_command, tmp_path):
    rows = "\n".join(f"{number},{number % 5},{(number * 7) % 5}" for number in range(30))
    (tmp_path / "ratings.csv").write_text("id,rating\n" + "\n".join(f"{n},{n % 5}" for n in range(30)) + "\n")
    (tmp_path / "scores.csv").write_text(f"id,right,wrong\n{rows}\n")
    arguments = ("study", "run", "custom", "--ratings", "ratings.csv", "--scores", "scores.csv", *QUICK)
    done = radeval_command(*arguments, "--in-sample", "right", "--lower-ratings", "--lower", "right")
    assert done.returncode == 0, done.stderr
    assert "right †" in done.stdout
    assert "1.000" in next(line for line in done.stdout.splitlines() if line.startswith("right"))
    assert "ceiling: none" in done.stdout
    assert radeval_command(*arguments, "-m", "bleu").returncode == 2


def test_held_out_ids(radeval_command, table, tmp_path):
    (tmp_path / "ids.txt").write_text("\n".join(f"g{number}" for number in range(4)) + "\n")
    arguments = ("study", "run", "custom", "--data", table, "-m", "bleu", *QUICK)
    done = radeval_command(*arguments, "--holdout-ids", "ids.txt")
    assert "8 reports by 2 systems on 4 studies" in done.stdout
    assert "held-out items only" in done.stdout
    (tmp_path / "ids.txt").write_text("absent\n")
    assert "none of the study's" in radeval_command(*arguments, "--holdout-ids", "ids.txt").stderr


def test_fit_writes_a_metric_that_score_takes(radeval_command, table, folder, tmp_path):
    done = radeval_command("study", "fit", "custom", "--data", table, "-m", "findings,chrf", "-o", "mine.toml",
                           "--n-boot", "50")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "cross-validated" in done.stdout
    scored = radeval_command("score", "preds.csv", "refs.csv", "-m", "composite:file=mine.toml", "--max-unscored", "1")
    assert scored.returncode == 0, scored.stderr
    assert "composite" in scored.stdout
    assert radeval_command("study", "fit", "custom", "--data", table, "-o", "mine.toml").returncode == 1
    assert radeval_command("study", "fit", "custom", "--data", table, "-o", "mine.csv").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "rexval"), 2, "where is the data set?"),
        (("run", "rexval", "--data", "absent"), 1, "there is no such folder"),
        (("run", "rexvall", "--data", "."), 2, "rexval"),
        (("run", "custom"), 2, "needs a table"),
        (("run", "rexval", "--data", ".", "--ratings", "mine.csv"), 2, "has its own ratings"),
        (("run", "custom", "--data", "mine.csv", "--lower", "x", "-m", "bleu"), 2, "columns of --scores"),
        (("run", "custom", "--data", "mine.csv", "--statistic", "tau"), 2, "no main statistic"),
        (("run", "custom", "--data", "mine.csv", "--figures"), 2, "figures need a folder"),
        (("run", "custom", "--data", "mine.csv", "-m", "nothing"), 1, "no metric is called"),
    ],
)
def test_mistakes_are_named(radeval_command, table, arguments, code, said):
    done = radeval_command("study", *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert not done.stdout
