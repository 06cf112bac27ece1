"""`radeval models`."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer

from radeval.cli.errors import command

if TYPE_CHECKING:
    from radeval.core.judging import JudgeOptions
    from radeval.llm.endpoint import Endpoint
    from radeval.weights.catalogue import Published

models = typer.Typer(help="List, find and check the models that metrics and judges use.", no_args_is_help=True)

_WAYS = {
    "openai/<model>": ("api", "openai", "OpenAI; the key comes from OPENAI_API_KEY"),
    "http://HOST:PORT/v1#<model>": ("api", "openai", "any server that speaks OpenAI's chat protocol, on this machine"),
    "litellm:<provider/model>": ("api", "litellm", "other providers, through litellm"),
    "hf:<path or hub id>": ("models", "transformers", "a model in this process, by transformers"),
    "vllm:<path or hub id>": ("vllm", "vllm", "a model in this process, by vLLM"),
    "gguf:<file>": ("gguf", "xllamacpp", "a GGUF file in this process, by llama.cpp"),
}

Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@models.command("list")
@command
def list_(as_json: Json = False) -> None:
    """List the weights that metrics use, with where they are or how to fetch them, and the ways to a judge."""
    from radeval.weights.catalogue import catalogue

    weights = [_state(one) for one in catalogue().values()]
    ways: list[dict[str, Any]] = [
        {"judge": "rules", "extra": None, "installed": True, "what": "the report reader: no model at all"},
        *(
            {"judge": form, "extra": extra, "installed": find_spec(package) is not None, "what": what}
            for form, (extra, package, what) in _WAYS.items()
        ),
    ]
    if as_json:
        print(json.dumps({"weights": weights, "judges": ways}, indent=2))
        return
    lines = ["Weights that metrics use; nothing is ever downloaded"]
    for one in weights:
        address = "/".join(filter(None, (one["repo"], one["file"])))
        lines += [f"  {one['name']:<30} {address}", f"      {one['told']}"]
    lines += ["", "Ways to a judge's model, for --judge", *(f"  {_line(one)}" for one in ways)]
    print("\n".join(lines))


@models.command()
@command
def path(name: Annotated[str, typer.Argument(help="A name of the list, a hub id or a path.")]) -> None:
    """Print where weights are on this machine; fail with the command that fetches them where they are not."""
    from radeval.weights.catalogue import find_model

    print(find_model(name).path)


@models.command()
@command
def check(
    name: Annotated[str, typer.Argument(help="Weights as for path, or a model as for --judge.")],
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="The judge may be on another machine; no report is sent.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Check that the files of weights are complete, or ask a judge's model one short question; exit with 1 if not."""
    told, good = _tried(name, allow_remote) if _is_endpoint(name) else _examined(name)
    print(json.dumps(told, indent=2) if as_json else "\n".join(f"{key}: {value}" for key, value in told.items()))
    return 0 if good else 1


def _is_endpoint(name: str) -> bool:
    """Tells whether a text names a way to a model, such as openai/NAME, and not weights, such as OWNER/NAME."""
    from radeval.core.errors import EndpointError
    from radeval.llm.endpoint import parse_endpoint
    from radeval.weights.catalogue import catalogue
    from radeval.weights.find import is_local

    if name in catalogue() or is_local(name):
        return False
    try:
        parse_endpoint(name)
    except EndpointError:
        return "://" in name
    return True


def _state(one: Published) -> dict[str, Any]:
    """Returns what is published under a name, and where it is or what to do."""
    from radeval.core.errors import MissingResourceError

    try:
        found = one.find()
    except MissingResourceError as error:
        return {**asdict(one), "path": None, "commit": None, "told": f"not here: {error.hint}"}
    return {**asdict(one), "path": str(found.path), "commit": found.commit, "told": f"here: {found.path}"}


