"""Facts of a run beside its numbers: on which data and on which machine it was made."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
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
    tasks = [
        [
            one.id,
            one.group,
            one.references,
            [getattr(one.context, name) for name in _CONTEXT] if one.context != _UNKNOWN else None,
        ]
        for one in examples
    ]
    references = _digest(tasks)
    return Digests(_digest([references, [(one.system, one.candidate) for one in examples]]), references)


_UNKNOWN = Context()
_CONTEXT = tuple(field.name for field in fields(Context))


def _digest(values: list[Any]) -> str:
    # JSON in ASCII frames texts unmistakably and is the same everywhere.
    return hashlib.sha256(json.dumps(values, ensure_ascii=True).encode("ascii")).hexdigest()


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
