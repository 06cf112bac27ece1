"""Where RadGraph's models are on this machine, and what their archives say of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radeval.core.errors import MissingResourceError
from radeval.core.places import cache_home
from radeval.weights.archive import find_unpacked
from radeval.weights.catalogue import published, published_as
from radeval.weights.find import Weights, find_weights

MODELS = ("radgraph", "radgraph-xl", "modern-radgraph-xl", "echograph")

_NEEDED = ("config.json", "weights.th", "vocabulary")
_CACHES = (cache_home, lambda: Path.home() / "Library" / "Caches")
"""Where RadGraph's package keeps what it has unpacked, in folders of its name and version."""


@dataclass(frozen=True, slots=True)
class RadGraphConfig:
    """What an archive says of its model.

    Attributes:
        transformer: The transformer whose form it has, as a path or a hub id.
        longest: Most tokens that the transformer reads at once; longer reports are read in parts.
        widest: Most words of an entity.
        kept: How many spans a word are considered for relations.
        labels: Labels of entities, none first.
        kinds: Kinds of relations.
    """

    transformer: str
    longest: int
    widest: int
    kept: float
    labels: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RadGraphFiles:
    """A model of RadGraph on this machine.

    Attributes:
        model: Its name.
        weights: The unpacked archive.
        config: What it says of the model.
        transformer: The folder with the transformer's configuration and tokenizer.
    """

    model: str
    weights: Weights
    config: RadGraphConfig
    transformer: Weights


def find_radgraph(model: str) -> RadGraphFiles:
    """Returns where a model is: an archive or its content among the models, else what RadGraph's package unpacked.

    Raises:
        MissingResourceError: It is not on this machine, or cannot be used.
        OutputError: The archive cannot be unpacked.
    """
    unpacked = [folder for root in _CACHES for folder in sorted((root() / "radgraph").glob(f"*/{model}"), reverse=True)]
    weights = find_unpacked(published(model), _NEEDED, unpacked)
    config = read_radgraph_config(weights.path, model)
    return RadGraphFiles(model, weights, config, _find_transformer(config.transformer))


def _find_transformer(name: str) -> Weights:
    """Returns where the transformer is, of which its weights are not read: they are in the archive."""
    known = published_as(name)
    return find_weights(name, needs=["tokenizer"]) if known is None else known.find(["tokenizer"])


def read_radgraph_config(folder: Path, model: str) -> RadGraphConfig:
    """Returns what an unpacked archive says of a model.

    Raises:
        MissingResourceError: It cannot be read, or has parts that change the output and that are not built here.
    """
    file, hint = folder / "config.json", f"take the published archive, {published(model).file}"
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        inner, indexer = stored["model"], stored["dataset_reader"]["token_indexers"]["bert"]
        unknown = _beyond(inner)
        config = RadGraphConfig(
            transformer=inner["embedder"]["token_embedders"]["bert"]["model_name"],
            longest=int(indexer["max_length"]),
            widest=int(stored["dataset_reader"]["max_span_width"]),
            kept=float(inner["modules"]["relation"]["spans_per_word"]),
            labels=_entries(folder, f"{model}__ner_labels"),
            kinds=_entries(folder, f"{model}__relation_labels"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MissingResourceError(
            f"this is no model of RadGraph: {type(error).__name__}: {error}", where=str(folder), hint=hint
        ) from error
    if unknown:
        raise MissingResourceError(
            f"this model of RadGraph needs {unknown}, which radeval lacks", where=str(file), hint=hint
        )
    return config


def _beyond(model: Mapping[str, Any]) -> str:
    """Returns what a model would need that is not built here; empty for nothing."""
    if model["modules"].get("coref", {}).get("coref_prop", 0):
        return "coreference propagation"
    without = [task for task in ("ner", "relation") if not model["loss_weights"][task]]
    return f"no {without[0]}" if without else ""


def _entries(folder: Path, name: str) -> tuple[str, ...]:
    text = (folder / "vocabulary" / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(text.removesuffix("\n").split("\n"))
