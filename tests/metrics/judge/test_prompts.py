"""Our prompts fit the tasks that they are for: same slots, and worked examples whose answers would be accepted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from radeval.core.example import Context
from radeval.core.metric import RunContext
from radeval.llm.prompts import Shot, load_prompt, prompt_names
from radeval.llm.request import Sampling
from radeval.llm.schema import schema_of
from radeval.metrics.judge import gema_tasks, rubric_task
from radeval.metrics.judge.chexprompt import FindErrors
from radeval.metrics.judge.crimson_task import WeighFindings
from radeval.metrics.judge.green import FindErrorsAndMatches
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.phrases import Entail, EntailCt, Inference, KeepAbnormal, Phrase, TakeApart, TakeApartCt
from radeval.metrics.judge.questions import Questions, read_answer
from radeval.metrics.judge.task import Call, Task


def _pair(slots: Mapping[str, str]) -> Pair:
    known = {name: slots.get(name, "not stated") for name in ("age", "sex", "indication", "comparison")}
    told = {name: None if value == "not stated" else value for name, value in known.items()}
    age = float(told.pop("age").split()[0]) if told["age"] else told.pop("age")
    return Pair(slots["candidate"], slots["reference"], Context(age=age, **told))


def _inference(shot: Shot) -> Inference:
    premises = [Phrase(line.removeprefix("- ")) for line in shot.slots["reference"].splitlines()]
    return Inference(tuple(premises), Phrase(shot.slots["hypothesis"]))


def _entities(lines: str) -> gema_tasks.Entities:
    listed = [{**json.loads(line), "quotation": ""} for line in lines.splitlines()]
    return gema_tasks.Entities.model_validate_json(json.dumps({"entities": listed}))


def _both(shot: Shot) -> gema_tasks.Both:
    sides = {side: _entities(shot.slots[side]) for side in ("candidate", "reference")}
    return gema_tasks.Both(Pair("", "", Context()), **sides)


def _criticism(shot: Shot) -> rubric_task.Criticism:
    anchors = [line.split(": ") for line in shot.slots["scale"].splitlines()]
    scale = tuple((int(point), meaning) for point, meaning in anchors)
    given = shot.slots["reference"] != "not given"
    return rubric_task.Criticism(
        rubric_task.Criterion("x", shot.slots["question"], scale, 1.0, given), _pair(shot.slots)
    )


def _of_pair(shot: Shot) -> Pair:
    return _pair(shot.slots)


def _report(shot: Shot) -> str:
    return shot.slots["report"]


def _numbered(shot: Shot) -> tuple[Phrase, ...]:
    return tuple(Phrase(line.partition(". ")[2]) for line in shot.slots["phrases"].splitlines())


# What each task is asked, rebuilt from the slots of a worked example.
ASKED: dict[type[Task[Any, Any]], Callable[[Shot], Any]] = {
    TakeApart: _report,
    Entail: _inference,
    TakeApartCt: _report,
    KeepAbnormal: _numbered,
    EntailCt: _inference,
    FindErrorsAndMatches: _of_pair,
    FindErrors: _of_pair,
    gema_tasks.FindEntities: _report,
    gema_tasks.MatchEntities: _both,
    gema_tasks.RateExpression: _of_pair,
    WeighFindings: _of_pair,
    rubric_task.GradeCriterion: _criticism,
}


def _shots() -> list[Any]:
    found = []
    for kind in ASKED:
        judge, _, name = kind.name.partition("/")
        for number, shot in enumerate(load_prompt(f"{judge}/v1").tasks[name].examples, 1):
            found.append(pytest.param(kind(), shot, id=f"{kind.name}-{number}"))
    return found


@pytest.mark.parametrize(("task", "shot"), _shots())
def test_a_worked_example_is_a_question_of_its_task_and_an_answer_it_takes(task, shot):
    asked = ASKED[type(task)](shot)
    assert {**task.slots(asked), **task.trusted(asked)} == shot.slots
    answer = read_answer(Call(task, asked), shot.answer)
    # Models copy the order of a worked example, and a grammar enforces that of the schema.
    assert list(json.loads(shot.answer)) == list(schema_of(task.output, task.name).json["properties"])
    if isinstance(task, Entail):
        assert list(answer.evidence) == json.loads(shot.answer)["evidence"]


def test_every_task_has_a_prompt_and_every_prompt_a_task():
    questions = Questions([kind() for kind in ASKED], "v1", RunContext(), Sampling())
    told = {f"{name.split('/')[0]}/{task}" for name in prompt_names() for task in load_prompt(name).tasks}
    assert told == {kind.name for kind in ASKED}
    assert questions.method()["fence"] == "nonce"
