"""One module for each way to reach a model, each importing its own package when it is used."""

from __future__ import annotations

from importlib.util import find_spec

from radeval.core.errors import MissingExtraError
from radeval.core.judging import JudgeOptions
from radeval.llm.backends.base import Backend
from radeval.llm.endpoint import Endpoint, Kind

_NEEDS: dict[Kind, tuple[str, tuple[str, ...]]] = {
    "openai": ("api", ("openai",)),
    "url": ("api", ("openai",)),
    "litellm": ("api", ("openai", "litellm")),
    "hf": ("models", ("torch", "transformers", "llguidance")),
    "vllm": ("vllm", ("vllm",)),
    "gguf": ("gguf", ("xllamacpp",)),
}


def open_backend(endpoint: Endpoint, options: JudgeOptions, *, chat_template: str | None = None) -> Backend:
    """Returns the way to an endpoint's model. Nothing is connected or loaded before the first request.

    Args:
        endpoint: The model.
        options: The run's limits.
        chat_template: How a conversation is written for a model of the transformers package, in place of its own way.

    Raises:
        MissingExtraError: Its packages are not installed.
    """
    extra, packages = _NEEDS[endpoint.kind]
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"{endpoint.kind} models need {', '.join(missing)}",
            where=f"judge={endpoint}",
            hint=f'pip install "radeval-judge[{extra}]"',
        )
    if endpoint.kind in ("openai", "url"):
        from radeval.llm.backends.openai_chat import OpenAIChat

        return OpenAIChat(endpoint, options)
    if endpoint.kind == "litellm":
        from radeval.llm.backends.litellm import LiteLLM

        return LiteLLM(endpoint, options)
    if endpoint.kind == "gguf":
        from radeval.llm.backends.xllamacpp import Gguf

        return Gguf(endpoint, options)
    if endpoint.kind == "vllm":
        from radeval.llm.backends.vllm import Vllm

        return Vllm(endpoint, options)
    from radeval.llm.backends.transformers import Transformers

    return Transformers(endpoint, options, chat_template=chat_template)
