"""What was read last, up to a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

ENTRY = 400
"""About how many bytes an entry takes beside its text and the numbers in its result: objects, and places for them."""

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")


class Memory(Generic[Key, Thing]):
    """Remembers results by key; the least recently used go first.

    Args:
        most: Most bytes that all take together.
        size: Returns the bytes that a key and its result take.
    """

    def __init__(self, most: int, size: Callable[[Key, Thing], int]) -> None:
        self._most = most
        self._size = size
        self._held = 0
        self._things: OrderedDict[Key, tuple[Thing, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._things)

    def get(self, key: Key) -> Thing | None:
        """Returns what is remembered under a key, None for nothing."""
        found = self._things.get(key)
        if found is None:
            return None
        self._things.move_to_end(key)
        return found[0]

    def keep(self, key: Key, thing: Thing) -> None:
        """Remembers a result under a new key."""
        size = self._size(key, thing)
        if size > self._most or key in self._things:
            return
        self._things[key] = (thing, size)
        self._held += size
        while self._held > self._most:
            _, (_, gone) = self._things.popitem(last=False)
            self._held -= gone

    def clear(self) -> None:
        """Forgets everything."""
        self._things.clear()
        self._held = 0
