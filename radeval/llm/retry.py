"""How long to wait before a request that failed in passing is made again."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
LONGEST_ASKED_WAIT = 120.0
"""Seconds: a server that asks for more is not waited for."""


def retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Returns the seconds that a Retry-After header asks to wait, None where it says nothing that can be read.

    Args:
        header: Its value: seconds, or a date of HTTP.
        now: The time that a date is compared with; None for the clock's.
    """
    if header is None:
        return None
    text = header.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        # A date of HTTP is always in GMT; without a zone it means the same.
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - (now or datetime.now(UTC))).total_seconds()
    # The comparison is False for what is not a number, too.
    return max(seconds, 0.0) if seconds < float("inf") else None


def wait_before(attempt: int, asked: float | None) -> float | None:
    """Returns the seconds to wait before an attempt, None where the server asks for more than anyone would wait.

    Waits double, and are drawn at random between half and whole, so that requests that failed together do not come back
    together. A wait that the server asks for is never shortened.

    Args:
        attempt: Which repetition it is before, counted from 1.
        asked: What the server asked for.
    """
    # How requests are spread over time changes no verdict, so nothing here needs a seed.
    own = min(FIRST_WAIT * 2.0 ** (attempt - 1), LONGEST_WAIT) * random.uniform(0.5, 1.0)
    if asked is None:
        return own
    return asked + min(own, 1.0) if asked <= LONGEST_ASKED_WAIT else None
