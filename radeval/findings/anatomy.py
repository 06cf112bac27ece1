"""What lies in what."""

from __future__ import annotations

from functools import lru_cache

from radeval.findings.packs import Lexicon


class Anatomy:
    """The hierarchy of a lexicon's structures."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._structures = lexicon.structures
        self._holders: dict[str, list[str]] = {}
        self._parts: dict[str, list[str]] = {}
        for one in lexicon.structures.values():
            if one.part_of is not None:
                self._parts.setdefault(one.part_of, []).append(one.name)
            for held in one.holds:
                self._holders.setdefault(held, []).append(one.name)

    @lru_cache(maxsize=4096)  # noqa: B019 - an anatomy lives as long as its lexicon
    def upwards(self, name: str) -> tuple[str, ...]:
        """Returns a structure and everything that it is part of, nearest first."""
        chain: list[str] = []
        current: str | None = name
        while current is not None and current not in chain and current in self._structures:
            chain.append(current)
            current = self._structures[current].part_of
        return tuple(chain)

    @lru_cache(maxsize=4096)  # noqa: B019 - see above
    def covered(self, name: str) -> frozenset[str]:
        """Returns a structure and everything that a statement on it is about: its parts and what it holds."""
        found = {name}
        queue = [name]
        while queue:
            current = queue.pop()
            held = self._structures[current].holds if current in self._structures else ()
            for other in (*self._parts.get(current, ()), *held):
                if other not in found:
                    found.add(other)
                    queue.append(other)
        return frozenset(found)

    def within(self, inner: str, outer: str) -> bool:
        """Tells whether one structure is the other or lies in it."""
        return outer in self.upwards(inner) or inner in self.covered(outer)

    def fixed_side(self, name: str) -> str | None:
        """Returns the only side on which a structure exists, None where there are two or none."""
        return self._structures[name].side if name in self._structures else None
