"""What RadGraph's models put on a transformer: which spans of words are entities, and which entities are related.

The architecture is DyGIE++ without coreference, propagation and events, which RadGraph does not use (Wadden et al.,
EMNLP 2019). A span is the vectors of its first and last word and one of its width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch

_PAIRS = 4096
"""Pairs of entities that are compared at once; bounds the memory on endless reports."""

Span = tuple[int, int]


class Graph(NamedTuple):
    """The entities and relations of one report.

    Attributes:
        entities: First and last word, both included, and the number of the label, in the order of the text.
        relations: Places of source and target among the entities, and the number of the kind.
    """

    entities: list[tuple[int, int, int]]
    relations: list[tuple[int, int, int]]


class FeedForward:
    """Linear layers, each cut off at zero, and one linear layer that scores.

    Args:
        state: The model's weights by name.
        hidden: What the names of the first layers begin with.
        last: What the names of the last layer begin with.
        device: Where it computes.
    """

    def __init__(self, state: Mapping[str, torch.Tensor], hidden: str, last: str, device: str) -> None:
        self._layers: list[tuple[torch.Tensor, torch.Tensor]] = []
        while f"{hidden}{len(self._layers)}.weight" in state:
            self._layers.append(_linear(state, f"{hidden}{len(self._layers)}", device))
        self._last = _linear(state, last, device)

    @property
    def width(self) -> int:
        """How many scores it gives."""
        return self._last[0].shape[0]

    def __call__(self, vectors: torch.Tensor) -> torch.Tensor:
        """Returns the scores of vectors, shape (..., scores)."""
        from torch.nn.functional import linear, relu

        for weight, bias in self._layers:
            vectors = relu(linear(vectors, weight, bias))
        return linear(vectors, *self._last)


class GraphHeads:
    """Reads entities and relations from the vectors of a report's words.

    Args:
        state: The model's weights by name.
        data: The name under which the model keeps its labels.
        widest: Most words of an entity.
        kept: How many spans a word are considered for relations.
        device: Where it computes, in single precision.

    Raises:
        KeyError: The weights lack something.
    """

    def __init__(self, state: Mapping[str, torch.Tensor], data: str, widest: int, kept: float, device: str) -> None:
        ner, relation = f"_ner._ner_scorers.{data}__ner_labels", f"{data}__relation_labels"
        pruner = f"_relation._mention_pruners.{relation}._scorer"
        hidden = "0._module._linear_layers."
        self._widths = state["_endpoint_span_extractor._span_width_embedding.weight"].float().to(device)
        self._label = FeedForward(state, f"{ner}.{hidden}", f"{ner}.1._module", device)
        self._mention = FeedForward(state, f"{pruner}.{hidden}", f"{pruner}.1._module", device)
        self._relation = FeedForward(
            state,
            f"_relation._relation_feedforwards.{relation}._linear_layers.",
            f"_relation._relation_scorers.{relation}",
            device,
        )
        self._widest = widest
        self._kept = kept

    @property
    def labels(self) -> int:
        """How many labels there are beside none."""
        return self._label.width

    @property
    def kinds(self) -> int:
        """How many kinds of relations there are."""
        return self._relation.width

    def read(self, words: torch.Tensor) -> Graph:
        """Returns the graph of a report.

        Args:
            words: The vectors of its words, shape (words, size).
        """
        import torch

        count = len(words)
        spans = [(a, b) for a in range(count) for b in range(a, min(a + self._widest, count))]
        first, last = torch.tensor(spans, device=words.device).T
        vectors = torch.cat([words[first], words[last], self._widths[last - first]], dim=1)
        # No label scores 0.
        scores, labels = self._label(vectors).max(dim=1)
        found = [place for place, score in enumerate(scores.tolist()) if score > 0]
        numbers = labels.tolist()
        entities = [(*spans[place], numbers[place]) for place in found]
        return Graph(entities, self._related(vectors, found, count) if found else [])

    def _related(self, vectors: torch.Tensor, found: Sequence[int], count: int) -> list[tuple[int, int, int]]:
        """Returns the relations between those entities that are among the spans considered."""
        import torch

        mentions = self._mention(vectors)[:, 0]
        kept = min(len(mentions), max(1, int(torch.ceil(torch.tensor(float(count)) * self._kept))))
        considered = set(mentions.topk(kept).indices.tolist())
        places = [number for number, place in enumerate(found) if place in considered]
        if not places:
            return []
        rows = torch.tensor([found[number] for number in places], device=vectors.device)
        ours, scores = vectors[rows], mentions[rows]
        relations = []
        step = max(1, _PAIRS // len(places))
        for start in range(0, len(places), step):
            left, right = ours[start : start + step, None], ours[None]
            pairs = torch.cat([left.expand(-1, len(ours), -1), right.expand(len(left), -1, -1), left * right], dim=2)
            sums = scores[start : start + step, None, None] + scores[None, :, None]
            best, kinds = (self._relation(pairs) + sums).max(dim=2)
            rest = kinds.tolist()
            for row, column in (best > 0).nonzero().tolist():
                relations.append((places[start + row], places[column], rest[row][column]))
        return relations


def _linear(state: Mapping[str, torch.Tensor], name: str, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    return state[f"{name}.weight"].float().to(device), state[f"{name}.bias"].float().to(device)
