"""`radeval models`."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from radeval.core.judging import JudgeOptions
    from radeval.llm.endpoint import Endpoint

_WAYS = {
    "openai/<model>": ("api", "openai", "OpenAI; the key comes from OPENAI_API_KEY"),
    "http://HOST:PORT/v1#<model>": ("api", "openai", "any server that speaks OpenAI's chat protocol, on this machine"),
    "litellm:<provider/model>": ("api", "litellm", "other providers, through litellm"),
    "hf:<path or hub id>": ("models", "transformers", "a model in this process, by transformers"),
    "vllm:<path or hub id>": ("vllm", "vllm", "a model in this process, by vLLM"),
    "gguf:<file>": ("gguf", "xllamacpp", "a GGUF file in this process, by llama.cpp"),
}


def models(
    name: Annotated[str | None, typer.Argument(help="A model as for --judge: ask it one short question.")] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="It may be on another machine; no report is sent.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> int:
    """List the ways to a model, or try one."""
    if name is None:
        ways: list[dict[str, Any]] = [
            {"judge": "rules", "extra": None, "installed": True, "what": "the report reader: no model at all"},
            *(
                {"judge": form, "extra": extra, "installed": find_spec(package) is not None, "what": what}
                for form, (extra, package, what) in _WAYS.items()
            ),
        ]
        print(json.dumps(ways, indent=2) if as_json else "\n".join(_line(one) for one in ways))
        return 0
    told = _tried(name, allow_remote)
    print(json.dumps(told, indent=2) if as_json else "\n".join(f"{key}: {value}" for key, value in told.items()))
    return 0 if told["answers"] == "yes" else 1


def _line(way: dict[str, Any]) -> str:
    state = "" if way["installed"] else f"  (not installed: pip install 'radeval-judge[{way['extra']}]')"
    return f"{way['judge']:<28} {way['what']}{state}"


def _tried(name: str, allow_remote: bool) -> dict[str, Any]:
    """Returns what an endpoint is and how it answers one question that holds no report."""
    import asyncio

    from radeval.core.judging import JudgeOptions
    from radeval.llm.endpoint import RULES, parse_endpoint

    endpoint = parse_endpoint(name)
    if endpoint == RULES:
        return {"judge": RULES, "local": "yes", "answers": "yes"}
    options = JudgeOptions(allow_remote=allow_remote, cache="off", retries=0, timeout=60.0)
    return asyncio.run(_ask(endpoint, options))


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
