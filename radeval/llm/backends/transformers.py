"""Models of the transformers package in this process: `hf:<path or hub id>`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property

from radeval.core.info import ParameterValue
from radeval.core.judging import JudgeOptions
from radeval.llm.backends.base import Structure
from radeval.llm.backends.batching import Batcher, Worker
from radeval.llm.backends.generation import LocalModel
from radeval.llm.endpoint import Endpoint
from radeval.llm.request import Reply, Request
from radeval.weights.find import Weights, find_weights


class Transformers:
    """One model in this process, one copy on each visible GPU (`CUDA_VISIBLE_DEVICES` picks them), else on the CPU.

    Replies follow schemas by a grammar that masks tokens. No code of a model's repository is run.
    """

    structure: Structure = "grammar"

    def __init__(
        self,
        endpoint: Endpoint,
        options: JudgeOptions,
        *,
        devices: Sequence[str] | None = None,
        chat_template: str | None = None,
    ) -> None:
        self.model = endpoint.model
        self.local = True
        self._devices = devices
        self._revision = endpoint.revision
        self._chat_template = chat_template
        self._batch = options.concurrency
        self._batcher: Batcher | None = None

    def identity(self) -> Mapping[str, ParameterValue]:
        """Returns kind, model, commit and dtype; a digest of the chat template that is not the model's own."""
        fields: dict[str, ParameterValue] = {
            "kind": "hf",
            "model": self.model,
            "commit": self._weights.commit,
            "dtype": self._dtype,
        }
        if self._chat_template is not None:
            fields["template"] = hashlib.sha256(self._chat_template.encode()).hexdigest()[:12]
        return fields

    async def complete(self, request: Request) -> Reply:
        """Returns the reply to one request."""
        if self._batcher is None:
            share = -(-self._batch // len(self._found_devices))
            self._batcher = Batcher(self._load, self._found_devices, share)
        return await self._batcher.complete(request)

    async def close(self) -> None:
        """Lets the model go."""
        batcher, self._batcher = self._batcher, None
        if batcher is not None:
            await batcher.close()

    def _load(self, device: str) -> Worker:
        return LocalModel(self._weights, device, self._dtype, self._chat_template, self.model)

    @cached_property
    def _weights(self) -> Weights:
        return find_weights(self.model, self._revision)

    @cached_property
    def _found_devices(self) -> tuple[str, ...]:
        import torch

        if self._devices:
            return tuple(self._devices)
        return tuple(f"cuda:{number}" for number in range(torch.cuda.device_count())) or ("cpu",)

    @property
    def _dtype(self) -> str:
        # Processors without its instructions are many times slower in it.
        return "bfloat16" if self._found_devices[0].startswith("cuda") else "float32"
