"""One structured statement of a report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Presence(StrEnum):
    """Whether a report says that something is there."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCERTAIN = "uncertain"


class Kind(StrEnum):
    """What sort of statement a finding is."""

    OBSERVATION = "observation"
    DEVICE = "device"
    PROCEDURE = "procedure"
    NORMAL = "normal statement"


Laterality = Literal["left", "right", "bilateral"]
Change = Literal["new", "worse", "better", "stable", "resolved"]
Placement = Literal["intended", "acceptable", "malpositioned"]


@dataclass(frozen=True, slots=True)
class Tip:
    """Where a tube or line ends, or where its side port is if that place is worse.

    Attributes:
        site: Canonical name of the place; None where the report only judges it ("in good position").
        laterality: Side of the place, None where it has none or the text names none.
        distance_mm: From the landmark that the site is named by, as the carina; None where not measured.
        placement: What the place means for the device, by the lexicon or by the report's own judgement; None where
            neither tells.
    """

    site: str | None
    laterality: Laterality | None = None
    distance_mm: float | None = None
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A concept that a report states or denies, with its attributes.

    Attributes:
        concept: Canonical name from the lexicon; of a normal statement, the structure that is normal.
        presence: Whether it is there.
        locations: Canonical names of structures, the most specific ones that the text names; else the concept's own.
        laterality: Side, None where the text names none.
        severity: From 1 (trace) to 5 (massive); between two grades for "small to moderate"; None where not graded.
        sizes_mm: Measured extents in millimetres, each as lowest and highest value.
        count: How many; None where the text does not count.
        change: Against a prior examination, None where the text compares nothing.
        descriptors: Further words that describe it, for example "patchy".
        tip_position: Where the tip of a tube or line ends, in the report's words.
        kind: What sort of statement it is.
        span: Start and end offset of the words that name it.
        sentence: Index of its sentence in the reading.
        interprets: Whether the text offers it as an explanation of another finding ("opacity, likely atelectasis").
        tip: The place that `tip_position` names; None where the text names none or the lexicon has none for the device.
    """

    concept: str
    presence: Presence
    locations: tuple[str, ...] = ()
    laterality: Laterality | None = None
    severity: float | None = None
    sizes_mm: tuple[tuple[float, float], ...] = ()
    count: int | None = None
    change: Change | None = None
    descriptors: tuple[str, ...] = ()
    tip_position: str | None = None
    kind: Kind = Kind.OBSERVATION
    span: tuple[int, int] = (0, 0)
    sentence: int = 0
    interprets: bool = False
    tip: Tip | None = None
