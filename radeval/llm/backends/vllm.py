"""Models run by vLLM's engine in this process: `vllm:<path or hub id>`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from radeval.core.info import ParameterValue
from radeval.core.judging import JudgeOptions
from radeval.llm.backends.base import BackendError, Structure
from radeval.llm.backends.batching import Answers, Batcher, Worker
from radeval.llm.backends.chat import own_sampling
from radeval.llm.endpoint import Endpoint
from radeval.llm.request import Finish, Reply, Request
from radeval.weights.find import Weights, find_weights

_FINISHES: Mapping[str, Finish] = {"stop": "stop", "length": "length"}


class Vllm:
    """One model in vLLM's engine, over as many GPUs as are visible. Replies follow schemas by its guided decoding."""

    structure: Structure = "grammar"

    def __init__(self, endpoint: Endpoint, options: JudgeOptions) -> None:
        self.model = endpoint.model
        self.local = True
        self._revision = endpoint.revision
        # The engine batches by itself, so that all that waits is handed over at once.
        self._batcher = Batcher(self._load, ["engine"], options.concurrency)

    def identity(self) -> Mapping[str, ParameterValue]:
        """Returns kind, model, commit and dtype."""
        return {"kind": "vllm", "model": self.model, "commit": self._weights.commit, "dtype": "auto"}

    async def complete(self, request: Request) -> Reply:
        """Returns the reply to one request."""
        return await self._batcher.complete(request)

    async def close(self) -> None:
        """Lets the model go."""
        await self._batcher.close()

    def _load(self, device: str) -> Worker:
        # Read when the engine starts; it would otherwise report its use to its makers.
        os.environ["VLLM_NO_USAGE_STATS"] = "1"
        import torch
        from vllm import LLM

        engine = LLM(
            model=str(self._weights.path),
            tensor_parallel_size=max(1, torch.cuda.device_count()),
            enable_prefix_caching=True,
            trust_remote_code=False,
            seed=0,
        )
        return lambda requests: self._answers(engine, requests)

    def _answers(self, engine: Any, requests: Sequence[Request]) -> Answers:
        turns = [[{"role": turn.role, "content": turn.content} for turn in one.messages] for one in requests]
        sampling = [_sampling(one) for one in requests]
        try:
            outputs = engine.chat(turns, sampling_params=sampling, use_tqdm=False)
        except ValueError:
            if len(requests) == 1:
                # The words may quote the prompt.
                return [BackendError("bad_request", "vLLM refuses the request: too long, or a schema it does not know")]
            return [answer for one in requests for answer in self._answers(engine, [one])]
        return [self._reply(output) for output in outputs]

    def _reply(self, output: Any) -> Reply:
        (written,) = output.outputs
        return Reply(
            text=written.text,
            finish=_FINISHES.get(written.finish_reason, "other"),
            model=self.model,
            input_tokens=len(output.prompt_token_ids),
            output_tokens=len(written.token_ids),
        )

    @cached_property
    def _weights(self) -> Weights:
        return find_weights(self.model, self._revision)


def _sampling(request: Request) -> Any:
    from vllm import SamplingParams
    from vllm.sampling_params import StructuredOutputsParams

    sampling = own_sampling(request)
    held = None if request.schema is None else StructuredOutputsParams(json=dict(request.schema.json))
    return SamplingParams(
        temperature=1.0 if sampling.temperature is None else sampling.temperature,
        top_p=1.0 if sampling.top_p is None else sampling.top_p,
        seed=sampling.seed,
        max_tokens=sampling.max_tokens,
        structured_outputs=held,
    )
