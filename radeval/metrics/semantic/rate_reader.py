"""Reads the entities of reports and their embeddings, each different sentence and entity once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from radeval.core.batch import Floats
from radeval.core.encoding import Dtype
from radeval.core.info import ParameterValue
from radeval.core.metric import RunContext
from radeval.encoders.encoder import Encoder
from radeval.encoders.shared import shared_encoder
from radeval.metrics.semantic.entity_embedding import TermModel, Vector
from radeval.metrics.semantic.rate_entities import Entity, EntityModel
from radeval.text.sentences import split_sentences
from radeval.weights.catalogue import find_model
from radeval.weights.find import Weights

_SHORTEST_SENTENCE = 3
_LONGEST_ENTITY = 30
_ENTITY_BYTES = 100


class Entities(NamedTuple):
    """The entities of a report, in order.

    Attributes:
        found: Where they stand in the report.
        words: What they are called.
        types: Their types.
        vectors: Their embeddings, each of length 1, shape (entities, dimensions).
    """

    found: tuple[Entity, ...]
    words: tuple[str, ...]
    types: tuple[int, ...]
    vectors: Floats


@dataclass(frozen=True, slots=True)
class RateReader:
    """The two models of RaTEScore on this machine.

    Attributes:
        recogniser: Marks entities and their types.
        embedding: Turns the words of an entity into numbers.
        dtype: The precision that both run in.
    """

    recogniser: Weights
    embedding: Weights
    dtype: Dtype

    @classmethod
    def find(cls, recogniser: str, embedding: str, dtype: Dtype) -> RateReader:
        """Returns the models as they are found on this machine; loads nothing.

        Raises:
            MissingResourceError: One of them is not there.
        """
        return cls(find_model(recogniser), find_model(embedding), dtype)

    @property
    def keys(self) -> tuple[Hashable, Hashable]:
        """What the models are shared under in a run."""
        return (
            ("entities", self.recogniser.commit, self.dtype),
            ("terms", self.embedding.commit, self.dtype, _LONGEST_ENTITY),
        )

    def fields(self) -> dict[str, ParameterValue]:
        """Returns the fields of a signature that say which models these are."""
        return {"ner": self.recogniser.commit, "embedding": self.embedding.commit, "dtype": self.dtype}

    def read(self, texts: Sequence[str], context: RunContext) -> list[Entities]:
        """Returns the entities of reports."""
        spans = [_sentences(text) for text in texts]
        sentences = [text[slice(*span)] for text, own in zip(texts, spans, strict=True) for span in own]
        recognised = iter(self._entities(context).read(sentences))
        found = [
            tuple(Entity(start + one.start, start + one.end, one.type) for start, _ in own for one in next(recognised))
            for own in spans
        ]
        words = [
            tuple(" ".join(text[one.start : one.end].split()) for one in own)
            for text, own in zip(texts, found, strict=True)
        ]
        vectors = self._vectors([word for own in words for word in own], context)
        return [
            Entities(one, own, tuple(entity.type for entity in one), np.array([vectors[word] for word in own]))
            for one, own in zip(found, words, strict=True)
        ]

    def _vectors(self, words: Sequence[str], context: RunContext) -> Mapping[str, Floats]:
        different = list(dict.fromkeys(words))
        return {
            word: _unit(vector.astype(np.float64))
            for word, vector in zip(different, self._terms(context).read(different), strict=True)
        }

    def _entities(self, context: RunContext) -> Encoder[tuple[Entity, ...]]:
        return shared_encoder(
            context,
            self.keys[0],
            "the recogniser of ratescore",
            lambda device: EntityModel(self.recogniser.path, device, self.dtype),
            lambda found: _ENTITY_BYTES * (1 + len(found)),
        )

    def _terms(self, context: RunContext) -> Encoder[Vector]:
        return shared_encoder(
            context,
            self.keys[1],
            "the embedding of ratescore",
            lambda device: TermModel(self.embedding.path, device, self.dtype, _LONGEST_ENTITY),
            lambda vector: vector.nbytes,
        )


def _unit(vector: Floats) -> Floats:
    return vector / (float(np.linalg.norm(vector)) or 1.0)


def _sentences(text: str) -> list[tuple[int, int]]:
    return [(start, end) for start, end in split_sentences(text) if end - start >= _SHORTEST_SENTENCE]