def _examined(name: str) -> tuple[dict[str, Any], bool]:
    """Returns where weights are and whether their files are complete."""
    from radeval.core.errors import MissingResourceError
    from radeval.llm.endpoint import parse_endpoint
    from radeval.weights.catalogue import catalogue, find_model
    from radeval.weights.verify import verify

    try:
        found = find_model(name)
    except MissingResourceError:
        if "/" not in name and name not in catalogue():
            _refuse_other_name(name)
            # A bare name is more likely a judge's, written without the way to it: this says how to write it.
            parse_endpoint(name)
        raise
    files = verify(found.path)
    told: dict[str, Any] = {"weights": name, "path": str(found.path), "commit": found.commit}
    pinned = catalogue()[name].revision if name in catalogue() else None
    if pinned is not None:
        told["pinned commit"] = "yes" if found.commit == pinned else f"no: {pinned} is pinned"
    told["files"] = f"{len(files)}, {sum(one.size for one in files):,} bytes"
    damaged = [f"{one.name} ({one.damage})" for one in files if one.damage]
    by_hash = sum(one.hashed for one in files)
    told["complete"] = f"no: {', '.join(damaged)}" if damaged else f"yes; {by_hash} compared with the hub's sha256"
    return told, not damaged


def _refuse_other_name(name: str) -> None:
    """Raises where a text is a metric's name, or nearly that of weights."""
    from difflib import get_close_matches

    from radeval.core.errors import MissingResourceError
    from radeval.core.registry import metric_names
    from radeval.weights.catalogue import catalogue

    if name in metric_names():
        raise MissingResourceError(
            "this is a metric, not the name of weights", where=name, hint=f"radeval metrics {name} says what it needs"
        )
    near = get_close_matches(name.lower(), list(catalogue()), n=3, cutoff=0.75)
    if near:
        raise MissingResourceError(
            "no weights are called so", where=name, hint=f"did you mean {' or '.join(near)}? radeval models list"
        )


def _line(way: dict[str, Any]) -> str:
    state = "" if way["installed"] else f"  (not installed: pip install 'radeval-judge[{way['extra']}]')"
    return f"{way['judge']:<28} {way['what']}{state}"


def _tried(name: str, allow_remote: bool) -> tuple[dict[str, Any], bool]:
    """Returns what an endpoint is and how it answers one question that holds no report."""
    import asyncio

    from radeval.core.judging import JudgeOptions
    from radeval.llm.endpoint import RULES, parse_endpoint

    endpoint = parse_endpoint(name)
    if endpoint == RULES:
        return {"judge": RULES, "local": "yes", "answers": "yes"}, True
    options = JudgeOptions(allow_remote=allow_remote, cache="off", retries=0, timeout=60.0)
    told = asyncio.run(_ask(endpoint, options))
    return told, told["answers"] == "yes"


async def _ask(endpoint: Endpoint, options: JudgeOptions) -> dict[str, Any]:
    from radeval.llm.backends import open_backend
    from radeval.llm.client import Client
    from radeval.llm.outcome import CUT_OFF
    from radeval.llm.prices import price_of
    from radeval.llm.request import Message, Request, Sampling

    backend = open_backend(endpoint, options)
    price = price_of(backend.identity(), backend.local)
    client = Client(backend, options, warn=lambda _: None)
    try:
        question = Request((Message("user", "Say ready."),), sampling=Sampling(max_tokens=256))
        outcome = await client.ask(question, str)
    finally:
        await client.close()
    return {
        "judge": str(endpoint),
        "local": "yes" if endpoint.local else "no: needs --allow-remote",
        "structured output": backend.structure,
        "price": "unknown"
        if price is None
        else f"{price.input:g} US dollars a million tokens read, {price.output:g} written",
        # A model that talks on and on has answered, too.
        "answers": "yes" if outcome.reason in ("", CUT_OFF) else f"no: {outcome.reason} ({outcome.detail})",
        "served by": outcome.model or "-",
    }
