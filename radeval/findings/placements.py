"""Where tubes and lines belong: what a site means for a device, and how two tips compare."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from functools import lru_cache

from radeval.core.finding import Finding, Placement, Tip
from radeval.findings.anatomy import Anatomy
from radeval.findings.entries import PlacementRule
from radeval.findings.packs import Lexicon

_MARGIN_MM = 10.0
"""How far apart two readers measure the same tip; also what bending the neck does to a tube in half its range."""

_WRONG: Placement = "malpositioned"


class Apart(IntEnum):
    """How far apart two tips are."""

    SAME = 0
    """One place, or one that readers do not tell apart, or no place to compare."""
    NEAR = 1
    """Another place that means the same for the device."""
    UNSAID = 2
    """One report calls the tip wrong, the other does not tell where it is."""
    OPPOSED = 3
    """Right in one report, wrong in the other."""


class Placements:
    """A lexicon's rules on where devices belong."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._sites = lexicon.tip_sites
        self._concepts = lexicon.concepts
        self._structures = lexicon.structures
        self._rules: dict[tuple[str, str | None], list[PlacementRule]] = {}
        for rule in lexicon.placements:
            for device in rule.devices:
                for site in rule.sites or (None,):
                    self._rules.setdefault((device, site), []).append(rule)
        for rules in self._rules.values():
            rules.sort(key=lambda one: one.from_mm is None and one.to_mm is None)
        self._known = frozenset(device for device, _ in self._rules)

    @lru_cache(maxsize=4096)  # noqa: B019 - lives as long as its lexicon
    def lineage(self, concept: str) -> tuple[str, ...]:
        """Returns a concept and what it is a case of, nearest first."""
        found = [concept]
        for one in found:
            found += [name for name in self._concepts[one].implies if name not in found and name in self._concepts]
        return tuple(found)

    @lru_cache(maxsize=4096)  # noqa: B019 - see above
    def has_places(self, concept: str) -> bool:
        """Tells whether the lexicon says where a device belongs."""
        return concept in self._concepts and any(one in self._known for one in self.lineage(concept))

    def names_site(self, concept: str, site: str) -> bool:
        """Tells whether the rules of a device's own name are about a site, or one that it lies in."""
        return any((concept, place) in self._rules for place in self._upwards(site))

    def rules(self) -> tuple[PlacementRule, ...]:
        """Returns every rule once, the one that goes before another first."""
        return tuple({id(rule): rule for rules in self._rules.values() for rule in rules}.values())

    def rule(self, concept: str, site: str | None, distance_mm: float | None) -> PlacementRule | None:
        """Returns the rule that decides what a site means for a device, None where none does."""
        for place in self._upwards(site) if site else (None,):
            for device in self.lineage(concept):
                for rule in self._rules.get((device, place), ()):
                    if _fits(rule, distance_mm) and (device == concept or not rule.unspecific):
                        return rule
        return None

    def locations(self, one: Finding, tip: Tip | None, anatomy: Anatomy) -> tuple[str, ...]:
        """Returns where a device is: where it ends, if that is elsewhere than its usual place or a landmark."""
        if tip is None or tip.site is None:
            return one.locations
        usual = one.locations == (self._concepts[one.concept].site,)
        if not usual and tip.distance_mm is None:
            return one.locations
        lies_in = (tip.site, self._sites[tip.site].part_of)
        structure = next((name for name in lies_in if name in self._structures), None)
        within = anatomy.within
        if structure is None or any(within(name, structure) or within(structure, name) for name in one.locations):
            return one.locations
        return (structure,)

    def judged(self, concept: str, tip: Tip) -> Tip:
        """Returns a tip with what its site means for a device where nothing else tells ("the tube", a tracheal one)."""
        rule = self.rule(concept, tip.site, tip.distance_mm) if tip.site and tip.placement is None else None
        return replace(tip, placement=rule.standing) if rule else tip

    def decisive(self, concept: str, tip: Tip) -> PlacementRule | None:
        """Returns the rule that says how much a malposition matters, None where there is none or no rule."""
        if tip.placement != _WRONG:
            return None
        rule = self.rule(concept, tip.site, tip.distance_mm) if tip.site else None
        return rule if rule and rule.standing == _WRONG else self.rule(concept, None, None)

    def apart(self, one: Finding, other: Finding) -> Apart:
        """Returns how far apart the tips of two findings of one device are. Symmetric."""
        ours, theirs = one.tip, other.tip
        wrong = [tip is not None and tip.placement == _WRONG for tip in (ours, theirs)]
        if ours is None or theirs is None:
            return Apart.UNSAID if any(wrong) else Apart.SAME
        opposed = _differ_in_worth(ours, theirs)
        if not self._at_one_place(ours, theirs):
            if opposed:
                return Apart.OPPOSED
            if any(wrong) and not all(wrong):
                return Apart.UNSAID
            return Apart.SAME if ours.site is None or theirs.site is None else Apart.NEAR
        if not self._one_in_other(str(ours.site), str(theirs.site)):
            return Apart.NEAR if opposed else Apart.SAME
        if ours.distance_mm is not None and theirs.distance_mm is not None:
            if abs(ours.distance_mm - theirs.distance_mm) <= _MARGIN_MM:
                return Apart.SAME
            return Apart.OPPOSED if opposed else Apart.NEAR
        if not opposed:
            return Apart.SAME
        # Who does not measure "above the carina" leaves it open whether that is too near.
        return Apart.OPPOSED if ours.distance_mm is None and theirs.distance_mm is None else Apart.UNSAID

    def _at_one_place(self, ours: Tip, theirs: Tip) -> bool:
        if ours.site is None or theirs.site is None:
            return False
        if ours.laterality and theirs.laterality and ours.laterality != theirs.laterality:
            return False
        neighbours = theirs.site in self._sites[ours.site].next_to or ours.site in self._sites[theirs.site].next_to
        return neighbours or self._one_in_other(ours.site, theirs.site)

    def _one_in_other(self, one: str, other: str) -> bool:
        return one in self._upwards(other) or other in self._upwards(one)

    @lru_cache(maxsize=4096)  # noqa: B019 - see above
    def _upwards(self, site: str) -> tuple[str, ...]:
        found: list[str] = []
        current: str | None = site
        while current is not None and current not in found:
            found.append(current)
            current = self._sites[current].part_of
        return tuple(found)


def _fits(rule: PlacementRule, distance_mm: float | None) -> bool:
    if rule.from_mm is None and rule.to_mm is None:
        return True
    low = 0.0 if rule.from_mm is None else rule.from_mm
    high = float("inf") if rule.to_mm is None else rule.to_mm
    return distance_mm is not None and low <= distance_mm <= high


def _differ_in_worth(ours: Tip, theirs: Tip) -> bool:
    """Tells whether one tip is said to be right and the other to be wrong."""
    if ours.placement is None or theirs.placement is None:
        return False
    return (ours.placement == _WRONG) != (theirs.placement == _WRONG)
