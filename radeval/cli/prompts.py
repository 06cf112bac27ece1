"""`radeval prompts`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from radeval.cli.errors import command

if TYPE_CHECKING:
    from radeval.llm.prompts import Prompt
    from radeval.llm.request import Message

prompts = typer.Typer(help="List and show what models are told when they judge.", invoke_without_command=True)

Folder = Annotated[
    Path | None,
    typer.Option("--prompts", help="Your own folder of prompts; ours fill its gaps.  [default: ours]"),
]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@prompts.callback()
def list_(context: typer.Context, prompts: Folder = None, as_json: Json = False) -> None:
    """List the prompts, or show one."""
    if context.invoked_subcommand is None:
        command(_list)(prompts, as_json)


def _list(given: Path | None, as_json: bool) -> None:
    from radeval.llm.prompts import load_prompt, prompt_names

    folder = _folder(given)
    found = [load_prompt(name, folder) for name in prompt_names(folder)]
    if as_json:
        print(json.dumps([_facts(one) for one in found], indent=2))
        return
    width = max(len(one.id) for one in found) + 2
    for one in found:
        own = f"  [{one.source}]" if folder is not None and one.source.is_relative_to(folder) else ""
        print(f"{one.id:<{width}}{one.digest}  {', '.join(one.tasks)}: {one.summary}{own}")


@prompts.command()
@command
def show(
    name: Annotated[
        str, typer.Argument(help="A judge, its version or one of its tasks: green, green/v1, gema/matching.")
    ],
    prompts: Folder = None,
    as_json: Json = False,
) -> None:
    """Show all that a model is told, word for word; {braces} stand for what each example fills in."""
    from radeval.llm.prompts import load_prompt

    folder = _folder(prompts)
    judge, version, task = _parts(name, folder)
    prompt = load_prompt(f"{judge}/{version}", folder)
    told = {one: prompt.outline(one) for one in ([task] if task else prompt.tasks)}
    if as_json:
        turns = {one: [{"role": turn.role, "content": turn.content} for turn in all_] for one, all_ in told.items()}
        print(json.dumps({**_facts(prompt), "messages": turns}, indent=2, ensure_ascii=False))
        return
    print(f"{prompt.id}  digest {prompt.digest}  fence {prompt.fence}\n{prompt.summary}\n{prompt.source}")
    for one, messages in told.items():
        print(f"\n===== {judge}/{one}\n" + _written(messages))


def _parts(name: str, folder: Path | None) -> tuple[str, str, str | None]:
    """Returns judge, version (the newest where none is named) and task of `judge[/version][/task]`."""
    from radeval.llm.prompts import prompt_names

    judge, *rest = name.strip("/").split("/")
    version = rest.pop(0) if rest and re.fullmatch(r"v\d+", rest[0]) else None
    if version is None:
        versions = [one.partition("/")[2] for one in prompt_names(folder) if one.partition("/")[0] == judge]
        version = max(versions, key=lambda one: int(one.removeprefix("v")), default="v1")
    return judge, version, "/".join(rest) or None


def _facts(prompt: Prompt) -> dict[str, object]:
    return {
        "id": prompt.id,
        "digest": prompt.digest,
        "fence": prompt.fence,
        "tasks": list(prompt.tasks),
        "summary": prompt.summary,
        "source": str(prompt.source),
    }


def _written(messages: tuple[Message, ...]) -> str:
    return "\n\n".join(f"--- {one.role}\n{one.content}" for one in messages)


def _folder(given: Path | None) -> Path | None:
    import os

    from radeval.core.config import load_settings

    return load_settings({"prompts": given}, os.environ, Path.cwd()).prompts
