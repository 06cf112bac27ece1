"""What the metrics on the report reader share: which reader judges an example, and what a signature says of it."""

from __future__ import annotations

from radeval.core.example import Example
from radeval.core.info import ParameterValue
from radeval.findings.reader import reader

MODALITIES = ("cxr", "ct")


def modality_of(example: Example) -> str:
    """Returns the modality whose reader reads an example: "ct" where its context says so, else "cxr"."""
    return "ct" if example.context.modality == "ct" else "cxr"


def reader_fields() -> dict[str, ParameterValue]:
    """Returns the fields of a signature that say how reports are read: the packs and the digest of each modality."""
    lexicons = {modality: reader(modality).lexicon for modality in MODALITIES}
    return {
        "reader": "rules",
        "lexicon": "+".join(f"{name}{version}" for name, version in lexicons["ct"].packs.items()),
        "digest": "+".join(one.digest for one in lexicons.values()),
    }
