"""Lexicon packs of one's own on the command line, with the pack that the documentation shows."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from .conftest import EXAMPLES

PACK = EXAMPLES / "lexicon.toml"
CANDIDATE = "Meridian disc over the left chest wall. Left pleural effusion."
REFERENCE = "Left pleural effusion."


@pytest.fixture
def pair(tmp_path):
    for name, text in (("preds.csv", CANDIDATE), ("refs.csv", REFERENCE)):
        (tmp_path / name).write_text(f"id,indication,report\na,LAM study,{text}\n", encoding="utf-8")
    shutil.copy(PACK, tmp_path / "ours.toml")
    return tmp_path


def scored(radeval_command, *arguments, **environment):
    """Returns value and signature of `findings` in a run."""
    done = radeval_command(
        "score", "preds.csv", "refs.csv", "-m", "findings", "--format", "json", *arguments, env=environment
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return found["aggregates"]["findings"]["value"], found["signatures"]["findings"]


def test_a_pack_changes_score_and_signature_in_each_way_to_name_it(pair, radeval_command):
    plain = scored(radeval_command)
    flag = scored(radeval_command, "--lexicon", "ours.toml")
    assert (plain[0], flag[0]) == (1.0, pytest.approx(2 / 3))
    assert "our_hospital1" in str(flag[1])
    assert "our_hospital" not in str(plain[1])
    assert scored(radeval_command, RADEVAL_LEXICON="ours.toml") == flag
    (pair / "radeval.toml").write_text('lexicon = ["ours.toml"]\n', encoding="utf-8")
    assert scored(radeval_command) == flag


def test_the_same_pack_elsewhere_is_the_same_method(pair, radeval_command):
    (pair / "there").mkdir()
    shutil.copy(PACK, pair / "there" / "other.toml")
    here, there = (scored(radeval_command, "--lexicon", path) for path in ("ours.toml", "there/other.toml"))
    assert here == there


def test_several_packs_are_read(pair, radeval_command):
    (pair / "more.toml").write_text(
        PACK.read_text(encoding="utf-8").replace("our_hospital", "more").replace("meridian", "median"), encoding="utf-8"
    )
    _, method = scored(radeval_command, "--lexicon", "ours.toml", "--lexicon", "more.toml")
    assert "our_hospital1" in str(method)
    assert "more1" in str(method)


def test_explain_reads_with_it_and_weighs_by_its_rules(pair, radeval_command):
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a", "--lexicon", "ours.toml")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\+\d made up: meridian disc \(minor\)", done.stdout, re.MULTILINE)
    assert "why expected: known in every patient of the study" in " ".join(done.stdout.split())


def test_a_pack_that_cannot_be_used_is_told_before_any_file_is_read(pair, radeval_command):
    with (pair / "ours.toml").open("a", encoding="utf-8") as file:
        file.write('[[extend]]\nconcept = "no_such_thing"\n')
    line = (pair / "ours.toml").read_text(encoding="utf-8").count("\n") - 1
    for command in (["score", "gone.csv"], ["explain", "gone.csv", "--id", "a"]):
        done = radeval_command(*command, "--lexicon", "ours.toml")
        assert done.returncode == 1
        assert "no_such_thing" in done.stderr
        assert f"ours.toml, line {line}" in done.stderr


def test_a_pack_that_no_metric_reads_with_is_told(pair, radeval_command):
    done = radeval_command("score", "preds.csv", "refs.csv", "-m", "rouge", "--lexicon", "ours.toml")
    assert done.returncode == 2
    assert "--lexicon" in done.stderr
