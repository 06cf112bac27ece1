"""How users name models: every form parses and prints back, and every near miss is told the right form."""

import pytest

from radeval.core.errors import EndpointError
from radeval.llm.capabilities import Capabilities, capabilities
from radeval.llm.endpoint import Endpoint, parse_endpoint
from radeval.llm.request import Sampling
from radeval.llm.served import is_other_model, named_by_user


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("openai/gpt-4o-mini-2024-07-18", False),
        ("http://127.0.0.1:8000/v1#smollm2", True),
        ("http://[::1]:8000/v1#org/model", True),
        ("http://localhost:8000/v1#model:8b", True),
        ("https://models.example.org/v1#m", False),
        ("http://127.0.0.1.example.org/v1#m", False),
        ("http://localhost.example.org/v1#m", False),
        ("http://0.0.0.0:8000/v1#m", False),
        ("litellm:anthropic/claude-x", False),
        ("hf:org/model@0123abc", True),
        ("hf:./folder@home/model", True),
        ("vllm:/models/seven", True),
        ("gguf:small.gguf", True),
    ],
)
def test_forms(text, local):
    endpoint = parse_endpoint(text)
    assert isinstance(endpoint, Endpoint)
    assert str(endpoint) == text
    assert endpoint.local is local


def test_parts():
    assert parse_endpoint("rules") == "rules"
    assert parse_endpoint("hf:org/model@abc") == Endpoint("hf", "org/model", None, "abc")
    assert parse_endpoint("hf:./folder@home") == Endpoint("hf", "./folder@home")
    assert parse_endpoint("http://h:1/v1/#m") == Endpoint("url", "m", "http://h:1/v1")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("gpt-4o", "openai/gpt-4o"),
        ("openai", "openai/gpt"),
        ("openai/", "openai/gpt"),
        ("openai:gpt-4o", "openai/gpt-4o"),
        ("claude-x", "litellm:anthropic/claude-x"),
        ("anthropic/claude-x", "litellm:anthropic/claude-x"),
        ("anthropic", "litellm:anthropic/<model>"),
        ("litellm:gpt-4o", "litellm:openai/gpt-4o"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1#<model>"),
        ("localhost:8000", "http://localhost:8000/v1#<model>"),
        ("models/small.gguf", "gguf:models/small.gguf"),
        ("org/model", "hf:org/model"),
        ("", "rules, openai/<model>"),
        ("http://h:99999/v1#m", "openai/<model>"),
        ("hf:", "openai/<model>"),
    ],
)
def test_near_misses_are_shown_the_right_form(text, hint):
    with pytest.raises(EndpointError) as caught:
        parse_endpoint(text)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("text", ["https://me:geheim@host/v1#m", "https://host/v1?key=geheim#m"])
def test_keys_in_addresses_are_refused_and_not_repeated(text):
    with pytest.raises(EndpointError) as caught:
        parse_endpoint(text)
    assert "geheim" not in str(caught.value)


SAMPLING = Sampling(temperature=0.0, top_p=0.9, seed=7, max_tokens=100)


def test_what_models_take():
    sent, dropped = capabilities(Endpoint("openai", "o3-mini")).sampling(SAMPLING)
    assert sent == {"seed": 7, "max_completion_tokens": 100}
    assert dropped == ("temperature", "top_p")
    sent, dropped = capabilities(Endpoint("openai", "gpt-4o-mini-2024-07-18")).sampling(SAMPLING)
    assert sent == {"temperature": 0.0, "top_p": 0.9, "seed": 7, "max_tokens": 100}
    assert dropped == ()
    assert not capabilities(Endpoint("openai", "gpt-4-turbo")).schema
    assert capabilities(Endpoint("openai", "gpt-5-chat-latest")).temperature
    azure = Endpoint("url", "my-deployment", "https://clinic.openai.azure.com/openai/v1")
    assert capabilities(azure).max_tokens == "max_completion_tokens"
    # OpenAI's names on another server say nothing of that server.
    assert capabilities(Endpoint("url", "o3-mini", "http://127.0.0.1:1/v1")) == Capabilities()


def test_what_servers_refuse_is_left_out_once():
    takes: Capabilities | None = Capabilities()
    for field in ("temperature", "max_tokens", "max_completion_tokens", "response_format"):
        assert takes is not None
        takes = takes.without(field)
    assert takes == Capabilities(temperature=False, max_tokens="", schema=False)
    assert takes.sampling(SAMPLING) == ({"top_p": 0.9, "seed": 7}, ("temperature", "max_tokens"))
    assert takes.without("temperature") is None
    assert takes.without("messages") is None


@pytest.mark.parametrize(
    ("asked", "served", "other"),
    [
        ("gpt-4o", "gpt-4o-2024-08-06", False),
        ("gpt-4o", "gpt-4o-mini", True),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-11-20", True),
        ("anthropic/claude-x-latest", "claude-x-20250929", False),
        ("org/Model-7B", "model-7b", False),
        ("/models/small.gguf", "small.gguf", False),
        ("small", "", False),
        ("small", "large", True),
    ],
)
def test_another_model(asked, served, other):
    assert is_other_model(asked, served) is other


def test_deployments_on_azure_have_names_of_their_own():
    assert named_by_user({"address": "https://clinic.openai.azure.com/openai/v1"})
    assert not named_by_user({"address": "http://127.0.0.1:8000/v1"})
