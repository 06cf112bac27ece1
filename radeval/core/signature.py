"""Signatures: the method behind a number. Equal signatures mean comparable numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from radeval.core.info import ParameterValue


@dataclass(frozen=True, slots=True)
class Signature:
    """The fields that decide a metric's value: method only, never facts of one run (n, seed, cost, device).

    Attributes:
        name: The metric's name.
        version: The metric's version.
        fields: Every choice that changes the number, in a fixed order, ending with radeval's version.
    """

    name: str
    version: int
    fields: Mapping[str, ParameterValue] = field(hash=False)

    @property
    def id(self) -> str:
        """12 hexadecimal digits; equal for equal methods."""
        fields = {key: value for key, value in self.fields.items() if value is not None}
        canonical = json.dumps([self.name, self.version, fields], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    def __str__(self) -> str:
        fields = [f"{key}={_render(value)}" for key, value in self.fields.items() if value is not None]
        return "|".join([f"{self.name}@{self.version}", *fields])


def _render(value: ParameterValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
