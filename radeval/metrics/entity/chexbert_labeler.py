"""CheXbert: the statuses of 14 observations, and an embedding, from one pass over a report.

A. Smit et al., CheXbert: combining automatic labelers and expert annotations for accurate radiology report labeling
using BERT, EMNLP 2020. The architecture is bert-base-uncased with 13 heads of four classes and one of two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from radeval.core.encoding import Dtype
from radeval.core.errors import MissingResourceError
from radeval.core.info import ParameterValue
from radeval.core.metric import RunContext
from radeval.encoders.encoder import Encoder, Tokens
from radeval.encoders.packages import need_packages
from radeval.encoders.shared import shared_encoder
from radeval.encoders.transformer import TransformerModel, wordpiece_tokenizer
from radeval.weights.catalogue import find_model, public_name, published
from radeval.weights.find import Weights, digest_of

if TYPE_CHECKING:
    import torch

PUBLISHED = "chexbert"
TOKENIZER = "bert-base-uncased"
STATUSES = ("blank", "positive", "negative", "uncertain")
"""What the classes of a head mean, in order."""

_HEADS = (*(4,) * 13, 2)
_HEAD_SIZE = 64
"""Dimensions of an attention head in BERT models of every size."""


class Labelled(NamedTuple):
    """What CheXbert makes of a report.

    Attributes:
        classes: A place in `STATUSES` for each of the 14 observations, shape (14,); No Finding is 0 or 1.
        embedding: The last hidden state of [CLS], shape (768,), float32.
    """

    classes: NDArray[np.int8]
    embedding: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Labeler:
    """Where CheXbert is on this machine.

    Attributes:
        model: What a signature calls it.
        weights: Its checkpoint.
        vocabulary: The vocab.txt of bert-base-uncased.
        dtype: The precision that it runs in.
    """

    model: str
    weights: Weights
    vocabulary: Path
    dtype: Dtype

    @property
    def key(self) -> tuple[str, ...]:
        """What its encoder is shared under in a run."""
        return ("chexbert", self.weights.commit, self.dtype)

    def fields(self) -> dict[str, ParameterValue]:
        """Returns the fields of a signature that say which labeler this is."""
        return {
            "model": self.model,
            "commit": self.weights.commit,
            "tokenizer": digest_of(self.vocabulary),
            "dtype": self.dtype,
        }

    def encoder(self, context: RunContext) -> Encoder[Labelled]:
        """Returns the run's encoder: statuses and embedding of each report, from one pass."""
        return shared_encoder(context, self.key, "CheXbert", self._load, _bytes)

    def _load(self, device: str) -> TransformerModel[Labelled]:
        return CheXbertModel(self.weights.path, self.vocabulary, device, self.dtype)


def find_labeler(context: RunContext, metric: str, model: str = PUBLISHED) -> Labeler:
    """Returns CheXbert as it is found on this machine; loads nothing.

    Args:
        context: The run.
        metric: Who needs it, for the error.
        model: The name of published weights, or the path of a checkpoint.

    Raises:
        MissingExtraError: The packages that it runs on are not installed.
        MissingResourceError: The checkpoint or the tokenizer's vocabulary is not on this machine.
    """
    need_packages(metric)
    return Labeler(public_name(model), find_model(model), published(TOKENIZER).find().path, context.encoding.dtype)


class CheXbertModel(TransformerModel[Labelled]):
    """One copy of CheXbert.

    Args:
        checkpoint: The published file, or one of the same form.
        vocabulary: The vocab.txt of its tokenizer.
        device: For example "cuda:0" or "cpu".
        dtype: Precision of the weights.

    Raises:
        MissingResourceError: The file does not hold such a model.
    """

    def __init__(self, checkpoint: Path, vocabulary: Path, device: str, dtype: Dtype) -> None:
        module = _module(checkpoint)
        bert = module["bert"]
        tokenizer, longest = wordpiece_tokenizer(vocabulary, bert), bert.config.max_position_embeddings
        super().__init__(module, tokenizer, device, dtype, longest)

    def results(self, ids: torch.Tensor, mask: torch.Tensor, batch: Sequence[Tokens]) -> list[Labelled]:
        """Returns statuses and embedding of each report."""
        import torch

        module: Any = self._module
        hidden = module["bert"](input_ids=ids, attention_mask=mask).last_hidden_state[:, 0]
        classes = torch.stack([head(hidden).argmax(dim=1) for head in module["linear_heads"]], dim=1)
        statuses, embeddings = classes.to("cpu", torch.int8).numpy(), hidden.float().cpu().numpy()
        # A view would keep the whole batch in memory as long as one of its texts is remembered.
        return [Labelled(one.copy(), other.copy()) for one, other in zip(statuses, embeddings, strict=True)]


def _bytes(one: Labelled) -> int:
    return one.classes.nbytes + one.embedding.nbytes


def _module(checkpoint: Path) -> Any:
    """Returns BERT and heads with the weights of a checkpoint, whose shapes say how large the model is."""
    import torch
    from transformers import BertModel

    state = _state(checkpoint)
    try:
        bert = BertModel(_config(state), add_pooling_layer=False)
        width = bert.config.hidden_size
        heads = torch.nn.ModuleList([torch.nn.Linear(width, classes) for classes in _HEADS])
        module = torch.nn.ModuleDict({"bert": bert, "linear_heads": heads})
        module.load_state_dict(state)
    except (KeyError, RuntimeError) as error:
        raise _no_model(checkpoint, f"its weights are not those of CheXbert: {str(error).splitlines()[0]}") from error
    return module


def _state(checkpoint: Path) -> dict[str, torch.Tensor]:
    """Returns the weights by the names of our module. Runs no code of the file."""
    import torch

    try:
        stored: Any = torch.load(checkpoint, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises errors of many kinds on a file that is none of its own
        raise _no_model(checkpoint, f"torch cannot read it as weights: {type(error).__name__}") from error
    named = stored.get("model_state_dict") if isinstance(stored, Mapping) else None
    if not isinstance(named, Mapping):
        raise _no_model(checkpoint, "it has no model_state_dict")
    state = {name.removeprefix("module."): tensor for name, tensor in named.items()}
    # The pooling layer is not used, and positions are counted, not learnt; some versions store them all the same.
    unused = ("bert.pooler.", "bert.embeddings.position_ids")
    return {name: tensor for name, tensor in state.items() if not name.startswith(unused)}


def _config(state: Mapping[str, torch.Tensor]) -> Any:
    from transformers import BertConfig

    words, width = state["bert.embeddings.word_embeddings.weight"].shape
    return BertConfig(
        vocab_size=words,
        hidden_size=width,
        num_hidden_layers=len({name.split(".")[3] for name in state if name.startswith("bert.encoder.layer.")}),
        num_attention_heads=max(1, width // _HEAD_SIZE),
        intermediate_size=len(state["bert.encoder.layer.0.intermediate.dense.bias"]),
        max_position_embeddings=len(state["bert.embeddings.position_embeddings.weight"]),
        type_vocab_size=len(state["bert.embeddings.token_type_embeddings.weight"]),
    )


def _no_model(checkpoint: Path, why: str) -> MissingResourceError:
    return MissingResourceError(
        f"this file does not hold CheXbert: {why}",
        where=str(checkpoint),
        hint=f"hf download {published(PUBLISHED).repo} {published(PUBLISHED).file}",
    )
