"""What a lexicon pack may hold: the form of its entries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

_CUES = {
    "negation": "before|after",
    "pseudo_negation": ".+",
    "hedge": "before|between|after",
    "interpretation": "certain",
    "scope_end": "clause|with",
    "normal": ".+",
    "generic": ".+",
    "change": "new|worse|better|stable|resolved",
    "severity": r"[1-5](?:\.\d)?",
    "side": "left|right|bilateral",
    "count": r"\d{1,3}",
    "descriptor": ".+",
    "tip": ".+",
    "position": "intended|malpositioned|slipped|moved|withdrawn|move",
    "comparative": "more|most",
    "earlier": "size",
    "view": "single",
    "beside": "structure|loose|largest",
    "aside": "onward|whole",
    "foreign": "word",
    "ignored": "administrative|word",
}
"""What a cue of each kind can be worth, as a pattern."""

Level = Literal["urgent", "actionable", "minor", "expected"]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PackHead(_Entry):
    """The head of a pack; see docs/lexicon.md."""

    name: str
    version: int = Field(ge=1)
    summary: str
    modalities: tuple[Literal["cxr", "ct"], ...] = Field(min_length=1)


class Structure(_Entry):
    """A part of the body."""

    name: str
    terms: tuple[str, ...] = ()
    part_of: str | None = None
    sided: bool = False
    side: Literal["left", "right"] | None = None
    holds: tuple[str, ...] = ()


class NamedTerms(_Entry):
    """Terms under a name, to which several packs may add."""

    name: str
    terms: tuple[str, ...]


class Quality(NamedTerms):
    """A state that a structure can be in."""


class Composition(_Entry):
    """A structure and a quality that make a concept."""

    structure: str
    quality: str


class Concept(_Entry):
    """Something that can be present, absent or uncertain."""

    name: str
    kind: Literal["observation", "device", "procedure"]
    terms: tuple[str, ...] = ()
    composed: tuple[Composition, ...] = ()
    site: str | None = None
    placed: bool = False
    normal_of: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    resembles: Mapping[str, float] = {}
    significance: Level
    reason: str
    label: str | tuple[str, ...] = ()
    tip_of: str | None = None
    tip_site: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The CheXpert observations that it counts as."""
        return (self.label,) if isinstance(self.label, str) else self.label


class Extension(_Entry):
    """More terms and compositions for a concept of another pack."""

    concept: str
    terms: tuple[str, ...] = ()
    composed: tuple[Composition, ...] = ()


class TipSite(NamedTerms):
    """A place where a tube or line can end; see docs/lexicon.md."""

    part_of: str | None = None
    next_to: tuple[str, ...] = ()


class PlacementRule(_Entry):
    """What it means for devices to end at sites; without sites, what a malposition that is only stated means."""

    devices: tuple[str, ...] = Field(min_length=1)
    unspecific: bool = False
    sites: tuple[str, ...] = ()
    from_mm: float | None = Field(default=None, ge=0)
    to_mm: float | None = Field(default=None, ge=0)
    standing: Literal["intended", "acceptable", "malpositioned"]
    significance: Level | None = None
    reason: str

    @model_validator(mode="after")
    def _weighs_what_is_wrong(self) -> PlacementRule:
        if (self.standing == "malpositioned") != (self.significance is not None):
            raise ValueError("a malposition, and nothing else, needs a significance")
        if not self.sites and self.standing != "malpositioned":
            raise ValueError("a placement needs sites, unless it is a malposition")
        return self


class Failure(_Entry):
    """How devices fail: words that, said of one of them, name a concept."""

    devices: tuple[str, ...] = Field(min_length=1)
    terms: tuple[str, ...] = Field(min_length=1)
    concept: str


class Cue(_Entry):
    """Words that change how others are read."""

    kind: str
    value: str
    terms: tuple[str, ...]

    @model_validator(mode="after")
    def _has_known_value(self) -> Cue:
        if self.kind not in _CUES:
            raise ValueError(f"no cue is of kind {self.kind!r}; kinds are {', '.join(_CUES)}")
        pattern = _CUES[self.kind]
        if not re.fullmatch(pattern, self.value):
            raise ValueError(f"a cue of kind {self.kind!r} has no value {self.value!r}; it must match {pattern}")
        return self


class Background(NamedTerms):
    """What an indication or a comparison can say of the patient, by a name that rules refer to."""


class Rule(_Entry):
    """When findings weigh other than their concept does by default; see docs/lexicon.md.

    A rule fits where every condition that it names does; one of several values is enough for a condition.
    """

    level: Level
    reason: str
    concepts: tuple[str, ...] = ()
    cases_of: tuple[str, ...] = ()
    kinds: tuple[Literal["observation", "device", "procedure"], ...] = ()
    presence: tuple[Literal["present", "uncertain"], ...] = ()
    severity_from: float | None = Field(default=None, ge=1, le=5)
    severity_to: float | None = Field(default=None, ge=1, le=5)
    size_from_mm: float | None = Field(default=None, ge=0)
    size_to_mm: float | None = Field(default=None, ge=0)
    count_from: int | None = Field(default=None, ge=1)
    count_to: int | None = Field(default=None, ge=1)
    change: tuple[Literal["new", "worse", "better", "stable", "resolved"], ...] = ()
    locations: tuple[str, ...] = ()
    laterality: tuple[Literal["left", "right", "bilateral"], ...] = ()
    descriptors: tuple[str, ...] = ()
    tips: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    age_from: float | None = Field(default=None, ge=0)
    age_under: float | None = Field(default=None, ge=0)
    sex: Literal["female", "male", "other"] | None = None
    background: tuple[str, ...] = ()

    @property
    def conditions(self) -> int:
        """How many conditions it names beside its concepts."""
        return len(self.model_fields_set - {"level", "reason", "concepts", "cases_of"})

    @model_validator(mode="after")
    def _limits_something(self) -> Rule:
        if not self.concepts and not self.cases_of and not self.conditions:
            raise ValueError("a rule needs a concept or a condition")
        return self


class Pack(_Entry):
    """A lexicon pack."""

    pack: PackHead
    structure: tuple[Structure, ...] = ()
    quality: tuple[Quality, ...] = ()
    concept: tuple[Concept, ...] = ()
    extend: tuple[Extension, ...] = ()
    cue: tuple[Cue, ...] = ()
    background: tuple[Background, ...] = ()
    significance: tuple[Rule, ...] = ()
    tip_site: tuple[TipSite, ...] = ()
    placement: tuple[PlacementRule, ...] = ()
    failure: tuple[Failure, ...] = ()
