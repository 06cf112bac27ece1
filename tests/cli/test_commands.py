"""`metrics`, `doctor`, help, version and what the shell completes."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from radeval.core.registry import METRICS, PRESETS, metric_class


def test_help_names_every_command_and_exits_with_0(radeval_command):
    for arguments in (["--help"], ["-h"]):
        done = radeval_command(*arguments, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        for name in ("score", "metrics", "doctor"):
            assert f"  {name} " in done.stdout


@pytest.mark.parametrize("name", ["score", "metrics", "doctor"])
def test_every_command_explains_itself(radeval_command, name):
    done = radeval_command(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"radeval {name}" in done.stdout


def test_the_version_is_printed(radeval_command):
    import radeval

    done = radeval_command("--version")
    assert (done.returncode, done.stdout) == (0, f"radeval {radeval.__version__}\n")


def test_the_list_names_every_metric_with_its_direction_and_every_preset(radeval_command):
    done = radeval_command("metrics")
    assert (done.returncode, done.stderr) == (0, "")
    for name in METRICS:
        arrow = "↑" if metric_class(name).info.direction == "higher" else "↓"
        assert f"\n{name} {arrow}" in f"\n{done.stdout}"
    for name, members in PRESETS.items():
        assert f"preset {name}: {', '.join(members)}" in done.stdout


def test_the_list_is_json_where_asked(radeval_command):
    listed = json.loads(radeval_command("metrics", "--json").stdout)
    assert [one["name"] for one in listed] == list(METRICS)
    for one in listed:
        assert one["direction"] in ("higher", "lower")
        assert one["ready"]
        assert one["citation"]


def test_one_metric_is_told_in_full(radeval_command):
    done = radeval_command("metrics", "bleu")
    assert done.returncode == 0
    for words in ("bleu4", "higher is better", "parameter preset", "sacrebleu", "references", "empty reports"):
        assert words in done.stdout
    found = json.loads(radeval_command("metrics", "bleu", "--json").stdout)
    assert (found["name"], found["main"], found["ready"]) == ("bleu", "bleu4", "yes")


def test_a_spec_is_told_with_what_its_parameters_change(radeval_command):
    found = json.loads(radeval_command("metrics", "bleu:n=2", "--json").stdout)
    assert found["main"] == "bleu2"


def test_many_details_are_told_by_name(radeval_command):
    told = radeval_command("metrics", "chexbert").stdout
    assert "part micro_f1_5" in told
    assert "part tp_edema" not in told
    assert re.search(r"details +f1_enlarged_cardiomediastinum, tp_enlarged", told)


def test_an_unknown_metric_is_a_named_error(radeval_command):
    done = radeval_command("metrics", "bluu")
    assert (done.returncode, done.stdout) == (1, "")
    assert "UnknownMetricError" in done.stderr
    assert "did you mean bleu" in done.stderr


def test_a_preset_is_told_or_refused_with_a_sensible_hint(radeval_command):
    done = radeval_command("metrics", "quick")
    assert done.returncode == 0 or "did you mean quick" not in done.stderr


def test_the_doctor_finds_this_installation_well(radeval_command):
    done = radeval_command("doctor", "--json")
    findings = json.loads(done.stdout)
    assert {finding["state"] for finding in findings} <= {"ok", "missing", "problem"}
    problems = [finding for finding in findings if finding["state"] == "problem"]
    assert done.returncode == int(bool(problems)), problems
    told = {finding["what"]: finding for finding in findings}
    assert {"radeval", "prompts", *(f"metric {name}" for name in METRICS)} <= set(told)
    text = radeval_command("doctor").stdout
    assert len(text.splitlines()) == len(findings)


_OTHER_OWNER = """
import importlib.metadata
importlib.metadata.packages_distributions = lambda: {'radeval': ['radeval', 'radeval-judge']}
"""


def test_the_doctor_tells_if_another_distribution_owns_the_import_name(python, clean_environment, tmp_path):
    done = subprocess.run(
        python(_OTHER_OWNER, "doctor"),
        capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, env=clean_environment, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "problem  import name: radeval also installs" in done.stdout


_BROKEN_METRIC = """
from radeval.core import registry
from importlib.metadata import EntryPoint
point = EntryPoint('broken', 'no_such_module:Metric', registry.ENTRY_POINT_GROUP)
registry._plugins = lambda: {'broken': [point]}
"""


@pytest.mark.parametrize("command", ["metrics", "doctor"])
def test_one_broken_plugin_hides_no_other_metric(python, clean_environment, tmp_path, command):
    done = subprocess.run(
        python(_BROKEN_METRIC, command),
        capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, env=clean_environment, check=False,
    )  # fmt: skip
    assert done.returncode == (1 if command == "doctor" else 0)
    assert "broken" in done.stdout
    assert "ModuleNotFoundError" in done.stdout
    assert "bleu" in done.stdout


def complete(radeval_command, *words):
    line, place = " ".join(words), str(len(words) - 1)
    asked = {"_RADEVAL_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": place}
    return radeval_command(env=asked).stdout.split()


def test_the_shell_completes_metrics_presets_parameters_and_choices(radeval_command):
    assert complete(radeval_command, "radeval", "score", "-m", "bl") == ["bleu"]
    assert set(complete(radeval_command, "radeval", "score", "-m", "q")) == {"quick"}
    assert complete(radeval_command, "radeval", "metrics", "rou") == ["rouge"]
    offers = complete(radeval_command, "radeval", "score", "-m", "rouge:st")
    assert set(offers) == {"rouge:stem=true", "rouge:stem=false"}
    assert "bleu:preset=coco,n=" in complete(radeval_command, "radeval", "score", "-m", "bleu:preset=coco,n")
    assert complete(radeval_command, "radeval", "score", "-m", "zzz:") == []


def test_the_shell_completes_options(radeval_command):
    assert "--fail-under" in complete(radeval_command, "radeval", "score", "--fail")
