"""Reads lexicon packs and joins them into what the reader knows."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from radeval.core.errors import InputError
from radeval.findings.entries import Concept, NamedTerms, Pack, Structure
from radeval.findings.words import tokenize


class LexiconError(InputError):
    """A lexicon pack cannot be used."""

    stops_run = True


class PackFile(NamedTuple):
    """A pack as it stands in a file; equal content read from one path is one pack.

    Attributes:
        path: Where it was read.
        text: What it holds.
    """

    path: str
    text: str


class Lexicon:
    """Everything that the reader knows, joined from packs.

    Args:
        packs: Ours, then the user's.
        digest: 12 hexadecimal digits over their content.
        own: Those of them that are the user's.

    Attributes:
        structures: Parts of the body by name.
        qualities: States by name.
        backgrounds: What an indication can say, by name.
        concepts: Concepts by name.
        cues: Cues of all packs.
        tip_sites: Where tubes and lines can end, by name.
        placements: What that means for them, of all packs, the last first.
        failures: How devices fail, of all packs.
        rules: Rules of significance of all packs; a later one goes before an earlier one that is as specific.
        packs: Version of each pack by name.
        digest: 12 hexadecimal digits over the content of all packs.
    """

    def __init__(self, packs: Sequence[Pack], digest: str, own: Sequence[Pack] = ()) -> None:
        self.structures = {one.name: one for pack in packs for one in pack.structure}
        self.qualities = _joined(one for pack in packs for one in pack.quality)
        self.backgrounds = _joined(one for pack in packs for one in pack.background)
        self.concepts = {one.name: one for pack in packs for one in pack.concept}
        for extension in (one for pack in packs for one in pack.extend):
            known = self.concepts.get(extension.concept)
            if known is not None:
                more = {
                    "terms": (*known.terms, *extension.terms),
                    "composed": (*known.composed, *extension.composed),
                }
                self.concepts[extension.concept] = known.model_copy(update=more)
        if own:
            self._give_terms(own)
        self.cues = tuple(cue for pack in packs for cue in pack.cue)
        self.tip_sites = {one.name: one for pack in packs for one in pack.tip_site}
        self.placements = tuple(rule for pack in reversed(packs) for rule in pack.placement)
        self.failures = tuple(one for pack in packs for one in pack.failure)
        self.rules = tuple(rule for pack in packs for rule in pack.significance)
        self.packs = {pack.pack.name: pack.pack.version for pack in packs}
        self.digest = digest

    def _give_terms(self, own: Sequence[Pack]) -> None:
        """Takes the terms that the user's packs claim for a concept from all other concepts."""
        claimed: dict[tuple[str, ...], str] = {}
        for pack in own:
            entries = [(one.name, one.terms) for one in pack.concept]
            entries += [(one.concept, one.terms) for one in pack.extend]
            claimed |= {_words(term): name for name, terms in entries for term in terms}
        for name, concept in self.concepts.items():
            kept = tuple(term for term in concept.terms if claimed.get(_words(term), name) == name)
            if len(kept) < len(concept.terms):
                self.concepts[name] = concept.model_copy(update={"terms": kept})


def _words(term: str) -> tuple[str, ...]:
    return tuple(token.word for token in tokenize(term))


_Terms = TypeVar("_Terms", bound=NamedTerms)


def _joined(entries: Iterable[_Terms]) -> dict[str, _Terms]:
    """Returns entries by name; packs may each add terms to one."""
    found: dict[str, _Terms] = {}
    for one in entries:
        before = found.get(one.name)
        terms = (*(before.terms if before else ()), *one.terms)
        found[one.name] = one.model_copy(update={"terms": tuple(dict.fromkeys(terms))})
    return found


