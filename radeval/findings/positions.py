"""Reads where the tubes and lines of a sentence end, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from radeval.core.finding import Change, Finding, Kind, Laterality, Placement, Presence, Tip
from radeval.findings.anatomy import Anatomy
from radeval.findings.device_words import FILLERS, DeviceWords, Hit, Places
from radeval.findings.ends import ENDS, UNSEEN, distance_to, is_end, is_place_denied, start_of_phrase, where_it_ends
from radeval.findings.failures import failures
from radeval.findings.packs import Lexicon
from radeval.findings.placements import Placements
from radeval.findings.words import Token

_OPENS_TIP = ENDS | {"side", "sideport", "port", "hole", "sidehole", "distal"}
_DENIALS = frozenset({"no", "not", "without", "nor"})
_BEFORE = 3
_LONGEST = 240
"""Most words that are looked at together, so that reading takes time linear in length; no sentence has as many."""

_TIP_WITHIN = 4
_REACH = 6

_SIDES: dict[str, Laterality] = {"left": "left", "right": "right"}
_GRAVITY: dict[Placement | None, int] = {None: 0, "intended": 1, "acceptable": 2, "malpositioned": 3}
_MOVES = frozenset({"moved", "slipped", "withdrawn"})
_SIDE_PORT = "side_port"
_WITH_PORTS = ("enteric_tube", "chest_tube")

Judgement = Literal["intended", "malpositioned", "slipped", "move"]
_GRAVEST: tuple[Judgement, ...] = ("malpositioned", "slipped", "move", "intended")

Span = tuple[int, int]


@dataclass(slots=True)
class _Device:
    """A finding that names a device, or its malposition.

    Attributes:
        finding: As read so far.
        first: Index of its first token.
        last: Index after its last token.
        end: Index after the last token that may tell where it ends.
        wrong: Whether a malposition is stated beside it.
        site: Where it ends if no other place is named.
        port: From which token on its side port is spoken of.
        used: Hits that say something of it.
    """

    finding: Finding
    first: int
    last: int
    end: int = 0
    wrong: bool = False
    site: str | None = None
    port: int | None = None
    used: list[Hit] = field(default_factory=list)


class PositionReader:
    """Reads positions with one lexicon.

    Args:
        lexicon: The lexicon.
        placements: Its rules on where devices belong.
        anatomy: Its structures.
    """

    def __init__(self, lexicon: Lexicon, placements: Placements, anatomy: Anatomy) -> None:
        self._concepts = lexicon.concepts
        self._lexicon = lexicon
        self._placements = placements
        self._anatomy = anatomy
        self._words = DeviceWords(lexicon)
        self._malpositions = frozenset(name for name, one in lexicon.concepts.items() if one.tip_of)

    def read(
        self, found: Sequence[Finding], tokens: Sequence[Token], sentence: str
    ) -> tuple[list[Finding], list[Span]]:
        """Returns a sentence's findings with the places of its devices, and the spans of the words that say them.

        A malposition without a device is read as its device: "right mainstem intubation" is an endotracheal tube in a
        main bronchus. One beside its device is taken into it. So is a side port.

        Args:
            found: The sentence's findings.
            tokens: Its tokens.
            sentence: Its text.
        """
        if not any(one.kind is Kind.DEVICE or one.concept in self._malpositions for one in found):
            return list(found), []
        if len(tokens) <= _LONGEST:
            return self._read(found, tokens, sentence)
        said: list[Finding] = []
        used: list[Span] = []
        for first in range(0, len(tokens), _LONGEST):
            part = tokens[first : first + _LONGEST]
            end = tokens[first + _LONGEST].start if first + _LONGEST < len(tokens) else len(sentence)
            more, spans = self._read([one for one in found if part[0].start <= one.span[0] < end], part, sentence)
            said += more
            used += spans
        return said, used

    def _read(
        self, found: Sequence[Finding], tokens: Sequence[Token], sentence: str
    ) -> tuple[list[Finding], list[Span]]:
        places = Places(tokens, found, sentence)
        failed = failures(found, self._words.failures(tokens), places, self._lexicon, self._placements)
        found = [replace(one, presence=Presence.PRESENT) if at in failed.whole else one for at, one in enumerate(found)]
        hits = self._words.positions(tokens)
        devices, dropped = self._devices(found, places)
        dropped |= failed.dropped
        self._bound(devices, found, dropped, places)
        said = {place: self._placed(one, hits, places) for place, one in devices.items()}
        self._share(devices, said, hits, places)
        kept = [said.get(place, one) for place, one in enumerate(found) if place not in dropped]
        used = [hit for one in devices.values() for hit in one.used] + failed.used
        spans = [(tokens[hit.first].start, tokens[hit.last - 1].end) for hit in used]
        return sorted([*kept, *failed.findings], key=lambda one: one.span), spans

    def _devices(self, found: Sequence[Finding], places: Places) -> tuple[dict[int, _Device], set[int]]:
        """Returns the devices by their places among the findings, and the findings that they take in."""
        devices: dict[int, _Device] = {}
        for place, one in enumerate(found):
            if one.kind is Kind.DEVICE and one.concept != _SIDE_PORT and self._placements.has_places(one.concept):
                devices[place] = _Device(one, *places.of(place))
        hosts = [place for place, one in devices.items() if one.finding.presence is not Presence.ABSENT]
        dropped: set[int] = set()
        for place, one in enumerate(found):
            if one.presence is Presence.ABSENT:
                continue
            if one.concept in self._malpositions:
                concept = self._concepts[one.concept]
                host = self._host(place, hosts, found, (str(concept.tip_of),))
                if host is None:
                    devices[place] = _Device(self._as_device(one), *places.of(place))
                else:
                    dropped.add(place)
                named = devices[place if host is None else host]
                named.wrong, named.site = True, concept.tip_site
            elif one.concept == _SIDE_PORT:
                host = self._host(place, hosts, found, _WITH_PORTS)
                if host is None and hosts:
                    dropped.add(place)  # the port of a line is no tube
                elif host is None:
                    devices[place] = _Device(one, *places.of(place))
                else:
                    dropped.add(place)
                    devices[host].port = max(devices[host].last, places.of(place)[1])
        return devices, dropped

    def _host(self, place: int, hosts: Sequence[int], found: Sequence[Finding], kinds: Sequence[str]) -> int | None:
        fitting = [
            other for other in hosts if any(kind in self._placements.lineage(found[other].concept) for kind in kinds)
        ]
        return min(fitting, key=lambda other: abs(other - place), default=None)

    def _as_device(self, one: Finding) -> Finding:
        """Returns a malposition as a finding of the device."""
        named, device = self._concepts[one.concept], str(self._concepts[one.concept].tip_of)
        site = self._concepts[device].site
        usual = one.locations == ((named.site,) if named.site else ())
        locations = ((site,) if site else ()) if usual else one.locations
        return replace(one, concept=device, kind=Kind.DEVICE, locations=locations)

    def _bound(self, devices: dict[int, _Device], found: Sequence[Finding], dropped: set[int], places: Places) -> None:
        """Sets where the words on each device end: before the next finding, or what comes along with the device."""
        words = places.words
        for place, one in devices.items():
            later = [
                places.of(other)[0]
                for other in range(len(found))
                if other != place and other not in dropped and places.of(other)[0] >= one.last
            ]
            end = min(later, default=len(words))
            for at in range(one.last, end):
                if words[at] in ("with", ";") and _OPENS_TIP.isdisjoint(words[at + 1 : at + 1 + _TIP_WITHIN]):
                    end = at
                    break
            one.end = end

    def _placed(self, device: _Device, hits: Sequence[Hit], places: Places) -> Finding:
        """Returns a device with its tip, and with what became of it."""
        one = device.finding
        own = [hit for hit in hits if device.last <= hit.first and hit.last <= device.end]
        if one.presence is Presence.ABSENT:
            if not is_place_denied(own, device.first, places.words):
                return one
            one = replace(one, presence=Presence.PRESENT, change=None)
        before = [hit for hit in hits if hit.last <= device.first and places.bind(hit.last, device.first)]
        beside = [hit for hit in before if hit.last == before[-1].last]
        judged = _judged([*beside, *own], places.words, device)
        named = [hit for place, hit in enumerate(own) if hit.role == "site" and is_end(own, place, places.words)]
        sites = self._fitting(one.concept, named, device.last, places.words)
        port = len(places.words) if device.port is None else device.port
        if one.concept == _SIDE_PORT:
            one = replace(one, concept=self._with_port(sites))
        chosen = [
            hit
            for part in ([hit for hit in sites if hit.first < port], [hit for hit in sites if hit.first >= port])
            if (hit := where_it_ends(part, device.last, places.words))
        ]
        tips = [(self._tip(one.concept, hit, device, judged, own, places), hit) for hit in chosen]
        tip, hit = max(tips, key=lambda pair: _GRAVITY[pair[0].placement], default=(None, None))
        if hit is None and (device.site or judged):
            tip = Tip(device.site, None, None, self._placement(one.concept, device.site, None, judged))
        else:
            device.used += [other for other in own if other.role == "site"]
        measured = any(device.last <= places.at(start) < device.end for start, _, _ in places.distances)
        one = replace(one, tip=tip, sizes_mm=(), locations=self._placements.locations(one, tip, self._anatomy))
        return self._changed(one, hit, [*beside, *own], measured, places)

    def _changed(self, one: Finding, hit: Hit | None, near: Sequence[Hit], measured: bool, places: Places) -> Finding:
        """Returns a device with the words for its tip, and with what moving it has done."""
        words = one.tip_position
        if hit is not None and places.text(hit.first, hit.last) not in (words or ""):
            words = places.text(start_of_phrase(hit, places.words), hit.last)
        moves = {other.value for other in near if other.role == "position"} & _MOVES
        if moves == {"withdrawn"} and one.tip is None and not measured:
            return replace(one, presence=Presence.ABSENT, change="resolved")
        change: Change | None = one.change
        if moves and change is None and one.tip is not None:
            slipped = "slipped" in moves
            if one.tip.placement == "malpositioned":
                change = "worse"
            elif one.tip.placement == "intended" and not slipped:
                change = "better"
        return replace(one, tip_position=words, change=change)

    def _tip(
        self,
        concept: str,
        hit: Hit,
        device: _Device,
        judged: Judgement | None,
        own: Sequence[Hit],
        places: Places,
    ) -> Tip:
        """Returns the tip at a site."""
        same = [other for other in own if other.role == "site" and other.value == hit.value]
        distance = next(
            (far for other in (hit, *same) if (far := distance_to(other, device.last, places)) is not None),
            None,
        )
        side = _SIDES.get(places.words[hit.first - 1]) if hit.first > device.last else None
        return Tip(hit.value, side, distance, self._placement(concept, hit.value, distance, judged))

    def _placement(
        self, concept: str, site: str | None, distance: float | None, judged: Judgement | None
    ) -> Placement | None:
        """Returns what a site means for a device, with what the report says of it."""
        rule = self._placements.rule(concept, site, distance) if site else None
        if rule is None:
            return None if judged is None else "intended" if judged == "intended" else "malpositioned"
        if judged == "malpositioned":
            return "malpositioned"
        if judged == "intended" and distance is not None:
            return "intended"  # centimetres mean another thing in a child
        return "acceptable" if judged == "move" and rule.standing == "intended" else rule.standing

    def _fitting(self, concept: str, sites: Sequence[Hit], start: int, words: Sequence[str]) -> Sequence[Hit]:
        """Returns the sites that the lexicon has for a device, else those where the report says that it ends."""
        if concept == _SIDE_PORT:
            return sites
        known = [hit for hit in sites if self._placements.rule(concept, hit.value, None) or hit.value == UNSEEN]
        return known or [hit for hit in sites if not ENDS.isdisjoint(words[max(0, start - _REACH) : hit.first])]

    def _with_port(self, sites: Sequence[Hit]) -> str:
        """Returns the device that a side port without one belongs to, by where it is."""
        names = self._placements.names_site
        return next(
            (device for device in _WITH_PORTS for hit in sites if names(device, hit.value)),
            _WITH_PORTS[0],
        )

    def _share(
        self, devices: dict[int, _Device], said: dict[int, Finding], hits: Sequence[Hit], places: Places
    ) -> None:
        """Gives a judgement on several devices to each of them: "ETT and NG tube in good position"."""
        listed = sorted(devices)
        for place, following in zip(listed[-2::-1], listed[:0:-1], strict=True):
            one, other = said[place], said[following]
            between = places.words[devices[place].last : devices[following].first]
            joined = between and all(word in ("and", ",", "left", "right") or word in FILLERS for word in between)
            if joined and one.tip is None and other.tip is not None and other.tip.site is None:
                said[place] = replace(one, tip=other.tip)


def _judged(near: Sequence[Hit], words: Sequence[str], device: _Device) -> Judgement | None:
    """Returns what a report says of a device's position in general, the gravest of several judgements."""
    found: set[str] = {"malpositioned"} if device.wrong else set()
    for hit in near:
        if hit.role != "position":
            continue
        device.used.append(hit)
        denied = not _DENIALS.isdisjoint(words[max(0, hit.first - _BEFORE) : hit.first])
        if hit.value == "intended" and denied:
            found.add("malpositioned")
        elif not denied:
            found.add(hit.value)
    return next((one for one in _GRAVEST if one in found), None)
