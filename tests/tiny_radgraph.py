"""Tiny models of RadGraph in the form of its published archives; registered beside those of tests/tiny_models.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from radeval_test_tiny_models import bert_config, modernbert_config, tiny, write_json

_BERT, _MODERNBERT = "tiny/bert-of-radgraph", "tiny/modernbert-of-radgraph"
_SIZES = {"widest": 4, "feature": 4, "hidden": 16, "longest": 64}
_SEEDS = {"radgraph": 25, "radgraph-xl": 25, "modern-radgraph-xl": 17, "echograph": 25}
"""With these, entities have several labels and relations several kinds."""


@tiny(_BERT)
def write_radgraph_bert(folder: Path) -> None:
    """Writes what RadGraph takes of its transformer's repository: the tokenizer and the configuration, no weights."""
    bert_config(folder, longest=_SIZES["longest"]).save_pretrained(folder)


@tiny(_MODERNBERT)
def write_radgraph_modernbert(folder: Path) -> None:
    modernbert_config(folder, layers=2, longest=_SIZES["longest"]).save_pretrained(folder)


@tiny("StanfordAIMI/RRG_scorers")
def write_radgraph(folder: Path) -> None:
    """Writes the archives of RadGraph's models as its package fetches them."""
    import tarfile
    import tempfile

    for name in _SEEDS:
        with tempfile.TemporaryDirectory() as place:
            unpacked = Path(place)
            write_radgraph_model(unpacked, name)
            with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as archive:
                for file in sorted(unpacked.iterdir()):
                    archive.add(file, arcname=file.name)


def write_radgraph_model(folder: Path, name: str, transformer: Path | None = None) -> None:
    """Writes a model of RadGraph as its archive holds it: config.json, vocabulary and weights.th.

    Args:
        folder: An empty folder.
        name: The model.
        transformer: A folder with tokenizer and configuration of another transformer than the tiny one.
    """
    import tempfile

    import torch
    from transformers import AutoConfig, AutoModel

    base, write = _BERT, write_radgraph_bert
    if name.startswith("modern"):
        base, write = _MODERNBERT, write_radgraph_modernbert
    if transformer is not None:
        base = str(transformer)
    indexer = {"type": "pretrained_transformer_mismatched", "model_name": base, "max_length": _SIZES["longest"]}
    events = {"trigger_spans_per_word": 0.3, "argument_spans_per_word": 0.8}
    modules = {
        "coref": {"spans_per_word": 0.3, "max_antecedents": 10, "coref_prop": 0},
        "ner": {},
        "relation": {"spans_per_word": 0.5},
        "events": {**events, "loss_weights": {"trigger": 1.0, "arguments": 1.0}},
    }
    model = {
        "type": "dygie",
        "embedder": {"token_embedders": {"bert": indexer}},
        "initializer": {},
        "module_initializer": {},
        "feature_size": _SIZES["feature"],
        "max_span_width": _SIZES["widest"],
        "target_task": "relation",
        "feedforward_params": {"num_layers": 2, "hidden_dims": _SIZES["hidden"], "dropout": 0.4},
        "loss_weights": {"ner": 0.2, "relation": 1.0, "coref": 0.0, "events": 0.0},
        "modules": modules,
    }
    reader = {"type": "dygie", "max_span_width": _SIZES["widest"], "token_indexers": {"bert": indexer}}
    write_json(folder / "config.json", {"dataset_reader": reader, "model": model})
    observations = ("definitely present", "definitely absent", "uncertain")
    labels = ["", "Anatomy::definitely present", *(f"Observation::{one}" for one in observations)]
    kinds = ["modify", "located_at", "suggestive_of"]
    vocabulary = folder / "vocabulary"
    vocabulary.mkdir()
    for file, lines in (
        ("non_padded_namespaces", ["*tags", "*labels"]),
        (f"{name}__ner_labels", labels),
        (f"{name}__relation_labels", kinds),
    ):
        (vocabulary / f"{file}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as place, torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEEDS[name])
        if transformer is None:
            write(Path(place))
        form = AutoConfig.from_pretrained(transformer or place)
        weights = AutoModel.from_config(form).state_dict()
        inside = "_embedder.token_embedder_bert._matched_embedder.transformer_model."
        state = {f"{inside}{key}": value.clone() for key, value in weights.items()}
        heads = radgraph_heads(name, labels, kinds, form.hidden_size)
    torch.save(state | heads, folder / "weights.th")


def radgraph_heads(name: str, labels: list[str], kinds: list[str], width: int) -> dict[str, Any]:
    """Returns random weights for all that stands on a RadGraph model's transformer, used or not."""
    import torch

    feature, hidden = _SIZES["feature"], _SIZES["hidden"]
    span = 2 * width + feature
    relation, pruner = f"{name}__relation_labels", "_mention_pruners.{0}._scorer"
    state: dict[str, Any] = {
        "_endpoint_span_extractor._span_width_embedding.weight": torch.randn(_SIZES["widest"], feature),
        "_coref._distance_embedding.weight": torch.randn(10, feature),
        "_events._distance_embedding.weight": torch.randn(10, feature),
    }

    def add(layer: str, inputs: int, outputs: int, bias: float = 0.0) -> None:
        state[f"{layer}.weight"] = torch.randn(outputs, inputs) / inputs**0.5
        state[f"{layer}.bias"] = torch.full((outputs,), bias)

    def add_two(layers: str, inputs: int) -> None:
        add(f"{layers}.0", inputs, hidden)
        add(f"{layers}.1", hidden, hidden)

    # So that about a third of the spans are entities and half of these are related.
    entity, related = (-1.2, -0.6) if name.startswith("modern") else (-0.45, 0.4)
    for scorer, inputs, outputs, bias in (
        (f"_ner._ner_scorers.{name}__ner_labels", span, len(labels) - 1, entity),
        (f"_relation.{pruner.format(relation)}", span, 1, 0.0),
        ("_coref._mention_pruner._scorer", span, 1, 0.0),
    ):
        add_two(f"{scorer}.0._module._linear_layers", inputs)
        add(f"{scorer}.1._module", hidden, outputs, bias)
    add_two(f"_relation._relation_feedforwards.{relation}._linear_layers", 3 * span)
    add(f"_relation._relation_scorers.{relation}", hidden, len(kinds), related)
    add_two("_coref._antecedent_feedforward._module._linear_layers", 3 * span + feature)
    add("_coref._antecedent_scorer._module", hidden, 1)
    add("_coref._f_network._linear_layers.0", 2 * span, span)
    return state
