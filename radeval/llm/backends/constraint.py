"""What decides each next token of a batch: the grammar that a reply must follow, and the draw."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from radeval.llm.backends.base import BackendError
from radeval.llm.backends.chat import own_sampling
from radeval.llm.request import Request, Schema

if TYPE_CHECKING:
    import torch
    from llguidance import LLMatcher, LLTokenizer

# A model that may write any white space can write it until its tokens are used up.
_LAYOUT: Any = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}


@dataclass(slots=True)
class Row:
    """One reply that is being written.

    Attributes:
        request: What it answers.
        most: Most tokens that it may have.
        matcher: The state of its grammar; None for free text.
        generator: The source of its draw; None for the most likely token.
        ended: Whether it has ended by itself.
    """

    request: Request
    most: int
    matcher: LLMatcher | None
    generator: torch.Generator | None
    ended: bool = False


def matcher_of(schema: Schema, tokenizer: LLTokenizer) -> LLMatcher:
    """Returns a grammar at its start, which lets pass what satisfies a schema.

    Raises:
        BackendError: The schema has a part that grammars cannot express.
    """
    from llguidance import LLMatcher

    grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema.json), overrides=_LAYOUT)
    matcher = LLMatcher(tokenizer, grammar, log_level=0)
    if matcher.is_error():
        raise BackendError("bad_request", f"schema {schema.name} has no grammar: {matcher.get_error()[:200]}")
    return matcher


def generator_of(request: Request, device: str) -> torch.Generator | None:
    """Returns the source of a request's own draw, so that it does not depend on what else is in its batch."""
    import torch

    sampling = own_sampling(request)
    if not sampling.temperature:
        return None
    words = json.dumps([[turn.role, turn.content] for turn in request.messages] + [[sampling.seed, request.sample]])
    seed = int.from_bytes(hashlib.sha256(words.encode()).digest()[:7], "big")
    return torch.Generator(device).manual_seed(seed)


class NextToken:
    """Leaves to each row of a batch the one token that comes next: masked by its grammar, then likeliest or drawn.

    Used as a logits processor with the most likely token taken: a draw is the most likely token after Gumbel noise is
    added, which takes one source of chance a row.
    """

    def __init__(self, rows: Sequence[Row], prompt_length: int, ends: frozenset[int]) -> None:
        from llguidance import LLExecutor

        self._rows = rows
        self._prompt_length = prompt_length
        self._ends = ends
        self._executor = LLExecutor()
        self._bits: Any = None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Returns the scores with what must not come next at minus infinity, and the draw's noise added."""
        if input_ids.shape[1] > self._prompt_length:
            self._follow(input_ids[:, -1].tolist())
        constrained = [
            (row.matcher, n) for n, row in enumerate(self._rows) if row.matcher is not None and not row.ended
        ]
        if constrained:
            scores = scores.masked_fill(~self._allowed(constrained, scores), float("-inf"))
        for number, row in enumerate(self._rows):
            if row.generator is not None and not row.ended:
                scores[number] = _drawn(scores[number], row)
        return scores

    def _follow(self, tokens: list[int]) -> None:
        for row, token in zip(self._rows, tokens, strict=True):
            if row.ended:
                continue
            if token in self._ends:
                row.ended = True
            elif row.matcher is not None:
                row.matcher.consume_token(token)

    def _allowed(self, constrained: list[tuple[Any, int]], scores: torch.Tensor) -> torch.Tensor:
        import torch

        rows, words = scores.shape
        if self._bits is None:
            self._bits = torch.empty((rows, (words + 31) // 32), dtype=torch.int32)
        self._bits.fill_(-1)
        self._executor.unsafe_compute_mask_ptr(constrained, self._bits.data_ptr(), self._bits.shape[1] * 4, rows)
        bits = self._bits.to(scores.device)
        places = torch.arange(32, device=scores.device, dtype=torch.int32)
        allowed: torch.Tensor = ((bits.unsqueeze(-1) >> places) & 1).bool().reshape(rows, -1)[:, :words]
        return allowed


def _drawn(scores: torch.Tensor, row: Row) -> torch.Tensor:
    import torch

    sampling = row.request.sampling
    scaled = scores.float() / float(sampling.temperature or 1.0)
    if sampling.top_p is not None and sampling.top_p < 1:
        ordered, places = scaled.sort(descending=True)
        before = ordered.softmax(-1).cumsum(-1) - ordered.softmax(-1)
        scaled[places[before >= sampling.top_p]] = float("-inf")
    noise = torch.empty_like(scaled).exponential_(generator=row.generator).log()
    return (scaled - noise).to(scores.dtype)
