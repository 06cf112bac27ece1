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
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from radeval.core.errors import InputError, did_you_mean
from radeval.core.resources import prompts_folder
from radeval.core.toml import parse_toml
from radeval.llm import fence
from radeval.llm.request import Message

_SLOT = re.compile(r"\{([a-z][a-z_]*)\}")
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
    return "the slots " + ", ".join(sorted(slots)) if slots else "no slot"


class Shot(_Table):
    """A worked example.

    Attributes:
        slots: Report text by slot.
        trusted: The user's own words by slot, where the task has such.
        answer: The answer that is wanted, as JSON.
    """

    slots: dict[str, str]
    trusted: dict[str, str] = {}
    answer: Annotated[str, AfterValidator(_compact)]


class TaskPrompt(_Table):
    """What a model is told for one task.

    Attributes:
        system: Who it is and what it has to do.
        user: The question, with `{slot}` where a text goes.
        examples: Worked examples, told as earlier turns.
    """

    system: Annotated[str, Field(min_length=1)]
    user: Annotated[str, Field(min_length=1)]
    examples: list[Shot] = []

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of the slots, in the order of the question."""
        return tuple(dict.fromkeys(_SLOT.findall(self.user)))

    @model_validator(mode="after")
    def _examples_fill_the_slots(self) -> TaskPrompt:
        for number, shot in enumerate(self.examples, 1):
            if {*shot.slots, *shot.trusted} != set(self.slots):
                raise ValueError(
                    f"example {number} fills {_named([*shot.slots, *shot.trusted])}, "
                    f"the question has {_named(self.slots)}"
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
        told = self.task(task)
        self.check_slots(task, [*slots, *(trusted or ())])
        return (*self._stable(told), Message("user", self._question(told, slots, trusted or {})))

    def check_slots(self, task: str, filled: Iterable[str]) -> None:
        """Raises where a task's question has other slots than a judge fills.

        Raises:
            PromptError: It has, or there is no such task.
        """
        told, names = self.task(task), list(filled)
        if set(names) != set(told.slots):
            raise PromptError(
                f"the question of {self.id} for {task!r} has {_named(told.slots)}, the judge fills {_named(names)}",
                where=str(self.source),
                hint=_HINT,
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

    def _stable(self, told: TaskPrompt) -> Iterator[Message]:
        rules = [fence.RULES] if self.fence == "nonce" else []
        yield Message("system", "\n\n".join([*rules, told.system.strip()]))
        for shot in told.examples:
            yield Message("user", self._question(told, shot.slots, shot.trusted))
            yield Message("assistant", shot.answer)

    def _question(self, told: TaskPrompt, slots: Mapping[str, str], trusted: Mapping[str, str]) -> str:
        texts = {**(fence.fenced(slots, self.digest) if self.fence == "nonce" else slots), **trusted}
        # One pass: a text that holds "{slot}" is not filled in turn.
        return _SLOT.sub(lambda found: texts[found[1]], told.user.strip())


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
    rules = fence.RULES if head.fence == "nonce" else ""
    digest = hashlib.sha256(f"{rules}\0{text}".encode()).hexdigest()[:12]
    return Prompt(name, head.summary, digest, head.fence, content.tasks, file)
