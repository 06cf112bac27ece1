"""What a command says while it works: a bar where someone looks at it, and at once what it has to wait for."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from radeval.cli.errors import say
from radeval.core.metric import Watcher
from radeval.run.progress import BarProgress, NoProgress

if TYPE_CHECKING:
    from radeval.core.judging import CacheMode
    from radeval.core.results import RunResult


class Talk(Watcher):
    """Progress of a command on stderr. A context manager.

    Args:
        bar: Whether a bar is shown.
        cache: What happens to the replies of models: said where the user interrupts the command.
    """

    def __init__(self, bar: bool, cache: CacheMode) -> None:
        self._bar = BarProgress() if bar else None
        self._quiet = NoProgress()
        self._cache = cache
        self._told: list[str] = []
        self._replied = False

    def __enter__(self) -> Talk:
        if self._bar is not None:
            self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)
            self._bar = None
        if isinstance(error, KeyboardInterrupt) and self._replied:
            kept = "are stored: the same command asks only for the rest"
            error.add_note(f"replies of models that came {kept if self._cache == 'write' else 'are lost'}")

    def step(self, name: str, total: int | None) -> None:
        """Begins a step of so many examples."""
        (self._bar or self._quiet).step(name, total)

    def advance(self, examples: int) -> None:
        """Counts examples of the current step as done."""
        (self._bar or self._quiet).advance(examples)

    def tell(self, sentence: str) -> None:
        """Says a sentence at once, and only once."""
        if sentence in self._told:
            return
        self._told.append(sentence)
        if self._bar is not None:
            self._bar.tell(sentence)
        else:
            say(f"note: {sentence}")

    def replied(self) -> None:
        """Counts a reply of a model."""
        self._replied = True
        (self._bar or self._quiet).replied()

    def conclude(self, result: RunResult) -> None:
        """Says what is to be read with a result and has not been said on the way."""
        for notice in result.notices:
            self.tell(notice)
