"""A classifier that gives a text any number of labels: those whose probability is above one half."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radeval.core.encoding import Dtype
from radeval.core.errors import MissingResourceError
from radeval.core.info import ParameterValue
from radeval.core.metric import RunContext
from radeval.encoders.encoder import Encoder, Tokens
from radeval.encoders.shared import shared_encoder
from radeval.encoders.transformer import TransformerModel, load_module, load_tokenizer, longest_of, wordpiece_tokenizer
from radeval.metrics.entity.label_sets import Mask
from radeval.weights.find import Weights, digest_of

if TYPE_CHECKING:
    import torch

_LONGEST = 512
_UNNAMED = re.compile(r"(?:LABEL_)?\d+")


@dataclass(frozen=True, slots=True)
class Classifier:
    """Where a classifier is on this machine.

    Attributes:
        name: What the user calls it.
        model: What a signature calls it.
        weights: Its folder.
        labels: What its outputs mean, in the order of its publication.
        dtype: The precision that it runs in.
        vocabulary: The vocab.txt of an uncased BERT, where its folder holds no tokenizer.
    """

    name: str
    model: str
    weights: Weights
    labels: tuple[str, ...]
    dtype: Dtype
    vocabulary: Path | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What its encoder is shared under in a run."""
        return ("classifier", self.weights.commit, self.dtype, self.labels, self.vocabulary)

    def fields(self) -> dict[str, ParameterValue]:
        """Returns the fields of a signature that say which classifier this is."""
        tokenizer = {} if self.vocabulary is None else {"tokenizer": digest_of(self.vocabulary)}
        return {"model": self.model, "commit": self.weights.commit, **tokenizer, "dtype": self.dtype}

    def encoder(self, context: RunContext) -> Encoder[Mask]:
        """Returns the run's encoder: which labels each text has."""
        return shared_encoder(
            context, self.key, self.name, lambda device: ClassifierModel(self, device), lambda mask: mask.nbytes
        )


class ClassifierModel(TransformerModel[Mask]):
    """One copy of a classifier.

    Args:
        found: Where it is.
        device: For example "cuda:0" or "cpu".

    Raises:
        MissingResourceError: It is no such model, or has other labels.
    """

    def __init__(self, found: Classifier, device: str) -> None:
        from transformers import AutoModelForSequenceClassification

        # Some configurations do not say how many labels there are.
        module = load_module(AutoModelForSequenceClassification, found.weights.path, num_labels=len(found.labels))
        names = [str(name) for _, name in sorted(module.config.id2label.items())]
        self._order = order_of(names, found.labels)
        if self._order is None and not all(map(_UNNAMED.fullmatch, names)):
            known = set(map(_plain, found.labels))
            other = next((name for name in names if _plain(name) not in known), names[0])
            raise MissingResourceError(
                f"this model gives other labels than those of {found.name}, such as {other!r}",
                where=str(found.weights.path),
                hint=f"id2label in its config.json must name the labels, such as {found.labels[0]!r}, or none of them",
            )
        path, own = found.weights.path, found.vocabulary
        tokenizer = load_tokenizer(path, module.config) if own is None else wordpiece_tokenizer(own, module)
        super().__init__(module, tokenizer, device, found.dtype, min(_LONGEST, longest_of(tokenizer, module)))

    def results(self, ids: torch.Tensor, mask: torch.Tensor, batch: Sequence[Tokens]) -> list[Mask]:
        """Returns which labels each text has."""
        module: Any = self._module
        # A probability is above one half where its logit is above 0.
        positive = (module(input_ids=ids, attention_mask=mask).logits > 0).cpu().numpy()
        ordered = positive if self._order is None else positive[:, self._order]
        # A view would keep the whole batch in memory as long as one of its texts is remembered.
        return [row.copy() for row in ordered]


def order_of(names: Sequence[str], labels: Sequence[str]) -> list[int] | None:
    """Returns at which output each label stands, None where the outputs' names are not these labels."""
    places = {_plain(name): place for place, name in enumerate(names)}
    if len(places) != len(labels) or set(places) != set(map(_plain, labels)):
        return None
    return [places[_plain(label)] for label in labels]


def _plain(name: str) -> str:
    return re.sub(r"\W+", " ", name.replace("_", " ")).strip().casefold()
