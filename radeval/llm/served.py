"""Whether the model that answered is the one that was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from radeval.core.info import ParameterValue

_DATED = re.compile(r"[-@]\d{4}-?\d{2}(-?\d{2})?|[-@]\d{4}|-latest")
"""What a provider appends to a model's name to say which of its days it is."""


def named_by_user(identity: Mapping[str, ParameterValue]) -> bool:
    """Whether a model's name is the user's own, as deployments on Azure are named, so that it says nothing."""
    return (urlsplit(str(identity.get("address") or "")).hostname or "").endswith(".azure.com")


def is_other_model(asked: str, served: str) -> bool:
    """Whether a reply's model is another one than the one asked for; a model that does not give its name is none.

    A dated snapshot of a model is that model, a model of a longer name is another one.
    """
    if not served:
        return False
    first, second = sorted((_bare(asked), _bare(served)), key=len)
    return not second.startswith(first) or not (second == first or _DATED.fullmatch(second[len(first) :]))


def _bare(name: str) -> str:
    """Returns a model's name without the folders or the provider before it, and without the ending of its file."""
    return name.lower().rstrip("/").rpartition("/")[2].removesuffix(".gguf").removesuffix("-latest")
