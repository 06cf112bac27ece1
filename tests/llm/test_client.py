"""The client against a real server that misbehaves: the right value or none with a reason, never a made-up one."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from radeval.core.errors import (
    AccessDeniedError,
    BudgetError,
    ConsentError,
    UnknownPriceError,
    UnreachableModelError,
)
from radeval.core.judging import JudgeOptions
from radeval.llm import outcome as reasons
from radeval.llm import retry
from radeval.llm.backends import open_backend
from radeval.llm.client import Client
from radeval.llm.endpoint import Endpoint
from radeval.llm.outcome import InvalidReply
from radeval.llm.replies import json_of
from radeval.llm.request import Message, Request

GOOD = {"verdict": True}


def verdict(text):
    value = json_of(text)
    if set(value) != {"verdict"}:
        raise ValueError("the only key is verdict")
    return value


def repaired(request, reply, problem):
    told = (Message("assistant", reply.text), Message("user", f"This was wrong: {problem}. Answer again."))
    return Request(request.messages + told, request.schema, request.sampling, request.sample)


def run(client, *coroutines):
    async def main():
        try:
            return await asyncio.gather(*coroutines)
        finally:
            await client.close()

    return asyncio.run(main())


def ask(client, request, repair=repaired):
    (outcome,) = run(client, client.ask(request, verdict, repair=repair))
    return outcome


FAILURES = {
    "429": lambda s: s.Fail(429),
    "500": lambda s: s.Fail(500),
    "503": lambda s: s.Fail(503, body="<html>busy</html>"),
    "reset": lambda s: s.Break(),
    "truncated": lambda s: s.Cut(),
    "stalled": lambda s: s.Stall(),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_fails_in_passing_is_asked_again(name, server, make_client, question, warnings_given):
    # A stalled request takes all the time there is, which must be enough for the others on a busy machine.
    times, timeout = (1, 1.5) if name == "stalled" else (2, 30.0)
    with server.ModelServer([FAILURES[name](server)] * times) as running:
        outcome = ask(make_client(running.url, timeout=timeout), question(1))
        assert outcome.value == GOOD
        assert outcome.usage.calls == len(running.requests) == times + 1
    assert len(warnings_given) == 1


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_waited_for_by_all(as_date, server, make_client, question, warnings_given):
    times = []

    def script(number, body):
        times.append(time.monotonic())
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
        return server.Fail(429, {"Retry-After": date if as_date else "1"}) if number == 0 else server.Say()

    with server.ModelServer(script) as running:
        client = make_client(running.url, concurrency=2)

        async def later():
            while not warnings_given:
                await asyncio.sleep(0.01)
            return await client.ask(question(2), verdict)

        outcomes = run(client, client.ask(question(1), verdict), later())
    assert [outcome.value for outcome in outcomes] == [GOOD, GOOD]
    # A date has whole seconds only.
    assert all(moment - times[0] > 0.8 for moment in times[1:])


def test_a_failure_for_good_is_named_and_is_the_backends(server, make_client, question):
    def script(number, body):
        return server.Fail(500) if "poison" in body["messages"][-1]["content"] else server.Say()

    with server.ModelServer(script) as running:
        client = make_client(running.url)
        outcomes = run(client, *(client.ask(question(what), verdict) for what in ("a", "poison", "b")))
        assert [outcome.reason for outcome in outcomes] == ["", reasons.NO_CONNECTION, ""]
        assert outcomes[1].reason in reasons.FAULTS
        assert outcomes[1].usage.calls == 4


def test_a_bad_request_is_never_repeated(server, make_client, question):
    with server.ModelServer([server.Fail(400)]) as running:
        outcome = ask(make_client(running.url), question(1))
        assert outcome.reason == reasons.BAD_REQUEST
        assert len(running.requests) == 1


def test_a_refused_key_stops_the_run(server, make_client, question, monkeypatch):
    monkeypatch.setenv("RADEVAL_API_KEY", "sk-geheim")
    with server.ModelServer(
        lambda number, body: server.Fail(401, body='{"error": {"message": "sk-geheim"}}')
    ) as running:
        client = make_client(running.url, concurrency=1)
        with pytest.raises(AccessDeniedError) as caught:
            run(client, *(client.ask(question(number), verdict) for number in range(20)))
        assert len(running.requests) == 1
        assert "geheim" not in str(caught.value)


def test_a_model_that_a_server_does_not_have_stops_the_run_at_once(server, make_client, question):
    with server.ModelServer(lambda number, body: server.Fail(404)) as running:
        client = make_client(running.url, concurrency=1)
        with pytest.raises(UnreachableModelError):
            run(client, *(client.ask(question(number), verdict) for number in range(20)))
        assert len(running.requests) == 1


def test_a_limit_that_lasts_for_hours_is_not_waited_for(server, make_client, question):
    def script(number, body):
        return server.Say() if number < 5 else server.Fail(429, {"Retry-After": "7200"})

    with server.ModelServer(script) as running:
        client = make_client(running.url, concurrency=1)
        outcomes = run(client, *(client.ask(question(number), verdict) for number in range(500)))
        assert [outcome.reason for outcome in outcomes] == [""] * 5 + [reasons.RATE_LIMITED] * 495
        assert len(running.requests) < 30


BAD_REPLIES = {
    "wrong form": ('{"verdict": 1, "other": 2}', reasons.WRONG_FORM),
    "not JSON": ("I think so.", reasons.NOT_JSON),
    "truncated": ('{"verdict": tr', reasons.NOT_JSON),
    "twice": ('{"verdict": true, "verdict": false}', reasons.NOT_JSON),
    "empty": ("  ", reasons.EMPTY),
    "none": (None, reasons.EMPTY),
}


@pytest.mark.parametrize("name", BAD_REPLIES)
def test_one_repair_turn_and_no_more(name, server, make_client, question):
    text, reason = BAD_REPLIES[name]
    with server.ModelServer([server.Say(text)]) as running:
        outcome = ask(make_client(running.url), question(1))
        assert outcome.value == GOOD
        assert "This was wrong: " in running.requests[1]["messages"][-1]["content"]
        assert outcome.usage.calls == 2
        assert outcome.usage.input_tokens == 200
    with server.ModelServer([server.Say(text)] * 9) as running:
        outcome = ask(make_client(running.url), question(2))
        assert (outcome.value, outcome.reason) == (None, reason)
        assert len(running.requests) == 2
        assert ask(make_client(running.url), question(3), repair=None).reason == reason
        assert len(running.requests) == 3


def test_a_fenced_reply_needs_no_repair(server, make_client, question):
    with server.ModelServer([server.Say('Sure:\n```json\n{"verdict": true}\n```')]) as running:
        assert ask(make_client(running.url), question(1)).value == GOOD
        assert len(running.requests) == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"refusal": "I cannot help with that.", "text": None}, reasons.REFUSED),
        ({"finish": "length"}, reasons.CUT_OFF),
        ({"finish": "length", "text": '{"verd'}, reasons.CUT_OFF),
        ({"finish": "content_filter", "text": ""}, reasons.FILTERED),
    ],
)
def test_replies_that_no_repair_would_help(said, reason, server, make_client, question):
    with server.ModelServer([server.Say(**said)]) as running:
        outcome = ask(make_client(running.url), question(1))
        assert (outcome.value, outcome.reason) == (None, reason)
        assert outcome.usage.output_tokens == 10
        # The same verdict from the cache, without a call.
        again = ask(make_client(running.url), question(1))
        assert (again.reason, again.usage.calls, again.usage.cached) == (reason, 0, 1)
        assert len(running.requests) == 1


def test_another_model_is_recorded_and_under_strict_model_unscored(server, make_client, question, warnings_given):
    with server.ModelServer([server.Say(model="other-model")]) as running:
        client = make_client(running.url)
        assert ask(client, question(1)).value == GOOD
        assert client.observed() == {"served": "other-model"}
        assert "other-model answered instead of test-model" in warnings_given[0]
        strict = make_client(running.url, strict_model=True)
        outcome = ask(strict, question(1))
        assert (outcome.reason, outcome.model) == (reasons.OTHER_MODEL, "other-model")
        assert len(running.requests) == 1


def test_what_a_server_does_not_take_is_left_out_and_recorded(server, make_client, question):
    refusal = json.dumps(
        {"error": {"message": "Unsupported value: 'temperature'", "param": "temperature", "code": "unsupported_value"}}
    )

    def script(number, body):
        return server.Fail(400, body=refusal) if "temperature" in body else server.Say()

    with server.ModelServer(script) as running:
        client = make_client(running.url)
        assert ask(client, question(1)).value == GOOD
        assert client.observed() == {"served": "test-model", "dropped": "temperature"}
        again = make_client(running.url)
        ask(again, question(1))
        assert again.observed() == client.observed()


def test_a_slow_start_is_waited_for(server, make_client, question, monkeypatch, warnings_given):
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.2)
    monkeypatch.setattr(retry, "LONGEST_WAIT", 0.4)
    with server.closed_place() as place:
        late = server.ModelServer(place=place)
        client = make_client(late.url, retries=6)

        async def start():
            while not warnings_given:
                await asyncio.sleep(0.01)
            late.__enter__()

        try:
            outcome, _ = run(client, client.ask(question(1), verdict), start())
        finally:
            late.stop()
    assert outcome.value == GOOD
    assert outcome.usage.calls > 1


def test_a_server_that_never_was_stops_the_run(server, make_client, question):
    with server.closed_place() as place:
        client = make_client(server.url_of(place))
        with pytest.raises(UnreachableModelError, match="test-model does not answer"):
            run(client, *(client.ask(question(number), verdict) for number in range(50)))


def test_a_server_gone_for_good_leaves_the_rest_unscored(server, make_client, question, warnings_given):
    with server.ModelServer(lambda number, body: server.Say() if number < 100 else server.Leave()) as running:
        client = make_client(running.url, concurrency=8)
        outcomes = run(client, *(client.ask(question(number), verdict) for number in range(3000)))
    good = [outcome for outcome in outcomes if not outcome.reason]
    assert 90 <= len(good) <= 100
    assert all(outcome.value == GOOD for outcome in good)
    assert {outcome.reason for outcome in outcomes} == {"", reasons.NO_CONNECTION}
    assert sum(outcome.usage.calls == 0 for outcome in outcomes) > 2500
    assert any("the rest is not asked" in text for text in warnings_given)


def test_limits_and_equal_requests(server, make_client, question):
    with server.ModelServer(lambda number, body: server.Say(after=0.02)) as running:
        client = make_client(running.url, concurrency=4)
        outcomes = run(client, *(client.ask(question(number % 20), verdict) for number in range(60)))
        assert [outcome.value for outcome in outcomes] == [GOOD] * 60
        assert running.most <= 4
        assert len(running.requests) == 20
        assert sum(outcome.usage.cached for outcome in outcomes) == 40
        # Samples of one question are different requests.
        samples = [Request(question(1).messages, sample=number) for number in range(3)]
        client = make_client(running.url)
        run(client, *(client.ask(one, verdict) for one in samples))
        assert len(running.requests) == 22


def test_who_waits_for_an_equal_request_does_not_fall_with_it(server, make_client, question):
    with server.ModelServer(lambda number, body: server.Say(after=0.1)) as running:
        client = make_client(running.url)

        async def main():
            first = asyncio.create_task(client.ask(question(1), verdict))
            second = asyncio.create_task(client.ask(question(1), verdict))
            third = asyncio.create_task(client.ask(question(1), verdict))
            await asyncio.sleep(0.02)
            first.cancel()
            second.cancel()
            return await third

        (outcome,) = run(client, main())
        assert outcome.value == GOOD


def test_cache_modes(server, make_client, question):
    with server.ModelServer() as running:
        for mode, requests in (
            ("off", 1),
            ("read", 2),
            ("only", 2),
            ("write", 3),
            ("read", 3),
            ("only", 3),
            ("off", 4),
        ):
            outcome = ask(make_client(running.url, cache=mode), question(1))
            assert len(running.requests) == requests, mode
            assert outcome.reason == (reasons.NOT_CACHED if (mode, requests) == ("only", 2) else "")
        url = running.url
    # The server is gone, and nobody notices.
    assert ask(make_client(url, cache="only"), question(1)).value == GOOD


def test_unusable_replies_stay_so_unless_they_are_asked_for_again(server, make_client, question):
    with server.ModelServer([server.Say("no"), server.Say("still no")]) as running:
        for calls in (2, 0):
            outcome = ask(make_client(running.url), question(1))
            assert (outcome.reason, outcome.usage.calls) == (reasons.NOT_JSON, calls)
        again = ask(make_client(running.url, retry_unscored=True), question(1))
        assert (again.value, again.usage.calls, again.usage.cached) == (GOOD, 1, 2)
        assert ask(make_client(running.url), question(1)).usage.calls == 0
        assert len(running.requests) == 3


def test_a_repaired_reply_is_not_asked_for_again(server, make_client, question):
    with server.ModelServer([server.Say("no")]) as running:
        ask(make_client(running.url), question(1))
        outcome = ask(make_client(running.url, retry_unscored=True), question(1))
        assert (outcome.value, outcome.usage.cached, len(running.requests)) == (GOOD, 2, 2)


def test_a_reply_outlives_a_fault_of_who_reads_it(server, make_client, question):
    def broken(text):
        raise KeyError("ours")

    with server.ModelServer() as running:
        client = make_client(running.url)
        with pytest.raises(KeyError):
            run(client, client.ask(question(1), broken))
        assert ask(make_client(running.url), question(1)).usage.calls == 0
        assert len(running.requests) == 1


def test_contradictions_keep_their_reason(server, make_client, question):
    def contradicting(text):
        raise InvalidReply("finding 2 is matched twice", reasons.CONTRADICTS)

    with server.ModelServer() as running:
        client = make_client(running.url)
        (outcome,) = run(client, client.ask(question(1), contradicting, repair=repaired))
        assert outcome.reason == reasons.CONTRADICTS
        assert "finding 2 is matched twice" in running.requests[1]["messages"][-1]["content"]


class Elsewhere:
    """A real backend that says that it is OpenAI's, to see what is allowed to reach it."""

    def __init__(self, url, options, model="gpt-4o-mini"):
        self._inner = open_backend(Endpoint("url", model, url), options)
        self.model, self.local, self.structure = model, False, self._inner.structure

    def identity(self):
        return {"kind": "openai", "address": "https://api.openai.com/v1", "model": self.model}

    async def complete(self, request):
        return await self._inner.complete(request)

    async def close(self):
        await self._inner.close()


