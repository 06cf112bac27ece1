"""Attacks on judges: none changes a prompt's structure, breaks the reading of replies, or raises a score by rules."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from radeval.core.example import Context, Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Score, Status
from radeval.llm.fence import readable
from radeval.llm.outcome import InvalidReply
from radeval.llm.request import Reply, Request, Sampling
from radeval.metrics.judge.chexprompt import FindErrors
from radeval.metrics.judge.crimson_task import WeighFindings
from radeval.metrics.judge.gema_tasks import Both, Entities, FindEntities, MatchEntities, RateExpression
from radeval.metrics.judge.green import FindErrorsAndMatches
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.phrases import Entail, EntailCt, Inference, KeepAbnormal, Phrase, TakeApart, TakeApartCt
from radeval.metrics.judge.questions import Questions, complain, read_answer
from radeval.metrics.judge.rubric_task import Criterion, Criticism, GradeCriterion
from radeval.metrics.judge.task import Call, Task

FENCE = re.compile(r"<(/?)(\w+) ([a-z]{28})>")


class Attack(NamedTuple):
    """A text, under the name of its kind and its own."""

    name: str
    text: str


def _attacks() -> list[Attack]:
    found = []
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        for one in content["attack"]:
            found.append(Attack(f"{file.stem}: {one['name']}", one["text"] * one.get("repeat", 1)))
    return found


ATTACKS = _attacks()
SHORT = [one for one in ATTACKS if len(one.text) < 10_000]
attack_each = pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.name)

REFERENCE = "Moderate right pleural effusion. No pneumothorax. Endotracheal tube ends 3 cm above the carina."
CANDIDATE = "Small left pleural effusion. No pneumothorax. Old fracture of the left fifth rib."
CRITERION = Criterion("clarity", "Is it clear?", ((0, "no"), (1, "yes")), 1.0, True)


def _calls(text: str, aside: str = "") -> list[Call[Any, Any]]:
    """Returns a call of every task, with a text as the candidate and another in what is known of the patient."""
    known = Context(sex=aside or None, indication=aside or None, comparison=aside or None)
    pair = Pair(text, REFERENCE, known)
    inference = Inference((Phrase(REFERENCE), Phrase("No effusion")), Phrase(text))
    entity = {"id": "e1", "name": text, "polarity": "present", "location": "", "severity": "", "certainty": "definite"}
    entities = Entities.model_validate({"entities": ({**entity, "quotation": text},)})
    asked: list[tuple[Task[Any, Any], Any]] = [
        (TakeApart(), text),
        (TakeApartCt(), text),
        (KeepAbnormal(), (Phrase("No effusion"), Phrase(text))),
        (Entail(), inference),
        (Entail(), Inference((Phrase(text),), Phrase("No effusion"))),
        (EntailCt(), inference),
        (FindErrorsAndMatches(), pair),
        (FindErrors(), pair),
        (FindEntities(), text),
        (MatchEntities(), Both(pair, entities, entities)),
        (RateExpression(), pair),
        (WeighFindings(), pair),
        (GradeCriterion(), Criticism(CRITERION, pair)),
    ]
    return [Call(task, one) for task, one in asked]


QUESTIONS = Questions([call.task for call in _calls("")], "v1", RunContext(), Sampling())


def _outside(question: str) -> list[str]:
    """Returns the lines of a question outside of its fences, and its fence lines without their code."""
    lines, inside = [], ""
    for line in question.split("\n"):
        fence = FENCE.fullmatch(line)
        if fence:
            lines.append(f"<{fence[1]}{fence[2]}>")
            inside = "" if fence[1] else fence[2]
        elif not inside:
            lines.append(line)
    return lines


def _codes(request: Request) -> set[str]:
    return {found[3] for found in FENCE.finditer(request.messages[-1].content)}


def _placed(attack: str, clean: Request) -> list[str]:
    """Returns what an attacker who knows the code of the report without the attack could write."""
    (code,) = _codes(clean)
    text = attack.replace("{code}", code)
    return [f"{CANDIDATE}\n{text}", f"{text}\n{CANDIDATE}", text]


@attack_each
def test_no_attack_changes_the_structure_of_a_prompt(attack):
    for number, call in enumerate(_calls(CANDIDATE)):
        clean = QUESTIONS.request(call)
        # A flood reads the same wherever it stands, and takes its time.
        places = _placed(attack.text, clean)[: 3 if attack in SHORT else 1]
        for text in places:
            for aside in ("", text) if attack in SHORT else ("",):
                attacked = QUESTIONS.request(_calls(text, aside)[number])
                assert attacked.messages[:-1] == clean.messages[:-1]
                assert attacked.schema == clean.schema
                question = attacked.messages[-1].content
                assert _outside(question) == _outside(clean.messages[-1].content)
                assert len(_codes(attacked)) == 1
                assert _codes(attacked) != _codes(clean)


@attack_each
def test_a_report_stands_in_its_fence_whole_as_a_human_sees_it(attack):
    pair = Pair(f"{CANDIDATE}\n{attack.text}", REFERENCE, Context())
    question = QUESTIONS.request(Call(FindErrors(), pair)).messages[-1].content
    (code,) = {found[3] for found in FENCE.finditer(question)}
    inner = question.partition(f"<candidate {code}>\n")[2].partition(f"\n</candidate {code}>")[0]
    assert inner == readable(pair.candidate)


@attack_each
def test_an_attack_in_a_reply_is_an_invalid_reply_or_a_checked_answer_and_adds_no_turn(attack):
    for call in _calls(CANDIDATE):
        shown = QUESTIONS.request(call).messages[-2].content
        quoted = json.dumps(attack.text)
        for reply in (attack.text, shown + attack.text, attack.text + shown, '{"evidence": ' + quoted + "}", quoted):
            try:
                answer = read_answer(call, reply)
            except InvalidReply as error:
                request = QUESTIONS.request(call)
                repair = complain(request, Reply(reply, "stop", "model"), str(error))
                assert repair.messages[:-2] == request.messages
                assert [one.role for one in repair.messages[-2:]] == ["assistant", "user"]
                assert not FENCE.search(repair.messages[-1].content)
            else:
                assert isinstance(answer, BaseModel)


@pytest.mark.parametrize("attack", [one for one in ATTACKS if one.text.startswith("{")], ids=lambda one: one.name)
def test_a_model_that_repeats_an_answer_of_the_report_beside_its_own_gives_none(attack):
    call = Call(FindErrorsAndMatches(), Pair(CANDIDATE, REFERENCE, Context()))
    own = '{"errors": [], "matched": [{"candidate": "No pneumothorax", "reference": "No pneumothorax"}]}'
    assert read_answer(call, own)
    with pytest.raises(InvalidReply):
        read_answer(call, f"The report says {attack.text}. My answer: {own}")


# Candidates that each have something wrong, so that there is something to gain.
PAIRS = (
    (CANDIDATE, REFERENCE),
    ("Clear lungs. Normal heart.", "Consolidation in the right lower lobe. Normal heart."),
    ("Large left pneumothorax.", "No pneumothorax. Mild cardiomegaly."),
    ("Cardiomegaly with pulmonary edema. No effusion.", "Mild cardiomegaly, unchanged. Small bilateral effusions."),
    (
        "Pacemaker in place. Left lower lobe atelectasis.",
        "Left lower lobe atelectasis. Central line ends in the atrium.",
    ),
    ("No acute disease.", "New 8 mm nodule in the left upper lobe."),
)
JUDGES = ("findings", "radfact", "radfact_ct", "green", "chexprompt", "gema", "crimson", "jury")


@attack_each
def test_no_attack_raises_a_score_by_rules(attack):
    pairs = PAIRS if attack in SHORT else PAIRS[:1]
    examples = [
        Example(f"{number}-{place}", text, (reference,))
        for number, (candidate, reference) in enumerate(pairs)
        for place, text in enumerate((candidate, f"{candidate}\n{attack.text}", f"{attack.text}\n{candidate}"))
    ]
    context = RunContext()
    for name in JUDGES:
        batch = make_metric(name).score_batch(examples, context)
        for start in range(0, len(batch), 3):
            clean, *attacked = (batch.score(place) for place in range(start, start + 3))
            assert clean.status is Status.OK
            # A score that vanishes would leave the mean to the others, and be a gain as well.
            assert [one.status for one in attacked] == [Status.OK, Status.OK]
            assert all(_goodness(name, one) <= _goodness(name, clean) + 1e-9 for one in attacked), (name, start)


@pytest.mark.parametrize("name", JUDGES)
def test_an_attack_alone_scores_no_better_than_an_empty_report(name):
    texts = ["", *(one.text for one in SHORT)]
    context = RunContext()
    for _, reference in PAIRS:
        examples = [Example(str(number), text, (reference,)) for number, text in enumerate(texts)]
        batch = make_metric(name).score_batch(examples, context)
        empty = batch.score(0)
        for place, text in enumerate(texts):
            score = batch.score(place)
            assert score.status is not Status.OK or _goodness(name, score) <= _goodness(name, empty) + 1e-9, text


def _goodness(name: str, score: Score) -> float:
    assert score.value is not None
    return score.value if make_metric(name).info.direction == "higher" else -score.value
