"""Prompts: what models are told, kept as versioned data.

One file a judge and version, one table a task. A prompt is never changed, only followed by a new version: its digest
stands in the signature of every score that it helped to make.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from radeval.core.errors import InputError, did_you_mean
from radeval.core.resources import prompts_folder
from radeval.core.toml import parse_toml
from radeval.llm.fence import LENGTH, RULES, SHORT, fenced
from radeval.llm.request import Message

_SLOT = re.compile(r"\{([a-z][a-z_]*)\}")
_VERSION = re.compile(r"v[1-9]\d*")
_HINT = "see docs/prompts.md"


class PromptError(InputError):
    """A prompt cannot be found or used."""

    stops_run = True


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def _compact(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError as error:
        raise ValueError(f"the answer is not JSON: {error}") from None


def _named(slots: Iterable[str]) -> str:
    return ", ".join(sorted(slots)) or "none"


class Shot(_Table):
    """A worked example: what fills the slots, and the answer that is wanted, as JSON."""

    slots: dict[str, str]
    answer: Annotated[str, AfterValidator(_compact)]


class TaskPrompt(_Table):
    """What a model is told for one task.

    Attributes:
        system: Who it is and what it has to do.
        user: The question, with `{slot}` where a text goes.
        trusted: The slots that hold the user's own words and not a report's, so that they are not fenced.
        examples: Worked examples, told as earlier turns.
    """

    system: Annotated[str, Field(min_length=1)]
    user: Annotated[str, Field(min_length=1)]
    trusted: list[str] = []
    examples: list[Shot] = []

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of the slots, in the order of the question."""
        return tuple(dict.fromkeys(_SLOT.findall(self.user)))

    @model_validator(mode="after")
    def _names_are_those_of_slots(self) -> TaskPrompt:
        if not set(self.trusted) <= set(self.slots):
            raise ValueError(f"trusted are {_named(self.trusted)}, the question has {_named(self.slots)}")
        for number, shot in enumerate(self.examples, 1):
            if set(shot.slots) != set(self.slots):
                raise ValueError(
                    f"example {number} fills the slots {_named(shot.slots)}, the question has {_named(self.slots)}"
                )
        return self


class PromptHead(_Table):
    """What a file says of itself.

    Attributes:
        judge: The judge that it is for.
        version: Its version, also in the file's name.
        summary: What sets it apart, one sentence.
        fence: Whether report text stands in fences; "none" is for models that were trained on an exact wording.
    """

    judge: str
    version: int = Field(ge=1)
    summary: str
    fence: Literal["nonce", "none"] = "nonce"


class PromptFile(_Table):
    """A judge's prompts, as they stand in a file."""

    prompt: PromptHead
    tasks: Annotated[dict[str, TaskPrompt], Field(min_length=1)]


