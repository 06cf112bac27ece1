"""A model that gives a text one vector of length 1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from radeval.core.encoding import Dtype
from radeval.core.metric import RunContext
from radeval.encoders.encoder import Encoder, Tokens
from radeval.encoders.shared import shared_encoder
from radeval.encoders.transformer import TransformerModel, load_module, load_tokenizer, longest_of
from radeval.weights.find import Weights

if TYPE_CHECKING:
    import torch

Pooling = Literal["mean", "cls"]
_MODE = "pooling_mode_"
TextVector = NDArray[np.float32]


def text_vectors_key(
    weights: Weights, pooling: Pooling, dtype: Dtype, longest: int | None = None
) -> tuple[object, ...]:
    """Returns what the run's encoder of these weights is shared under."""
    return ("text vectors", weights.commit, pooling, dtype, longest)


def text_vectors(
    context: RunContext, name: str, weights: Weights, pooling: Pooling, dtype: Dtype, longest: int | None = None
) -> Encoder[TextVector]:
    """Returns the run's encoder that gives texts a vector.

    Args:
        context: The run.
        name: What the user calls the model.
        weights: Where it is.
        pooling: Whether a text's vector is the mean of its tokens' vectors, or that of its first token.
        dtype: The precision that it runs in.
        longest: Most tokens of a text, special ones included; None for as many as the model reads.
    """
    return shared_encoder(
        context,
        text_vectors_key(weights, pooling, dtype, longest),
        name,
        lambda device: TextVectorModel(weights, pooling, device, dtype, longest),
        lambda made: made.nbytes,
    )


class TextVectorModel(TransformerModel[TextVector]):
    """One copy of a model and what is taken of its last layer.

    Args:
        weights: Where it is.
        pooling: Whether a text's vector is the mean of its tokens' vectors, or that of its first token.
        device: For example "cuda:0" or "cpu".
        dtype: Precision of the weights.
        longest: Most tokens of a text, special ones included; None for as many as the model reads.

    Raises:
        MissingResourceError: It cannot be loaded.
    """

    def __init__(
        self, weights: Weights, pooling: Pooling, device: str, dtype: Dtype, longest: int | None = None
    ) -> None:
        from transformers import AutoModel

        module = load_module(AutoModel, weights.path, unused=("pooler.",))
        tokenizer = load_tokenizer(weights.path, module.config)
        most = min(longest_of(tokenizer, module), _stated_length(weights.path))
        super().__init__(module, tokenizer, device, dtype, min(most, longest or most))
        self._pooling = pooling

    def results(self, ids: torch.Tensor, mask: torch.Tensor, batch: Sequence[Tokens]) -> list[TextVector]:
        """Returns the vector of each text."""
        import torch

        module: Any = self._module
        output = module(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        if self._pooling == "cls":
            pooled = output[:, 0]
        else:
            weight = mask[:, :, None].float()
            pooled = (output * weight).sum(dim=1) / weight.sum(dim=1)
        vectors = torch.nn.functional.normalize(pooled, dim=-1).cpu().numpy()
        # A view would keep the whole batch in memory as long as one of its texts is remembered.
        return [vector.copy() for vector in vectors]


def stated_pooling(path: Path) -> str | None:
    """Returns the pooling in the folder's settings of the sentence-transformers package, None where none is named.

    Those that we have are called "mean" and "cls"; others, and several at once, as the package calls them.
    """
    try:
        stored = json.loads((path / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
        named = stored.get("pooling_mode")
        flags = [name for name, value in stored.items() if name.startswith(_MODE) and value is True]
    except (OSError, ValueError, AttributeError):
        return None
    modes = [str(named)] if named else [name.removeprefix(_MODE).removesuffix("_token") for name in flags]
    return "+".join(one.removesuffix("_tokens") for one in modes) or None


def _stated_length(path: Path) -> int:
    """Returns how many tokens the folder's settings of the sentence-transformers package allow; many if there are none.

    A model trained with fewer tokens than it has places for is to read no more.
    """
    file = path / "sentence_bert_config.json"
    try:
        return int(json.loads(file.read_text(encoding="utf-8"))["max_seq_length"])
    except (OSError, ValueError, KeyError, TypeError):
        return 1 << 30
