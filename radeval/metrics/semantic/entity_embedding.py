"""The embedding of a term: the last hidden state of its first token, as BioLORD's authors and RaTEScore use it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from radeval.core.encoding import Dtype
from radeval.encoders.encoder import Tokens
from radeval.encoders.transformer import TransformerModel, load_tokenizer, quiet_loading

if TYPE_CHECKING:
    import torch

Vector = NDArray[np.float32]


class TermModel(TransformerModel[Vector]):
    """One copy of a model of terms.

    Args:
        path: Its folder.
        device: For example "cuda:0" or "cpu".
        dtype: Precision of the weights.
        longest: Most tokens of a term, special ones included.
    """

    def __init__(self, path: Path, device: str, dtype: Dtype, longest: int) -> None:
        from transformers import AutoModel

        auto: Any = AutoModel
        with quiet_loading():
            module = auto.from_pretrained(path, local_files_only=True)
        super().__init__(module, load_tokenizer(path), device, dtype, longest)

    def results(self, ids: torch.Tensor, mask: torch.Tensor, batch: Sequence[Tokens]) -> list[Vector]:
        """Returns the embedding of each term, shape (dimensions,)."""
        module: Any = self._module
        return list(module(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0].float().cpu().numpy())
