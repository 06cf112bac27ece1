"""Waiting, limits and money: nothing is asked too often, too fast or beyond the budget."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from radeval.core.errors import BudgetError
from radeval.llm import prices, retry
from radeval.llm.budget import Budget
from radeval.llm.limiter import Limiter
from radeval.llm.prices import Price, most_input_tokens, price_of
from radeval.llm.request import Message, Request, Schema

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        (" 0.25 ", 0.25),
        ("-3", 0.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 12:00:30", 30.0),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("", None),
    ],
)
def test_retry_after(header, seconds):
    assert retry.retry_after(header, NOW) == seconds


def test_waits_grow_and_honour_the_server(monkeypatch):
    monkeypatch.undo()
    waits = [retry.wait_before(attempt, None) for attempt in range(1, 12)]
    for attempt, wait in enumerate(waits):
        most = min(0.5 * 2**attempt, 30.0)
        assert most / 2 <= wait <= most
    assert len({retry.wait_before(5, None) for _ in range(10)}) > 1
    assert 20.0 <= retry.wait_before(1, 20.0) <= 21.0
    assert retry.wait_before(1, 3600.0) is None


def test_no_minute_holds_more_requests_or_tokens_than_allowed():
    async def run(rpm, tpm, tokens):
        limiter = Limiter(64, rpm, tpm, minute=0.1)
        times = []

        async def one():
            # When it let the request out, not when the machine went on with it.
            times.append((await limiter.admit(tokens)).at)

        await asyncio.gather(*(one() for _ in range(12)))
        return times

    for rpm, tpm, tokens, allowed in ((4, None, 0, 4), (None, 1000, 300, 3), (5, 1000, 300, 3), (None, 100, 300, 1)):
        times = asyncio.run(run(rpm, tpm, tokens))
        for number in range(len(times) - allowed):
            assert times[number + allowed] - times[number] >= 0.1, (rpm, tpm)


def test_tokens_known_later_free_the_minute():
    async def run():
        limiter = Limiter(64, None, 1000, minute=3600.0)
        entry = await limiter.admit(1000)
        entry.tokens = 100
        async with asyncio.timeout(30):
            await limiter.admit(900)

    asyncio.run(run())


def test_first_come_first_served_without_busy_waiting(monkeypatch):
    waits = []

    async def sleep(seconds, real=asyncio.sleep):
        waits.append(seconds)
        await real(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)

    async def run():
        limiter = Limiter(64, 5, None, minute=0.2)
        order = []

        async def one(number):
            await limiter.admit(0)
            order.append(number)

        await asyncio.gather(*(one(number) for number in range(15)))
        return order

    assert asyncio.run(run()) == list(range(15))
    # Two full minutes are waited for, each in a few waits however many wait for it.
    assert sum(waits) > 0.2
    assert len(waits) < 60


def test_a_pause_holds_everybody():
    async def run():
        limiter = Limiter(64, None, None)
        started = time.monotonic()
        limiter.pause(0.1)
        return [entry.at - started for entry in await asyncio.gather(*(limiter.admit(0) for _ in range(5)))]

    assert min(asyncio.run(run())) >= 0.1


def test_the_budget_holds_at_any_concurrency():
    async def run():
        budget = Budget(1.0)
        done = []

        async def one():
            await budget.reserve(0.3)
            assert budget.spent + budget._reserved <= 1.0
            await asyncio.sleep(0.001)
            budget.settle(0.3, 0.1)
            done.append(1)

        results = await asyncio.gather(*(one() for _ in range(20)), return_exceptions=True)
        return budget, done, [result for result in results if result is not None]

    budget, done, errors = asyncio.run(run())
    # Eight cost 0.8, and the ninth may cost 0.3: what others give back was waited for before anybody was refused.
    assert len(done) == 8
    assert budget.spent == pytest.approx(0.8)
    assert all(isinstance(error, BudgetError) for error in errors)


def test_without_a_limit_nothing_is_counted():
    budget = Budget(None)
    asyncio.run(budget.reserve(1e9))
    budget.settle(1e9, 1e9)


def test_prices_are_known_or_not_but_never_guessed():
    openai = {"kind": "openai", "address": "https://api.openai.com/v1"}
    known = price_of({**openai, "model": "gpt-4o-mini-2024-07-18"}, local=False)
    assert known is not None
    assert known.cost(1_000_000, 1_000_000) == pytest.approx(0.75)
    assert known.source.startswith("https://")
    assert known.date
    assert price_of({"kind": "litellm", "model": "openai/gpt-4o-mini"}, local=False) == known
    assert price_of({**openai, "model": "gpt-4o-mini-audio"}, local=False) is None
    assert price_of({**openai, "model": "gpt-4o-2024-05-13"}, local=False) is None
    elsewhere = {"kind": "url", "address": "https://models.example.org/v1", "model": "gpt-4o-mini"}
    assert price_of(elsewhere, local=False) is None
    assert price_of({"kind": "url", "address": "http://127.0.0.1:1/v1", "model": "x"}, local=True) == Price(0.0, 0.0)


def test_every_price_is_complete_and_no_model_has_two():
    rows = prices._rows()
    names = [(row["provider"], model) for row in rows for model in row["models"]]
    assert len(names) == len(set(names))
    assert all(set(row) == {"provider", "models", "input", "output", "source", "date"} for row in rows)


def test_the_bound_on_tokens_counts_bytes_and_the_schema():
    plain = Request((Message("user", "é" * 100),))
    assert most_input_tokens(plain) >= 200
    assert most_input_tokens(Request(plain.messages, Schema("s", {"x": "y" * 100}))) >= 300
