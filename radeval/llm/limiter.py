"""Holds requests back: how many at once, how many a minute, how many tokens a minute."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass

MINUTE = 60.0


@dataclass(slots=True)
class Entry:
    """A request that counts against the last minute.

    Attributes:
        at: When it was made.
        tokens: Its tokens: at first the most that it can have, once it is answered what it had.
    """

    at: float
    tokens: int


class Limiter:
    """Limits requests to one backend, first come, first served.

    No minute, wherever it begins, holds more requests or tokens than allowed. One request that alone exceeds the tokens
    of a minute goes out by itself.

    Args:
        concurrency: Most requests at once.
        rpm: Most requests a minute, None for no limit.
        tpm: Most tokens a minute, None for no limit.
        minute: Seconds of a minute.
    """

    def __init__(self, concurrency: int, rpm: int | None, tpm: int | None, *, minute: float = MINUTE) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._rpm = rpm
        self._tpm = tpm
        self._minute = minute
        self._turn = asyncio.Lock()
        self._entries: deque[Entry] = deque()
        self._paused_until = 0.0

    @property
    def slots(self) -> asyncio.Semaphore:
        """What a request holds from its first attempt until its reply is stored."""
        return self._slots

    async def admit(self, tokens: int) -> Entry:
        """Waits until a request may be made and returns its entry, whose tokens may be corrected once they are known.

        Args:
            tokens: The most that the request can have.
        """
        entry = Entry(time.monotonic(), tokens)
        if self._rpm is None and self._tpm is None and self._paused_until <= entry.at:
            return entry
        # Whoever is first waits for the minute and the others wait for the first, so that nobody is overtaken.
        async with self._turn:
            while (wait := self._wait(tokens)) > 0:
                await asyncio.sleep(wait)
            entry.at = time.monotonic()
            self._entries.append(entry)
        return entry

    def pause(self, seconds: float) -> None:
        """Lets no request out for a while, as a server has asked."""
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    def _wait(self, tokens: int) -> float:
        now = time.monotonic()
        entries = self._entries
        while entries and entries[0].at <= now - self._minute:
            entries.popleft()
        if self._paused_until > now:
            return self._paused_until - now
        full = self._rpm is not None and len(entries) >= self._rpm
        if self._tpm is not None and entries:
            full = full or sum(entry.tokens for entry in entries) + tokens > self._tpm
        return max(entries[0].at + self._minute - now, 0.001) if full else 0.0
