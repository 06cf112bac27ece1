"""Regions that overlap without one being part of the other, and whether two places can be the same place."""

from __future__ import annotations

import re
from functools import lru_cache

from radeval.findings.anatomy import Anatomy

# On a frontal film a lobe projects over a zone: radiologists use the names of the two for one place.
_ALSO_IN = {
    "apex": ("upper_lobe", "upper_zone"),
    "upper_lobe": ("upper_zone",),
    "upper_zone": ("upper_lobe",),
    "suprahilar": ("perihilar", "upper_zone"),
    "middle_lobe": ("mid_zone", "lower_zone"),
    "lingula": ("mid_zone", "lower_zone"),
    "perihilar": ("hilum", "mid_zone"),
    "hilum": ("perihilar",),
    "infrahilar": ("perihilar", "lower_zone"),
    "superior_segment": ("mid_zone",),
    "base": ("lower_lobe", "lower_zone"),
    "lower_lobe": ("lower_zone", "base"),
    "lower_zone": ("lower_lobe", "base"),
    "retrocardiac": ("lower_lobe", "lower_zone", "base"),
    "costophrenic_angle": ("base", "pleural_space"),
    "rib": ("thorax", "chest_wall"),
    "vertebra": ("thoracic_spine",),
    "carina": ("trachea",),
}

_LEVELS = {
    "apex": 0, "upper_zone": 1, "upper_lobe": 1, "suprahilar": 1, "mid_zone": 2, "middle_lobe": 2, "lingula": 2,
    "perihilar": 2, "hilum": 2, "superior_segment": 2, "infrahilar": 3, "lower_zone": 3, "lower_lobe": 3, "base": 3,
    "retrocardiac": 3, "costophrenic_angle": 3,
}  # fmt: skip
"""How far down the lung a place lies."""

_NUMBERED = re.compile(r"(rib_|[ctl])(\d+)")
"""Ribs and vertebrae, which are counted from above."""


class Regions:
    """Whether places lie in each other as radiologists name them."""

    def __init__(self, anatomy: Anatomy) -> None:
        self._anatomy = anatomy

    @lru_cache(maxsize=65_536)  # noqa: B019 - lives as long as its lexicon
    def within(self, inner: str, outer: str) -> bool:
        """Tells whether a place is another, lies in it, or projects over it."""
        if self._anatomy.within(inner, outer):
            return True
        return any(
            self._anatomy.within(other, outer)
            for place in self._anatomy.upwards(inner)
            for other in _ALSO_IN.get(place, ())
        )

    @lru_cache(maxsize=65_536)  # noqa: B019 - see above
    def meet(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Tells whether a place of the one lies in a place of the other, or the reverse (nowhere is anywhere)."""
        if not one or not other or one == other:
            return True
        return any(self.within(a, b) or self.within(b, a) for a in one for b in other)

    @lru_cache(maxsize=65_536)  # noqa: B019 - see above
    def all_within(self, inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
        """Tells whether each of several places lies in one of others."""
        return all(any(self.within(a, b) for b in outer) for a in inner)

    def numbered(self, place: str) -> bool:
        """Tells whether a place is one rib or vertebra by its number."""
        return _NUMBERED.fullmatch(place) is not None

    @lru_cache(maxsize=16_384)  # noqa: B019 - see above
    def next_to(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Tells whether a place of the one borders a place of the other: two zones, lobes, ribs or vertebrae."""
        return any(self._borders(a, b) for a in one for b in other)

    def _borders(self, one: str, other: str) -> bool:
        first, second = _NUMBERED.fullmatch(one), _NUMBERED.fullmatch(other)
        if first and second:
            return first[1] == second[1] and abs(int(first[2]) - int(second[2])) == 1
        levels = [
            next((_LEVELS[name] for name in self._anatomy.upwards(place) if name in _LEVELS), None)
            for place in (one, other)
        ]
        return levels[0] is not None and levels[1] is not None and abs(levels[0] - levels[1]) <= 1
