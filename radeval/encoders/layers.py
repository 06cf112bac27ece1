"""Models cut off after one of their layers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from radeval.core.errors import MissingResourceError, ParameterError

if TYPE_CHECKING:
    import torch

_KEYS = ("num_hidden_layers", "n_layers", "n_layer", "num_layers")


def count_layers(path: Path) -> int:
    """Returns how many layers the model in a folder has, read from its config.json.

    Raises:
        MissingResourceError: The file does not say.
    """
    file = path / "config.json"
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        return int(next(stored[key] for key in _KEYS if key in stored))
    except (OSError, ValueError, TypeError, StopIteration) as error:
        raise MissingResourceError("this file does not say how many layers the model has", where=str(file)) from error


def check_layer(path: Path, layer: int, where: str) -> None:
    """Raises where the model in a folder has no such layer, counted from 1.

    Raises:
        ParameterError: It has fewer.
    """
    there = count_layers(path)
    if layer > there:
        raise ParameterError(
            f"layer={layer}, and the model has {there}", where=where, hint=f"a layer from 1 to {there}"
        )


def cut_layers(module: torch.nn.Module, layer: int) -> None:
    """Takes the layers after one away, so that the model gives that one's output, through its final norm if any.

    Raises:
        MissingResourceError: The model is not a row of layers.
    """
    from torch.nn import ModuleList

    rows = [
        (parent, name, child)
        for parent in module.modules()
        for name, child in parent.named_children()
        if isinstance(child, ModuleList) and len(child) >= layer and _is_row(child)
    ]
    if len(rows) != 1:
        raise MissingResourceError(f"a {type(module).__name__} is not made of layers that can be left out")
    parent, name, child = rows[0]
    setattr(parent, name, child[:layer])


def _is_row(layers: torch.nn.ModuleList) -> bool:
    return len({type(layer) for layer in layers}) == 1
