"""`radeval models`: the ways to a model, and whether one answers."""

from __future__ import annotations

import json

from radeval.llm.endpoint import parse_endpoint


def test_the_list_holds_every_form_and_what_to_install(radeval_command):
    done = radeval_command("models")
    assert (done.returncode, done.stderr) == (0, "")
    for form in ("rules", "openai/<model>", "http://HOST:PORT/v1#<model>", "litellm:", "hf:", "vllm:", "gguf:"):
        assert f"\n{form}" in f"\n{done.stdout}"
    for one in json.loads(radeval_command("models", "--json").stdout):
        assert one["installed"] in (True, False)
        example = one["judge"].replace("HOST:PORT", "127.0.0.1:8000").replace("<", "").replace(">", "")
        assert str(parse_endpoint(example)) == example


def test_a_model_that_answers_is_told_with_what_it_costs(radeval_command, model_server):
    with model_server.ModelServer(
        [model_server.Say("Ready."), model_server.Say("Ready and", finish="length")]
    ) as server:
        done = radeval_command("models", f"{server.url}#tester", "--json")
        # A model that talks on and on has answered, too.
        long = radeval_command("models", f"{server.url}#tester")
        (question, _) = server.requests
    told = json.loads(done.stdout)
    assert (done.returncode, told["answers"], told["served by"], told["local"]) == (0, "yes", "tester", "yes")
    assert told["price"].startswith("0 US dollars")
    assert question["messages"] == [{"role": "user", "content": "Say ready."}]
    assert (long.returncode, "answers: yes" in long.stdout) == (0, True)


def test_a_model_that_does_not_answer_is_1_and_says_why(radeval_command, model_server):
    with model_server.ModelServer([model_server.Say(""), model_server.Fail(401)]) as server:
        empty = radeval_command("models", f"{server.url}#tester")
        denied = radeval_command("models", f"{server.url}#tester")
    with model_server.closed_place() as place:
        gone = radeval_command("models", f"{model_server.url_of(place)}#tester")
    remote = radeval_command("models", "http://192.0.2.1:9/v1#tester")
    bare = radeval_command("models", "claude-3")
    assert {one.returncode for one in (empty, denied, gone, remote, bare)} == {1}
    assert "answers: no: empty reply" in empty.stdout
    assert "RADEVAL_API_KEY" in denied.stderr
    assert "(UnreachableModelError)" in gone.stderr
    assert "(ConsentError)" in remote.stderr
    assert "litellm:anthropic/claude-3" in bare.stderr
    assert radeval_command("models", "rules").returncode == 0
