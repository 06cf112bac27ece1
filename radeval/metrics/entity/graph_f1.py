"""F1 of two RadGraph annotations, as RadGraph's own rewards compute it, and as RadCliQ does.

An annotation is the dictionary of one report: `{"text": ..., "entities": {"1": {"tokens": ..., "label": ...,
"relations": [["modify", "2"], ...]}}}`. The rewards are lower-cased, as in RadGraph's repository; with case "pypi" they
keep it where the package 0.1.18 does: everywhere but in the words of relations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

Annotation = Mapping[str, Any]
Item = tuple[str | bool, ...]
Case = Literal["lower", "pypi"]


class GraphF1(NamedTuple):
    """The three rewards of RadGraph.

    Attributes:
        simple: F1 of the entities with their labels (RG_E).
        partial: The same, with whether an entity has a relation (RG_ER).
        complete: F1 of the relations with type and target, and of the entities without any.
    """

    simple: float
    partial: float
    complete: float


class RadcliqF1(NamedTuple):
    """The two F1 whose mean is RadCliQ's first component.

    Attributes:
        entities: F1 of the entities with their labels.
        relations: F1 of the relations with words and labels of both ends; 0 where a report has none.
    """

    entities: float
    relations: float


def graph_f1(candidate: Annotation, reference: Annotation, case: Case = "lower") -> GraphF1:
    """Returns the rewards of a candidate; all 0 where one of the two reports has no entity, even where both have none.

    Args:
        candidate: The annotation of the candidate.
        reference: The annotation of the reference.
        case: "lower", or what the package 0.1.18 does ("pypi").
    """
    return GraphF1(*(set_f1(items(candidate, case), items(reference, case)) for items in (simple, partial, complete)))


def radcliq_f1(candidate: Annotation, reference: Annotation, case: Case = "pypi") -> RadcliqF1:
    """Returns RadCliQ's F1 of entities and of relations, in which case matters unless it is "lower"."""
    return RadcliqF1(*(set_f1(items(candidate, case), items(reference, case)) for items in (simple, _relations)))


def set_f1(candidate: frozenset[Item], reference: frozenset[Item]) -> float:
    """Returns the F1 of two sets, 0 where either is empty."""
    total = len(candidate) + len(reference)
    return 2 * len(candidate & reference) / total if candidate and reference else 0.0


def simple(annotation: Annotation, case: Case = "lower") -> frozenset[Item]:
    """Returns each entity's tokens and label."""
    return frozenset(simple_item(entity, case) for entity in annotation["entities"].values())


def partial(annotation: Annotation, case: Case = "lower") -> frozenset[Item]:
    """Returns each entity's tokens and label, marked where it has a relation of its own."""
    return frozenset(partial_item(entity, case) for entity in annotation["entities"].values())


def complete(annotation: Annotation, case: Case = "lower") -> frozenset[Item]:
    """Returns each relation with its entity's tokens and label and its target's tokens; entities without one alone."""
    entities = annotation["entities"]
    return frozenset(item for entity in entities.values() for item in _complete_items(entity, entities, case))


def simple_item(entity: Annotation, case: Case = "lower") -> Item:
    """Returns what an entity is compared by."""
    fold = _FOLD[case]
    return fold(entity["tokens"]), fold(entity["label"])


def partial_item(entity: Annotation, case: Case = "lower") -> Item:
    """Returns what an entity is compared by, where it matters that it has relations."""
    return (*simple_item(entity, case), True) if entity["relations"] else simple_item(entity, case)


def _complete_items(entity: Annotation, entities: Annotation, case: Case) -> Iterator[Item]:
    fold = _FOLD[case]
    if not entity["relations"]:
        yield simple_item(entity, case)
    for kind, target in entity["relations"]:
        yield entity["tokens"].lower(), fold(entity["label"]), fold(kind), entities[target]["tokens"].lower()


def _relations(annotation: Annotation, case: Case) -> frozenset[Item]:
    entities = annotation["entities"]
    return frozenset(
        (*simple_item(entity, case), *simple_item(entities[target], case), _FOLD[case](kind))
        for entity in entities.values()
        for kind, target in entity["relations"]
    )


_FOLD: Mapping[Case, Callable[[str], str]] = {"lower": str.lower, "pypi": str}
