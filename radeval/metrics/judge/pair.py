"""What judges of a whole pair of reports are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from radeval.core.example import Context

NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate, its reference and what is known of the patient.

    Attributes:
        candidate: The report in question.
        reference: The radiologist's.
        context: Of the patient.
    """

    candidate: str
    reference: str
    context: Context


def pair_slots(asked: Pair) -> Mapping[str, str]:
    """Returns the slots `reference` and `candidate`."""
    return {"reference": asked.reference, "candidate": asked.candidate}


def context_slots(context: Context) -> Mapping[str, str]:
    """Returns the slots `age`, `sex`, `indication` and `comparison`; what is unknown is "not stated"."""
    age = "" if context.age is None else f"{context.age:g} years"
    known = {"age": age, "sex": context.sex, "indication": context.indication, "comparison": context.comparison}
    return {name: value or NOT_STATED for name, value in known.items()}