def read_pack(path: str) -> PackFile:
    """Returns a pack's text.

    Raises:
        LexiconError: The file cannot be read.
    """
    try:
        return PackFile(path, Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LexiconError("the lexicon pack cannot be read", where=path, hint=str(error)) from error


def read_packs(extra: Iterable[str | PackFile]) -> tuple[PackFile, ...]:
    """Returns packs of which some may still be paths.

    Raises:
        LexiconError: A file cannot be read.
    """
    return tuple(one if isinstance(one, PackFile) else read_pack(one) for one in extra)


@lru_cache(maxsize=8)
def load_lexicon(modality: str = "cxr", extra: tuple[str | PackFile, ...] = ()) -> Lexicon:
    """Returns our packs for an examination, joined with the user's.

    Args:
        modality: The examination, for example "cxr" or "ct"; packs that do not name it are left out.
        extra: Further packs. A path is read once; a pack that is read already counts by its content.

    Raises:
        LexiconError: A pack is not valid, with file and line.
    """
    ours = sorted(
        (one for one in files("radeval.findings").joinpath("packs").iterdir() if one.name.endswith(".toml")),
        key=lambda one: one.name,
    )
    sources = [PackFile(one.name, one.read_text(encoding="utf-8")) for one in ours]
    sources += read_packs(extra)
    packs = [(name, text, _parse(name, text)) for name, text in sources]
    used = [one for one in packs if modality in one[2].pack.modalities]
    if not used:
        raise LexiconError(f"no pack is for the modality {modality!r}")
    digest = hashlib.sha256("\0".join(text for _, text, _ in used).encode()).hexdigest()[:12]
    own = [pack for _, _, pack in packs[len(ours) :] if modality in pack.pack.modalities]
    lexicon = Lexicon([pack for _, _, pack in used], digest, own)
    # What is known for another examination only may still be named: "also seen on CT as ...".
    everywhere = Lexicon([pack for _, _, pack in packs], digest)
    for name, text, pack in used:
        for location, problem in _problems(pack, lexicon, everywhere):
            raise LexiconError(problem, where=f"{name}, line {_line(text, location)}")
    return lexicon


@lru_cache(maxsize=64)
def _parse(name: str, text: str) -> Pack:
    # Remembered, since most packs are read for several examinations, and ours again with every user's.
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


_Place = tuple[str | int, ...]


def _problems(pack: Pack, lexicon: Lexicon, everywhere: Lexicon) -> Iterator[tuple[_Place, str]]:
    """Yields where an entry names something that no pack has, and what."""
    names: list[tuple[_Place, str, Iterable[str], Iterable[str]]] = []
    for place, one in enumerate(pack.structure):
        inner = [*([one.part_of] if one.part_of else []), *one.holds]
        names.append((("structure", place), "structure", inner, lexicon.structures))
    for place, more in enumerate(pack.extend):
        here = ("extend", place)
        names.append((here, "concept", [more.concept], lexicon.concepts))
        names.append((here, "structure", [one.structure for one in more.composed], lexicon.structures))
        names.append((here, "quality", [one.quality for one in more.composed], lexicon.qualities))
    for place, concept in enumerate(pack.concept):
        here = ("concept", place)
        sites = [*concept.normal_of, *([concept.site] if concept.site else [])]
        names.append((here, "structure", [*sites, *(one.structure for one in concept.composed)], lexicon.structures))
        names.append((here, "quality", [one.quality for one in concept.composed], lexicon.qualities))
        kin = [*concept.implies, *concept.excludes, *concept.resembles]
        names.append((here, "concept", kin, everywhere.concepts))
        names.append((here, "concept", [concept.tip_of] if concept.tip_of else [], everywhere.concepts))
        names.append((here, "tip_site", [concept.tip_site] if concept.tip_site else [], lexicon.tip_sites))
    for place, site in enumerate(pack.tip_site):
        near = [*([site.part_of] if site.part_of else []), *site.next_to]
        names.append((("tip_site", place), "tip_site", near, lexicon.tip_sites))
    for place, placed in enumerate(pack.placement):
        names.append((("placement", place, "devices"), "concept", placed.devices, everywhere.concepts))
        names.append((("placement", place, "sites"), "tip_site", placed.sites, lexicon.tip_sites))
    for place, failure in enumerate(pack.failure):
        names.append((("failure", place), "concept", [*failure.devices, failure.concept], everywhere.concepts))
    for place, rule in enumerate(pack.significance):
        names.append((("significance", place, "concepts"), "concept", rule.concepts, everywhere.concepts))
        names.append((("significance", place, "cases_of"), "concept", rule.cases_of, everywhere.concepts))
        names.append((("significance", place, "locations"), "structure", rule.locations, everywhere.structures))
        names.append((("significance", place, "sites"), "tip_site", rule.sites, everywhere.tip_sites))
        names.append((("significance", place, "descriptors"), "descriptor", rule.descriptors, _descriptors(everywhere)))
        names.append((("significance", place, "background"), "background", rule.background, everywhere.backgrounds))
    for location, kind, named, there in names:
        for other in named:
            if other not in there:
                yield location, f"no pack has a {kind} {other!r}"


def _descriptors(lexicon: Lexicon) -> set[str]:
    return {term for cue in lexicon.cues if cue.kind == "descriptor" for term in cue.terms}