def elsewhere(running, folder, model="gpt-4o-mini", **given):
    options = JudgeOptions(cache_folder=folder, **given)
    return Client(Elsewhere(running.url, options, model), options, warn=lambda text: None)


def test_nothing_leaves_this_machine_without_consent(server, tmp_path, question):
    with server.ModelServer() as running:
        with pytest.raises(ConsentError, match=r"api\.openai\.com"):
            ask(elsewhere(running, tmp_path), question(1))
        assert running.requests == []
        assert ask(elsewhere(running, tmp_path, allow_remote=True), question(1)).value == GOOD
        # A stored reply needs no consent.
        assert ask(elsewhere(running, tmp_path), question(1)).value == GOOD
        assert len(running.requests) == 1


def test_costs_are_counted_and_limited(server, tmp_path, question):
    # 100 tokens at 0.15 and 10 at 0.60 dollars a million.
    each = (100 * 0.15 + 10 * 0.60) / 1e6
    with server.ModelServer(lambda number, body: server.Say(after=0.01)) as running:
        limit = 0.0015
        client = elsewhere(running, tmp_path, allow_remote=True, max_cost=limit, concurrency=8)

        async def many():
            tasks = [client.ask(question(number), verdict) for number in range(40)]
            return await asyncio.gather(*tasks, return_exceptions=True)

        (results,) = run(client, many())
        good = [result for result in results if not isinstance(result, BaseException)]
        assert {type(result) for result in results if isinstance(result, BaseException)} == {BudgetError}
        assert all(result.usage.cost_usd == pytest.approx(each) for result in good)
        assert len(good) * each <= limit
        # One more might have cost more than was left: nobody was turned away before.
        most = (2048 * 0.60 + 100 * 0.15) / 1e6
        assert (len(good) + 1) * each + most > limit
        assert len(running.requests) == len(good)


def test_an_unknown_price_refuses_to_start_under_a_limit(server, tmp_path, question):
    with server.ModelServer() as running:
        with pytest.raises(UnknownPriceError):
            ask(elsewhere(running, tmp_path, "new-model", allow_remote=True, max_cost=1.0), question(1))
        assert running.requests == []
        outcome = ask(elsewhere(running, tmp_path, "new-model", allow_remote=True), question(1))
        assert outcome.usage.cost_usd is None


def test_a_local_server_costs_nothing(server, make_client, question):
    with server.ModelServer() as running:
        assert ask(make_client(running.url, max_cost=0.0), question(1)).usage.cost_usd == 0.0
