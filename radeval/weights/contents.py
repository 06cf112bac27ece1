"""What a model's folder must hold to be of use."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

Need = Literal["weights", "tokenizer"]
"""What is used of a model beside its config.json."""

WHOLE: tuple[Need, ...] = ("weights", "tokenizer")

_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_TOKENIZERS = (
    ("tokenizer.json",),
    ("vocab.txt",),
    ("vocab.json", "merges.txt"),
    ("spm.model",),
    ("sentencepiece.bpe.model",),
    ("spiece.model",),
    ("tokenizer.model",),
)
"""Files that hold a vocabulary. Without any, the transformers package makes a tokenizer that knows no word."""


def lacking(folder: Path, needs: Sequence[Need]) -> str | None:
    """Returns what a folder lacks, None for nothing. Reads no weights."""
    if not (folder / "config.json").is_file():
        return "config.json"
    if "weights" in needs and (absent := _lacking_weights(folder)) is not None:
        return absent
    if "tokenizer" in needs and not has_tokenizer(folder):
        return "tokenizer (tokenizer.json, vocab.txt or another vocabulary)"
    return None


def has_tokenizer(folder: Path) -> bool:
    """Tells whether a folder holds the vocabulary of a tokenizer."""
    return any(all((folder / file).is_file() for file in files) for files in _TOKENIZERS)


def _lacking_weights(folder: Path) -> str | None:
    """Returns the first file of weights that is not there."""
    for name in _WEIGHTS:
        if (folder / name).is_file():
            return None
        index = folder / f"{name}.index.json"
        if index.is_file():
            return next((f"weights: {one}" for one in _parts(index) if not (folder / one).is_file()), None)
    return f"weights ({' or '.join(_WEIGHTS)})"


def _parts(index: Path) -> list[str]:
    """Returns the files that weights are spread over; none where the list cannot be read, which loading will tell."""
    try:
        return sorted(set(map(str, json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
