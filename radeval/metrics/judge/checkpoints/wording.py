"""The exact words that a checkpoint was trained on, and where they come from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from radeval.core.metric import RunContext
from radeval.llm.endpoint import Kind
from radeval.llm.prompts import PromptError
from radeval.llm.request import Message
from radeval.metrics.judge.task import Task


@dataclass(frozen=True, slots=True)
class Wording:
    """What a checkpoint is asked with.

    Attributes:
        id: What stands in signatures.
        digest: 12 hexadecimal digits over the words.
        messages: Makes the conversation of a question's slots. Nothing is fenced: the checkpoint knows no fences.
    """

    id: str
    digest: str
    messages: Callable[[Mapping[str, str]], tuple[Message, ...]]


class CheckpointTask(Task[Any, Any]):
    """A task in the words of a checkpoint's makers, whose replies are text of their own form.

    Attributes:
        chat_template: How a conversation is written for it; None for as its tokenizer says.
        kinds: The ways by which it can be reached; empty for any.
    """

    chat_template: ClassVar[str | None] = None
    kinds: ClassVar[frozenset[Kind]] = frozenset()

    def wording(self, context: RunContext) -> Wording:
        """Returns what it is asked with.

        Raises:
            MissingExtraError: The makers' package is not installed.
            PromptError: The user has not said where the words are, or they cannot be used.
        """
        raise NotImplementedError

    def read(self, text: str) -> Any:
        """Returns what a reply says.

        Raises:
            InvalidReply: It does not have the form that the checkpoint was trained to write.
        """
        raise NotImplementedError


def wording_from_file(judge: str, slots: tuple[str, ...], context: RunContext) -> Wording:
    """Returns the words of a file that the user has named, with `{slot}` where each text goes.

    Args:
        judge: The judge's name: in a folder of prompts, the file is `<judge>/upstream.txt`.
        slots: The slots that the words must have.
        context: The run.

    Raises:
        PromptError: There is no such file, or it lacks a slot.
    """
    named = context.judging.prompts
    path = named / judge / "upstream.txt" if named is not None and not named.is_file() else named
    hint = f"--prompts FILE with {' and '.join(f'{{{slot}}}' for slot in slots)} where the reports go; docs/prompts.md"
    if path is None or not path.is_file():
        raise PromptError(
            f"{judge}'s checkpoint was trained on one exact prompt, which is its makers' and not part of radeval",
            where=None if path is None else str(path),
            hint=hint,
        )
    text = _text(path)
    missing = [slot for slot in slots if f"{{{slot}}}" not in text]
    if missing:
        raise PromptError(f"the prompt has no {{{missing[0]}}}", where=str(path), hint=hint)
    places = re.compile("|".join(rf"\{{{slot}\}}" for slot in slots))

    def messages(filled: Mapping[str, str]) -> tuple[Message, ...]:
        # In one go, so that a report which holds the name of a slot stays as it is.
        return (Message("user", places.sub(lambda place: filled[place.group()[1:-1]], text)),)

    return Wording(f"{judge}/upstream", digest_of(text), messages)


def digest_of(text: str) -> str:
    """Returns 12 hexadecimal digits over a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(
            f"the prompt cannot be read: {error}", where=str(path), hint="it must be UTF-8 text"
        ) from None
