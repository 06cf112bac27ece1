"""`radeval models`: which weights there are, where they are and whether they are whole; whether a judge answers."""

from __future__ import annotations

import json
import shutil

from radeval.llm.endpoint import parse_endpoint
from radeval.weights.catalogue import catalogue


def test_the_list_holds_every_way_to_a_judge_and_what_to_install(radeval_command):
    done = radeval_command("models", "list")
    assert (done.returncode, done.stderr) == (0, "")
    for form in ("rules", "openai/<model>", "http://HOST:PORT/v1#<model>", "litellm:", "hf:", "vllm:", "gguf:"):
        assert f"\n  {form}" in done.stdout
    for one in json.loads(radeval_command("models", "list", "--json").stdout)["judges"]:
        assert one["installed"] in (True, False)
        example = one["judge"].replace("HOST:PORT", "127.0.0.1:8000").replace("<", "").replace(">", "")
        assert str(parse_endpoint(example)) == example


def test_the_list_tells_of_all_weights_where_they_are_or_how_to_fetch_them(radeval_command, tiny_models):
    here = {"RADEVAL_MODELS": str(tiny_models), "HF_HUB_CACHE": str(tiny_models / "none")}
    listed = json.loads(radeval_command("models", "list", "--json", env=here).stdout)["weights"]
    assert [one["name"] for one in listed] == list(catalogue())
    by_name = {one["name"]: one for one in listed}
    assert by_name["roberta-large"]["path"] == str(tiny_models / "FacebookAI" / "roberta-large")
    gone = radeval_command("models", "list", env=here | {"RADEVAL_MODELS": str(tiny_models / "none")})
    assert "hf download FacebookAI/roberta-large" in gone.stdout


def test_the_path_of_weights_is_printed_alone_or_the_command_that_fetches_them_told(radeval_command, tiny_models):
    here = {"RADEVAL_MODELS": str(tiny_models), "HF_HUB_CACHE": str(tiny_models / "none")}
    found = radeval_command("models", "path", "roberta-large", env=here)
    assert (found.returncode, found.stdout) == (0, f"{tiny_models / 'FacebookAI' / 'roberta-large'}\n")
    gone = radeval_command("models", "path", "owner/absent", env=here)
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "hf download owner/absent" in gone.stderr


def test_weights_that_are_absent_are_told_with_the_command_that_fetches_them(radeval_command, tmp_path):
    nowhere = {"RADEVAL_MODELS": str(tmp_path), "HF_HUB_CACHE": str(tmp_path)}
    gone = radeval_command("models", "check", "chexbert", env=nowhere)
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "hf download StanfordAIMI/RRG_scorers chexbert.pth" in gone.stderr


def test_a_mistyped_name_and_a_metric_are_told_from_a_judge(radeval_command, tmp_path):
    nowhere = {"RADEVAL_MODELS": str(tmp_path), "HF_HUB_CACHE": str(tmp_path)}
    typed = radeval_command("models", "check", "roberta-larg", env=nowhere)
    metric = radeval_command("models", "check", "radcliq", env=nowhere)
    assert (typed.returncode, metric.returncode) == (1, 1)
    assert "did you mean roberta-large" in typed.stderr
    assert "radeval metrics radcliq" in metric.stderr
    assert "way to a model" not in typed.stderr + metric.stderr


def test_weights_are_whole_or_what_is_damaged_is_named(radeval_command, tiny_models, tmp_path):
    here = {"RADEVAL_MODELS": str(tiny_models), "HF_HUB_CACHE": str(tiny_models / "none")}
    whole = radeval_command("models", "check", "roberta-large", "--json", env=here)
    assert (whole.returncode, json.loads(whole.stdout)["complete"]) == (0, "yes; 0 compared with the hub's sha256")
    shutil.copytree(tiny_models / "FacebookAI" / "roberta-large", tmp_path, dirs_exist_ok=True)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4])
    cut = radeval_command("models", "check", str(tmp_path))
    assert (cut.returncode, "complete: no: model.safetensors" in cut.stdout) == (1, True)


def test_a_model_that_answers_is_told_with_what_it_costs(radeval_command, model_server):
    with model_server.ModelServer(
        [model_server.Say("Ready."), model_server.Say("Ready and", finish="length")]
    ) as server:
        done = radeval_command("models", "check", f"{server.url}#tester", "--json")
        # A model that talks on and on has answered, too.
        long = radeval_command("models", "check", f"{server.url}#tester")
        (question, _) = server.requests
    told = json.loads(done.stdout)
    assert (done.returncode, told["answers"], told["served by"], told["local"]) == (0, "yes", "tester", "yes")
    assert told["price"].startswith("0 US dollars")
    assert question["messages"] == [{"role": "user", "content": "Say ready."}]
    assert (long.returncode, "answers: yes" in long.stdout) == (0, True)


def test_a_model_that_does_not_answer_is_1_and_says_why(radeval_command, model_server):
    with model_server.ModelServer([model_server.Say(""), model_server.Fail(401)]) as server:
        empty = radeval_command("models", "check", f"{server.url}#tester")
        denied = radeval_command("models", "check", f"{server.url}#tester")
    with model_server.closed_place() as place:
        gone = radeval_command("models", "check", f"{model_server.url_of(place)}#tester")
    remote = radeval_command("models", "check", "http://192.0.2.1:9/v1#tester")
    bare = radeval_command("models", "check", "claude-3")
    assert {one.returncode for one in (empty, denied, gone, remote, bare)} == {1}
    assert "answers: no: empty reply" in empty.stdout
    assert "RADEVAL_API_KEY" in denied.stderr
    assert "(UnreachableModelError)" in gone.stderr
    assert "(ConsentError)" in remote.stderr
    assert "litellm:anthropic/claude-3" in bare.stderr
    assert radeval_command("models", "check", "rules").returncode == 0
