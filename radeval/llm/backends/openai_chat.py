"""Models behind an OpenAI-compatible address: OpenAI, Azure, and the servers of vLLM, llama.cpp, SGLang and others."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from radeval.core.info import ParameterValue
from radeval.core.judging import JudgeOptions
from radeval.llm.backends.base import BackendError, Structure
from radeval.llm.backends.chat import chat_body, read_completion
from radeval.llm.backends.failures import failure_of, is_filtered, refused_field
from radeval.llm.capabilities import capabilities
from radeval.llm.endpoint import OWN_KEY, Endpoint, key_variable
from radeval.llm.request import Reply, Request

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_POOL = 16
"""Connections of one pool: httpcore looks through all of a pool's several times a request."""

_ACCOUNT = ("openai-organization", "openai-project")
"""What the package takes from the environment and sends wherever it connects; it is OpenAI's business alone."""


class OpenAIChat:
    """One model behind an OpenAI-compatible address."""

    def __init__(self, endpoint: Endpoint, options: JudgeOptions) -> None:
        self.model = endpoint.model
        self.local = endpoint.local
        self._endpoint = endpoint
        self._options = options
        self._takes = capabilities(endpoint)
        self.structure: Structure = "native" if self._takes.schema else "text"
        self._clients: list[AsyncOpenAI] = []
        self._turn = 0

    def identity(self) -> Mapping[str, ParameterValue]:
        """Returns kind, address and model."""
        return {"kind": self._endpoint.kind, "address": self._endpoint.base_url, "model": self.model}

    async def complete(self, request: Request) -> Reply:
        """Returns the reply to one request; asks again only without a field that the server does not take."""
        try:
            async with asyncio.timeout(self._options.timeout):
                return await self._complete(request)
        except TimeoutError:
            raise BackendError("transient", f"no reply within {self._options.timeout:g} s") from None

    async def close(self) -> None:
        """Closes the connections."""
        clients, self._clients = self._clients, []
        for client in clients:
            await client.close()

    async def _complete(self, request: Request) -> Reply:
        import openai

        client = self._connect()
        while True:
            takes = self._takes
            body, dropped = chat_body(request, self.model, takes)
            try:
                return await self._send(client, body, dropped)
            except openai.OpenAIError as error:
                if isinstance(error, openai.APIStatusError):
                    if is_filtered(error):
                        return Reply("", "filter", self.model, dropped=dropped)
                    field = refused_field(error, body)
                    if field is not None and takes.without(field) is not None:
                        # Another request may have learned it meanwhile, and more.
                        self._takes = self._takes.without(field) or self._takes
                        continue
                raise failure_of(error, request) from None

    async def _send(self, client: AsyncOpenAI, body: dict[str, Any], dropped: tuple[str, ...]) -> Reply:
        # The body is plain JSON already, and the raw answer is read here: the package's own types accept anything, and
        # turning into them and out of them costs more than the rest of a call.
        answer = await client.post("/chat/completions", body=body, cast_to=_http().Response)
        try:
            content = answer.json()
        except ValueError:
            raise BackendError("transient", "the server's answer is not JSON or was cut off") from None
        return read_completion(content, self.model, dropped)

    def _connect(self) -> AsyncOpenAI:
        if not self._clients:
            self._clients = [self._open() for _ in range(-(-self._options.concurrency // _POOL))]
        self._turn = (self._turn + 1) % len(self._clients)
        return self._clients[self._turn]

    def _open(self) -> AsyncOpenAI:
        import openai

        name = key_variable(self._endpoint.base_url)
        key = os.environ.get(name, "")
        if not key and name != OWN_KEY:
            raise BackendError("denied", f"{name} is not set")
        # A proxy or a redirect would carry the reports of a local endpoint off this machine.
        http = _http()
        connections = http.AsyncClient(
            timeout=None,
            limits=http.Limits(max_connections=None, max_keepalive_connections=_POOL),
            trust_env=not self.local,
            follow_redirects=False,
            event_hooks={"request": [self._strip]},
        )
        return openai.AsyncOpenAI(
            api_key=key or "none", base_url=self._endpoint.base_url, max_retries=0, http_client=connections
        )

    async def _strip(self, request: Any) -> None:
        """Takes away what the package tells of this machine with every request."""
        told = [name for name in request.headers if name.startswith("x-stainless")]
        for name in (*told, *(() if self._endpoint.kind == "openai" else _ACCOUNT)):
            request.headers.pop(name, None)


def _http() -> Any:
    """Returns the package through which the installed openai package sends its requests."""
    import openai

    return importlib.import_module("httpx" if openai.__version__.startswith(("1.", "2.")) else "httpx2")
