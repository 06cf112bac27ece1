"""Tiny models of the architectures that metrics use, written on the fly from fixed seeds.

`write_models` fills a folder as RADEVAL_MODELS names one. A model is added by a function that writes it and stands
under `@tiny(HUB_ID)`. Their weights are random: they prove that a real checkpoint of the architecture would be found,
loaded and read rightly, and say nothing of any report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_WORDS = """
a above acute and apical are at atelectasis base basilar be bilateral cardiac cardiomegaly catheter change chest clear
compared consolidation contour contours decreased device edema effusion evidence focal for fracture from has have heart
hilar if in increased interval is left line lobe lower lung lungs may mediastinal mild minimal moderate new no nodule
normal not of on opacity or patchy pleural pneumonia pneumothorax possible present prior pulmonary removed rib right
seen severe silhouette size small spine stable sternotomy suggest the there tip to tube unchanged unremarkable upper
vascular wires with within without worsened
"""
WORDS = _WORDS.split()
"""What tokenizers know whole; they spell out all else."""

Writer = Callable[[Path], None]

MODELS: dict[str, list[Writer]] = {}


def tiny(*names: str) -> Callable[[Writer], Writer]:
    """Registers what writes the model of a hub id, or of several; a repository of several models has several."""

    def register(write: Writer) -> Writer:
        for name in names:
            MODELS.setdefault(name, []).append(write)
        return write

    return register


def write_models(root: Path, names: Iterable[str] | None = None) -> None:
    """Writes the models of these hub ids, or all, each into a folder OWNER/NAME."""
    for name in MODELS if names is None else names:
        folder = root / name
        folder.mkdir(parents=True)
        for write in MODELS[name]:
            write(folder)


def save(kind: type[Any], config: Any, folder: Path, seed: int = 0) -> None:
    """Writes a model of random weights, its config and nothing else."""
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        kind(config).eval().save_pretrained(folder)
    logging.enable_progress_bar()


def write_json(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content), encoding="utf-8")


def write_wordpiece(folder: Path, longest: int = 512) -> int:
    """Writes the vocabulary of a BERT tokenizer, and returns its size."""
    signs = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    pieces = [f"##{sign}" for sign in signs if sign.isalnum()] + ["##ly", "##ed", "##ing", "##al"]
    vocabulary = list(dict.fromkeys(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *signs, *pieces, *WORDS]))
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    about = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": longest}
    write_json(folder / "tokenizer_config.json", about)
    return len(vocabulary)


def bpe(special: Iterable[str]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Returns the vocabulary and merges of a byte-level BPE tokenizer, the special tokens first."""
    from tokenizers.pre_tokenizers import ByteLevel

    merges: dict[tuple[str, str], None] = {}
    for word in WORDS:
        for spelled in (word, f"Ġ{word}"):
            for end in range(1, len(spelled)):
                merges.setdefault((spelled[:end], spelled[end]))
    joined = [left + right for left, right in merges]
    entries = dict.fromkeys([*special, *sorted(ByteLevel.alphabet()), *joined])
    return {entry: number for number, entry in enumerate(entries)}, list(merges)


