"""Short names of lines, for tables and figures."""

from __future__ import annotations

from collections.abc import Iterable


def short_names(labels: Iterable[str], longest: int) -> dict[str, str]:
    """Returns a name for each label, no longer than asked and each another.

    Long specs of one metric often differ only at their end (the model), so that both ends are kept.

    Args:
        labels: The labels, each once.
        longest: The most characters.
    """
    found: dict[str, str] = {}
    for label in labels:
        name, number = _cut(label, longest), 1
        while name in found.values():
            number += 1
            ending = f" ({number})"
            name = _cut(label, longest - len(ending)) + ending
        found[label] = name
    return found


def _cut(label: str, longest: int) -> str:
    if len(label) <= longest:
        return label
    end = longest // 2
    return f"{label[: longest - end - 1]}…{label[-end:]}"
