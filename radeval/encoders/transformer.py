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
from radeval.weights.contents import has_tokenizer

if TYPE_CHECKING:
    import torch

Result = TypeVar("Result")

_UNLIMITED = 1_000_000
"""What is above this is how the package says that a tokenizer's limit is not known."""
_LONGEST = 512
"""Tokens that a model reads where nothing is said."""
_OFFSET = ("roberta", "xlm-roberta", "camembert", "mpnet", "longformer", "data2vec-text")
"""Kinds of models that leave the places up to that of padding free."""
_LEAST_KNOWN = 0.9
"""Entries of a tokenizer as a share of those that the model knows. Models often know some more, for round numbers."""
_SAFE = {"local_files_only": True, "trust_remote_code": False}
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
        cut: The texts that were cut, for whoever counts them.
    """

    def __init__(self, module: torch.nn.Module, tokenizer: Any, device: str, dtype: Dtype, longest: int) -> None:
        self._module = placed(module, device, dtype).eval()
        self._tokenizer = tokenizer
        self._device = device
        self.longest = longest
        self.cut: list[str] = []

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Returns the ids of each text's tokens with the special ones; counts and cuts texts that are too long."""
        plain = [encodable(text) for text in texts]
        found: list[Tokens] = list(self._tokenizer(plain, verbose=False)["input_ids"])
        for place, ids in enumerate(found):
            if len(ids) > self.longest:
                self.cut.append(texts[place])
                found[place] = self._tokenizer(plain[place], truncation=True, max_length=self.longest)["input_ids"]
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


def placed(module: torch.nn.Module, device: str, dtype: Dtype) -> torch.nn.Module:
    """Returns a model on a device with its weights in a precision.

    What no weight is, such as the angles that the places of tokens are turned by, keeps its own: in half precision,
    places beyond some hundred would fall together.
    """
    import torch

    precision = getattr(torch, dtype)
    for weight in module.parameters():
        weight.data = weight.data.to(precision)
    return module.to(device)


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
    import torch

    with _named_failure("model", path), quiet_loading():
        # Read in single precision, so that what no weight is keeps it; the weights are rounded afterwards.
        module, told = kind.from_pretrained(path, dtype=torch.float32, output_loading_info=True, **_SAFE, **options)
    absent = sorted(name for name in told["missing_keys"] if not name.startswith(unused))
    if absent:
        raise MissingResourceError(
            f"these are not the weights of a {type(module).__name__}: {len(absent)} are absent, such as {absent[0]}",
            where=str(path),
            hint=how_to_check(path),
        )
    return module


def load_config(path: Path) -> Any:
    """Returns the configuration of the model in a folder. Runs none of its code.

    Raises:
        MissingResourceError: It cannot be loaded.
    """
    from transformers import AutoConfig

    made: Any = AutoConfig
    with _named_failure("configuration", path), quiet_loading():
        return made.from_pretrained(path, **_SAFE)


def load_tokenizer(path: Path, config: Any, **options: Any) -> Any:
    """Returns the tokenizer in a folder. Runs none of its code.

    Args:
        path: The folder.
        config: The configuration of the model that is to read the tokens.
        options: Further arguments of `from_pretrained`.

    Raises:
        MissingResourceError: It cannot be loaded, or is that of another model.
    """
    from transformers import AutoTokenizer

    if not has_tokenizer(path):
        raise MissingResourceError("this folder has no tokenizer", where=str(path), hint=how_to_check(path))
    made: Any = AutoTokenizer
    with _named_failure("tokenizer", path), quiet_loading():
        tokenizer = made.from_pretrained(path, **_SAFE, **options)
    _refuse_other(tokenizer, config, path, "tokenizer")
    return tokenizer


def how_to_check(path: Path) -> str:
    """Returns what tells more of a model that cannot be used."""
    return f"radeval models check {path}"


@contextmanager
def _named_failure(what: str, path: Path) -> Iterator[None]:
    """Turns whatever the package raises into our error."""
    try:
        yield
    except Exception as error:  # what a damaged file makes the package raise has no common class
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        raise MissingResourceError(
            f"this {what} cannot be loaded: {said}", where=str(path), hint=how_to_check(path)
        ) from error


def _refuse_other(tokenizer: Any, config: Any, where: Path, what: str) -> None:
    """Raises where a tokenizer does not fit a model: one that lost its vocabulary reads every word as unknown."""
    known = getattr(config, "vocab_size", None)
    if known is not None and not _LEAST_KNOWN * known <= len(tokenizer) <= known:
        raise MissingResourceError(
            f"this {what} is that of another model: {len(tokenizer):,} entries, and the model knows {known:,}",
            where=str(where),
            hint=how_to_check(where),
        )


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
        MissingResourceError: The file cannot be read, or is that of another model.
    """
    from transformers import BertTokenizer

    made: Any = BertTokenizer
    with _named_failure("vocabulary", vocabulary):
        tokenizer = made(str(vocabulary), do_lower_case=True)
    _refuse_other(tokenizer, module.config, vocabulary, "vocabulary")
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
