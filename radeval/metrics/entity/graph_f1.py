"""F1 of two RadGraph annotations, as RadGraph's own rewards compute it.

An annotation is the dictionary of one report: `{"text": ..., "entities": {"1": {"tokens": ..., "label": ...,
"relations": [["modify", "2"], ...]}}}`. Everything is lower-cased, as in RadGraph's repository; its package 0.1.18
keeps the case in some places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Annotation = Mapping[str, Any]
Item = tuple[str | bool, ...]


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


def graph_f1(candidate: Annotation, reference: Annotation) -> GraphF1:
    """Returns the rewards of a candidate; all 0 where one of the two reports has no entity, even where both have none.

    Args:
        candidate: The annotation of the candidate.
        reference: The annotation of the reference.
    """
    return GraphF1(*(set_f1(items(candidate), items(reference)) for items in (simple, partial, complete)))


def set_f1(candidate: frozenset[Item], reference: frozenset[Item]) -> float:
    """Returns the F1 of two sets, 0 where either is empty."""
    total = len(candidate) + len(reference)
    return 2 * len(candidate & reference) / total if candidate and reference else 0.0


def simple(annotation: Annotation) -> frozenset[Item]:
    """Returns each entity's tokens and label."""
    return frozenset(simple_item(entity) for entity in annotation["entities"].values())


def partial(annotation: Annotation) -> frozenset[Item]:
    """Returns each entity's tokens and label, marked where it has a relation of its own."""
    return frozenset(partial_item(entity) for entity in annotation["entities"].values())


def complete(annotation: Annotation) -> frozenset[Item]:
    """Returns each relation with its entity's tokens and label and its target's tokens; entities without one alone."""
    entities = annotation["entities"]
    return frozenset(item for entity in entities.values() for item in _complete_items(entity, entities))


def simple_item(entity: Annotation) -> Item:
    """Returns what an entity is compared by."""
    return entity["tokens"].lower(), entity["label"].lower()


def partial_item(entity: Annotation) -> Item:
    """Returns what an entity is compared by, where it matters that it has relations."""
    return (*simple_item(entity), True) if entity["relations"] else simple_item(entity)


def _complete_items(entity: Annotation, entities: Annotation) -> Iterator[Item]:
    if not entity["relations"]:
        yield simple_item(entity)
    for kind, target in entity["relations"]:
        yield (*simple_item(entity), kind.lower(), entities[target]["tokens"].lower())
