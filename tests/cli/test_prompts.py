"""`radeval prompts`: what models are told can be read before anything is sent."""

from __future__ import annotations

import json

from radeval.llm.prompts import load_prompt


def test_the_list_names_every_judge_with_its_digest(radeval_command):
    done = radeval_command("prompts")
    assert done.returncode == 0
    for name in ("radfact/v1", "green/v1", "chexprompt/v1", "gema/v1", "crimson/v1", "rubric/v1"):
        assert f"{load_prompt(name).digest}  " in next(
            line for line in done.stdout.splitlines() if line.startswith(name)
        )


def test_show_prints_what_a_model_gets_with_the_slots_open(radeval_command):
    done = radeval_command("prompts", "show", "radfact/entailment")
    assert done.returncode == 0
    prompt = load_prompt("radfact/v1")
    for message in prompt.outline("entailment"):
        assert message.content in done.stdout
    assert "\n{hypothesis}\n" in done.stdout
    assert "=====" in done.stdout
    assert "radfact/phrases" not in done.stdout


def test_show_as_json_holds_every_task(radeval_command):
    done = radeval_command("prompts", "show", "gema", "--json")
    told = json.loads(done.stdout)
    assert told["id"] == "gema/v1"
    assert list(told["messages"]) == ["entities", "matching", "expression"]
    assert told["messages"]["matching"][0]["role"] == "system"


def test_an_own_folder_is_listed_with_its_file_and_our_prompts(radeval_command, folder):
    ours = load_prompt("green/v1")
    own = folder / "mine" / "green" / "v2.toml"
    own.parent.mkdir(parents=True)
    text = ours.source.read_text(encoding="utf-8").replace("version = 1", "version = 2")
    own.write_text(text, encoding="utf-8")
    listed = radeval_command("prompts", "--prompts", "mine").stdout
    assert "green/v1" in listed
    assert next(line for line in listed.splitlines() if line.startswith("green/v2")).endswith("[mine/green/v2.toml]")
    assert radeval_command("prompts", "show", "green", "--prompts", "mine").stdout.startswith("green/v2  ")
    own.write_text(text.replace("[tasks.errors]", "[task.errors]"), encoding="utf-8")
    broken = radeval_command("prompts", "show", "green", "--prompts", "mine")
    assert broken.returncode == 1
    assert "mine/green/v2.toml, line " in broken.stderr


def test_an_unknown_prompt_or_task_is_named_with_what_there_is(radeval_command):
    done = radeval_command("prompts", "show", "gren")
    assert done.returncode == 1
    assert "did you mean green/v1" in done.stderr
    assert "known: entities, matching, expression" in radeval_command("prompts", "show", "gema/x").stderr
