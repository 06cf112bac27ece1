"""The file of stored replies: where it is, how it is opened, and what its errors mean."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from radeval.core.errors import CacheError
from radeval.core.places import own_cache

NAME = "replies.sqlite3"
_VERSION = 1
_APPLICATION = 0x52414456
_PAGES_BETWEEN_SYNCS = 4000
"""Only then does a writer wait for the disk; of 4 KB each."""
_PATIENCE = 30.0
"""Seconds that a process waits while another one writes."""
_TABLE = """
CREATE TABLE IF NOT EXISTS replies (
    key BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    model TEXT NOT NULL,
    created INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reply TEXT NOT NULL,
    seal BLOB NOT NULL
)
"""
_HINT = "see `radeval cache check`; `radeval cache clear` begins a new one, --cache off does without"


def cache_file(folder: Path | None) -> Path:
    """Returns where replies are stored: in a folder, else in the user's own cache folder."""
    return (own_cache() if folder is None else folder) / NAME


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Returns a connection to the file, which is made where there is none, readable by its owner only.

    A stored reply survives the end of this process at once, however it ends; after a power failure the newest may be
    missing, and are then asked for again.

    Raises:
        CacheError: The file cannot be made, or is not ours or damaged.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made before SQLite opens it, so that no moment passes in which others can read it; its companions follow suit.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        connection = _connect(f"{path.absolute().as_uri()}?mode=rw")
    except OSError as error:
        raise CacheError(f"replies cannot be stored: {error.strerror}", where=str(path), hint=_HINT) from error
    except sqlite3.Error as error:
        raise unusable(path, error) from error
    try:
        _prepare(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise unusable(path, error) from error
    except CacheError:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection | None:
    """Returns a connection that changes nothing, None where there is no file.

    Raises:
        CacheError: The file is not ours or damaged.
    """
    if not path.is_file():
        return None
    # A file in a folder that nobody may write to can only be opened when SQLite is told that it stays as it is.
    fixed = "" if os.access(path.parent, os.W_OK) else "&immutable=1"
    try:
        connection = _connect(f"{path.absolute().as_uri()}?mode=ro{fixed}")
    except sqlite3.Error as error:
        raise unusable(path, error) from error
    try:
        version = _version(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise unusable(path, error) from error
    except CacheError:
        connection.close()
        raise
    if version == 0:
        connection.close()
        return None
    return connection


def unusable(path: Path, error: sqlite3.Error) -> CacheError:
    """Returns what a failure of SQLite means to the user."""
    if isinstance(error, sqlite3.OperationalError):
        return CacheError(f"the stored replies cannot be used: {error}", where=str(path), hint=_HINT)
    return CacheError(f"the file of stored replies is damaged: {error}", where=str(path), hint=_HINT)


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    _keep_a_log(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_BETWEEN_SYNCS}")
    if _version(connection, path) == 0:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.execute("COMMIT")


def _keep_a_log(connection: sqlite3.Connection) -> None:
    # Here SQLite does not wait as it does elsewhere: of two processes that begin one file, one fails at once.
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
        time.sleep(0.01)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Returns the version of the file's form, 0 for an empty file."""
    # One transaction, or another process that begins the file is seen half done.
    connection.execute("BEGIN")
    try:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    finally:
        connection.execute("ROLLBACK")
    if not tables and not version:
        return 0
    if application != _APPLICATION or version != _VERSION:
        raise CacheError("this file holds no replies of this version of radeval", where=str(path), hint=_HINT)
    return int(version)
