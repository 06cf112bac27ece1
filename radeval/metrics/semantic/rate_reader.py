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
from radeval.encoders.text_vectors import TextVector, text_vectors, text_vectors_key
from radeval.metrics.semantic.rate_entities import Entity, EntityModel
from radeval.text.sentences import split_sentences
from radeval.weights.catalogue import find_model, public_name
from radeval.weights.contents import WHOLE
from radeval.weights.find import Weights

_SHORTEST_SENTENCE = 3
_LONGEST_ENTITY = 30
_ENTITY_BYTES = 100


class Entities(NamedTuple):
    """The entities of a report, in order.

    Attributes:
        found: Where they stand in the report.
        words: What they are called.
    """

    found: tuple[Entity, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def types(self) -> list[int]:
        """Their types."""
        return [one.type for one in self.found]


class Readings(NamedTuple):
    """What was read of several reports.

    Attributes:
        entities: The entities of each, by its text.
        vectors: The embedding of what an entity is called, of length 1.
    """

    entities: Mapping[str, Entities]
    vectors: Mapping[str, TextVector]

    def cosines(self, own: Entities, others: Entities) -> Floats:
        """Returns the cosine of each entity with each of another report, shape (own, others)."""
        first, second = (
            np.array([self.vectors[word] for word in one.words], dtype=np.float64) for one in (own, others)
        )
        return np.clip(first @ second.T, -1.0, 1.0)


@dataclass(frozen=True, slots=True)
class RateReader:
    """The two models of RaTEScore on this machine.

    Attributes:
        names: What a signature calls the two.
        recogniser: Marks entities and their types.
        embedding: Turns the words of an entity into numbers.
        dtype: The precision that both run in.
    """

    names: tuple[str, str]
    recogniser: Weights
    embedding: Weights
    dtype: Dtype

    @classmethod
    def find(cls, recogniser: str, embedding: str, dtype: Dtype) -> RateReader:
        """Returns the models as they are found on this machine; loads nothing.

        Raises:
            MissingResourceError: One of them is not there.
        """
        names = public_name(recogniser), public_name(embedding)
        return cls(names, find_model(recogniser, WHOLE), find_model(embedding, WHOLE), dtype)

    @property
    def keys(self) -> tuple[Hashable, Hashable]:
        """What the models are shared under in a run."""
        return (
            ("entities", self.recogniser.commit, self.dtype),
            text_vectors_key(self.embedding, "cls", self.dtype, _LONGEST_ENTITY),
        )

    def fields(self) -> dict[str, ParameterValue]:
        """Returns the fields of a signature that say which models these are."""
        return {
            "ner": self.names[0],
            "ner_commit": self.recogniser.commit,
            "embedding": self.names[1],
            "embedding_commit": self.embedding.commit,
            "dtype": self.dtype,
        }

    def read(self, texts: Sequence[str], context: RunContext) -> Readings:
        """Returns the entities of different reports, and their embeddings."""
        spans = [_sentences(text) for text in texts]
        sentences = [text[slice(*span)] for text, own in zip(texts, spans, strict=True) for span in own]
        recognised = iter(self._entities(context).read(sentences))
        found: dict[str, Entities] = {}
        for text, own in zip(texts, spans, strict=True):
            ones = [
                Entity(start + one.start, start + one.end, one.type) for start, _ in own for one in next(recognised)
            ]
            words = (" ".join(text[one.start : one.end].split()) for one in ones)
            found[text] = Entities(tuple(ones), tuple(words))
        different = list(dict.fromkeys(word for one in found.values() for word in one.words))
        vectors = self._terms(context).read(different)
        return Readings(found, dict(zip(different, vectors, strict=True)))

    def _entities(self, context: RunContext) -> Encoder[tuple[Entity, ...]]:
        return shared_encoder(
            context,
            self.keys[0],
            "the recogniser of ratescore",
            lambda device: EntityModel(self.recogniser.path, device, self.dtype),
            lambda found: _ENTITY_BYTES * (1 + len(found)),
        )

    def _terms(self, context: RunContext) -> Encoder[TextVector]:
        name = "the embedding of ratescore"
        return text_vectors(context, name, self.embedding, "cls", self.dtype, _LONGEST_ENTITY)


def _sentences(text: str) -> list[tuple[int, int]]:
    return [(start, end) for start, end in split_sentences(text) if end - start >= _SHORTEST_SENTENCE]
