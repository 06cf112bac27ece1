"""Models of any provider that litellm knows."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from radeval.core.info import ParameterValue
from radeval.core.judging import JudgeOptions
from radeval.llm.backends.base import BackendError, Structure
from radeval.llm.backends.chat import chat_body, read_completion
from radeval.llm.backends.failures import failure_of, is_filtered, refused_field
from radeval.llm.capabilities import Capabilities, capabilities
from radeval.llm.endpoint import Endpoint
from radeval.llm.request import Reply, Request


class LiteLLM:
    """One model of one provider, by litellm. Keys and addresses come from the variables that litellm documents."""

    def __init__(self, endpoint: Endpoint, options: JudgeOptions) -> None:
        self.model = endpoint.model
        self.local = endpoint.local
        self._options = options
        self._table = capabilities(endpoint)
        self.structure: Structure = "native" if self._table.schema else "text"
        self._takes: Capabilities | None = None

    def identity(self) -> Mapping[str, ParameterValue]:
        """Returns kind and model."""
        return {"kind": "litellm", "model": self.model}

    async def complete(self, request: Request) -> Reply:
        """Returns the reply to one request; asks again only without a field that the provider does not take."""
        if self._takes is None:
            self._takes = _known_to_litellm(self.model, self._table)
        try:
            async with asyncio.timeout(self._options.timeout):
                return await self._complete(request, self._takes)
        except TimeoutError:
            raise BackendError("transient", f"no reply within {self._options.timeout:g} s") from None

    async def close(self) -> None:
        """Closes the connections that litellm keeps."""
        if self._takes is not None:
            await _open_litellm().close_litellm_async_clients()

    async def _complete(self, request: Request, takes: Capabilities) -> Reply:
        import openai

        litellm = _open_litellm()
        while True:
            body, dropped = chat_body(request, self.model, takes)
            try:
                answer = await litellm.acompletion(**body, num_retries=0, max_retries=0, timeout=self._options.timeout)
            except openai.OpenAIError as error:
                if isinstance(error, openai.APIStatusError):
                    if is_filtered(error):
                        return Reply("", "filter", self.model, dropped=dropped)
                    field = refused_field(error, body)
                    fewer = takes.without(field) if field is not None else None
                    if fewer is not None:
                        self._takes = takes = fewer
                        continue
                raise failure_of(error, request) from None
            return read_completion(answer.model_dump(), self.model, dropped)


def _open_litellm() -> Any:
    # Read when the package is imported; without it, that import asks the network for a table of prices.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    return litellm


def _known_to_litellm(model: str, table: Capabilities) -> Capabilities:
    """Returns what a model takes, by our table and by litellm's, which raises on what it does not list."""
    litellm = _open_litellm()
    listed = litellm.get_supported_openai_params(model=model)
    if listed is None:
        return table
    return replace(
        table,
        temperature=table.temperature and "temperature" in listed,
        top_p=table.top_p and "top_p" in listed,
        seed=table.seed and "seed" in listed,
        schema=table.schema and "response_format" in listed,
    )
