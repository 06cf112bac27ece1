"""The solvers that ask models: each call goes to the solver of its role, many protocols at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from radeval.core.info import ParameterValue
from radeval.core.metric import RunContext
from radeval.core.score import Score
from radeval.llm.backends.base import Backend
from radeval.llm.background import Background
from radeval.llm.budget import Budget
from radeval.llm.client import Client
from radeval.llm.endpoint import RULES, Endpoint, parse_endpoint
from radeval.llm.prices import Price, price_of
from radeval.llm.request import Sampling
from radeval.metrics.judge import rules
from radeval.metrics.judge.checkpoints.wording import CheckpointTask
from radeval.metrics.judge.driving import drive
from radeval.metrics.judge.estimate import Rehearsal
from radeval.metrics.judge.questions import Questions, complain, read_answer
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.task import Answer, Call, Task, Verdict


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
        # One model may be asked by several judges, but a checkpoint's own form of a conversation is its judge's alone.
        self._key = (self.name, questions.chat_template)
        self._backend: Backend = context.shared(
            ("backend", *self._key), lambda: questions.open(endpoint, context.judging)
        )
        self._client: Client | None = None
        self._served: set[str] = set()

    @property
    def price(self) -> Price | None:
        """What the model costs, None where that is not known."""
        return price_of(self._backend.identity(), self._backend.local)

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
            self._client = self._context.shared(("client", *self._key), self._opened)
        request = self._questions.request(call)
        # A checkpoint was not trained to mend its replies.
        repair = None if isinstance(call.task, CheckpointTask) else complain
        outcome = await self._client.ask(request, lambda text: read_answer(call, text), repair=repair)
        if outcome.model:
            self._served.add(outcome.model)
            if outcome.usage.calls and self._context.watcher is not None:
                self._context.watcher.replied()
        return Answer(outcome.value, outcome.reason, outcome.detail, outcome.usage, self.name)

    def _opened(self) -> Client:
        context = self._context
        budget = context.shared("budget", lambda: Budget(context.judging.max_cost))
        client = Client(self._backend, context.judging, warn=context.alert, budget=budget)
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
        if isinstance(self._context, Rehearsal):
            return [rules.follow(one, read, self._rehearse) for one, read in zip(verdicts, readings, strict=True)]
        if not verdicts:
            return []
        # Twice as many as requests may be under way: while one protocol thinks, another one's question is ready.
        at_once = 2 * self._context.judging.concurrency
        return background(self._context).run(drive(verdicts, readings, self._answer, at_once))

    async def _answer(self, call: Call[Any, Any], readings: Readings) -> Answer[Any]:
        solver = self._of(call)
        return rules.answer(call, readings) if solver is None else await solver.answer(call)

    def _rehearse(self, call: Call[Any, Any], readings: Readings) -> Answer[Any]:
        """Returns the report reader's answer, and counts what asking a model for it would take."""
        answer = rules.answer(call, readings)
        solver = self._of(call)
        if solver is not None and isinstance(self._context, Rehearsal):
            self._context.count(solver.name, solver.price, self._questions.request(call), answer.value)
        return answer

    def _of(self, call: Call[Any, Any]) -> ModelSolver | None:
        role = call.task.role
        return self._solvers[role if role in self._solvers else "judge"]


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


def background(context: RunContext) -> Background:
    """Returns the event loop in which all models of a run are asked."""

    def started() -> Background:
        loop = Background()
        context.things.at_end(loop.close)
        return loop

    return context.shared("event loop", started)


def _name(solver: ModelSolver | None) -> str:
    return RULES if solver is None else solver.name
