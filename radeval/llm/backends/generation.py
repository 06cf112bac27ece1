"""A model of the transformers package in this process: reads batches of prompts and writes their replies."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from radeval.core.errors import MissingResourceError
from radeval.llm.backends.base import BackendError
from radeval.llm.backends.batching import Answers, stable_part
from radeval.llm.backends.chat import without_system
from radeval.llm.backends.constraint import NextToken, Row, generator_of, matcher_of
from radeval.llm.request import Reply, Request
from radeval.weights.find import Weights

if TYPE_CHECKING:
    import torch
    from transformers import DynamicCache

_SHORTEST_PREFIX = 64
"""Tokens from which a shared beginning is worth keeping."""
_KEPT_PREFIXES = 4


@dataclass(slots=True)
class _Prefix:
    """What prompts of one kind begin with.

    Attributes:
        tokens: The beginning; at first a whole prompt, of which the shared part is not known yet.
        cache: The model's state after reading it, None before it was read.
    """

    tokens: list[int]
    cache: DynamicCache | None = None


class LocalModel:
    """One copy of a model on one device.

    Args:
        weights: The model.
        device: For example "cuda:0" or "cpu".
        dtype: For example "bfloat16".
        chat_template: The form of a conversation in place of the tokenizer's own.
        name: The model as it was asked for.
    """

    def __init__(self, weights: Weights, device: str, dtype: str, chat_template: str | None, name: str) -> None:
        import torch
        from llguidance import hf as guided
        from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

        self._name, self._device = name, device
        generation_config: Any = GenerationConfig
        tokenizer: Any = AutoTokenizer.from_pretrained(
            weights.path, padding_side="left", local_files_only=True, trust_remote_code=False
        )
        self._tokenizer = tokenizer
        if chat_template is not None:
            self._tokenizer.chat_template = chat_template
        if not self._tokenizer.chat_template:
            raise MissingResourceError(
                "this model's tokenizer has no chat template", where=name, hint="name a model tuned for conversations"
            )
        with _no_progress():
            loaded: Any = AutoModelForCausalLM.from_pretrained(
                weights.path, dtype=getattr(torch, dtype), local_files_only=True, trust_remote_code=False
            )
        self._model: Any = loaded.to(device).eval()
        own = self._model.generation_config
        ends = own.eos_token_id if own.eos_token_id is not None else self._tokenizer.eos_token_id
        self._ends = sorted({ends} if isinstance(ends, int) else set(ends or ()))
        if not self._ends:
            raise MissingResourceError("this model has no token that ends a reply", where=name)
        # What a checkpoint recommends (temperature, penalties) is not what was asked for.
        self._model.generation_config = generation_config(eos_token_id=self._ends, pad_token_id=self._ends[0])
        config = self._model.config.get_text_config()
        self._longest: int = getattr(config, "max_position_embeddings", None) or 1 << 30
        self._grammar = guided.from_tokenizer(self._tokenizer, n_vocab=config.vocab_size, eos_token=self._ends)
        self._prefixes: OrderedDict[Hashable, _Prefix] = OrderedDict()
        # transformers 5.24 gave the argument a new name, and warns of the old one.
        self._cache_name = "cache" if "cache" in signature(self._model.forward).parameters else "past_key_values"

    def __call__(self, requests: Sequence[Request]) -> Answers:
        """Returns the reply to each request, or why it has none."""
        import torch

        answers: list[Reply | BackendError | None] = []
        rows, prompts = [], []
        for request in requests:
            try:
                prompt = self._prompt(request)
                rows.append(self._row(request, prompt))
            except BackendError as error:
                answers.append(error)
            else:
                prompts.append(prompt)
                answers.append(None)
        with torch.inference_mode():
            found = iter(self._within_memory(rows, prompts))
        return [next(found) if answer is None else answer for answer in answers]

    def _prompt(self, request: Request) -> list[int]:
        from jinja2 import TemplateError

        def tokens(messages: Sequence[Any]) -> list[int]:
            turns = [{"role": turn.role, "content": turn.content} for turn in messages]
            text = self._tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
            # The template writes the special tokens itself.
            return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

        try:
            return tokens(request.messages)
        except TemplateError:
            # Some families' templates refuse a system turn.
            return tokens(without_system(request.messages))

    def _row(self, request: Request, prompt: list[int]) -> Row:
        room = self._longest - len(prompt)
        if room < 1:
            raise BackendError(
                "bad_request", f"the prompt has {len(prompt)} tokens, the model takes {self._longest} with its reply"
            )
        matcher = None if request.schema is None else matcher_of(request.schema, self._grammar)
        most = min(room, request.sampling.max_tokens)
        return Row(request, most, matcher, generator_of(request, self._device))

    def _within_memory(self, rows: list[Row], prompts: list[list[int]]) -> Answers:
        """Answers a batch, in halves where it does not fit into the device's memory."""
        import torch

        if not rows:
            return []
        try:
            return self._replies(rows, prompts)
        except torch.OutOfMemoryError:
            self._prefixes.clear()
        torch.cuda.empty_cache()
        if len(rows) == 1:
            return [
                BackendError("bad_request", f"a prompt of {len(prompts[0])} tokens does not fit into {self._device}")
            ]
        middle = len(rows) // 2
        again = [self._row(row.request, prompt) for row, prompt in zip(rows, prompts, strict=True)]
        return self._within_memory(again[:middle], prompts[:middle]) + self._within_memory(
            again[middle:], prompts[middle:]
        )

    def _replies(self, rows: list[Row], prompts: list[list[int]]) -> Answers:
        import torch
        from transformers import LogitsProcessorList, StoppingCriteriaList

        shared, cache = self._shared(stable_part(rows[0].request), prompts)
        longest = max(map(len, prompts))
        ids, mask = [], []
        for prompt in prompts:
            gap = longest - len(prompt)
            # The padding follows the shared beginning, whose state has no gaps; positions are counted without it.
            ids.append(prompt[:shared] + [self._ends[0]] * gap + prompt[shared:])
            mask.append([1] * shared + [0] * gap + [1] * (len(prompt) - shared))
        chooser: Any = NextToken(rows, longest, frozenset(self._ends))
        limit: Any = _Limits(rows, longest)
        written = self._model.generate(
            input_ids=torch.tensor(ids, device=self._device),
            attention_mask=torch.tensor(mask, device=self._device),
            max_new_tokens=max(row.most for row in rows),
            do_sample=False,
            logits_processor=LogitsProcessorList([chooser]),
            stopping_criteria=StoppingCriteriaList([limit]),
            **{self._cache_name: cache},
        )[:, longest:].tolist()
        return [
            self._reply(row, len(prompt), tokens) for row, prompt, tokens in zip(rows, prompts, written, strict=True)
        ]

    def _reply(self, row: Row, read: int, tokens: list[int]) -> Reply:
        tokens = tokens[: row.most]
        text = list(takewhile(lambda token: token not in self._ends, tokens))
        ended = len(text) < len(tokens)
        return Reply(
            text=self._tokenizer.decode(text, skip_special_tokens=True),
            finish="stop" if ended else "length",
            model=self._name,
            input_tokens=read,
            output_tokens=len(text) + ended,
        )

    def _shared(self, kind: Hashable, prompts: list[list[int]]) -> tuple[int, DynamicCache | None]:
        """Returns the length of the prompts' shared beginning and the model's state after it, one copy a prompt."""
        known = self._prefixes.pop(kind, None)
        if known is None:
            known = _Prefix(prompts[0])
        length = common_length([known.tokens, *prompts])
        # Every prompt keeps a token to be read, since the first new token follows from reading one.
        length = min(length, min(map(len, prompts)) - 1)
        if known.cache is None or length < len(known.tokens):
            first_of_its_kind = known.cache is None and len(prompts) == 1 and known.tokens == prompts[0]
            if first_of_its_kind or length < _SHORTEST_PREFIX:
                self._keep(kind, _Prefix(prompts[0]))
                return 0, None
            known = _Prefix(known.tokens[:length], self._read(known.tokens[:length]))
        self._keep(kind, known)
        if known.cache is None:
            return 0, None
        copied = copy.deepcopy(known.cache)
        copied.batch_repeat_interleave(len(prompts))
        return len(known.tokens), copied

    def _keep(self, kind: Hashable, prefix: _Prefix) -> None:
        self._prefixes[kind] = prefix
        while len(self._prefixes) > _KEPT_PREFIXES:
            self._prefixes.popitem(last=False)

    def _read(self, tokens: list[int]) -> DynamicCache | None:
        import torch
        from transformers import DynamicCache
        from transformers.cache_utils import DynamicLayer

        cache = DynamicCache(config=self._model.config)
        named: dict[str, Any] = {self._cache_name: cache}
        self._model(torch.tensor([tokens], device=self._device), use_cache=True, logits_to_keep=1, **named)
        # States that forget (sliding windows, recurrent layers) cannot have padding after them.
        return cache if all(type(layer) is DynamicLayer for layer in cache.layers) else None


@contextmanager
def _no_progress() -> Iterator[None]:
    """Keeps the package's progress bars out of the run's own talk."""
    from transformers.utils import logging as progress

    logging: Any = progress
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


class _Limits:
    """Ends each row of a batch at its own limit."""

    def __init__(self, rows: Sequence[Row], prompt_length: int) -> None:
        self._most = [row.most for row in rows]
        self._prompt_length = prompt_length

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        """Tells which rows have written all they may."""
        import torch

        written = input_ids.shape[1] - self._prompt_length
        return torch.tensor([written >= most for most in self._most], device=input_ids.device)


def common_length(sequences: Sequence[list[int]]) -> int:
    """Returns how many first elements all sequences share."""
    least, most = min(sequences), max(sequences)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(least, most, strict=False)))
