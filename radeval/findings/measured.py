"""Reads measurements that say a state by themselves: the cardiothoracic ratio, lymph nodes in short axis."""

from __future__ import annotations

import re
from collections.abc import Sequence

from radeval.findings.sizes import Size
from radeval.findings.vocabulary import Mention

ENLARGED = "enlarged"
"""The quality of what a measurement calls too large."""

_RATIO = re.compile(
    r"\b(?:cardio-?thoracic ratio|c/?t ratio|ctr)\b([^.\d]{0,40})(?:(\d{2}(?:\.\d)?)\s?%|(0?\.\d{1,2})\b)",
    re.IGNORECASE,
)
_HEART_LIMIT = 0.5
_ABOVE = re.compile(r"\b(?:above|over|more|greater|exceed\w{0,4})\b|>", re.IGNORECASE)
_NODE_LIMIT_MM = 10.0
"""Short axis from which a thoracic lymph node is enlarged (Fleischner Society glossary)."""
_NAMED = frozenset({"concept", "quality", "generic", "normal", "negation_before"})


def heart_by_ratio(text: str) -> bool | None:
    """Tells whether a text gives a cardiothoracic ratio of an enlarged heart; None where it gives none."""
    found = _RATIO.search(text)
    if found is None:
        return None
    ratio = float(found[2]) / 100 if found[2] else float(found[3])
    return ratio > _HEART_LIMIT or (ratio == _HEART_LIMIT and _ABOVE.search(found[1]) is not None)


def measured_node(clause: Sequence[Mention], sizes: Sequence[Size]) -> tuple[int, bool] | None:
    """Returns the lymph node that a clause only measures, and whether it is enlarged.

    Args:
        clause: The clause.
        sizes: The sizes in it.
    """
    extents = [high for size in sizes for _, high in size.extents]
    if not extents or any(not _NAMED.isdisjoint(one.roles) for one in clause):
        return None
    for place, one in enumerate(clause):
        if one.roles.get("structure", "").endswith("lymph_node"):
            return place, min(extents) >= _NODE_LIMIT_MM
    return None
