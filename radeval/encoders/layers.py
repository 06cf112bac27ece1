"""Models cut off after one of their layers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radeval.core.errors import MissingResourceError, ParameterError

if TYPE_CHECKING:
    import torch

_KEYS = ("num_hidden_layers", "n_layers", "n_layer", "num_layers")
_SHARED = "num_hidden_groups"
"""Is in the configuration of models whose layers are one that is run again, such as ALBERT."""


def count_layers(path: Path) -> int:
    """Returns how many layers the model in a folder has, read from its config.json.

    Raises:
        MissingResourceError: The file does not say.
    """
    stored = _config(path)
    try:
        return int(next(stored[key] for key in _KEYS if key in stored))
    except (ValueError, TypeError, StopIteration) as error:
        raise _silent(path) from error


def _config(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((path / "config.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise _silent(path) from error


def _silent(path: Path) -> MissingResourceError:
    return MissingResourceError(
        "this file does not say how many layers the model has",
        where=str(path / "config.json"),
        hint=f"radeval models check {path}",
    )


def check_layer(path: Path, layer: int, where: str) -> None:
    """Raises where the model in a folder has no such layer, counted from 1, or cannot be cut off after it.

    Raises:
        ParameterError: It has fewer, or all of them are one and the same.
    """
    there = count_layers(path)
    if layer < there and _SHARED in _config(path):
        raise ParameterError(
            f"layer={layer}, and the layers of this model share their weights, so that none can be left out",
            where=where,
            hint=f"layer={there}, its last one, or another model",
        )
    if layer > there:
        raise ParameterError(
            f"layer={layer}, and the model has {there}", where=where, hint=f"a layer from 1 to {there}"
        )


def cut_layers(module: torch.nn.Module, layer: int, path: Path) -> None:
    """Takes the layers after one away, so that the model gives that one's output, through its final norm if any.

    Args:
        module: The model.
        layer: The last layer that stays, counted from 1.
        path: The folder that it is from.

    Raises:
        MissingResourceError: The model is not a row of layers.
    """
    from torch.nn import ModuleList

    if layer == count_layers(path):
        return
    rows = [
        (parent, name, child)
        for parent in module.modules()
        for name, child in parent.named_children()
        if isinstance(child, ModuleList) and len(child) >= layer and _is_row(child)
    ]
    if len(rows) != 1:
        raise MissingResourceError(
            f"a {type(module).__name__} is not made of layers that can be left out",
            where=str(path),
            hint=f"layer={count_layers(path)}, its last one, or another model",
        )
    parent, name, child = rows[0]
    setattr(parent, name, child[:layer])


def _is_row(layers: torch.nn.ModuleList) -> bool:
    return len({type(layer) for layer in layers}) == 1
