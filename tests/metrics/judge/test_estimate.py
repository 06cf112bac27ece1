"""Estimates: what would be asked, without asking."""

from __future__ import annotations

import dataclasses

import pytest

from radeval.core.example import Example
from radeval.core.judging import JudgeOptions
from radeval.core.registry import make_metric
from radeval.metrics.judge.chexprompt import CheXprompt
from radeval.metrics.judge.estimate import estimate
from radeval.metrics.judge.gema import Gema
from radeval.metrics.judge.green import Green
from radeval.metrics.judge.radfact import Radfact

# Nothing listens there, so that a request would be an error.
MODEL = "http://127.0.0.1:9/v1#m"
PAIR = Example("1", "Right effusion. Left rib fracture.", ("Right effusion. No pneumothorax.",))


def test_calls_are_those_that_the_protocols_make():
    pairs = [PAIR, Example("2", "Clear lungs.", ("Clear lungs. Normal heart.", "Clear lungs. Cardiomegaly."))]
    (found,) = estimate([Green(judge=MODEL)], pairs, JudgeOptions())
    assert (found.model, found.calls, found.most_calls) == (MODEL, 3, 6)
    (both,) = estimate([Green(judge=MODEL), CheXprompt(judge=MODEL)], pairs, JudgeOptions())
    assert both.calls == 6
    (phrases,) = estimate([Radfact(judge=MODEL)], [PAIR], JudgeOptions())
    # Two reports taken apart, and two phrases of each judged.
    assert phrases.calls == 6


def test_equal_questions_are_counted_once():
    again = dataclasses.replace(PAIR, id="2")
    assert estimate([Green(judge=MODEL)], [PAIR, again], JudgeOptions())[0].calls == 1


def test_only_roles_that_ask_models_are_counted_each_by_its_model():
    other = "http://127.0.0.1:9/v1#other"
    found = estimate([Gema(matcher=MODEL, rater=other)], [PAIR], JudgeOptions())
    assert {(one.model, one.calls) for one in found} == {(MODEL, 1), (other, 1)}
    assert estimate([Green(), make_metric("rouge")], [PAIR], JudgeOptions()) == ()


def test_the_estimate_lies_below_its_bound_and_near_what_a_tokenizer_counts():
    (found,) = estimate([Green(judge=MODEL)], [PAIR], JudgeOptions())
    assert 0 < found.input_tokens < found.most_input_tokens / 2
    assert 0 < found.output_tokens < found.most_output_tokens == 2 * 2048
    assert (found.cost_usd, found.most_cost_usd) == (0.0, 0.0)


@pytest.mark.parametrize(("model", "known"), [("gpt-4o-mini-2024-07-18", True), ("gpt-unheard-of", False)])
def test_an_unknown_price_is_no_number(model, known):
    (found,) = estimate([Green(judge=f"openai/{model}")], [PAIR], JudgeOptions())
    assert (found.cost_usd is not None) is known
    assert (found.most_cost_usd is not None) is known
    if known:
        assert 0 < found.cost_usd < found.most_cost_usd < 0.02