@dataclass(frozen=True)
class Prompt:
    """A judge's prompts of one version.

    Attributes:
        id: `judge/version`, for example "green/v1".
        summary: What sets it apart.
        digest: 12 hexadecimal digits over the file and the rules of the fence.
        fence: "nonce" or "none".
        tasks: What is told for each task.
        source: The file it was read from.
    """

    id: str
    summary: str
    digest: str
    fence: Literal["nonce", "none"]
    tasks: Mapping[str, TaskPrompt] = field(hash=False)
    source: Path

    def messages(
        self, task: str, slots: Mapping[str, str], trusted: Mapping[str, str] | None = None
    ) -> tuple[Message, ...]:
        """Returns the conversation that asks one question; all but its last turn is the same for every question.

        Args:
            task: The task's name within the judge.
            slots: Text of unknown origin that fills slots of its question, fenced.
            trusted: The user's own words, which fill further slots as they are.

        Raises:
            PromptError: The prompt has no such task, or its question has other slots.
        """
        told, own = self.task(task), trusted or {}
        if {*slots, *own} != set(told.slots) or set(own) != set(told.trusted):
            raise PromptError(
                f"the question of {self.id} for {task!r} has the slots {_named(told.slots)}, "
                f"trusted {_named(told.trusted)}; the judge fills {_named([*slots, *own])}, trusted {_named(own)}",
                where=str(self.source),
                hint=_HINT,
            )
        return (*self._stable[task], Message("user", self._question(told, {**slots, **own})))

    def outline(self, task: str) -> tuple[Message, ...]:
        """Returns the conversation of a task with `{slot}` in the place of every text.

        Raises:
            PromptError: The prompt has no such task.
        """
        told = self.task(task)
        return (
            *self._stable[task],
            Message("user", self._question(told, {name: f"{{{name}}}" for name in told.slots})),
        )

    def task(self, name: str) -> TaskPrompt:
        """Returns what is told for a task.

        Raises:
            PromptError: The prompt has no such task.
        """
        if name not in self.tasks:
            raise PromptError(
                f"the prompt {self.id} has no task {name!r}",
                where=str(self.source),
                hint=did_you_mean(name, list(self.tasks)),
            )
        return self.tasks[name]

    @cached_property
    def _stable(self) -> Mapping[str, tuple[Message, ...]]:
        """The turns that are the same for all questions of a task."""
        return {name: tuple(self._stable_turns(told)) for name, told in self.tasks.items()}

    def _stable_turns(self, told: TaskPrompt) -> Iterator[Message]:
        rules = [RULES] if self.fence == "nonce" else []
        yield Message("system", "\n\n".join([*rules, told.system.strip()]))
        for shot in told.examples:
            yield Message("user", self._question(told, shot.slots, SHORT))
            yield Message("assistant", shot.answer)

    def _question(self, told: TaskPrompt, texts: Mapping[str, str], code_length: int = LENGTH) -> str:
        filled = dict(texts)
        if self.fence == "nonce":
            reports = {name: text for name, text in texts.items() if name not in told.trusted}
            filled |= fenced(reports, self.digest, code_length)
        # One pass: a text that holds "{slot}" is not filled in turn.
        return _SLOT.sub(lambda found: filled[found[1]], told.user.strip())


def load_prompt(name: str, folder: Path | None = None) -> Prompt:
    """Returns a judge's prompts.

    Args:
        name: `judge/version`, for example "green/v1".
        folder: The user's own folder of prompts, laid out like ours; ours are used for what it does not have.

    Raises:
        PromptError: There is no such prompt, or its file is not valid, with file and line.
    """
    for place in _folders(folder):
        file = place / f"{name}.toml"
        if file.is_file():
            return _read(file, name)
    raise PromptError(f"there is no prompt {name!r}", hint=did_you_mean(name, prompt_names(folder)))


def prompt_names(folder: Path | None = None) -> list[str]:
    """Returns the names of all prompts, `judge/version`, in order."""
    return sorted({f"{file.parent.name}/{file.stem}" for place in _folders(folder) for file in place.glob("*/v*.toml")})


def _folders(folder: Path | None) -> list[Path]:
    ours = prompts_folder()
    return [ours] if folder is None else [prompts_folder(folder), ours]


def _read(file: Path, name: str) -> Prompt:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError("the prompt cannot be read", where=str(file), hint=str(error)) from error
    content = parse_toml(text, PromptFile, name=str(file), error=PromptError, what="the prompt", hint=_HINT)
    head = content.prompt
    if f"{head.judge}/v{head.version}" != name:
        raise PromptError(
            f"the file says that it is {head.judge}/v{head.version}", where=str(file), hint=f"its place says {name}"
        )
    # What a fence looks like is part of what a model reads.
    rules = RULES + fenced({"name": "text"}, "")["name"] if head.fence == "nonce" else ""
    digest = hashlib.sha256(f"{rules}\0{text}".encode()).hexdigest()[:12]
    return Prompt(name, head.summary, digest, head.fence, content.tasks, file)
