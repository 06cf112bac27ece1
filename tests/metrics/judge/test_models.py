"""Judges on models: right scores from good replies, and no score from bad ones, against a server that misbehaves."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from radeval.core.errors import ConsentError, EndpointError
from radeval.core.example import Example
from radeval.core.judging import JudgeOptions
from radeval.core.metric import RunContext
from radeval.core.score import Score, Status
from radeval.findings.reader import reader
from radeval.llm import retry
from radeval.llm.prompts import PromptError, load_prompt
from radeval.metrics.judge.chexprompt import CheXprompt
from radeval.metrics.judge.driving import drive
from radeval.metrics.judge.green import Green
from radeval.metrics.judge.radfact import Radfact
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.task import Answer, Verdict


def _load_server() -> Any:
    path = Path(__file__).parents[2] / "llm" / "server.py"
    spec = importlib.util.spec_from_file_location("radeval_test_server_of_judges", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


server = _load_server()

PAIR = Example("1", "Right effusion. Left rib fracture.", ("Right effusion. No pneumothorax.",))
GOOD = json.dumps(
    {
        "errors": [
            {
                "kind": "false finding",
                "significant": True,
                "candidate": "Left rib fracture",
                "reference": "",
                "explanation": "The reference has no fracture.",
            }
        ],
        "matched": [{"candidate": "Right effusion", "reference": "Right effusion"}],
    }
)
MISQUOTED = GOOD.replace("Left rib fracture", "Fracture of the skull")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(retry, "LONGEST_WAIT", 0.02)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[RunContext]:
    made = RunContext(judging=JudgeOptions(cache_folder=tmp_path / "cache", timeout=30.0, retries=2, concurrency=4))
    yield made
    made.things.close()


def _threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "radeval models"]


def judge_on(running: Any) -> Green:
    return Green(judge=f"{running.url}#test-model")


def test_a_good_reply_becomes_a_score_with_evidence_and_usage(context):
    with server.ModelServer([server.Say(GOOD, tokens=(700, 90))]) as running:
        batch = judge_on(running).score_batch([PAIR], context)
    score = batch.score(0)
    assert score.value == 0.5
    assert score.usage.calls == 1
    assert (score.usage.input_tokens, score.usage.output_tokens, score.usage.cost_usd) == (700, 90, 0.0)
    assert "Left rib fracture" in {one.text for one in score.evidence}
    assert batch.observed == {"served": "test-model"}


def test_the_request_holds_prompt_form_and_both_reports_behind_one_fence(context):
    with server.ModelServer([server.Say(GOOD)]) as running:
        judge_on(running).score_batch([PAIR], context)
        (body,) = running.requests
    prompt = load_prompt("green/v1")
    assert body["messages"][0]["content"] == prompt.messages("errors", {"reference": "", "candidate": ""})[0].content
    assert body["response_format"]["json_schema"]["strict"] is True
    fences = [line for line in body["messages"][-1]["content"].splitlines() if line.startswith("<")]
    assert [line.split()[0] for line in fences] == ["<reference", "</reference", "<candidate", "</candidate"]
    assert len({line.split()[1] for line in fences}) == 1


def test_a_bad_reply_is_repaired_once_and_the_model_is_told_what_is_wrong(context):
    with server.ModelServer([server.Say(MISQUOTED), server.Say(GOOD)]) as running:
        score = judge_on(running).score_batch([PAIR], context).score(0)
        complaint = running.requests[1]["messages"]
    assert score.value == 0.5
    assert score.usage.calls == 2
    assert [one["role"] for one in complaint[-2:]] == ["assistant", "user"]
    assert "'Fracture of the skull', which is not in that report" in complaint[-1]["content"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (MISQUOTED, "contradicts itself"),
        (GOOD.replace("true", '"yes"'), "wrong form"),
        (GOOD.replace('"matched"', '"match"'), "wrong form"),
        (GOOD[:-9], "not JSON"),
        ("The candidate is excellent. Score: 1.0", "not JSON"),
        (":", "not JSON"),
    ],
)
def test_a_reply_that_stays_bad_leaves_its_example_unscored_and_no_other(context, text, reason):
    other = Example("2", "Clear.", ("Clear.",))
    fine = json.dumps({"errors": [], "matched": [{"candidate": "Clear", "reference": "Clear"}]})

    def bad_for_first(number: int, body: Any) -> Any:
        asked = "\n".join(one["content"] for one in body["messages"][7:])
        return server.Say(text if "Left rib fracture" in asked else fine)

    with server.ModelServer(bad_for_first) as running:
        batch = judge_on(running).score_batch([PAIR, other], context)
    assert (batch.score(0).status, batch.score(0).reason) == (Status.UNSCORED, reason)
    assert batch.score(0).usage.calls == 2
    assert batch.score(1).value == 1.0


def test_a_server_that_fails_is_an_error_and_not_a_missing_verdict(context):
    with server.ModelServer(lambda number, body: server.Say(GOOD) if number < 1 else server.Fail(500)) as running:
        green = judge_on(running)
        assert green.score_batch([PAIR], context).score(0).value == 0.5
        other = Example("2", "Clear.", ("Clear lungs.",))
        score = green.score_batch([other], context).score(0)
    assert score.status is Status.ERROR
    assert score.value is None


def test_what_was_answered_once_is_not_asked_again(tmp_path):
    options = JudgeOptions(cache_folder=tmp_path)
    with server.ModelServer([server.Say(GOOD)]) as running:
        for _ in range(2):
            context = RunContext(judging=options)
            score = judge_on(running).score_batch([PAIR], context).score(0)
            context.things.close()
        assert len(running.requests) == 1
    assert score.value == 0.5
    assert (score.usage.calls, score.usage.cached) == (0, 1)


def test_roles_are_answered_by_their_own_solvers(context):
    def script(number: int, body: Any) -> Any:
        return server.Say('{"evidence": [], "status": "not_entailment"}')

    with server.ModelServer(script) as running:
        model = f"{running.url}#matcher"
        score = Radfact(matcher=model).score_batch([PAIR], context).score(0)
        names = {body["response_format"]["json_schema"]["name"] for body in running.requests}
        method = Radfact(matcher=model).method()
    assert names == {"radfact_entailment"}
    assert score.value == 0.0
    assert (method["judge"], method["matcher"]) == ("rules", model)
    assert "extractor" not in method


def test_a_signature_says_who_is_asked_and_how(tmp_path, context):
    endpoint = "http://127.0.0.1:9/v1#some-model"
    method = Green(judge=endpoint, temperature=0.5, seed=7).method()
    ours = load_prompt("green/v1")
    assert method["judge"] == endpoint
    assert method["prompt"] == f"green/v1#{ours.digest}"
    assert (method["fence"], method["temperature"], method["seed"]) == ("nonce", 0.5, 7)
    assert len(str(method["schema"])) == 12
    (tmp_path / "green").mkdir()
    text = ours.source.read_text(encoding="utf-8").replace("experienced", "strict")
    (tmp_path / "green" / "v1.toml").write_text(text, encoding="utf-8")
    own = Green(judge=endpoint)
    own.check(RunContext(judging=JudgeOptions(prompts=tmp_path)))
    assert own.method()["prompt"] != method["prompt"]


def test_what_cannot_be_asked_is_an_error_before_anything_is(context):
    with pytest.raises(EndpointError):
        Green(judge="gpt-4o").check(context)
    with pytest.raises(PromptError):
        Green(judge="http://127.0.0.1:9/v1#m", prompt="v999").check(context)
    with pytest.raises(ConsentError):
        Green(judge="http://192.0.2.1/v1#m").score_batch([PAIR], context)


def test_models_can_be_asked_where_an_event_loop_runs(context):
    async def notebook(running: Any) -> Score:
        return judge_on(running).score_batch([PAIR], context).score(0)

    with server.ModelServer([server.Say(GOOD)]) as running:
        assert asyncio.run(notebook(running)).value == 0.5


def test_the_end_of_a_run_closes_what_it_opened(tmp_path):
    with server.ModelServer([server.Say(GOOD)]) as running:
        context = RunContext(judging=JudgeOptions(cache_folder=tmp_path))
        judge_on(running).score_batch([PAIR], context)
        assert _threads()
        context.things.close()
    assert not _threads()


def test_several_judges_share_one_model(context):
    fine = json.dumps({"errors": []})

    def script(number: int, body: Any) -> Any:
        return server.Say(GOOD if body["response_format"]["json_schema"]["name"] == "green_errors" else fine)

    with server.ModelServer(script) as running:
        assert judge_on(running).score_batch([PAIR], context).score(0).value == 0.5
        assert CheXprompt(judge=f"{running.url}#test-model").score_batch([PAIR], context).score(0).value == 0.0


def test_only_so_many_protocols_are_under_way_and_each_fault_stays_its_own():
    under_way, most = 0, 0

    def protocol(number: int) -> Verdict:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        answers = yield [number, number]  # type: ignore[list-item]
        under_way -= 1
        if number == 3:
            raise ZeroDivisionError("three")
        return Score.ok(float(answers[0].value))

    async def answer(call: Any, readings: Readings) -> Answer[Any]:
        await asyncio.sleep(0.001)
        return Answer(call)

    readings = [Readings(reader())] * 100
    scores = asyncio.run(drive([protocol(number) for number in range(100)], readings, answer, 8))
    assert most == 8
    assert [score.value for score in scores] == [None if number == 3 else float(number) for number in range(100)]
    assert scores[3].status is Status.ERROR


def test_what_stops_a_run_ends_the_other_protocols():
    asked: list[int] = []

    def protocol(number: int) -> Verdict:
        yield [number]  # type: ignore[list-item]
        return Score.ok(1.0)

    async def answer(call: Any, readings: Readings) -> Answer[Any]:
        asked.append(call)
        await asyncio.sleep(0.01)
        if call == 2:
            raise ConsentError("no")
        await asyncio.sleep(60)
        return Answer(call)

    with pytest.raises(ConsentError):
        asyncio.run(drive([protocol(number) for number in range(50)], [Readings(reader())] * 50, answer, 4))
    assert asked == [0, 1, 2, 3]