def write_roberta_tokenizer(folder: Path, longest: int = 512) -> int:
    """Writes the vocabulary and merges of a RoBERTa tokenizer, and returns the vocabulary's size."""
    vocabulary, merges = bpe(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    write_json(folder / "vocab.json", vocabulary)
    lines = ["#version: 0.2", *(f"{left} {right}" for left, right in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "RobertaTokenizer", "model_max_length": longest})
    return len(vocabulary)


def write_bpe_file(folder: Path, longest: int) -> dict[str, int]:
    """Writes a byte-level BPE tokenizer as one tokenizer.json with BERT's special tokens; returns the vocabulary."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    special = {"unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "pad": "[PAD]", "mask": "[MASK]"}
    vocabulary, merges = bpe(special.values())
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    made.add_special_tokens(list(special.values()))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    marks = [(mark, vocabulary[mark]) for mark in ("[CLS]", "[SEP]")]
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=marks)
    made.save(str(folder / "tokenizer.json"))
    named = {f"{name}_token": text for name, text in special.items()}
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": longest, **named}
    write_json(folder / "tokenizer_config.json", about)
    return vocabulary


def bert_config(folder: Path, layers: int = 2, longest: int = 512, **changes: Any) -> Any:
    """Writes a BERT tokenizer and returns the configuration of a BERT of 32 dimensions that fits it."""
    from transformers import BertConfig

    return BertConfig(
        vocab_size=write_wordpiece(folder, longest),
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=longest,
        initializer_range=0.2,
        **changes,
    )


def roberta_config(folder: Path, layers: int, longest: int = 512, **changes: Any) -> Any:
    """Writes a RoBERTa tokenizer and returns the configuration of a RoBERTa of 32 dimensions that fits it."""
    from transformers import RobertaConfig

    return RobertaConfig(
        vocab_size=write_roberta_tokenizer(folder, longest),
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=64,
        # Places are counted from two on.
        max_position_embeddings=longest + 2,
        type_vocab_size=1,
        initializer_range=0.2,
        **changes,
    )


@tiny("FacebookAI/roberta-large")
def write_roberta_large(folder: Path) -> None:
    from transformers import RobertaForMaskedLM

    save(RobertaForMaskedLM, roberta_config(folder, layers=18), folder)


@tiny("distilbert/distilroberta-base")
def write_distilroberta(folder: Path) -> None:
    from transformers import RobertaForMaskedLM

    save(RobertaForMaskedLM, roberta_config(folder, layers=6), folder, seed=1)


@tiny("distilbert/distilbert-base-uncased")
def write_distilbert(folder: Path) -> None:
    from transformers import DistilBertConfig, DistilBertForMaskedLM

    config = DistilBertConfig(
        vocab_size=write_wordpiece(folder),
        dim=32,
        n_layers=6,
        n_heads=2,
        hidden_dim=64,
        initializer_range=0.2,
    )
    save(DistilBertForMaskedLM, config, folder, seed=2)


def modernbert_config(folder: Path, layers: int, longest: int = 8192) -> Any:
    """Writes a tokenizer and returns the configuration of a ModernBERT of 32 dimensions that fits it."""
    from transformers import ModernBertConfig

    known = write_bpe_file(folder, longest)
    return ModernBertConfig(
        vocab_size=len(known),
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=48,
        initializer_range=0.2,
        pad_token_id=known["[PAD]"],
        bos_token_id=known["[CLS]"],
        cls_token_id=known["[CLS]"],
        eos_token_id=known["[SEP]"],
        sep_token_id=known["[SEP]"],
    )


@tiny("IAMJB/RadEvalModernBERT")
def write_modernbert(folder: Path) -> None:
    from transformers import ModernBertForMaskedLM

    save(ModernBertForMaskedLM, modernbert_config(folder, layers=22), folder, seed=3)


@tiny("sentence-transformers/all-MiniLM-L6-v2")
def write_minilm(folder: Path) -> None:
    from transformers import BertModel

    save(BertModel, bert_config(folder, layers=6), folder, seed=4)


_RADGRAPH_BERT, _RADGRAPH_MODERNBERT = "tiny/bert-of-radgraph", "tiny/modernbert-of-radgraph"
_RADGRAPH_SIZES = {"widest": 4, "feature": 4, "hidden": 16, "longest": 64}


@tiny(_RADGRAPH_BERT)
def write_radgraph_bert(folder: Path) -> None:
    """Writes what RadGraph takes of its transformer's repository: the tokenizer and the configuration, no weights."""
    bert_config(folder, longest=_RADGRAPH_SIZES["longest"]).save_pretrained(folder)


@tiny(_RADGRAPH_MODERNBERT)
def write_radgraph_modernbert(folder: Path) -> None:
    modernbert_config(folder, layers=2, longest=_RADGRAPH_SIZES["longest"]).save_pretrained(folder)


@tiny("StanfordAIMI/RRG_scorers")
def write_radgraph(folder: Path) -> None:
    """Writes the archives of RadGraph's models as its package fetches them."""
    import tarfile
    import tempfile

    for seed, name in enumerate(("radgraph", "radgraph-xl", "modern-radgraph-xl", "echograph")):
        with tempfile.TemporaryDirectory() as place:
            unpacked = Path(place)
            write_radgraph_model(unpacked, name, seed)
            with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as archive:
                for file in sorted(unpacked.iterdir()):
                    archive.add(file, arcname=file.name)


def write_radgraph_model(folder: Path, name: str, seed: int) -> None:
    """Writes a model of RadGraph as its archive holds it: config.json, vocabulary and weights.th."""
    import tempfile

    import torch
    from transformers import AutoConfig, AutoModel

    base, write = _RADGRAPH_BERT, write_radgraph_bert
    if name.startswith("modern"):
        base, write = _RADGRAPH_MODERNBERT, write_radgraph_modernbert
    sizes = _RADGRAPH_SIZES
    indexer = {"type": "pretrained_transformer_mismatched", "model_name": base, "max_length": sizes["longest"]}
    events = {"trigger_spans_per_word": 0.3, "argument_spans_per_word": 0.8, "loss_weights": {}}
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
        "feature_size": sizes["feature"],
        "max_span_width": sizes["widest"],
        "target_task": "relation",
        "feedforward_params": {"num_layers": 2, "hidden_dims": sizes["hidden"], "dropout": 0.4},
        "loss_weights": {"ner": 0.2, "relation": 1.0, "coref": 0.0, "events": 0.0},
        "modules": modules,
    }
    reader = {"type": "dygie", "max_span_width": sizes["widest"], "token_indexers": {"bert": indexer}}
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
        torch.manual_seed(seed)
        write(Path(place))
        transformer = AutoModel.from_config(AutoConfig.from_pretrained(place)).state_dict()
        inside = "_embedder.token_embedder_bert._matched_embedder.transformer_model."
        state = {f"{inside}{key}": value.clone() for key, value in transformer.items()}
        heads = radgraph_heads(name, labels, kinds)
    torch.save(state | heads, folder / "weights.th")


def radgraph_heads(name: str, labels: list[str], kinds: list[str]) -> dict[str, Any]:
    """Returns random weights for all that stands on a RadGraph model's transformer, used or not."""
    import torch

    feature, hidden = _RADGRAPH_SIZES["feature"], _RADGRAPH_SIZES["hidden"]
    span = 2 * 32 + feature
    relation, pruner = f"{name}__relation_labels", "_mention_pruners.{0}._scorer"
    state: dict[str, Any] = {
        "_endpoint_span_extractor._span_width_embedding.weight": torch.randn(_RADGRAPH_SIZES["widest"], feature),
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
