"""Models in this process: the real small one through llama.cpp and transformers, a random one for the details."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from radeval.core.errors import MissingResourceError
from radeval.core.judging import JudgeOptions
from radeval.llm.backends import open_backend
from radeval.llm.backends.base import BackendError
from radeval.llm.backends.generation import common_length
from radeval.llm.endpoint import parse_endpoint
from radeval.llm.request import Message, Request, Sampling


def _is_verdict(text: str) -> bool:
    verdict = json.loads(text)
    return set(verdict) == {"errors", "note"} and verdict["errors"] in range(10) and 0 <= len(verdict["note"]) <= 12


@pytest.mark.usefixtures("one_core")
def test_llama_cpp_answers_in_process(smollm2_gguf: Path, ask: Any, replies: Any) -> None:
    long = Request((Message("user", "hi " * 40_000),), None, Sampling(max_tokens=4))
    requests = [ask("Small left effusion."), ask("Normal heart.", schema=None, max_tokens=3), long]
    verdict, cut, failure = replies(f"gguf:{smollm2_gguf}", requests)
    assert _is_verdict(verdict.text)
    assert verdict.finish == "stop"
    assert verdict.input_tokens > 80
    assert 0 < verdict.output_tokens <= 48
    assert (cut.finish, cut.output_tokens) == ("length", 3)
    assert isinstance(failure, BackendError)
    assert failure.kind == "bad_request"


def test_transformers_answers_in_process(smollm2_folder: Path, ask: Any, replies: Any) -> None:
    (reply,) = replies(f"hf:{smollm2_folder}", [ask("Small left effusion.")])
    assert _is_verdict(reply.text)
    assert reply.finish == "stop"
    assert reply.input_tokens > 80
    assert 0 < reply.output_tokens <= 48


def test_what_identifies_a_local_model(smollm2_gguf: Path, random_model: Path) -> None:
    gguf = open_backend(parse_endpoint(f"gguf:{smollm2_gguf}"), JudgeOptions())  # type: ignore[arg-type]
    assert gguf.identity()["model"] == smollm2_gguf.name
    folder = open_backend(parse_endpoint(f"hf:{random_model}"), JudgeOptions())  # type: ignore[arg-type]
    fields = folder.identity()
    assert (fields["kind"], fields["dtype"]) == ("hf", "float32")
    assert str(fields["commit"]).startswith("sha256:")
    assert gguf.local
    assert folder.local
    assert (gguf.structure, folder.structure) == ("grammar", "grammar")


def test_a_reply_does_not_depend_on_its_batch(random_model: Path, ask: Any, replies: Any) -> None:
    """Neither on padding, nor on a shared beginning that is read once, nor on others' draws."""
    reports = ["Clear.", "Small left effusion and a normal heart. " * 3]
    requests = [ask(report) for report in reports] + [ask(report, temperature=1.5, seed=1) for report in reports]
    requests += [ask(reports[0], temperature=1.5, seed=2, top_p=0.5), ask("Clear.", schema=None, max_tokens=5)]
    together = replies(f"hf:{random_model}", requests)
    one_by_one = replies(f"hf:{random_model}", requests, concurrency=1)
    (alone,) = replies(f"hf:{random_model}", requests[1:2])
    assert together == one_by_one
    assert together[1] == alone
    assert all(_is_verdict(reply.text) for reply in together[:5])
    assert together[0].text != together[2].text
    assert together[5].output_tokens <= 5


def test_samples_of_one_question_differ_and_are_repeatable(random_model: Path, ask: Any, replies: Any) -> None:
    requests = [ask("Clear.", sample=sample, temperature=1.5, seed=0) for sample in (0, 1, 2, 1)]
    found = [reply.text for reply in replies(f"hf:{random_model}", requests)]
    assert len(set(found)) == 3
    assert found[1] == found[3]


def test_limits_are_each_requests_own(random_model: Path, ask: Any, replies: Any) -> None:
    requests = [ask("Clear.", schema=None, max_tokens=most) for most in (3, 9, 6)]
    found = replies(f"hf:{random_model}", requests)
    assert [reply.output_tokens for reply in found if reply.finish == "length"] == [3, 9, 6]


def test_a_prompt_that_is_too_long_fails_alone_and_is_never_cut(random_model: Path, ask: Any, replies: Any) -> None:
    whole, failure = replies(f"hf:{random_model}", [ask("Clear."), ask("Clear. " * 500)])
    assert _is_verdict(whole.text)
    assert failure.kind == "bad_request"
    assert "512" in failure.detail


def test_a_reply_ends_where_the_model_does(random_model: Path, ask: Any, replies: Any) -> None:
    """The prompt leaves fewer tokens than are asked for."""
    (reply,) = replies(f"hf:{random_model}", [ask("one two " * 180, schema=None, max_tokens=4000)])
    assert reply.finish == "length"
    assert reply.input_tokens + reply.output_tokens == 512


def test_a_model_without_chat_template_is_named(random_model: Path, tmp_path: Path, ask: Any, replies: Any) -> None:
    for file in random_model.iterdir():
        if file.name != "chat_template.jinja":
            (tmp_path / file.name).symlink_to(file)
    with pytest.raises(MissingResourceError, match="chat template"):
        replies(f"hf:{tmp_path}", [ask("Clear.")])


@pytest.mark.parametrize(
    ("sequences", "length"), [([[1, 2, 3], [1, 2, 4], [1, 2]], 2), ([[1], [2]], 0), ([[5, 6]], 2), ([[], [1]], 0)]
)
def test_common_length(sequences: list[list[int]], length: int) -> None:
    assert common_length(sequences) == length
