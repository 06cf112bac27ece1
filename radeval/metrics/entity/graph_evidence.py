"""Two entity graphs as evidence: which entity the other report has too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from radeval.core.example import Example
from radeval.core.score import Evidence
from radeval.metrics.entity.graph_f1 import Annotation, Item

Span = tuple[int, int]


def graph_evidence(
    example: Example,
    candidate: Annotation,
    reference: Annotation,
    item: Callable[[Annotation], Item],
    places: Callable[[str, Annotation], Sequence[Span | None]],
) -> tuple[Evidence, ...]:
    """Returns each entity of the candidate as matched or false, and those of the reference that are omitted.

    Args:
        example: The two reports.
        candidate: The annotation of the candidate.
        reference: The annotation of the reference.
        item: What an entity is compared by.
        places: Returns where in a report each word of its annotation stands; None for a word that is not found.
    """
    ours, theirs = ({item(one) for one in graph["entities"].values()} for graph in (candidate, reference))
    spans = places(example.candidate, candidate)
    found = [
        _evidence("matched" if item(one) in theirs else "false", example.candidate, one, spans)
        for one in candidate["entities"].values()
    ]
    return (*found, *_omitted(example.references[0], reference, item, ours, places))


def word_places(text: str, annotation: Annotation) -> list[Span | None]:
    """Returns where in a report each word of its annotation stands, found one after the other."""
    places: list[Span | None] = []
    end = 0
    for word in annotation["text"].split():
        start = text.find(word, end)
        if start < 0:
            places.append(None)
            continue
        end = start + len(word)
        places.append((start, end))
    return places


def _omitted(
    text: str,
    reference: Annotation,
    item: Callable[[Annotation], Item],
    ours: set[Item],
    places: Callable[[str, Annotation], Sequence[Span | None]],
) -> Iterator[Evidence]:
    missing = [one for one in reference["entities"].values() if item(one) not in ours]
    spans = places(text, reference) if missing else ()
    for one in missing:
        yield _evidence("omitted", text, one, spans)


def _evidence(kind: str, text: str, entity: Annotation, spans: Sequence[Span | None]) -> Evidence:
    note = str(entity["label"]) + (", with relations" if entity["relations"] else "")
    start, end = (_place(entity.get(key), spans) for key in ("start_ix", "end_ix"))
    if start is None or end is None:
        return Evidence(kind, text=entity["tokens"], note=note)
    span = (start[0], end[1])
    return Evidence(kind, "reference" if kind == "omitted" else "candidate", span, text[slice(*span)], note=note)


def _place(word: object, spans: Sequence[Span | None]) -> Span | None:
    return spans[word] if isinstance(word, int) and 0 <= word < len(spans) else None
