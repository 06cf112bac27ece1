"""What encoders of the transformers package have in common: their tokenizer, padding, precision and device."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from radeval.core.encoding import Dtype
from radeval.core.errors import MissingResourceError
from radeval.encoders.encoder import Tokens

if TYPE_CHECKING:
    import torch

Result = TypeVar("Result")

_UNLIMITED = 1_000_000
"""What is above this is how the package says that a tokenizer's limit is not known."""
_LONGEST = 512
"""Tokens that a model reads where nothing is said."""
_OFFSET = ("roberta", "xlm-roberta", "camembert", "mpnet", "longformer", "data2vec-text")
"""Kinds of models that leave the places up to that of padding free."""
_HALVES = re.compile("[\ud800-\udfff]")


class TransformerModel(ABC, Generic[Result]):
    """One copy of a model of the transformers package.

    A subclass makes its module and says what to take from its outputs.

    Args:
        module: The model, on any device and in any precision.
        tokenizer: Its tokenizer.
        device: For example "cuda:0" or "cpu".
        dtype: Precision of the weights.
        longest: Most tokens of a text, special ones included; what is longer is cut.

    Attributes:
        longest: As given.
        cut: Texts that were cut so far.
    """

    def __init__(self, module: torch.nn.Module, tokenizer: Any, device: str, dtype: Dtype, longest: int) -> None:
        import torch

        self._module = module.to(device=device, dtype=getattr(torch, dtype)).eval()
        self._tokenizer = tokenizer
        self._device = device
        self.longest = longest
        self.cut = 0

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Returns the ids of each text's tokens with the special ones; counts and cuts texts that are too long."""
        texts = [encodable(text) for text in texts]
        found: list[Tokens] = list(self._tokenizer(texts, verbose=False)["input_ids"])
        for place, ids in enumerate(found):
            if len(ids) > self.longest:
                self.cut += 1
                found[place] = self._tokenizer(texts[place], truncation=True, max_length=self.longest)["input_ids"]
        return found

    def read(self, batch: Sequence[Tokens]) -> list[Result]:
        """Returns what the model makes of each text."""
        import torch

        width = max(map(len, batch))
        filler = self._tokenizer.pad_token_id or 0
        ids = torch.tensor([one + [filler] * (width - len(one)) for one in batch], device=self._device)
        lengths = torch.tensor([len(one) for one in batch], device=self._device)
        mask = (torch.arange(width, device=self._device)[None, :] < lengths[:, None]).long()
        with torch.inference_mode():
            return self.results(ids, mask, batch)

    @abstractmethod
    def results(self, ids: torch.Tensor, mask: torch.Tensor, batch: Sequence[Tokens]) -> list[Result]:
        """Returns what is kept of each text, off the device.

        Args:
            ids: Token ids, shape (texts, width).
            mask: 1 where there is a token, 0 where there is padding, shape (texts, width).
            batch: The same ids without padding.
        """


def encodable(text: str) -> str:
    """Returns a text with each half of a character that stands alone replaced, since a tokenizer refuses it."""
    return _HALVES.sub("\ufffd", text)


def load_module(kind: Any, path: Path, *, unused: tuple[str, ...] = (), **options: Any) -> Any:
    """Returns the model in a folder. Runs none of its code.

    Args:
        kind: The class of the transformers package that loads it, for example AutoModel.
        path: The folder.
        unused: How the names of weights begin that may be absent, since nothing is computed with them.
        options: Further arguments of `from_pretrained`.

    Raises:
        MissingResourceError: The folder cannot be loaded, or lacks weights: they would be random.
    """
    try:
        with quiet_loading():
            module, told = kind.from_pretrained(
                path, local_files_only=True, trust_remote_code=False, output_loading_info=True, **options
            )
    except Exception as error:  # what a damaged file makes the package raise has no common class
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        raise MissingResourceError(f"this model cannot be loaded: {said}", where=str(path)) from error
    lacking = sorted(name for name in told["missing_keys"] if not name.startswith(unused))
    if lacking:
        raise MissingResourceError(
            f"these are not the weights of a {type(module).__name__}: {len(lacking)} are absent, such as {lacking[0]}",
            where=str(path),
        )
    return module


def load_tokenizer(path: Path, **options: Any) -> Any:
    """Returns the tokenizer in a folder. Runs none of its code."""
    from transformers import AutoTokenizer

    made: Any = AutoTokenizer
    return made.from_pretrained(path, local_files_only=True, **options)


def longest_of(tokenizer: Any, module: Any) -> int:
    """Returns how many tokens a model reads: as its tokenizer says, and no more than it has places."""
    stated = int(tokenizer.model_max_length)
    places = getattr(module.config, "max_position_embeddings", None)
    if places is None:
        return stated if stated < _UNLIMITED else _LONGEST
    if module.config.model_type in _OFFSET:
        places -= module.config.pad_token_id + 1
    return min(stated, int(places))


def wordpiece_tokenizer(vocabulary: Path, module: Any) -> Any:
    """Returns the tokenizer of an uncased BERT from its vocab.txt alone.

    Nothing else is read, so that the tokens do not depend on which files of a repository are there.

    Args:
        vocabulary: The file.
        module: The model that is to read the tokens.

    Raises:
        MissingResourceError: The file has more entries than the model knows, so that it is that of another.
    """
    from transformers import BertTokenizer

    made: Any = BertTokenizer
    tokenizer = made(str(vocabulary), do_lower_case=True)
    known = module.config.vocab_size
    if len(tokenizer) > known:
        raise MissingResourceError(
            f"this vocabulary is that of another model: {len(tokenizer):,} entries, of which the model knows {known:,}",
            where=str(vocabulary),
        )
    return tokenizer


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Keeps the package's progress bars and its talk of unused weights out of the run's own talk."""
    from transformers.utils import logging as package_logging

    logging: Any = package_logging
    shown, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if shown:
            logging.enable_progress_bar()
