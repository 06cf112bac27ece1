"""BERTScore: tokens of two texts matched by the similarity of their contextual vectors.

T. Zhang et al., BERTScore: evaluating text generation with BERT, ICLR 2020.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from sys import getsizeof

import numpy as np
from numpy.typing import NDArray

from radeval.core.batch import Floats, ScoreBatch
from radeval.core.errors import ParameterError
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Part, Properties
from radeval.core.metric import RunContext
from radeval.encoders.layers import check_layer
from radeval.encoders.memory import ENTRY, Memory
from radeval.encoders.token_vectors import TokenVectors, token_vectors, token_vectors_key
from radeval.metrics.semantic.encoder_metric import EncoderMetric

_SPACES = re.compile(" +")

_MEMORY = 128 << 20
"""Bytes of pairs and their scores that are remembered."""
_CHARACTERS = 200_000
"""How much text is held as vectors at once: in the largest model in use, about 200 MB."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A way to compute BERTScore that others publish numbers of.

    Attributes:
        model: Our name for the weights.
        layer: The layer whose output is compared.
        baseline: Precision, recall and F1 of texts that have nothing to do with each other, by which scores are
            rescaled; None for scores as they are.
        collapse: Whether several spaces in a row are read as one.
    """

    model: str
    layer: int
    baseline: tuple[float, float, float] | None = None
    collapse: bool = False


PRESETS = {
    "roberta-large": Preset("roberta-large", 17),
    "radcliq": Preset("distilroberta-base", 5, (0.84732, 0.84759504, 0.8473319), collapse=True),
    "radeval": Preset("distilbert-base-uncased", 5, (0.6666034, 0.66660464, 0.66620487)),
    "radeval-modernbert": Preset("radeval-modernbert", 22),
}
"""The baselines are those of the bert-score package, version 0.3.13."""
_RAW = (0.0, 0.0, 0.0)


class Bertscore(EncoderMetric):
    """F1 of tokens, each matched with the most similar one of the other text."""

    info = MetricInfo(
        name="bertscore",
        version=1,
        summary="F1 of tokens matched with the most similar ones of the other text, by an encoder's vectors",
        main="f1",
        direction="higher",
        range=(0.0, 1.0),
        citation="Zhang et al., ICLR 2020; as bert-score 0.3.13 without inverse document frequencies",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
        parts=(
            Part("precision", "mean similarity of the candidate's tokens to their best match in the reference"),
            Part("recall", "mean similarity of the reference's tokens to their best match in the candidate"),
        ),
        parameters=(
            Parameter("preset", "str", "roberta-large", "whose numbers it is comparable to", tuple(PRESETS)),
            Parameter("model", "str", None, "another encoder: a name of `radeval models list`, a hub id or a path"),
            Parameter(
                "layer", "int", None, "with model, the layer whose output is compared, counted from 1", minimum=1
            ),
        ),
        properties=Properties(symmetric=True),
        languages=("en",),
        needs=("the weights of an encoder",),
        extra="models",
        reproduced="no",
        notes="Numbers of different encoders or layers cannot be compared, nor rescaled ones with others: the preset "
        "and the signature say which they are. Similar words score high whether or not they are negated. A similarity "
        "below 0 counts as 0. With several references, precision and recall are those of the reference with the best "
        "F1, where bert-score takes the best of each.",
    )

    def __init__(self, preset: str = "roberta-large", model: str | None = None, layer: int | None = None) -> None:
        super().__init__(preset=preset, model=model, layer=layer)
        where = "metric 'bertscore'"
        if (model is None) != (layer is None):
            raise ParameterError("model and layer belong together", where=where, hint="model=PATH_OR_ID,layer=N")
        if model is not None and preset != "roberta-large":
            raise ParameterError("preset and model exclude each other", where=where, hint="leave one out")
        self._preset = PRESETS[preset] if model is None or layer is None else Preset(model, layer)
        self.model_name = self._preset.model
        worst = _rescaled(np.zeros((1, 3)), self._preset.baseline)[0].tolist()
        if self._preset.baseline is not None:
            self.info = replace(
                self.info,
                range=(worst[2], 1.0),
                empty=EmptyRules(worst[2], worst[2], worst[2]),
                parts=tuple(replace(part, range=(low, 1.0)) for part, low in zip(self.info.parts, worst, strict=False)),
            )

    def check(self, context: RunContext) -> None:
        """Finds the encoder.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            MissingResourceError: The weights are not on this machine.
            ParameterError: The encoder has no such layer.
        """
        super().check(context)
        check_layer(self.weights.path, self._preset.layer, f"metric {str(self.spec)!r}")

    def uses(self) -> tuple[Hashable, ...]:
        """Returns the keys of the encoder and of the remembered scores."""
        return (token_vectors_key(self.weights, self._preset.layer, self.dtype), self._pairs_key)

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the encoder by its commit, and what is done with its output."""
        baseline = self._preset.baseline
        return {
            **self.model_fields(),
            "layer": self._preset.layer,
            "idf": False,
            "baseline": "none" if baseline is None else "/".join(map(str, baseline)),
            "spaces": "collapsed" if self._preset.collapse else "kept",
        }

    def _columns(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        pairs = [(self._text(one.candidate), self._text(one.references[0])) for one in examples]
        known: Memory[tuple[str, str], tuple[float, float, float]] = context.shared(
            self._pairs_key, lambda: Memory(_MEMORY, _bytes), Memory.clear
        )
        found = {pair: known.get(pair) for pair in dict.fromkeys(pairs)}
        encoder = token_vectors(context, self.model_name, self.weights, self._preset.layer, self.dtype)
        encoder.used(text for pair in found for text in pair)
        for part in _parts([pair for pair, score in found.items() if score is None]):
            texts = list(dict.fromkeys(text for pair in part for text in pair if text))
            vectors = dict(zip(texts, encoder.read(texts), strict=True))
            for candidate, reference in part:
                score = _matched(vectors[candidate], vectors[reference]) if candidate and reference else _RAW
                known.keep((candidate, reference), score)
                found[candidate, reference] = score
        raw = np.array([found[pair] for pair in pairs], dtype=np.float64).reshape(-1, 3)
        precision, recall, f1 = _rescaled(raw, self._preset.baseline).T
        return ScoreBatch.from_columns(f1, {"precision": precision, "recall": recall})

    @property
    def _pairs_key(self) -> tuple[object, ...]:
        # Texts are remembered as they are read, so that presets that differ in the rest share scores.
        return ("bertscore of pairs", self.weights.commit, self._preset.layer, self.dtype)

    def _text(self, text: str) -> str:
        return (_SPACES.sub(" ", text) if self._preset.collapse else text).strip()


def _bytes(pair: tuple[str, str], _: tuple[float, float, float]) -> int:
    return ENTRY + sum(map(getsizeof, pair))


def _parts(pairs: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    """Yields pairs in parts whose vectors can be held at once."""
    start = size = 0
    for place, (candidate, reference) in enumerate(pairs):
        length = len(candidate) + len(reference)
        if size + length > _CHARACTERS and place > start:
            yield pairs[start:place]
            start, size = place, 0
        size += length
    if pairs:
        yield pairs[start:]


def _matched(candidate: TokenVectors, reference: TokenVectors) -> tuple[float, float, float]:
    """Returns precision, recall and F1 of two texts; special tokens can be matched with, but are not counted."""
    if not candidate.content.any() or not reference.content.any():
        return _RAW
    import torch

    # By torch, not numpy, whose threads would compete with those of the encoder.
    similarity = torch.from_numpy(candidate.vectors) @ torch.from_numpy(reference.vectors).T
    precision = _mean(similarity.amax(dim=1).numpy()[candidate.content])
    recall = _mean(similarity.amax(dim=0).numpy()[reference.content])
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def _mean(best: NDArray[np.float32]) -> float:
    return float(np.clip(best, 0.0, 1.0).mean(dtype=np.float64))


def _rescaled(raw: Floats, baseline: tuple[float, float, float] | None) -> Floats:
    """Returns scores, shape (n, 3), moved so that the baseline is 0 and equal texts stay 1."""
    if baseline is None:
        return raw
    low = np.array(baseline)
    scaled: Floats = (raw - low) / (1.0 - low)
    return scaled
