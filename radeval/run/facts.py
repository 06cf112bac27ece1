"""Facts of a run beside its numbers: on which data and on which machine it was made."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from radeval.core.example import Context, Example
from radeval.core.results import Digests
from radeval.core.version import __version__

_PACKAGES = ("numpy", "scipy", "pandas", "rapidfuzz", "sacrebleu", "nltk", "torch", "transformers")


def digests(examples: Sequence[Example]) -> Digests:
    """Returns the digests of the examples, in their order."""
    references = _digest("", map(_task, examples))
    candidates = ([one.system, one.candidate] for one in examples)
    return Digests(_digest(references, candidates), references)


def _task(one: Example) -> list[Any]:
    context = [getattr(one.context, name) for name in _CONTEXT] if one.context != _UNKNOWN else None
    return [one.id, one.group, one.references, context]


_UNKNOWN = Context()
_CONTEXT = tuple(field.name for field in fields(Context))


def _digest(first: str, values: Iterable[Any]) -> str:
    """Returns the digest of a text and values, as one list of JSON that is never held as a whole."""
    # JSON in ASCII frames texts unmistakably and is the same everywhere.
    found = hashlib.sha256(f'["{first}", ['.encode() if first else b"[")
    for number, value in enumerate(values):
        found.update((", " if number else "").encode() + json.dumps(value, ensure_ascii=True).encode("ascii"))
    found.update(b"]]" if first else b"]")
    return found.hexdigest()


@lru_cache(maxsize=1)
def environment() -> Mapping[str, str]:
    """Returns the versions and the machine that can matter for a number."""
    found = {
        "radeval": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
    }
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
