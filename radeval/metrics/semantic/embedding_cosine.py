"""Embedding cosine: how near the vectors are that a sentence encoder gives two reports.

N. Reimers and I. Gurevych, Sentence-BERT: sentence embeddings using Siamese BERT-networks, EMNLP 2019.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from radeval.core.batch import ScoreBatch
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Properties
from radeval.core.metric import RunContext
from radeval.encoders.text_vectors import Pooling, TextVector, stated_pooling, text_vectors, text_vectors_key
from radeval.metrics.semantic.encoder_metric import EncoderMetric

_EMPTY = -1.0


class EmbeddingCosine(EncoderMetric):
    """Cosine of the two reports' vectors."""

    info = MetricInfo(
        name="embedding_cosine",
        version=1,
        summary="cosine of the vectors that a sentence encoder gives the two reports",
        main="cosine",
        direction="higher",
        range=(-1.0, 1.0),
        citation="Reimers and Gurevych, EMNLP 2019",
        empty=EmptyRules(candidate=_EMPTY, reference=_EMPTY, both=_EMPTY),
        parameters=(
            Parameter(
                "model", "str", "all-minilm-l6-v2", "the encoder: a name of `radeval models list`, a hub id or a path"
            ),
            Parameter(
                "pooling",
                "str",
                "mean",
                "a report's vector: mean of its tokens', or the first one's",
                ("mean", "cls"),
            ),
        ),
        properties=Properties(symmetric=True),
        languages=("en",),
        needs=("the weights of an encoder",),
        extra="models",
        notes="Reports on one kind of examination are near each other whatever they find: only differences between "
        "systems mean something, and numbers of different encoders cannot be compared. Negation hardly moves it. An "
        "empty report has no vector and gets the worst value.",
    )

    def __init__(self, model: str = "all-minilm-l6-v2", pooling: Pooling = "mean") -> None:
        super().__init__(model=model, pooling=pooling)
        self.model_name, self._pooling = model, pooling

    def check(self, context: RunContext) -> None:
        """Finds the encoder, and warns where its folder says that it was trained for another pooling.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            MissingResourceError: The weights are not on this machine.
        """
        super().check(context)
        stated = stated_pooling(self.weights.path)
        if stated not in (None, self._pooling):
            context.warn(f"{self.model_name} was trained for pooling={stated}, and this run takes {self._pooling}")

    def uses(self) -> tuple[Hashable, ...]:
        """Returns the key of the encoder."""
        return (text_vectors_key(self.weights, self._pooling, self.dtype),)

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the encoder by its commit, and what is taken of its output."""
        return {**self.model_fields(), "pooling": self._pooling}

    def _columns(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        pairs = [(one.candidate.strip(), one.references[0].strip()) for one in examples]
        texts = list(dict.fromkeys(text for pair in pairs for text in pair if text))
        encoder = text_vectors(context, self.model_name, self.weights, self._pooling, self.dtype)
        vectors = dict(zip(texts, encoder.read(texts), strict=True))
        values = [_cosine(vectors[one], vectors[other]) if one and other else _EMPTY for one, other in pairs]
        return ScoreBatch.from_columns(np.array(values, dtype=np.float64))


def _cosine(one: TextVector, other: TextVector) -> float:
    return float(np.clip(one @ other, -1.0, 1.0))
