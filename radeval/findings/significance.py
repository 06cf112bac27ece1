"""How much findings matter: a second pass over a reading, with what is known of the patient."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from radeval.core.errors import InputError
from radeval.core.example import Context
from radeval.core.finding import Finding, Kind, Presence
from radeval.findings.anatomy import Anatomy
from radeval.findings.entries import Level, PlacementRule, Rule
from radeval.findings.packs import Lexicon
from radeval.findings.placements import Placements
from radeval.findings.reader import ReportReader, reader
from radeval.findings.words import tokenize

LEVELS: tuple[Level, ...] = ("expected", "minor", "actionable", "urgent")
"""From least to most."""

_LONGEST_PHRASE = 4
_DENIALS = frozenset({"no", "not", "without", "denies", "deny", "negative"})
_DENIAL_ENDS = frozenset({",", ";", ".", ":", "but", "now", "with"})
_UNKNOWN = Context()

Words = frozenset[tuple[str, ...]]
_Condition = Callable[[Finding, Context], bool]


@dataclass(frozen=True, slots=True)
class Significance:
    """How much a finding matters in a patient.

    Attributes:
        level: "urgent" (act at once), "actionable" (changes management), "minor" (reported, rarely changes management)
            or "expected" (normal for the age or after a known procedure).
        reason: Why.
        is_default: Whether it is what the concept has in every patient.
    """

    level: Level
    reason: str
    is_default: bool = True

    @property
    def clinically_significant(self) -> bool:
        """Whether GREEN and CheXprompt would call an error on it clinically significant."""
        return self.level in ("urgent", "actionable")


class _Compiled(NamedTuple):
    conditions: tuple[_Condition, ...]
    significance: Significance


class SignificanceRules:
    """The rules of a reader's lexicon, ordered for each concept.

    Of the rules that fit a finding, one that names its concept goes before one that names a more general concept, that
    before one that names none; of two alike, the one with more conditions; then the one that stands later, so that a
    user's pack goes before ours. The concept's default is last.
    """

    def __init__(self, judge: ReportReader) -> None:
        self._judge = judge
        self._ordered = lru_cache(maxsize=None)(self._order)
        self._compiled = lru_cache(maxsize=None)(self._compile)

    def weigh(self, finding: Finding, context: Context | None = None) -> Significance:
        """Returns how much a finding matters.

        Args:
            finding: By the reader whose rules these are.
            context: What is known of the patient.

        Raises:
            InputError: The lexicon does not have its concept.
        """
        if finding.kind is Kind.NORMAL:
            return _NORMAL
        if finding.presence is Presence.ABSENT:
            return _DENIED
        known = context or _UNKNOWN
        for conditions, significance in self._ordered(finding.concept):
            for fits in conditions:
                if not fits(finding, known):
                    break
            else:
                return significance
        raise AssertionError("a concept's default fits every finding")

    def _order(self, concept: str) -> tuple[_Compiled, ...]:
        """Returns the rules that can fit findings of a concept, first the one that decides where it fits."""
        lexicon = self._judge.lexicon
        if concept not in lexicon.concepts:
            raise InputError(f"the lexicon has no concept {concept!r}", hint="radeval.findings.concepts() lists them")
        general = self._judge.kinship.implied(concept)
        own = lexicon.concepts[concept]
        ranked = [((3, 0, 0), _Compiled((), Significance(own.significance, own.reason)))]
        for place, rule in enumerate(lexicon.rules):
            if concept in rule.concepts:
                nearness = 0
            elif general.intersection(rule.cases_of):
                nearness = 1
            elif not rule.concepts and not rule.cases_of:
                nearness = 2
            else:
                continue
            ranked.append(((nearness, -rule.conditions, -place), self._compiled(place)))
        # Where a device ends is one condition more than none, and goes behind the packs' rules of one condition.
        ranked += [((0, -1, 1 + place), one) for place, one in enumerate(self._on_tips(concept))]
        return tuple(one for _, one in sorted(ranked, key=lambda pair: pair[0]))

    def _on_tips(self, concept: str) -> list[_Compiled]:
        """Returns what malpositions of a device mean."""
        placements = self._judge.placements
        if not placements.has_places(concept):
            return []
        lineage = placements.lineage(concept)
        return [
            _Compiled((_decided_by(rule, placements),), Significance(rule.significance, rule.reason, is_default=False))
            for rule in placements.rules()
            if rule.significance is not None and not set(lineage).isdisjoint(rule.devices)
        ]

    def _compile(self, place: int) -> _Compiled:
        """Returns the lexicon's rule at a place, ready to be asked."""
        lexicon = self._judge.lexicon
        rule = lexicon.rules[place]
        conditions = (*_on_statement(rule), *_on_place(rule, self._judge.anatomy), *_on_patient(rule, lexicon))
        return _Compiled(conditions, Significance(rule.level, rule.reason, is_default=False))


