"""One thing to score: a candidate report, its reference reports and what is known of the patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from radeval.core.errors import InputError
from radeval.core.modality import short_modality


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the patient and the examination beside the reports.

    Attributes:
        age: Age in years (6 months is 0.5), None where unknown.
        sex: "female", "male" or "other", None where unknown.
        indication: Why the examination was asked for.
        comparison: The prior examinations that the reader had.
        modality: What was done, lower case: "cxr" for every name of a chest radiograph ("CR", "DX", "chest x-ray"),
            "ct" for every name of a chest CT, else the name that was given.
    """

    age: float | None = None
    sex: str | None = None
    indication: str | None = None
    comparison: str | None = None
    modality: str | None = None

    def __post_init__(self) -> None:
        if self.modality is not None:
            object.__setattr__(self, "modality", short_modality(self.modality))


@dataclass(frozen=True, slots=True)
class Example:
    """One candidate report with its references. `(id, system)` is unique in a run.

    Attributes:
        id: Joins the candidate to its references.
        candidate: The report to be scored.
        references: One or more radiologists' reports.
        system: What wrote the candidate; empty where one system is scored.
        group: The study, the unit that intervals resample; the id where not given.
        context: What is known of the patient.
        meta: Further columns of the input table, by name.

    Raises:
        InputError: There is no reference, or the references are one bare string.
    """

    id: str
    candidate: str
    references: tuple[str, ...]
    system: str = ""
    group: str = ""
    context: Context = Context()
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if isinstance(self.references, str) or not self.references:
            raise InputError(
                "an example needs a tuple of one or more references", where=f"id {self.id!r}", hint="references=(text,)"
            )
        if not self.group:
            object.__setattr__(self, "group", self.id)
