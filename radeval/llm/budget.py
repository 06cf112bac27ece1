"""Keeps what a run may cost: every request reserves the most it can cost before it is made."""

from __future__ import annotations

import asyncio

from radeval.core.errors import BudgetError


class Budget:
    """What a run may spend, shared by all its clients.

    The most that a request can cost is set aside before it is made, so that the limit holds at any concurrency. Where
    what is set aside for others stands in the way, a request waits for what they leave over.

    Args:
        limit: US dollars; None for no limit.
    """

    def __init__(self, limit: float | None) -> None:
        self.limit = limit
        self.spent = 0.0
        self._reserved = 0.0
        self._open = 0
        self._turn = asyncio.Lock()
        self._settled = asyncio.Event()

    async def reserve(self, most: float) -> None:
        """Sets aside the most that a request can cost.

        Raises:
            BudgetError: It does not fit into what is left.
        """
        if self.limit is None or most == 0:
            return
        async with self._turn:
            while self.spent + self._reserved + most > self.limit:
                if not self._open:
                    raise BudgetError(
                        f"the next request may cost up to {most:.4f} US dollars, and {self.spent:.4f} may be spent",
                        where=f"max_cost={self.limit:g}",
                        hint="raise --max-cost and run again: replies that came are stored and cost nothing more",
                    )
                self._settled.clear()
                await self._settled.wait()
            self._reserved += most
            self._open += 1

    def settle(self, most: float, cost: float) -> None:
        """Gives back what a request had set aside and books what it cost.

        Args:
            most: What was set aside.
            cost: What the request cost; `most` where that is not known.
        """
        if self.limit is None or most == 0:
            return
        self._open -= 1
        self._reserved = self._reserved - most if self._open else 0.0
        self.spent += cost
        self._settled.set()
