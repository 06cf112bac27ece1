"""Metric specs: the text by which a metric and its parameters are named everywhere.

`name[@version][:key=value,key=value]`. The first `:` ends the name, the first `=` ends a key, and the characters that
would end a value are percent-encoded, so that parsing and formatting round-trip.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from radeval.core.errors import SpecError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_UNSAFE = re.compile(r"[,%\x00-\x20\x7f]|\s")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SHAPE = "a spec is name[@version][:key=value,key=value], for example bleu:preset=sacrebleu"


def _quote(value: str) -> str:
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), value)


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """A metric's name with the parameters that differ from its defaults.

    Attributes:
        name: The registered name.
        version: The metric's version, None for the installed one.
        parameters: Values as text, in the order given.
    """

    name: str
    version: int | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        text = self.name if self.version is None else f"{self.name}@{self.version}"
        if self.parameters:
            text += ":" + ",".join(f"{key}={_quote(value)}" for key, value in self.parameters.items())
        return text

    def __hash__(self) -> int:
        return hash((self.name, self.version, frozenset(self.parameters.items())))


def parse_spec(text: str) -> MetricSpec:
    """Returns the spec that a text names.

    Raises:
        SpecError: The text does not follow the form.
    """
    head, colon, tail = text.strip().partition(":")
    name, at, version = head.partition("@")
    if not _NAME.fullmatch(name):
        hint = "repeat -m for a spec with parameters: -m bleu -m rouge:stem=false" if "," in name else _SHAPE
        raise SpecError(f"{name!r} is not a metric name", where=f"metric {text!r}", hint=hint)
    if at and not (version.isascii() and version.isdigit() and len(version) < 10):
        raise SpecError(f"{version!r} is not a version number", where=f"metric {text!r}", hint=_SHAPE)
    if colon and not tail:
        raise SpecError("nothing follows the ':'", where=f"metric {text!r}", hint=_SHAPE)
    parameters: dict[str, str] = {}
    for item in tail.split(",") if tail else []:
        key, equals, value = item.partition("=")
        if not equals or not _NAME.fullmatch(key):
            raise SpecError(f"{item!r} is not key=value", where=f"metric {text!r}", hint=_SHAPE)
        if key in parameters:
            raise SpecError(f"the parameter {key!r} is given twice", where=f"metric {text!r}")
        if _BAD_ESCAPE.search(value):
            raise SpecError(
                f"{value!r} holds a '%' that encodes nothing", where=f"metric {text!r}", hint="write % as %25"
            )
        try:
            parameters[key] = unquote(value, errors="strict")
        except UnicodeDecodeError:
            raise SpecError(f"{value!r} encodes no UTF-8 text", where=f"metric {text!r}") from None
    return MetricSpec(name, int(version) if at else None, parameters)


def split_specs(argument: str) -> list[str]:
    """Returns the specs of one `-m` argument: exactly one where it holds a `:`, else a comma list of names."""
    if ":" in argument:
        return [argument]
    return [name.strip() for name in argument.split(",") if name.strip()]
