"""What goes wrong most often in a run: GREEN's summary of the significant errors of each kind, with examples.

GREEN embeds the sentences of each kind of error, clusters them and shows the middle of the largest cluster. Here errors
are grouped by the finding that they are about, where the report reader judged, else by their words: no model is loaded,
and every group can be counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from radeval.metrics.judge.errors import ERROR_KINDS, ErrorKind

_WORD = re.compile(r"\w+")
_KIND_OF: dict[str, ErrorKind] = {kind: kind for kind in ERROR_KINDS}
_KIND_OF |= {"false": "false finding", "omitted": "missing finding"}
_SIGNIFICANT = "significant;"


@dataclass(frozen=True, slots=True)
class Frequent:
    """Errors of one kind on one thing.

    Attributes:
        kind: Which of the six kinds.
        about: The finding, or the words, in lower case.
        concept: Whether it is a finding by its name in the lexicon.
        n: How many there are.
        share: Their share of the significant errors of this kind.
        examples: Some of them: id of the report, the words, why they are wrong.
    """

    kind: ErrorKind
    about: str
    concept: bool
    n: int
    share: float
    examples: tuple[tuple[str, str, str], ...]


def frequent_errors(
    lines: Iterable[Mapping[str, Any]], label: str = "green", *, most: int = 3, examples: int = 2
) -> list[Frequent]:
    """Returns the most frequent significant errors of each kind, in the order of the kinds, the most frequent first.

    Args:
        lines: The run's evidence, as `RunResult.evidence` yields it.
        label: The metric: green or chexprompt, or its label in the run.
        most: How many groups of each kind.
        examples: How many examples of each group.
    """
    groups: dict[ErrorKind, dict[tuple[str, bool], list[tuple[str, str, str]]]] = {kind: {} for kind in ERROR_KINDS}
    for line in lines:
        if line["metric"] != label:
            continue
        for item in line["evidence"]:
            kind = _KIND_OF.get(item["kind"])
            if kind is not None and str(item.get("note", "")).startswith(_SIGNIFICANT):
                reason = item["note"].removeprefix(_SIGNIFICANT).strip()
                groups[kind].setdefault(_about(item), []).append((line["id"], item.get("text", ""), reason))
    found = []
    for kind, by_thing in groups.items():
        total = sum(map(len, by_thing.values()))
        ranked = sorted(by_thing.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:most]
        found += [
            Frequent(kind, *about, len(all_), len(all_) / total, tuple(all_[:examples])) for about, all_ in ranked
        ]
    return found


def _about(item: Mapping[str, Any]) -> tuple[str, bool]:
    if item.get("concept"):
        return str(item["concept"]).replace("_", " "), True
    return " ".join(_WORD.findall(str(item.get("text", "")).casefold())), False
