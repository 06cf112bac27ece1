"""Reads lexicon packs and joins them into what the reader knows."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from radeval.core.errors import InputError

_CUES = {
    "negation": "before|after",
    "pseudo_negation": ".+",
    "hedge": "before|after",
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
    "ignored": ".+",
}
"""What a cue of each kind can be worth, as a pattern."""

Significance = Literal["urgent", "actionable", "minor", "expected"]


class LexiconError(InputError):
    """A lexicon pack cannot be used."""

    stops_run = True


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PackHead(_Entry):
    """The head of a pack; see docs/lexicon.md."""

    name: str
    version: int = Field(ge=1)
    summary: str
    modalities: tuple[str, ...]


class Structure(_Entry):
    """A part of the body."""

    name: str
    terms: tuple[str, ...] = ()
    part_of: str | None = None
    sided: bool = False
    side: Literal["left", "right"] | None = None
    holds: tuple[str, ...] = ()


class Quality(_Entry):
    """A state that a structure can be in."""

    name: str
    terms: tuple[str, ...]


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
    normal_of: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    resembles: Mapping[str, float] = {}
    significance: Significance
    reason: str
    label: str | tuple[str, ...] = ()
    tip_expected: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The CheXpert observations that it counts as."""
        return (self.label,) if isinstance(self.label, str) else self.label


class Extension(_Entry):
    """More terms and compositions for a concept of another pack."""

    concept: str
    terms: tuple[str, ...] = ()
    composed: tuple[Composition, ...] = ()


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


class Pack(_Entry):
    """A lexicon pack."""

    pack: PackHead
    structure: tuple[Structure, ...] = ()
    quality: tuple[Quality, ...] = ()
    concept: tuple[Concept, ...] = ()
    extend: tuple[Extension, ...] = ()
    cue: tuple[Cue, ...] = ()


class Lexicon:
    """Everything that the reader knows, joined from packs.

    Attributes:
        structures: Parts of the body by name.
        qualities: States by name.
        concepts: Concepts by name.
        cues: Cues of all packs.
        packs: Version of each pack by name.
        digest: 12 hexadecimal digits over the content of all packs.
    """

    def __init__(self, packs: Sequence[Pack], digest: str) -> None:
        self.structures = {one.name: one for pack in packs for one in pack.structure}
        self.qualities = _joined(one for pack in packs for one in pack.quality)
        self.concepts = {one.name: one for pack in packs for one in pack.concept}
        for extension in (one for pack in packs for one in pack.extend):
            known = self.concepts.get(extension.concept)
            if known is not None:
                more = {
                    "terms": (*known.terms, *extension.terms),
                    "composed": (*known.composed, *extension.composed),
                }
                self.concepts[extension.concept] = known.model_copy(update=more)
        self.cues = tuple(cue for pack in packs for cue in pack.cue)
        self.packs = {pack.pack.name: pack.pack.version for pack in packs}
        self.digest = digest


def _joined(qualities: Iterable[Quality]) -> dict[str, Quality]:
    """Returns qualities by name; packs may each add terms to one."""
    found: dict[str, Quality] = {}
    for one in qualities:
        terms = found[one.name].terms if one.name in found else ()
        found[one.name] = Quality(name=one.name, terms=tuple(dict.fromkeys((*terms, *one.terms))))
    return found


