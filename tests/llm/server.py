"""A chat server on loopback that misbehaves as told: what a request gets is decided by its number and its body.

As a program it answers every request after a fixed time, for measurements: `python tests/llm/server.py SECONDS
[REPLY]`. It then keeps no request, so that its own memory does not grow.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Say:
    """Answers with a reply, after some seconds; `model` None is the one that was asked for."""

    text: str | None = '{"verdict": true}'
    finish: str = "stop"
    model: str | None = None
    refusal: str | None = None
    after: float = 0.0
    tokens: tuple[int, int] | None = (100, 10)


@dataclass(frozen=True)
class Fail:
    """Answers with a status of HTTP."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = '{"error": {"message": "out of order", "type": "test", "code": null}}'


@dataclass(frozen=True)
class Break:
    """Sends half of an answer and resets the connection."""


@dataclass(frozen=True)
class Cut:
    """Sends an answer whose JSON breaks off, as a whole answer of HTTP."""


@dataclass(frozen=True)
class Stall:
    """Takes the request and never answers."""


@dataclass(frozen=True)
class Leave:
    """Goes for good instead of answering."""


Behaviour = Say | Fail | Break | Cut | Stall | Leave
Script = Callable[[int, Mapping[str, Any]], Behaviour] | Sequence[Behaviour]


def closed_place() -> socket.socket:
    """Returns a port where nothing listens, and which nobody else gets as long as it is open."""
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    return place


def url_of(place: socket.socket) -> str:
    """Returns the address of a server at a port."""
    return f"http://127.0.0.1:{place.getsockname()[1]}/v1"


class ModelServer:
    """The server, in a thread of its own, from `with` to the end of its block.

    Args:
        script: What the requests get: a function of the request's number and body, or what the first ones get in
            order, with `Say()` for those after them.
        place: Where it listens; None for any port that is free.
        keep: Whether the bodies of requests are kept.

    Attributes:
        url: Its address.
        requests: The bodies of all requests that came in.
        most: The most requests that were open at once.
    """

    def __init__(self, script: Script = (), place: socket.socket | None = None, *, keep: bool = True) -> None:
        self._script = script
        self._keep = keep
        self._number = 0
        self._place = place or closed_place()
        self.url = url_of(self._place)
        self.requests: list[Mapping[str, Any]] = []
        self.most = 0
        self._open = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._ready = threading.Event()
        self._connections: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> ModelServer:
        self._thread.start()
        assert self._ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Goes for good: open connections break, new ones are refused."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(60)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._main())
        self._loop.close()

    async def _main(self) -> None:
        self._stopping = asyncio.Event()
        server = await asyncio.start_server(self._connection, sock=self._place, backlog=1024)
        self._ready.set()
        await self._stopping.wait()
        server.close()
        for writer in self._connections:
            writer.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )
                body = json.loads(await reader.readexactly(length))
                number, self._number = self._number, self._number + 1
                if self._keep:
                    self.requests.append(body)
                self._open += 1
                self.most = max(self.most, self._open)
                try:
                    await self._answer(self._behaviour(number, body), body, writer)
                finally:
                    self._open -= 1
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(writer)
            writer.close()

    def _behaviour(self, number: int, body: Mapping[str, Any]) -> Behaviour:
        if callable(self._script):
            return self._script(number, body)
        return self._script[number] if number < len(self._script) else Say()

    async def _answer(self, what: Behaviour, body: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        if isinstance(what, Leave):
            self._stopping.set()
        if isinstance(what, Stall | Leave):
            await self._stopping.wait()
            raise ConnectionResetError
        if isinstance(what, Fail):
            writer.write(_http(what.status, what.body, what.headers))
            await writer.drain()
            return
        said = what if isinstance(what, Say) else Say()
        if said.after:
            await asyncio.sleep(said.after)
        text = json.dumps(_completion(said, body))
        if isinstance(what, Cut):
            text = text[: len(text) // 2]
        answer = _http(200, text, {})
        if isinstance(what, Break):
            writer.write(answer[: -len(text) // 2])
            await writer.drain()
            # Without lingering, closing sends a reset instead of an end.
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            raise ConnectionResetError
        writer.write(answer)
        await writer.drain()


def _completion(said: Say, body: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said.text}
    if said.refusal is not None:
        message["refusal"] = said.refusal
    completion: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": said.model or body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": said.finish}],
    }
    if said.tokens is not None:
        read, written = said.tokens
        completion["usage"] = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return completion


def _http(status: int, body: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Test", "Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


if __name__ == "__main__":
    answer = Say(*sys.argv[2:], after=float(sys.argv[1]))
    with ModelServer(lambda number, body: answer, keep=False) as running:
        print(running.url, flush=True)
        sys.stdin.read()
