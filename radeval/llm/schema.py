"""The form of an answer as strict structured output asks for it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel

from radeval.llm.request import Schema

# Titles repeat names, and defaults would make a field optional.
_LEFT_OUT = frozenset({"title", "default", "$defs", "description"})


def schema_of(output: type[BaseModel], name: str) -> Schema:
    """Returns the JSON schema of an answer: objects closed, every field required, nothing referred to.

    Args:
        output: The form of the answer.
        name: Its name; what is no letter, digit or underscore becomes one.

    Raises:
        TypeError: The form contains itself, or an object whose fields are open.
    """
    whole = output.model_json_schema()
    return Schema(
        "".join(one if one.isascii() and one.isalnum() else "_" for one in name),
        _strict(whole, whole.get("$defs", {}), ()),
    )


def digest_of(schemas: list[Schema]) -> str:
    """Returns 12 hexadecimal digits over schemas, whatever their order."""
    texts = sorted(json.dumps([one.name, one.json], sort_keys=True) for one in schemas)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def _strict(node: Any, definitions: dict[str, Any], inside: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_strict(one, definitions, inside) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = str(node["$ref"]).rpartition("/")[2]
        if name in inside:
            raise TypeError(f"the form {name} contains itself, which not every model can be held to")
        return _strict(definitions[name], definitions, (*inside, name))
    if "const" in node:
        # Not every server knows "const"; an enumeration of one says the same.
        return {"type": node.get("type", "string"), "enum": [node["const"]]}
    found = {key: _strict(value, definitions, inside) for key, value in node.items() if key not in _LEFT_OUT}
    if node.get("type") == "object":
        if "properties" not in node or node.get("additionalProperties"):
            raise TypeError("an object of an answer must name all its fields")
        # A field may be called like a key of schemas, so that fields are walked apart.
        fields = {key: _strict(value, definitions, inside) for key, value in node["properties"].items()}
        found |= {"properties": fields, "required": list(fields), "additionalProperties": False}
    return found