@lru_cache(maxsize=8)
def load_lexicon(modality: str = "cxr", extra: tuple[str, ...] = ()) -> Lexicon:
    """Returns our packs for an examination, joined with the user's.

    Args:
        modality: The examination, for example "cxr" or "ct"; packs that do not name it are left out.
        extra: Paths of further packs.

    Raises:
        LexiconError: A pack is not valid, with file and line.
    """
    ours = sorted(
        (one for one in files("radeval.findings").joinpath("packs").iterdir() if one.name.endswith(".toml")),
        key=lambda one: one.name,
    )
    sources = [(one.name, one.read_text(encoding="utf-8")) for one in ours]
    for path in extra:
        try:
            sources.append((path, Path(path).read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise LexiconError("the lexicon pack cannot be read", where=path, hint=str(error)) from error
    packs = [(name, text, _parse(name, text)) for name, text in sources]
    used = [one for one in packs if modality in one[2].pack.modalities]
    if not used:
        raise LexiconError(f"no pack is for the modality {modality!r}")
    digest = hashlib.sha256("\0".join(text for _, text, _ in used).encode()).hexdigest()[:12]
    lexicon = Lexicon([pack for _, _, pack in used], digest)
    for name, text, pack in used:
        _check_names(name, text, pack, lexicon, {one.name for _, _, other in packs for one in other.concept})
    return lexicon


def _parse(name: str, text: str) -> Pack:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        number = int(line[1]) if line else len(text.splitlines())
        raise LexiconError("the lexicon pack is not TOML", where=f"{name}, line {number}", hint=str(error)) from error
    try:
        pack = Pack(**content)
    except ValidationError as error:
        first = error.errors()[0]
        location = first["loc"]
        where = f"{name}, line {_line(text, location)}"
        raise LexiconError(
            f"{'.'.join(map(str, location))}: {first['msg']}", where=where, hint="see docs/lexicon.md"
        ) from None
    _check_duplicates(name, text, pack)
    return pack


def _line(text: str, location: Sequence[Any]) -> int:
    """Returns the line of a key of an entry, else the line at which the entry begins, 1 where it has none."""
    table, rest = str(location[0]), list(location[1:])
    left = rest.pop(0) if rest and isinstance(rest[0], int) else 0
    key = rest[0] if rest and isinstance(rest[0], str) else None
    begins = 0
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#")[0].strip()
        if begins:
            if line.startswith("["):
                break
            if key and line.partition("=")[0].strip() == key:
                return number
        elif line in (f"[[{table}]]", f"[{table}]"):
            if left == 0:
                begins = number
            left -= 1
        elif line.partition("=")[0].strip() == table and not location[1:]:
            return number
    return begins or 1


def _check_duplicates(name: str, text: str, pack: Pack) -> None:
    """Raises where a pack has two structures or two concepts of one name; a later pack may replace an earlier one's."""
    tables: dict[str, Sequence[Structure | Concept]] = {"structure": pack.structure, "concept": pack.concept}
    for table, entries in tables.items():
        seen: set[str] = set()
        for place, entry in enumerate(entries):
            if entry.name in seen:
                where = f"{name}, line {_line(text, (table, place))}"
                raise LexiconError(f"the pack has two entries for the {table} {entry.name!r}", where=where)
            seen.add(entry.name)


def _check_names(name: str, text: str, pack: Pack, lexicon: Lexicon, known: set[str]) -> None:
    """Raises where an entry names a structure, quality or concept that no pack has."""
    for place, structure in enumerate(pack.structure):
        for other in (*([structure.part_of] if structure.part_of else []), *structure.holds):
            if other not in lexicon.structures:
                raise _unknown("structure", other, name, text, ("structure", place))
    for place, extension in enumerate(pack.extend):
        if extension.concept not in lexicon.concepts:
            raise _unknown("concept", extension.concept, name, text, ("extend", place))
        for one in extension.composed:
            if one.structure not in lexicon.structures:
                raise _unknown("structure", one.structure, name, text, ("extend", place))
            if one.quality not in lexicon.qualities:
                raise _unknown("quality", one.quality, name, text, ("extend", place))
    for place, concept in enumerate(pack.concept):
        sites = [
            *concept.normal_of,
            *([concept.site] if concept.site else []),
            *(one.structure for one in concept.composed),
        ]
        for kind, names, there in (
            ("structure", sites, set(lexicon.structures)),
            ("quality", [one.quality for one in concept.composed], set(lexicon.qualities)),
            ("concept", [*concept.implies, *concept.excludes, *concept.resembles], known),
        ):
            for other in names:
                if other not in there:
                    raise _unknown(kind, other, name, text, ("concept", place))


def _unknown(kind: str, other: str, name: str, text: str, location: tuple[str, int]) -> LexiconError:
    return LexiconError(f"no pack has a {kind} {other!r}", where=f"{name}, line {_line(text, location)}")
