"""Tells how far a run is, on stderr, once it has taken longer than a moment."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Protocol

from radeval.core.metric import Watcher

_PATIENCE_SECONDS = 1.0


class Progress(Watcher, Protocol):
    """What a run reports its progress to."""

    def step(self, name: str, total: int | None) -> None:
        """Begins a step of so many examples; None where that is not known."""

    def advance(self, examples: int) -> None:
        """Counts examples of the current step as done."""


class NoProgress(Progress):
    """Reports to nobody."""

    def step(self, name: str, total: int | None) -> None:
        """Does nothing."""

    def advance(self, examples: int) -> None:
        """Does nothing."""

    def tell(self, sentence: str) -> None:
        """Does nothing."""

    def replied(self) -> None:
        """Does nothing."""


class BarProgress(Progress):
    """A bar on stderr that appears after a second and is gone at the end. A context manager."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._bar = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[replies]}"),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
            transient=True,
        )
        self._task = self._bar.add_task("reading", total=None, replies="")
        self._replies = 0
        # A timer, not a look at the clock in `advance`: one long step must show as well.
        self._timer = threading.Timer(_PATIENCE_SECONDS, self._bar.start)
        self._timer.daemon = True

    def __enter__(self) -> BarProgress:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        self._bar.stop()

    def step(self, name: str, total: int | None) -> None:
        """Begins a step."""
        self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=total, replies="")
        self._replies = 0

    def advance(self, examples: int) -> None:
        """Counts examples as done."""
        self._bar.advance(self._task, examples)

    def tell(self, sentence: str) -> None:
        """Writes a note above the bar."""
        self._bar.console.print(f"note: {sentence}", markup=False, highlight=False, soft_wrap=True)

    def replied(self) -> None:
        """Counts a reply, as the examples of a step may all be under way for long before the first is done."""
        self._replies += 1
        self._bar.update(self._task, replies=f"{self._replies:,} replies")
