"""A model that gives every token of a text a vector of length 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from radeval.core.encoding import Dtype
from radeval.core.metric import RunContext
from radeval.encoders.encoder import Encoder, Tokens
from radeval.encoders.layers import cut_layers
from radeval.encoders.shared import shared_encoder
from radeval.encoders.transformer import TransformerModel, load_module, load_tokenizer, longest_of
from radeval.weights.find import Weights

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """What a model makes of a text.

    Attributes:
        vectors: One of length 1 for each token, special ones included, shape (tokens, dimensions).
        content: Which tokens are not special ones, shape (tokens,).
    """

    vectors: NDArray[np.float32]
    content: NDArray[np.bool_]


def token_vectors_key(weights: Weights, layer: int, dtype: Dtype) -> tuple[object, ...]:
    """Returns what the run's encoder of these weights is shared under."""
    return ("token vectors", weights.commit, layer, dtype)


def token_vectors(context: RunContext, name: str, weights: Weights, layer: int, dtype: Dtype) -> Encoder[TokenVectors]:
    """Returns the run's encoder that gives tokens the outputs of a layer.

    Args:
        context: The run.
        name: What the user calls the model.
        weights: Where it is.
        layer: Whose output is taken, counted from 1.
        dtype: The precision that it runs in.
    """
    return shared_encoder(
        context,
        token_vectors_key(weights, layer, dtype),
        name,
        lambda device: TokenVectorModel(weights, layer, device, dtype),
        lambda made: made.vectors.nbytes,
    )


class TokenVectorModel(TransformerModel[TokenVectors]):
    """One copy of a model up to a layer.

    Args:
        weights: Where it is.
        layer: The last layer that is run, counted from 1.
        device: For example "cuda:0" or "cpu".
        dtype: Precision of the weights.

    Raises:
        MissingResourceError: It cannot be loaded, or has no such layer.
    """

    def __init__(self, weights: Weights, layer: int, device: str, dtype: Dtype) -> None:
        from transformers import AutoModel

        module = load_module(AutoModel, weights.path, unused=("pooler.",))
        cut_layers(module, layer, weights.path)
        tokenizer = _tokenizer(weights.path, module.config)
        super().__init__(module, tokenizer, device, dtype, longest_of(tokenizer, module))
        self._special = [one for one in (tokenizer.cls_token_id, tokenizer.sep_token_id) if one is not None]

    def results(self, ids: torch.Tensor, mask: torch.Tensor, batch: Sequence[Tokens]) -> list[TokenVectors]:
        """Returns the vectors of each text's tokens."""
        import torch

        module: Any = self._module
        output = module(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        vectors = torch.nn.functional.normalize(output, dim=-1).cpu().numpy()
        return [
            TokenVectors(vectors[place, : len(tokens)].copy(), ~np.isin(tokens, self._special))
            for place, tokens in enumerate(batch)
        ]


def _tokenizer(path: Path, config: Any) -> Any:
    """Returns the tokenizer, which reads a text's first word as one within it, as bert-score has it."""
    from transformers import GPT2Tokenizer, RobertaTokenizer

    tokenizer = load_tokenizer(path, config)
    spaced = isinstance(tokenizer, (GPT2Tokenizer, RobertaTokenizer))
    return load_tokenizer(path, config, add_prefix_space=True) if spaced else tokenizer
