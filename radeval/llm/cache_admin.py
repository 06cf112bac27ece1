"""What is stored of replies, whether it is sound, and how it is cleared."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from radeval.core.errors import CacheError
from radeval.llm.cache import VALID, read_reply
from radeval.llm.cache_file import cache_file, open_for_reading, open_for_writing, unusable


@dataclass(frozen=True, slots=True)
class StoredModel:
    """The stored replies of one model.

    Attributes:
        kind: The way to it: openai, litellm, hf and so on.
        address: Its server's address, empty where it has none.
        model: Its name.
        replies: How many replies are stored.
        invalid: How many of them were of no use.
        first: When the oldest came.
        last: When the newest came.
    """

    kind: str
    address: str
    model: str
    replies: int
    invalid: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class CacheSummary:
    """What is stored.

    Attributes:
        path: The file; it need not exist.
        bytes: Its size with its companions.
        models: The models whose replies are stored, by name.
    """

    path: Path
    bytes: int
    models: tuple[StoredModel, ...]

    @property
    def replies(self) -> int:
        """Number of stored replies."""
        return sum(model.replies for model in self.models)


@dataclass(frozen=True, slots=True)
class CacheCheck:
    """Whether what is stored is sound.

    Attributes:
        path: The file.
        replies: Number of replies that were read.
        damaged: How many of them are not as they were stored; each is asked for again when it is needed.
        problems: What is wrong with the file; empty where nothing is.
    """

    path: Path
    replies: int
    damaged: int
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.damaged and not self.problems


def summarise_cache(folder: Path | None = None) -> CacheSummary:
    """Returns what is stored, by model.

    Args:
        folder: Where replies are stored; None for the user's cache folder.

    Raises:
        CacheError: The file cannot be read.
    """
    path = cache_file(folder)
    connection = open_for_reading(path)
    if connection is None:
        return CacheSummary(path, _size(path), ())
    with contextlib.closing(connection), _named_errors(path):
        rows = connection.execute(
            "SELECT kind, address, model, count(*), sum(outcome <> ?), min(created), max(created) FROM replies"
            " GROUP BY kind, address, model ORDER BY model, address, kind",
            (VALID,),
        ).fetchall()
    models = tuple(
        StoredModel(kind, address, model, replies, invalid, _time(first), _time(last))
        for kind, address, model, replies, invalid, first, last in rows
    )
    return CacheSummary(path, _size(path), models)


def check_cache(folder: Path | None = None) -> CacheCheck:
    """Returns whether the file and every reply in it are sound.

    Args:
        folder: Where replies are stored; None for the user's cache folder.
    """
    path = cache_file(folder)
    problems: list[str] = []
    replies = damaged = 0
    try:
        connection = open_for_reading(path)
        if connection is None:
            return CacheCheck(path, 0, 0, ())
        with contextlib.closing(connection), _named_errors(path):
            problems += [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            for key, text, sealed in connection.execute("SELECT key, reply, seal FROM replies"):
                replies += 1
                damaged += read_reply(key, text, sealed) is None
    except CacheError as error:
        problems.append(error.message)
    return CacheCheck(path, replies, damaged, tuple(problems))


def clear_cache(folder: Path | None = None, *, model: str | None = None, before: datetime | None = None) -> int:
    """Deletes stored replies and returns how many; with neither model nor date all of them.

    A file that is damaged is removed as a whole when all is to go; its replies cannot be counted and are not.

    Args:
        folder: Where replies are stored; None for the user's cache folder.
        model: Only those of this model.
        before: Only those that came before.

    Raises:
        CacheError: The file cannot be changed.
    """
    path = cache_file(folder)
    if not path.is_file():
        return 0
    try:
        connection = open_for_writing(path)
        with contextlib.closing(connection), _named_errors(path):
            deleted = connection.execute(
                "DELETE FROM replies WHERE (?1 IS NULL OR model = ?1) AND (?2 IS NULL OR created < ?2)",
                (model, None if before is None else before.timestamp()),
            ).rowcount
            connection.execute("VACUUM")
    except CacheError as error:
        if model is None and before is None and _is_damaged(error):
            _remove(path)
            return 0
        raise
    return deleted


def _is_damaged(error: CacheError) -> bool:
    cause = error.__cause__
    return isinstance(cause, sqlite3.DatabaseError) and not isinstance(cause, sqlite3.OperationalError)


def _remove(path: Path) -> None:
    for file in _files(path):
        file.unlink(missing_ok=True)


def _files(path: Path) -> tuple[Path, ...]:
    return path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in _files(path) if file.is_file())


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@contextlib.contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise unusable(path, error) from error
