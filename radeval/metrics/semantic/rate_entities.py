"""The entities of a sentence and their types, found by the recogniser of RaTEScore.

Its model marks pieces of words: B- begins an entity, I- goes on with it, O is none. Here a word is what its first piece
says, so that no entity begins or ends within one, and an entity is a B- or I- word and the I- words of the same type
that follow it. The published package reads the pieces: it begins an entity twice where a B- follows a B-, keeps the
first type where an I- of another follows, and loses an entity that ends with the sentence's last piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from radeval.core.encoding import Dtype
from radeval.core.errors import MissingResourceError
from radeval.encoders.encoder import Tokens
from radeval.encoders.transformer import TransformerModel, encodable, load_module, load_tokenizer, longest_of
from radeval.metrics.semantic.affinity import TYPES

if TYPE_CHECKING:
    import torch

_LONGEST = 512
_OUTSIDE = "O"


class Entity(NamedTuple):
    """An entity of a text.

    Attributes:
        start: Where it begins.
        end: Where it ends.
        type: A place in `TYPES`.
    """

    start: int
    end: int
    type: int


class _Placed(list[int]):
    """The tokens of a text, with the text and where each stands in it."""

    def __init__(self, ids: Sequence[int], text: str, offsets: Sequence[tuple[int, int]]) -> None:
        super().__init__(ids)
        self.text = text
        self.offsets = offsets


class EntityModel(TransformerModel[tuple[Entity, ...]]):
    """One copy of a recogniser of RaTEScore's entities.

    Args:
        path: Its folder.
        device: For example "cuda:0" or "cpu".
        dtype: Precision of the weights.

    Raises:
        MissingResourceError: It marks other entities, or its tokenizer cannot tell where a token stands.
    """

    def __init__(self, path: Path, device: str, dtype: Dtype) -> None:
        from transformers import AutoModelForTokenClassification

        module = load_module(AutoModelForTokenClassification, path)
        tokenizer = load_tokenizer(path, module.config)
        if not tokenizer.is_fast:
            raise MissingResourceError(
                "its tokenizer does not tell where a token stands", where=str(path), hint="name one with tokenizer.json"
            )
        self._marks = [_mark(name, path) for _, name in sorted(module.config.id2label.items())]
        super().__init__(module, tokenizer, device, dtype, min(_LONGEST, longest_of(tokenizer, module)))

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Returns the ids of each text's tokens, which remember where they stand."""
        plain = [encodable(text) for text in texts]
        read = self._tokenizer(plain, return_offsets_mapping=True, verbose=False)
        found: list[Tokens] = []
        for place, (text, ids, offsets) in enumerate(
            zip(plain, read["input_ids"], read["offset_mapping"], strict=True)
        ):
            if len(ids) > self.longest:
                self.cut.append(texts[place])
                cut = self._tokenizer(text, return_offsets_mapping=True, truncation=True, max_length=self.longest)
                ids, offsets = cut["input_ids"], cut["offset_mapping"]
            found.append(_Placed(ids, text, offsets))
        return found

    def results(self, ids: torch.Tensor, mask: torch.Tensor, batch: Sequence[Tokens]) -> list[tuple[Entity, ...]]:
        """Returns the entities of each text, in order."""
        module: Any = self._module
        marks = module(input_ids=ids, attention_mask=mask).logits.argmax(dim=2).tolist()
        texts = cast(Sequence[_Placed], batch)
        return [
            tuple(entities(one.text, one.offsets, [self._marks[mark] for mark in row[: len(one)]]))
            for one, row in zip(texts, marks, strict=True)
        ]


Mark = tuple[str, int]
"""B, I or O, and a place in `TYPES`."""


def entities(text: str, offsets: Sequence[tuple[int, int]], marks: Sequence[Mark]) -> Iterator[Entity]:
    """Yields the entities that marks on tokens make; see the module.

    Args:
        text: The text.
        offsets: Start and end of each token in the text; equal for one that stands nowhere.
        marks: What each token is marked as.
    """
    found: Entity | None = None
    for start, end, (kind, type_) in _words(text, offsets, marks):
        if found is not None and kind == "I" and type_ == found.type:
            found = found._replace(end=end)
            continue
        if found is not None:
            yield found
        found = None if kind == _OUTSIDE else Entity(start, end, type_)
    if found is not None:
        yield found


def _words(text: str, offsets: Sequence[tuple[int, int]], marks: Sequence[Mark]) -> Iterator[tuple[int, int, Mark]]:
    """Yields start and end of each word, or sign that stands alone, with the mark of its first token."""
    word: tuple[int, int, Mark] | None = None
    for (start, end), mark in zip(offsets, marks, strict=True):
        # Some tokenizers count the blank before a word as part of it.
        while start < end and text[start].isspace():
            start += 1
        if start == end:
            continue
        if word is not None and start == word[1] and text[start].isalnum() and text[start - 1].isalnum():
            word = (word[0], end, word[2])
            continue
        if word is not None:
            yield word
        word = (start, end, mark)
    if word is not None:
        yield word


def _mark(name: str, path: Path) -> Mark:
    """Returns what a name such as "B-NON-DISEASE" means."""
    kind, _, type_ = name.upper().partition("-")
    if name.upper() == _OUTSIDE:
        return _OUTSIDE, 0
    if kind not in ("B", "I") or type_ not in TYPES:
        raise MissingResourceError(
            f"this model does not mark the entities of RaTEScore: it has the mark {name!r}",
            where=str(path),
            hint="marks are O, and B- and I- before " + ", ".join(TYPES),
        )
    return kind, TYPES.index(type_)