def _decided_by(rule: PlacementRule, placements: Placements) -> _Condition:
    return lambda one, _: one.tip is not None and placements.decisive(one.concept, one.tip) is rule


_NORMAL = Significance("expected", "a normal statement")
_DENIED = Significance("expected", "the report denies it")


def significance_of(finding: Finding, context: Context | None = None, modality: str = "cxr") -> Significance:
    """Returns how much a finding matters in a patient.

    Args:
        finding: As `read` returns it.
        context: Age, sex, indication and prior examinations, as far as they are known.
        modality: The one that it was read as, "cxr" or "ct".

    Raises:
        InputError: No pack has its concept.
    """
    return rules_of(reader(modality)).weigh(finding, context)


@lru_cache(maxsize=8)
def rules_of(judge: ReportReader) -> SignificanceRules:
    """Returns the rules of a reader's lexicon, made once."""
    return SignificanceRules(judge)


def _on_statement(rule: Rule) -> list[_Condition]:
    """Returns a rule's conditions on what is said, the cheapest first."""
    found: list[_Condition] = []
    if rule.kinds:
        kinds = frozenset(rule.kinds)
        found.append(lambda one, _: one.kind.value in kinds)
    if rule.presence:
        presence = frozenset(rule.presence)
        found.append(lambda one, _: one.presence.value in presence)
    if rule.change:
        change = frozenset(rule.change)
        found.append(lambda one, _: one.change in change)
    if rule.severity_from is not None or rule.severity_to is not None:
        graded = _between(rule.severity_from, rule.severity_to)
        found.append(lambda one, _: graded(one.severity))
    if rule.size_from_mm is not None or rule.size_to_mm is not None:
        sized = _between(rule.size_from_mm, rule.size_to_mm)
        found.append(lambda one, _: sized(max((high for _, high in one.sizes_mm), default=None)))
    if rule.count_from is not None or rule.count_to is not None:
        counted = _between(rule.count_from, rule.count_to)
        found.append(lambda one, _: counted(one.count))
    if rule.descriptors:
        descriptors = _phrases(rule.descriptors)
        found.append(lambda one, _: any(not descriptors.isdisjoint(words_of(word)) for word in one.descriptors))
    return found


def _on_place(rule: Rule, anatomy: Anatomy) -> list[_Condition]:
    """Returns a rule's conditions on where a finding or its tip is."""
    found: list[_Condition] = []
    if rule.laterality:
        sides = frozenset(rule.laterality)
        found.append(lambda one, _: one.laterality in sides)
    if rule.locations:
        places = frozenset(rule.locations)
        found.append(lambda one, _: any(not places.isdisjoint(anatomy.upwards(name)) for name in one.locations))
    if rule.sites:
        sites = frozenset(rule.sites)
        found.append(lambda one, _: one.tip is not None and one.tip.site in sites)
    if rule.tips:
        tips = _phrases(rule.tips)
        found.append(lambda one, _: not tips.isdisjoint(words_of(one.tip_position or "")))
    return found


def _on_patient(rule: Rule, lexicon: Lexicon) -> list[_Condition]:
    """Returns a rule's conditions on the patient; what is unknown fits none."""
    found: list[_Condition] = []
    if rule.age_from is not None:
        lowest = rule.age_from
        found.append(lambda _, known: known.age is not None and known.age >= lowest)
    if rule.age_under is not None:
        limit = rule.age_under
        found.append(lambda _, known: known.age is not None and known.age < limit)
    if rule.sex is not None:
        found.append(lambda _, known: known.sex == rule.sex)
    if rule.background:
        background = _phrases(term for name in rule.background for term in lexicon.backgrounds[name].terms)
        found.append(lambda _, known: not background.isdisjoint(_background(known)))
    return found


def _between(low: float | None, high: float | None) -> Callable[[float | None], bool]:
    least, most = float("-inf") if low is None else low, float("inf") if high is None else high
    return lambda value: value is not None and least <= value <= most


def _background(known: Context) -> Words:
    return words_of(known.indication or "") | words_of(known.comparison or "")


def _phrases(texts: Iterable[str]) -> Words:
    return frozenset(tuple(token.word for token in tokenize(text)) for text in texts)


@lru_cache(maxsize=4096)
def words_of(text: str) -> Words:
    """Returns the words of a text and what up to four in a row make, without what follows a denial in its clause."""
    stretches: list[list[str]] = [[]]
    denied = False
    for token in tokenize(text):
        if token.word in _DENIAL_ENDS:
            denied = False
            stretches.append([])
        elif token.word in _DENIALS:
            denied = True
            stretches.append([])
        elif not denied:
            stretches[-1].append(token.word)
    return frozenset(
        tuple(words[start : start + size])
        for words in stretches
        for start in range(len(words))
        for size in range(1, min(_LONGEST_PHRASE, len(words) - start) + 1)
    )
