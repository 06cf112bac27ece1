"""Whether the reports are of the kind that the metrics are made for."""

from __future__ import annotations

from collections.abc import Sequence

from radeval.core.example import Example
from radeval.run.plan import Planned
from radeval.text.language import looks_english

_LOOKED_AT = 200
_TOLERATED = 0.02


def scope_notices(planned: Sequence[Planned], examples: Sequence[Example]) -> list[str]:
    """Returns sentences on texts in another language or from another examination than a metric is made for.

    Language is judged on at most 400 examples spread evenly over the run, and mentioned from 2 % on.
    """
    notices = []
    english_only = [item.label for item in planned if item.metric.info.languages == ("en",)]
    if english_only:
        spread = examples[:: max(1, len(examples) // _LOOKED_AT)]
        foreign = [one.id for one in spread if not (looks_english(one.candidate) and looks_english(one.references[0]))]
        if len(foreign) > _TOLERATED * len(spread):
            notices.append(
                f"{len(foreign) / len(spread):.0%} of the reports do not look like English (first: id {foreign[0]!r}); "
                f"made for English: {', '.join(english_only)}"
            )
    for item in planned:
        meant = item.metric.info.modalities
        others = [one.id for one in examples if one.context.modality and one.context.modality not in meant]
        if others and "any" not in meant:
            notices.append(
                f"{len(others)} of {len(examples)} examples are of another modality than {item.label} is made for "
                f"({', '.join(meant)}; first: id {others[0]!r})"
            )
    return notices
