"""Replies that were paid for once: stored by what decides them, shared by processes, never asked for again."""

from __future__ import annotations

import asyncio
import hashlib
import json
import queue
import sqlite3
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radeval.core.errors import CacheError
from radeval.core.info import ParameterValue
from radeval.llm.cache_file import open_for_reading, open_for_writing, unusable
from radeval.llm.request import Reply, Request, Schema

VALID = "valid"
_MOST_ROWS = 500
_COLUMNS = 8


def canonical(value: Any) -> str:
    """Returns the one JSON text of a value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Keys:
    """Makes the keys under which the replies of one backend are stored: equal if and only if all that decides is.

    Args:
        identity: The backend's own description.
    """

    def __init__(self, identity: Mapping[str, ParameterValue]) -> None:
        self._backend = canonical(dict(identity))
        self._schemas: dict[int, tuple[Schema, str]] = {}

    def key(self, request: Request) -> bytes:
        """Returns the key of a request."""
        sampling = request.sampling
        fields = {
            "backend": self._backend,
            "messages": canonical([[message.role, message.content] for message in request.messages]),
            "sample": request.sample,
            "sampling": [sampling.temperature, sampling.top_p, sampling.seed, sampling.max_tokens],
            "schema": self._schema(request.schema),
        }
        return hashlib.sha256(canonical(fields).encode("utf-8", "surrogatepass")).digest()

    def _schema(self, schema: Schema | None) -> str | None:
        """Returns a schema's JSON text, made once: a run has few schemas, which are much longer than what is asked."""
        if schema is None:
            return None
        known = self._schemas.get(id(schema))
        if known is None:
            # The schema is kept beside its text, so that its id cannot become another one's.
            known = schema, canonical([schema.name, schema.json])
            if len(self._schemas) >= 256:
                self._schemas.clear()
            self._schemas[id(schema)] = known
        return known[1]


@dataclass(frozen=True, slots=True)
class _Row:
    values: tuple[bytes, str, str, str, int, str, str, bytes]
    loop: asyncio.AbstractEventLoop
    stored: asyncio.Future[str]


class ReplyCache:
    """The stored replies of one file, for one backend. May be used from several threads, and the file by processes.

    A reply is written in one statement with others that came in the meantime, and `put` returns when it is in the file:
    what `put` returned for survives the end of the process, however it ends.

    Args:
        path: The file.
        identity: The description of the backend whose replies these are.
        writable: Whether replies are stored, too.

    Raises:
        CacheError: The file cannot be used.
    """

    def __init__(self, path: Path, identity: Mapping[str, ParameterValue], *, writable: bool) -> None:
        self._path = path
        self._named = tuple(str(identity.get(name) or "") for name in ("kind", "address", "model"))
        self._keys = Keys(identity)
        self._lock = threading.Lock()
        self._connection = open_for_writing(path) if writable else open_for_reading(path)
        self._writer = _Writer(path) if writable else None
        self.damaged = 0

    def key(self, request: Request) -> bytes:
        """Returns the key of a request."""
        return self._keys.key(request)

    def get(self, key: bytes) -> Reply | None:
        """Returns the reply that is stored under a key, None where there is none.

        A reply that is not as it was stored counts in `damaged` and as none.

        Raises:
            CacheError: The file is damaged.
        """
        if self._connection is None:
            return None
        try:
            with self._lock:
                row = self._connection.execute("SELECT reply, seal FROM replies WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise unusable(self._path, error) from error
        if row is None:
            return None
        reply = read_reply(key, *row)
        self.damaged += reply is None
        return reply

    async def put(self, key: bytes, reply: Reply, outcome: str) -> str:
        """Stores a reply and returns an empty text, or what kept it from being stored.

        Args:
            key: Its key.
            reply: The reply.
            outcome: "valid", or why it is of no use.
        """
        if self._writer is None:
            return ""
        text = canonical(_fields(reply))
        kind, address, model = self._named
        loop = asyncio.get_running_loop()
        values = (key, kind, address, model, int(time.time()), outcome, text, seal(key, text))
        row = _Row(values, loop, loop.create_future())
        self._writer.put(row)
        return await row.stored

    def close(self) -> None:
        """Finishes what is being written and closes the file."""
        if self._writer is not None:
            self._writer.close()
        with self._lock:
            if self._connection is not None:
                self._connection.close()


class _Writer:
    """One thread that writes all the rows that wait for it in one statement.

    Every change between threads can take milliseconds while the other one computes, so there are as few as can be.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: queue.SimpleQueue[_Row | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def put(self, row: _Row) -> None:
        if self._thread is None:
            # It never keeps a program from ending: what `ReplyCache.put` returned for is in the file.
            self._thread = threading.Thread(target=self._run, name="radeval-cache", daemon=True)
            self._thread.start()
        self._rows.put(row)

    def close(self) -> None:
        if self._thread is not None:
            self._rows.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        while (rows := self._waiting()) is not None:
            problem = ""
            try:
                connection = connection or open_for_writing(self._path)
                _insert(connection, rows)
            except (sqlite3.Error, CacheError) as error:
                problem = error.message if isinstance(error, CacheError) else str(error)
            _tell(rows, problem)
        if connection is not None:
            connection.close()

    def _waiting(self) -> list[_Row] | None:
        """Returns the rows that wait, once there is one; None at the end."""
        first = self._rows.get()
        if first is None:
            return None
        rows = [first]
        while len(rows) < _MOST_ROWS and not self._rows.empty():
            following = self._rows.get()
            if following is None:
                self._rows.put(None)
                break
            rows.append(following)
        return rows


def _insert(connection: sqlite3.Connection, rows: list[_Row]) -> None:
    places = ",".join(["(" + ",".join("?" * _COLUMNS) + ")"] * len(rows))
    values = [value for row in rows for value in row.values]
    connection.execute(f"INSERT OR REPLACE INTO replies VALUES {places}", values)


def _tell(rows: list[_Row], problem: str) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[str]]] = {}
    for row in rows:
        by_loop.setdefault(row.loop, []).append(row.stored)
    for loop, futures in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, futures, problem)
        except RuntimeError:  # the loop was closed in the meantime: nobody waits any more, and the rows are in the file
            continue


def _resolve(futures: list[asyncio.Future[str]], problem: str) -> None:
    for future in futures:
        if not future.done():
            future.set_result(problem)


def seal(key: bytes, text: str) -> bytes:
    """Returns a checksum of a row, so that a damaged one is never taken for a reply."""
    return hashlib.blake2b(text.encode(), key=key, digest_size=8).digest()


def _fields(reply: Reply) -> dict[str, Any]:
    return {name: getattr(reply, name) for name in Reply.__slots__}


def read_reply(key: bytes, text: Any, sealed: Any) -> Reply | None:
    """Returns the reply of a row, None where the row is damaged."""
    try:
        if seal(key, text) != sealed:
            return None
        fields = json.loads(text)
        return Reply(**(fields | {"dropped": tuple(fields["dropped"])}))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
