"""Models in one GGUF file, run by llama.cpp in this process: `gguf:<file>`."""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

from radeval.core.info import ParameterValue
from radeval.core.judging import JudgeOptions
from radeval.llm.backends.base import BackendError, Structure
from radeval.llm.backends.chat import chat_body, failure_kind, read_completion
from radeval.llm.capabilities import Capabilities
from radeval.llm.endpoint import Endpoint
from radeval.llm.request import Reply, Request
from radeval.weights.find import Weights, find_file

_SLOTS = 4
_SLOT_TOKENS = 8192


class Gguf:
    """One GGUF file. Replies follow schemas by llama.cpp's own grammars.

    Up to four requests are answered at a time; together they may hold 32,768 tokens.
    """

    structure: Structure = "grammar"

    def __init__(self, endpoint: Endpoint, options: JudgeOptions) -> None:
        self.model = endpoint.model
        self.local = True
        self._slots = min(options.concurrency, _SLOTS)
        self._threads = ThreadPoolExecutor(self._slots, thread_name_prefix="radeval gguf")
        self._loading = threading.Lock()
        self._server: Any = None

    def identity(self) -> Mapping[str, ParameterValue]:
        """Returns kind, file name and digest."""
        return {"kind": "gguf", "model": self._weights.path.name, "commit": self._weights.commit}

    async def complete(self, request: Request) -> Reply:
        """Returns the reply to one request."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, request)

    async def close(self) -> None:
        """Lets the model go."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._server = None

    def _answer(self, request: Request) -> Reply:
        with self._loading:
            if self._server is None:
                self._server = self._load()
        body, dropped = chat_body(request, self.model, Capabilities())
        answer = self._server.handle_chat_completions(body)
        error = answer.get("error")
        if error is not None:
            raise BackendError(failure_kind(int(error.get("code", 500))), str(error.get("type", "unknown failure")))
        return read_completion(answer | {"model": self.model}, self.model, dropped)

    def _load(self) -> Any:
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(self._weights.path)
        params.n_parallel = self._slots
        params.n_ctx = _SLOT_TOKENS * self._slots
        params.kv_unified = True
        # Threads that wait for each other on cores that this process may not use are several times slower.
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
        if cores is not None and cores < (os.cpu_count() or 1):
            params.cpuparams.n_threads = params.cpuparams_batch.n_threads = cores
        params.verbosity = 0
        # The package cannot run without listening on a loopback port: nobody else may ask there.
        params.api_keys = [secrets.token_hex(32)]
        params.cors_origins = ""
        params.endpoint_slots = False
        try:
            return xllamacpp.Server(params)
        except RuntimeError as error:
            raise BackendError("gone", f"llama.cpp cannot load this file: {error}") from None

    @cached_property
    def _weights(self) -> Weights:
        return find_file(self.model)
