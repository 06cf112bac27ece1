"""`radeval cache`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from radeval.cli.errors import command, say

if TYPE_CHECKING:
    from radeval.llm.cache_admin import CacheSummary

cache = typer.Typer(help="List, check and clear the stored replies of models.", no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Option("--cache-dir", help="Where replies are stored.  [default: the user's cache folder]"),
]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def _folder(given: Path | None) -> Path | None:
    import os

    from radeval.core.config import load_settings

    return load_settings({"cache_dir": given}, os.environ, Path.cwd()).cache_dir


@cache.command("list")
@command
def list_(cache_dir: Folder = None, as_json: Json = False) -> None:
    """Tell what is stored, by model."""
    from radeval.llm.cache_admin import summarise_cache

    found = summarise_cache(_folder(cache_dir))
    print(json.dumps(asdict(found), indent=2, default=str) if as_json else _listed(found))


@cache.command()
@command
def check(cache_dir: Folder = None, as_json: Json = False) -> int:
    """Read every stored reply; exit with 1 where one or the file is damaged."""
    from radeval.llm.cache_admin import check_cache

    found = check_cache(_folder(cache_dir))
    if as_json:
        print(json.dumps(asdict(found), indent=2, default=str))
    else:
        print(f"{found.path}: {found.replies:,} replies, {found.damaged:,} damaged")
        for problem in found.problems:
            print(f"problem: {problem}")
        if not found.sound:
            say("note: a damaged reply is asked for again when it is needed; `radeval cache clear` begins a new file")
    return int(not found.sound)


@cache.command()
@command
def clear(
    cache_dir: Folder = None,
    model: Annotated[str | None, typer.Option(help="Only the replies of this model.")] = None,
    before: Annotated[str | None, typer.Option(help="Only replies before a day, for example 2026-11-01.")] = None,
) -> None:
    """Delete stored replies: all, one model's, or old ones."""
    from radeval.llm.cache_admin import clear_cache

    deleted = clear_cache(_folder(cache_dir), model=model, before=None if before is None else _day(before))
    print(f"{deleted:,} replies deleted")


def _day(text: str) -> datetime:
    from radeval.core.errors import UsageError

    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"{text!r} is no day", where="--before", hint="for example 2026-11-01") from None


def _listed(found: CacheSummary) -> str:
    if not found.models:
        return f"{found.path}: no replies are stored"
    lines = [f"{found.path}: {found.replies:,} replies, {found.bytes / 1e6:,.1f} MB"]
    for one in found.models:
        name = f"{one.kind} {one.model}" + (f" at {one.address}" if one.address else "")
        unusable = f", {one.invalid:,} unusable" if one.invalid else ""
        lines.append(f"  {name}: {one.replies:,}{unusable}; {one.first:%Y-%m-%d} to {one.last:%Y-%m-%d}")
    return "\n".join(lines)
