"""The tasks of the GEMA-style judge: the entities of a report, their matching, and how a report is expressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from radeval.core.finding import Presence
from radeval.metrics.judge.forms import Form, Quotation, find_quotation, require_unique
from radeval.metrics.judge.pair import Pair, pair_slots
from radeval.metrics.judge.readings import Readings, plain
from radeval.metrics.judge.rules_entities import Agreement, entities, match_entities
from radeval.metrics.judge.task import AnswerError, Task

BEST_RATING = 10


class Entity(Form):
    """A finding, a device or a normal structure of a report.

    Attributes:
        id: Its own in the report.
        name: What it is.
        polarity: Whether the report says that it is there.
        location: Where; empty where the report does not say.
        severity: How severe; empty where the report does not say.
        certainty: How sure the report is.
        quotation: The words of the report, word for word.
    """

    id: str
    name: str
    polarity: Literal["present", "absent"]
    location: str
    severity: str
    certainty: Literal["definite", "probable", "possible"]
    quotation: str


class Entities(Form):
    """The entities of a report.

    Attributes:
        entities: In the order of the report.
    """

    entities: tuple[Entity, ...]


class EntityMatch(Form):
    """An entity that both reports have.

    Attributes:
        reference_id: Its id in the reference.
        candidate_id: Its id in the candidate.
        location: "match" where both agree, "false" where only the candidate says one, "omitted" where only the
            reference does, "conflict" where they differ, "none" where neither says one.
        severity: The same of its severity.
        certainty: The same of its certainty.
        reason: One sentence on why.
    """

    reference_id: str
    candidate_id: str
    location: Agreement
    severity: Agreement
    certainty: Agreement
    reason: str


class Matching(Form):
    """The entities of two reports side by side: every id either matched, with one or several, or alone.

    Attributes:
        matches: Entities of both.
        false_entities: Ids of the candidate's that the reference lacks.
        omitted_entities: Ids of the reference's that the candidate lacks.
    """

    matches: tuple[EntityMatch, ...]
    false_entities: tuple[str, ...]
    omitted_entities: tuple[str, ...]


class Rating(Form):
    """One rating.

    Attributes:
        score: From 0 (worst) to 10 (best).
        reason: One sentence on why.
    """

    score: int = Field(ge=0, le=BEST_RATING)
    reason: str


class Expression(Form):
    """How a candidate is expressed.

    Attributes:
        completeness: Whether it covers what the reference does.
        readability: Whether it is clear, ordered and without repetition.
        terminology: Whether it uses radiology's terms rightly.
    """

    completeness: Rating
    readability: Rating
    terminology: Rating


@dataclass(frozen=True, slots=True)
class Both:
    """The entities of two reports, with the reports that they are of.

    Attributes:
        pair: The reports.
        candidate: The candidate's entities.
        reference: The reference's.
    """

    pair: Pair
    candidate: Entities
    reference: Entities


class FindEntities(Task[str, Entities]):
    """Lists the entities of a report."""

    name: ClassVar[str] = "gema/entities"
    role: ClassVar[str] = "extractor"
    output = Entities

    def slots(self, asked: str) -> Mapping[str, str]:
        """Returns the slot `report`."""
        return {"report": asked}

    def check(self, asked: str, answer: Entities) -> Entities:
        """Returns the answer, if ids are unique and quotations are the report's."""
        require_unique((one.id for one in answer.entities), "entities")
        for one in answer.entities:
            if find_quotation(asked, one.quotation) is None:
                raise AnswerError(f"the entity {one.id!r} quotes {one.quotation!r}, which is not in the report")
        return answer

    def by_rules(self, asked: str, readings: Readings) -> Entities:
        """Returns the reader's statements."""
        return Entities.made(
            entities=tuple(
                Entity.made(
                    id=f"E{number}",
                    name=plain(one.concept),
                    polarity="present",
                    location=" ".join(filter(None, (one.laterality, plain(" and ".join(one.locations))))),
                    severity="" if one.severity is None else f"{one.severity:g} of 5",
                    certainty="definite" if one.presence is Presence.PRESENT else "possible",
                    quotation=Quotation.of(asked, one),
                )
                for number, one in enumerate(entities(asked, readings))
            )
        )


class MatchEntities(Task[Both, Matching]):
    """Matches the entities of two reports."""

    name: ClassVar[str] = "gema/matching"
    role: ClassVar[str] = "matcher"
    output = Matching

    def slots(self, asked: Both) -> Mapping[str, str]:
        """Returns the slots `reference` and `candidate`: one entity a line, as JSON."""
        return {"reference": _listed(asked.reference), "candidate": _listed(asked.candidate)}

    def check(self, asked: Both, answer: Matching) -> Matching:
        """Returns the answer, if every id is either matched or alone."""
        pairs = {(one.reference_id, one.candidate_id) for one in answer.matches}
        if len(pairs) < len(answer.matches):
            raise AnswerError("two entities are matched twice")
        _require_split(asked.reference, {one for one, _ in pairs}, answer.omitted_entities, "reference")
        _require_split(asked.candidate, {one for _, one in pairs}, answer.false_entities, "candidate")
        return answer

    def by_rules(self, asked: Both, readings: Readings) -> Matching:
        """Returns the comparison of the two readings.

        Raises:
            AnswerError: The entities are a model's, which the reader does not match.
        """
        for one in (*asked.candidate.entities, *asked.reference.entities):
            if not isinstance(one.quotation, Quotation):
                raise AnswerError("rules match only the entities that rules have found")
        found = match_entities(asked.pair.candidate, asked.pair.reference, readings)
        ours, theirs = asked.candidate.entities, asked.reference.entities
        return Matching.made(
            matches=tuple(
                EntityMatch.made(reference_id=theirs[row].id, candidate_id=ours[column].id, **how._asdict(), reason="")
                for row, column, how in found.matched
            ),
            false_entities=tuple(ours[place].id for place in found.false),
            omitted_entities=tuple(theirs[place].id for place in found.omitted),
        )


class RateExpression(Task[Pair, Expression]):
    """Rates how a candidate is expressed."""

    name: ClassVar[str] = "gema/expression"
    role: ClassVar[str] = "rater"
    output = Expression

    def slots(self, asked: Pair) -> Mapping[str, str]:
        """Returns the slots `reference` and `candidate`."""
        return pair_slots(asked)


def _require_split(known: Entities, matched: set[str], lone: tuple[str, ...], side: str) -> None:
    """Raises unless every known id is either matched or listed alone.

    Raises:
        AnswerError: One is unknown, missing or in two places.
    """
    alone, wanted = require_unique(lone, f"lone entities of the {side}"), {one.id for one in known.entities}
    for problem, ids in (
        ("unknown", (matched | alone) - wanted),
        ("missing", wanted - matched - alone),
        ("matched and alone", matched & alone),
    ):
        if ids:
            raise AnswerError(f"ids of the {side} are {problem}: {', '.join(sorted(ids))}")


def _listed(entities: Entities) -> str:
    return "\n".join(one.model_dump_json(exclude={"quotation"}) for one in entities.entities)
