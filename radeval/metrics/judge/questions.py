"""Makes requests of a judge's questions, and answers of a model's replies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from radeval.core.errors import ParameterError
from radeval.core.info import ParameterValue
from radeval.core.judging import JudgeOptions
from radeval.core.metric import RunContext
from radeval.llm.backends import open_backend
from radeval.llm.backends.base import Backend
from radeval.llm.endpoint import Endpoint
from radeval.llm.fence import readable
from radeval.llm.outcome import CONTRADICTS, InvalidReply
from radeval.llm.prompts import Prompt, load_prompt
from radeval.llm.replies import json_of
from radeval.llm.request import Message, Reply, Request, Sampling, Schema
from radeval.llm.schema import digest_of, schema_of
from radeval.metrics.judge.checkpoints.wording import CheckpointTask, Wording
from radeval.metrics.judge.task import AnswerError, Call, Task

In = TypeVar("In")
Out = TypeVar("Out", bound=BaseModel)

LONGEST_COMPLAINT = 600
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
        self._wordings: dict[str, Wording] = {}
        self._checkpoints = [task for task in tasks if isinstance(task, CheckpointTask)]
        for checkpoint in self._checkpoints:
            self._wordings[checkpoint.name] = checkpoint.wording(context)
        for task in (one for one in tasks if one not in self._checkpoints):
            judge, _, name = task.name.partition("/")
            self._prompts[task.name] = _prompt(f"{judge}/{version}", context)
            self._prompts[task.name].task(name)
            self._schemas[task.name] = schema_of(task.output, task.name)

    def method(self) -> dict[str, ParameterValue]:
        """Returns what a signature says of them."""
        asked: list[Prompt | Wording] = [*self._prompts.values(), *self._wordings.values()]
        told = {one.id: one.digest for one in asked}
        fences = {one.fence for one in self._prompts.values()} | ({"none"} if self._wordings else set())
        drawn = self.sampling
        return {
            "prompt": "+".join(f"{name}#{digest}" for name, digest in told.items()),
            "fence": "+".join(sorted(fences)),
            "schema": digest_of(list(self._schemas.values())) if self._schemas else None,
            "temperature": drawn.temperature,
            "top_p": drawn.top_p,
            "seed": drawn.seed,
            "max_tokens": drawn.max_tokens,
            "sample": self._sample or None,
        }

    def request(self, call: Call[Any, Any]) -> Request:
        """Returns the request that asks a model what a call asks."""
        task = call.task
        if task.name in self._wordings:
            told = self._wordings[task.name].messages(task.slots(call.asked))
            return Request(told, None, self.sampling, self._sample)
        name = task.name.partition("/")[2]
        messages = self._prompts[task.name].messages(name, task.slots(call.asked), task.trusted(call.asked))
        return Request(messages, self._schemas[task.name], self.sampling, self._sample)

    def open(self, endpoint: Endpoint, options: JudgeOptions) -> Backend:
        """Returns the way to a model that these questions can be put to, nothing connected or loaded yet.

        Raises:
            ParameterError: A checkpoint cannot be reached in this way.
            MissingExtraError: The packages for it are not installed.
        """
        for task in self._checkpoints:
            if task.kinds and endpoint.kind not in task.kinds:
                raise ParameterError(
                    "this checkpoint must be asked exactly as it was trained, in this process",
                    where=f"judge={endpoint}",
                    hint=" or ".join(f"{kind}:<path or hub id>" for kind in sorted(task.kinds)),
                )
        return open_backend(endpoint, options, chat_template=self.chat_template)

    @property
    def chat_template(self) -> str | None:
        """How a conversation is written for the model; None for as its tokenizer says."""
        return next((task.chat_template for task in self._checkpoints if task.chat_template), None)


def _prompt(prompt_id: str, context: RunContext) -> Prompt:
    named = context.judging.prompts
    # A single file holds a checkpoint's own words and none of the prompts that others are asked with.
    folder = None if named is not None and named.is_file() else named
    return context.shared(("prompt", prompt_id, folder), lambda: load_prompt(prompt_id, folder))


def read_answer(call: Call[In, Out], text: str) -> Out:
    """Returns what a reply says, checked against its form and its question.

    Raises:
        InvalidReply: It cannot be used, and why.
    """
    if isinstance(call.task, CheckpointTask):
        read: Out = call.task.read(text)
        return _checked(call, read)
    content = json_of(text)
    try:
        answer = call.task.output.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the answer"
        raise InvalidReply(f"{place}: {first['msg']}") from None
    return _checked(call, answer)


def _checked(call: Call[In, Out], answer: Out) -> Out:
    try:
        return call.task.check(call.asked, answer)
    except AnswerError as error:
        raise InvalidReply(str(error), CONTRADICTS) from None


def complain(request: Request, reply: Reply, problem: str) -> Request:
    """Returns the request that tells a model what is wrong with its reply."""
    said = readable(reply.text).strip() or "{}"
    complaint = _COMPLAINT.format(problem=readable(problem)[:LONGEST_COMPLAINT])
    return replace(request, messages=(*request.messages, Message("assistant", said), Message("user", complaint)))
