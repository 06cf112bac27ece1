"""The solvers that ask models: prompts filled, replies read and checked, one repair, otherwise no answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from radeval.core.info import ParameterValue
from radeval.core.metric import RunContext
from radeval.core.score import Score
from radeval.llm.backends import open_backend
from radeval.llm.backends.base import Backend
from radeval.llm.background import Background
from radeval.llm.budget import Budget
from radeval.llm.client import Client
from radeval.llm.endpoint import RULES, Endpoint, parse_endpoint
from radeval.llm.fence import readable
from radeval.llm.outcome import CONTRADICTS, InvalidReply
from radeval.llm.prompts import Prompt, load_prompt
from radeval.llm.replies import json_of
from radeval.llm.request import Message, Reply, Request, Sampling, Schema
from radeval.llm.schema import digest_of, schema_of
from radeval.metrics.judge import rules
from radeval.metrics.judge.driving import drive
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.task import Answer, AnswerError, Call, Task, Verdict

In = TypeVar("In")
Out = TypeVar("Out", bound=BaseModel)

_LONGEST_COMPLAINT = 600
_COMPLAINT = """\
This answer cannot be used: {problem}

Give the whole answer once more, corrected, as one JSON object of the same form and nothing around it."""


class Questions:
    """Makes requests of calls: a judge's prompts, the forms of its answers, and how replies are drawn.

    Args:
        tasks: All that a judge may ask.
        version: Of its prompts, for example "v1".
        context: The run; names the user's own folder of prompts.
        sampling: How replies are drawn.
        sample: Which of several replies to one question, counted from 0.

    Raises:
        PromptError: A prompt is missing, not valid, or has other slots than its task fills.
    """

    def __init__(
        self, tasks: Sequence[Task[Any, Any]], version: str, context: RunContext, sampling: Sampling, sample: int = 0
    ) -> None:
        self.sampling = sampling
        self._sample = sample
        self._schemas: dict[str, Schema] = {}
        self._prompts: dict[str, Prompt] = {}
        for task in tasks:
            judge, _, name = task.name.partition("/")
            self._prompts[task.name] = _prompt(f"{judge}/{version}", context)
            self._prompts[task.name].task(name)
            self._schemas[task.name] = schema_of(task.output, task.name)

    def method(self) -> dict[str, ParameterValue]:
        """Returns what a signature says of them."""
        prompts = {one.id: one for one in self._prompts.values()}
        drawn = self.sampling
        return {
            "prompt": "+".join(f"{one.id}#{one.digest}" for one in prompts.values()),
            "fence": "+".join(sorted({one.fence for one in prompts.values()})),
            "schema": digest_of(list(self._schemas.values())),
            "temperature": drawn.temperature,
            "top_p": drawn.top_p,
            "seed": drawn.seed,
            "max_tokens": drawn.max_tokens,
            "sample": self._sample or None,
        }

    def request(self, call: Call[Any, Any]) -> Request:
        """Returns the request that asks a model what a call asks."""
        task = call.task
        name = task.name.partition("/")[2]
        messages = self._prompts[task.name].messages(name, task.slots(call.asked), task.trusted(call.asked))
        return Request(messages, self._schemas[task.name], self.sampling, self._sample)


def _prompt(prompt_id: str, context: RunContext) -> Prompt:
    folder = context.judging.prompts
    return context.shared(("prompt", prompt_id, folder), lambda: load_prompt(prompt_id, folder))


class ModelSolver:
    """Asks one model.

    Args:
        endpoint: The model.
        questions: Makes its requests.
        context: The run; models are opened at the first question and closed at its end.
    """

    def __init__(self, endpoint: Endpoint, questions: Questions, context: RunContext) -> None:
        self.name = str(endpoint)
        self._questions = questions
        self._context = context
        self._backend: Backend = context.shared(("backend", self.name), lambda: open_backend(endpoint, context.judging))
        self._client: Client | None = None
        self._served: set[str] = set()

    @property
    def local(self) -> bool:
        """Whether nothing leaves this machine."""
        return self._backend.local

    def identity(self) -> Mapping[str, ParameterValue]:
        """Returns what the model's backend says of itself."""
        return self._backend.identity()

    def observed(self) -> Mapping[str, ParameterValue]:
        """Returns the models that served this solver, and what they did not take of what it set."""
        if self._client is None:
            return {}
        dropped = str(self._client.observed().get("dropped") or "").split("+")
        # The client is shared: another judge may have set fields that this one leaves to the model.
        own = [name for name in dropped if name and getattr(self._questions.sampling, name, None) is not None]
        named = {"served": sorted(self._served), "dropped": own}
        return {name: "+".join(values) for name, values in named.items() if values}

    async def answer(self, call: Call[Any, Any]) -> Answer[Any]:
        """Returns the model's answer to a call, checked; without a value where there is none that can be used."""
        if self._client is None:
            self._client = self._context.shared(("client", self.name), self._opened)
        request = self._questions.request(call)
        outcome = await self._client.ask(request, lambda text: read_answer(call, text), repair=complain)
        if outcome.model:
            self._served.add(outcome.model)
        return Answer(outcome.value, outcome.reason, outcome.detail, outcome.usage, self.name)

    def _opened(self) -> Client:
        context = self._context
        budget = context.shared("budget", lambda: Budget(context.judging.max_cost))
        client = Client(self._backend, context.judging, warn=context.warn, budget=budget)
        loop = background(context)
        context.things.at_end(lambda: loop.run(client.close()))
        return client


