"""`radeval compare`, as a user types it."""

from __future__ import annotations

import json

import pytest

FINDINGS = ("pleural effusion", "pneumothorax", "pulmonary edema", "cardiomegaly")


@pytest.fixture
def systems(tmp_path):
    """Two files of predictions on 16 studies, the first the better one, and their references."""
    lines = {"good.csv": ["id,report"], "poor.csv": ["id,report"], "refs.csv": ["id,sex,report"]}
    for number in range(16):
        first, second = FINDINGS[number % 4], FINDINGS[(number + 1) % 4]
        full = f"There is {first}. There is {second}."
        lines["refs.csv"].append(f"{number},{'FM'[number % 2]},{full}")
        lines["good.csv"].append(f"{number},{full if number % 4 else f'There is {first}.'}")
        lines["poor.csv"].append(f"{number},{f'There is {first}.' if number % 3 else 'Clear lungs.'}")
    for name, rows in lines.items():
        (tmp_path / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def runs(systems, radeval_command):
    for name in ("good", "poor"):
        done = radeval_command("score", f"{name}.csv", "refs.csv", "-m", "findings,bleu,chexprompt", "--by", "sex",
                               "--n-boot", "20", "-o", name)  # fmt: skip
        assert done.returncode == 0, done.stderr
    return systems


def rows(text, *columns):
    head, *lines = (line.split("\t") for line in text.splitlines())
    return [[line[head.index(name)] for name in columns] for line in lines]


def test_stored_runs_are_compared_without_scoring_again(runs, radeval_command):
    for name in ("good.csv", "poor.csv", "refs.csv"):
        (runs / name).unlink()
    done = radeval_command("compare", "good", "poor", "--draws", "500")
    assert done.returncode == 0, done.stderr
    assert "A is good, B is poor" in done.stdout
    text = radeval_command("compare", "good", "poor", "--draws", "500", "--format", "tsv").stdout
    found = {row[0]: row[1:] for row in rows(text, "metric", "rule", "difference", "low", "high", "p", "p_holm", "n")}
    assert {name: values[0] for name, values in found.items()} == {
        "findings": "mean", "bleu": "corpus", "chexprompt": "mean",
    }  # fmt: skip
    for name, (_, difference, low, high, p, holm, n) in found.items():
        assert float(low) <= float(difference) <= float(high)
        assert 0 < float(p) <= float(holm) < 0.05
        assert n == "16"
        # Lower is better for an error count: the better system is below.
        assert (float(difference) > 0) == (name != "chexprompt")


def test_the_values_are_those_of_the_runs(runs, radeval_command):
    text = radeval_command("compare", "good", "poor", "--draws", "100", "--format", "tsv").stdout
    stored = [json.loads((runs / name / "run.json").read_text(encoding="utf-8")) for name in ("good", "poor")]
    for label, *values in rows(text, "metric", "first_value", "second_value"):
        for value, run in zip(values, stored, strict=True):
            assert float(value) == pytest.approx(run["aggregates"][label]["value"], abs=1e-12)


def test_strata_and_parts(runs, radeval_command):
    done = radeval_command("compare", "good", "poor", "--by", "sex", "--parts", "-m", "findings", "--draws", "100",
                           "--format", "json")  # fmt: skip
    found = json.loads(done.stdout)
    assert {one["stratum"] for one in found["strata"]} == {"female", "male"}
    assert {one["metric"] for one in found["comparisons"]} > {"findings", "findings/precision"}
    assert {one["n"] for one in found["strata"] if one["metric"] == "findings"} == {8}


def test_predictions_are_scored_first(systems, radeval_command):
    done = radeval_command("compare", "good.csv", "poor.csv", "--refs", "refs.csv", "-m", "chrf", "--draws", "100")
    assert done.returncode == 0, done.stderr
    assert "chrf" in done.stdout
    assert "A is good, B is poor" in done.stdout


def test_one_run_of_several_systems(systems, radeval_command):
    good, poor = ((systems / f"{name}.csv").read_text().splitlines()[1:] for name in ("good", "poor"))
    both = [f"{line.replace(',', f',{name},', 1)}" for name, lines in (("a", good), ("b", poor)) for line in lines]
    (systems / "both.csv").write_text("\n".join(["id,system,report", *both]) + "\n")
    radeval_command("score", "both.csv", "refs.csv", "-m", "findings", "--n-boot", "20", "-o", "both")
    done = radeval_command("compare", "both", "--draws", "100")
    assert "A is a, B is b" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("good",), 2, "nothing to be compared with"),
        (("good", "good"), 2, "named twice"),
        (("good", "absent"), 1, "the run cannot be read"),
        (("good.csv", "poor.csv"), 2, "not the folder of a run"),
        (("good", "poor", "-m", "rouge"), 2, "no metric of all runs"),
        (("good", "poor", "--by", "age"), 2, "no column 'age'"),
        (("good", "poor", "--names", "x"), 2, "1 names for 2 runs"),
    ],
)
def test_mistakes_are_named(runs, radeval_command, arguments, code, said):
    done = radeval_command("compare", *arguments)
    assert done.returncode == code
    assert said in done.stderr


def test_a_metric_of_some_runs_only_is_left_out_with_a_note(runs, radeval_command):
    done = radeval_command("score", "poor.csv", "refs.csv", "-m", "bleu,rouge", "--n-boot", "20", "-o", "other")
    assert done.returncode == 0, done.stderr
    done = radeval_command("compare", "good", "other", "--draws", "100")
    assert done.returncode == 0, done.stderr
    assert "not of every run, and left out: findings, chexprompt, rouge" in done.stderr
    assert "left out" not in radeval_command("compare", "good", "other", "-m", "bleu", "--draws", "100").stderr


def test_few_groups_and_runs_of_different_examples_are_told(runs, radeval_command):
    done = radeval_command("compare", "good", "poor", "-m", "findings", "--draws", "100")
    assert "16 groups: intervals and tests are rough below 20" in done.stderr
    lines = (runs / "poor.csv").read_text(encoding="utf-8").splitlines()
    (runs / "poor.csv").write_text("\n".join(lines[:9]) + "\n", encoding="utf-8")
    radeval_command(
        "score", "poor.csv", "refs.csv", "-m", "findings", "--allow-missing", "--n-boot", "20", "-o", "part"
    )
    done = radeval_command("compare", "good", "part", "--draws", "100")
    assert "8 examples are not of every system" in done.stderr
    assert "cannot be checked" in done.stderr


def test_runs_against_other_references_are_not_compared(runs, radeval_command):
    text = (runs / "refs.csv").read_text(encoding="utf-8").replace("cardiomegaly", "a fracture")
    (runs / "refs.csv").write_text(text, encoding="utf-8")
    radeval_command("score", "poor.csv", "refs.csv", "-m", "findings", "--n-boot", "20", "-o", "other")
    done = radeval_command("compare", "good", "other")
    assert done.returncode == 1
    assert "other references" in done.stderr
