"""Replies that were paid for once: stored by what decides them, shared by processes, never asked for again."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from radeval.core.info import ParameterValue
from radeval.llm.cache_file import open_for_reading, open_for_writing, unusable
from radeval.llm.request import Reply, Request, Schema

VALID = "valid"
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_FIELDS = tuple(Reply.__slots__)
_MOST_SCHEMAS = 256


class Keys:
    """Makes the keys under which the replies of one backend are stored: equal if and only if all that decides is.

    Args:
        identity: The backend's own description.
    """

    def __init__(self, identity: Mapping[str, ParameterValue]) -> None:
        self._backend = _ENCODER.encode(dict(identity))
        self._schemas: dict[int, tuple[Schema, str]] = {}

    def key(self, request: Request) -> bytes:
        """Returns the key of a request: the digest of its canonical JSON together with the backend's."""
        drawn = request.sampling
        fields = (
            self._backend,
            _ENCODER.encode([[message.role, message.content] for message in request.messages]),
            _ENCODER.encode([request.sample, drawn.temperature, drawn.top_p, drawn.seed, drawn.max_tokens]),
            "null" if request.schema is None else self._schema(request.schema),
        )
        return hashlib.sha256(f"[{','.join(fields)}]".encode("utf-8", "surrogatepass")).digest()

    def _schema(self, schema: Schema) -> str:
        """Returns a schema's JSON, made once: a run has few schemas, which are much longer than what is asked."""
        known = self._schemas.get(id(schema))
        if known is None:
            # The schema is kept beside its text, so that its id cannot become another one's.
            known = schema, _ENCODER.encode([schema.name, schema.json])
            if len(self._schemas) >= _MOST_SCHEMAS:
                self._schemas.clear()
            self._schemas[id(schema)] = known
        return known[1]


class ReplyCache:
    """The stored replies of one file, for one backend. May be used from several threads, and the file by processes.

    `put` returns when the reply is in the file: it survives the end of the process, however it ends. That takes some
    hundredths of a millisecond, less than handing the reply to another thread would.

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
        self._writable = writable
        self._connection = open_for_writing(path) if writable else open_for_reading(path)
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

    def put(self, key: bytes, reply: Reply, outcome: str) -> str:
        """Stores a reply and returns an empty text, or what kept it from being stored.

        Args:
            key: Its key.
            reply: The reply.
            outcome: "valid", or why it is of no use.
        """
        if self._connection is None or not self._writable:
            return ""
        # Ascii, because a reply may hold half a character, which no file of text can.
        text = json.dumps([getattr(reply, name) for name in _FIELDS])
        row = (key, *self._named, int(time.time()), outcome, text, _seal(key, text))
        try:
            with self._lock:
                self._connection.execute("INSERT OR REPLACE INTO replies VALUES (?,?,?,?,?,?,?,?)", row)
        except sqlite3.Error as error:
            return str(error)
        return ""

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()


def _seal(key: bytes, text: str) -> bytes:
    """Returns a checksum of a row, so that a damaged one is never taken for a reply."""
    return hashlib.blake2b(text.encode(), key=key, digest_size=8).digest()


def read_reply(key: bytes, text: Any, seal: Any) -> Reply | None:
    """Returns the reply of a row, None where the row is damaged."""
    try:
        if _seal(key, text) != seal:
            return None
        fields = dict(zip(_FIELDS, json.loads(text), strict=True))
        fields["dropped"] = tuple(fields["dropped"])
        return Reply(**fields)
    except (ValueError, TypeError, AttributeError):
        return None