class RoleSolver:
    """Sends each call to the solver of its role: models, or the report reader.

    Args:
        solvers: By role, None for the report reader; "judge" for tasks of no role of their own.
        questions: What their signatures share.
        context: The run.
    """

    def __init__(self, solvers: Mapping[str, ModelSolver | None], questions: Questions, context: RunContext) -> None:
        self._solvers = solvers
        self._questions = questions
        self._context = context
        self.name = "+".join(dict.fromkeys(_name(one) for one in solvers.values()))

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns who answers in each role, which model that is exactly, and how it is asked."""
        fields: dict[str, ParameterValue] = {}
        judge = self._solvers["judge"]
        for role, solver in self._solvers.items():
            if role != "judge" and solver is judge:
                continue
            fields[role] = _name(solver)
            for key, value in solver.identity().items() if solver is not None else ():
                if key not in ("kind", "address", "model"):
                    fields[f"{role}_{key}"] = value
        return {**fields, **self._questions.method()}

    def observed(self) -> Mapping[str, ParameterValue]:
        """Returns the models served and what they did not take, by role where several are asked."""
        models = list(dict.fromkeys(one for one in self._solvers.values() if one is not None))
        if len(models) == 1:
            return models[0].observed()
        return {
            f"{role}_{key}": value
            for role, solver in self._solvers.items()
            if solver is not None and (role == "judge" or solver is not self._solvers["judge"])
            for key, value in solver.observed().items()
        }

    def run(self, verdicts: Sequence[Verdict], readings: Sequence[Readings]) -> list[Score]:
        """Returns the scores that protocols come to, in order.

        Raises:
            RadevalError: Something stops the run: no permission, no money, no server.
        """
        if not verdicts:
            return []
        # Twice as many as requests may be under way: while one protocol thinks, another one's question is ready.
        at_once = 2 * self._context.judging.concurrency
        return background(self._context).run(drive(verdicts, readings, self._answer, at_once))

    async def _answer(self, call: Call[Any, Any], readings: Readings) -> Answer[Any]:
        role = call.task.role
        solver = self._solvers[role if role in self._solvers else "judge"]
        if solver is None:
            return rules.answer(call, readings)
        return await solver.answer(call)


def model_solver(
    roles: Mapping[str, str],
    tasks: Sequence[Task[Any, Any]],
    context: RunContext,
    *,
    prompt: str = "v1",
    sampling: Sampling | None = None,
    sample: int = 0,
) -> RoleSolver:
    """Returns the solver of a judge that asks models. Nothing is connected, loaded or sent yet.

    Args:
        roles: Who answers, by role: an endpoint's text or "rules". "judge" answers for roles that are not named.
        tasks: All that the judge may ask.
        context: The run.
        prompt: Version of its prompts.
        sampling: How replies are drawn.
        sample: Which of several replies to one question, counted from 0.

    Raises:
        EndpointError: An endpoint's text is none.
        PromptError: A prompt is missing or cannot be used.
        MissingExtraError: The packages that reach a model are not installed.
    """
    asked = [task for task in tasks if roles.get(task.role, roles["judge"]) != RULES]
    questions = Questions(asked, prompt, context, sampling or Sampling(), sample)
    solvers: dict[str, ModelSolver | None] = {}
    for text in dict.fromkeys(roles.values()):
        endpoint = parse_endpoint(text)
        solvers[text] = None if endpoint == RULES else ModelSolver(endpoint, questions, context)
    return RoleSolver({role: solvers[text] for role, text in roles.items()}, questions, context)


def read_answer(call: Call[In, Out], text: str) -> Out:
    """Returns what a reply says, checked against its form and its question.

    Raises:
        InvalidReply: It cannot be used, and why.
    """
    content = json_of(text)
    try:
        answer = call.task.output.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the answer"
        raise InvalidReply(f"{place}: {first['msg']}") from None
    try:
        return call.task.check(call.asked, answer)
    except AnswerError as error:
        raise InvalidReply(str(error), CONTRADICTS) from None


def complain(request: Request, reply: Reply, problem: str) -> Request:
    """Returns the request that tells a model what is wrong with its reply."""
    said = readable(reply.text).strip() or "{}"
    complaint = _COMPLAINT.format(problem=readable(problem)[:_LONGEST_COMPLAINT])
    return replace(request, messages=(*request.messages, Message("assistant", said), Message("user", complaint)))


def background(context: RunContext) -> Background:
    """Returns the event loop in which all models of a run are asked."""

    def started() -> Background:
        loop = Background()
        context.things.at_end(loop.close)
        return loop

    return context.shared("event loop", started)


def _name(solver: ModelSolver | None) -> str:
    return RULES if solver is None else solver.name
