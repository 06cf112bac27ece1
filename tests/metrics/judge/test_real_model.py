"""Judges on a real, small language model behind a real server: its verdicts are worthless, its replies are real.

The prompts are ours without their worked examples, from a folder of the user's own: a model of this size reads a few
hundred words in a second.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from radeval.core.example import Example
from radeval.core.judging import JudgeOptions
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Status
from radeval.core.spec import MetricSpec
from radeval.llm.outcome import CONTRADICTS, CUT_OFF
from radeval.llm.prompts import TaskPrompt, load_prompt

PAIRS = [
    Example("1", "Small left effusion.", ("Moderate left effusion.",)),
    Example("2", "Clear lungs.", ("Normal heart. Lungs are clear.",)),
]
JUDGES = ("radfact", "radfact_ct", "green", "chexprompt", "gema", "crimson")


@pytest.fixture(scope="module")
def short_prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our prompts without worked examples and with the first paragraph of what they say."""
    folder = tmp_path_factory.mktemp("prompts")
    for judge in JUDGES:
        ours = load_prompt(f"{judge}/v1")
        (folder / judge).mkdir()
        head = f'[prompt]\njudge = "{judge}"\nversion = 1\nsummary = "short"\n'
        tasks = "".join(_table(name, told) for name, told in ours.tasks.items())
        (folder / judge / "v1.toml").write_text(head + tasks, encoding="utf-8")
    return folder


def _table(name: str, told: TaskPrompt) -> str:
    system = json.dumps(told.system.strip().split("\n\n")[0])
    return f"[tasks.{name}]\nsystem = {system}\nuser = {json.dumps(told.user)}\n"


def test_all_judges_come_to_a_score_or_a_reason_and_a_second_run_asks_nothing(smollm2_server, short_prompts, tmp_path):
    options = JudgeOptions(cache_folder=tmp_path, prompts=short_prompts, concurrency=2, timeout=300)
    runs = []
    for cache in ("write", "only"):
        context = RunContext(judging=JudgeOptions(**{**_fields(options), "cache": cache}))
        found = {}
        for name in JUDGES:
            spec = MetricSpec(name, None, {"judge": f"{smollm2_server}#smollm2", "max_tokens": "48"})
            batch = make_metric(str(spec)).score_batch(PAIRS, context)
            found[name] = [batch.score(place) for place in range(len(PAIRS))]
            if cache == "write":
                assert batch.observed.get("served") == "smollm2", [(one.reason, one.detail) for one in found[name]]
        context.things.close()
        runs.append(found)
    first, second = runs
    for name in JUDGES:
        for score, again in zip(first[name], second[name], strict=True):
            # A grammar holds every reply to its form: what is left is to be cut off, or to contradict itself.
            assert score.status is Status.OK or score.reason in (CUT_OFF, CONTRADICTS), (score.reason, score.detail)
            assert score.usage.calls > 0
            assert score.usage.output_tokens > 0
            assert (again.status, again.value, again.reason) == (score.status, score.value, score.reason)
            assert again.usage.calls == 0
            assert again.usage.cached > 0


def _fields(options: JudgeOptions) -> dict[str, Any]:
    return {name: getattr(options, name) for name in JudgeOptions.__dataclass_fields__}


@pytest.mark.usefixtures("one_core")
@pytest.mark.parametrize("way", ["gguf", "hf", "litellm"])
def test_a_judge_comes_to_a_score_or_a_reason_through_every_other_backend(
    way, request, short_prompts, tmp_path, monkeypatch
):
    if way == "litellm":
        # litellm finds a server of its own protocol by this variable.
        monkeypatch.setenv("HOSTED_VLLM_API_BASE", request.getfixturevalue("smollm2_server"))
        model = "litellm:hosted_vllm/smollm2"
    else:
        model = f"{way}:{request.getfixturevalue('smollm2_gguf' if way == 'gguf' else 'smollm2_folder')}"
    options = JudgeOptions(cache_folder=tmp_path, prompts=short_prompts, timeout=300, allow_remote=way == "litellm")
    context = RunContext(judging=options)
    judge = make_metric(str(MetricSpec("chexprompt", None, {"judge": model, "max_tokens": "24"})))
    score = judge.score_batch(PAIRS[:1], context).score(0)
    context.things.close()
    assert score.status is Status.OK or score.reason in (CUT_OFF, CONTRADICTS), (score.reason, score.detail)
    assert score.usage.calls > 0
    assert score.usage.output_tokens > 0
