"""Tiny models of the architectures that metrics use, written on the fly from fixed seeds.

`write_models` fills a folder as RADEVAL_MODELS names one. A model is added by a function that writes it and stands
under `@tiny(HUB_ID)`. Their weights are random: they prove that a real checkpoint of the architecture would be found,
loaded and read rightly, and say nothing of any report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
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

    save(ModernBertForMaskedLM, modernbert_config(folder, layers=22, longest=768), folder, seed=3)


@tiny("sentence-transformers/all-MiniLM-L6-v2")
def write_minilm(folder: Path) -> None:
    from transformers import BertModel

    save(BertModel, bert_config(folder, layers=6), folder, seed=4)


@tiny("google-bert/bert-base-uncased")
def write_uncased_vocabulary(folder: Path) -> None:
    write_wordpiece(folder)


@tiny("StanfordAIMI/RRG_scorers")
def write_chexbert(folder: Path) -> None:
    """Writes a checkpoint as CheXbert's training stored it, and drops what the tokenizer needs: it is elsewhere."""
    import torch
    from transformers import BertModel

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        bert = BertModel(bert_config(folder))
        heads = torch.nn.ModuleList([torch.nn.Linear(32, classes) for classes in (*(4,) * 13, 2)])
        parts = {"bert": bert, "linear_heads": heads}
    state = {f"module.{name}": tensor for name, tensor in torch.nn.ModuleDict(parts).state_dict().items()}
    torch.save({"epoch": 1, "model_state_dict": state, "optimizer_state_dict": {"state": {}}}, folder / "chexbert.pth")
    for file in ("vocab.txt", "tokenizer_config.json"):
        (folder / file).unlink()


@tiny("IAMJB/RadBERT-CT")
def write_radbert_ct(folder: Path) -> None:
    from transformers import RobertaForSequenceClassification

    save(RobertaForSequenceClassification, roberta_config(folder, layers=2, num_labels=18), folder, seed=6)


@tiny("microsoft/BiomedVLP-CXR-BERT-general")
def write_cxr_vocabulary(folder: Path) -> None:
    write_wordpiece(folder)


def _write_srr_bert(folder: Path, labels: int) -> None:
    from transformers import BertForSequenceClassification

    save(BertForSequenceClassification, bert_config(folder, num_labels=labels), folder, seed=7)
    for file in ("vocab.txt", "tokenizer_config.json"):
        (folder / file).unlink()


for _name, _labels in {"Leaves": 55, "Upper": 25, "Leaves-with-Statuses": 163, "Upper-with-Statuses": 73}.items():
    tiny(f"StanfordAIMI/SRR-BERT-{_name}")(partial(_write_srr_bert, labels=_labels))


@tiny("Angelakeke/RaTE-NER-Deberta")
def write_rate_ner(folder: Path) -> None:
    from transformers import DebertaV2Config, DebertaV2ForTokenClassification, DebertaV2Tokenizer

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    signs = ["▁", *(chr(code) for code in range(33, 127))]
    pieces = list(dict.fromkeys([*signs, *(f"▁{word}" for word in WORDS), *(f"▁{word.title()}" for word in WORDS)]))
    # Whole words are likelier than what spells them.
    entries = [(piece, 0.0) for piece in special] + [(piece, -1.0 if len(piece) > 1 else -9.0) for piece in pieces]
    DebertaV2Tokenizer(vocab=entries).save_pretrained(folder)
    types = ("ABNORMALITY", "NON-ABNORMALITY", "DISEASE", "NON-DISEASE", "ANATOMY")
    marks = [f"{begin}-{one}" for one in types for begin in "BI"] + ["O"]
    config = DebertaV2Config(
        vocab_size=len(entries),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        initializer_range=0.2,
        relative_attention=True,
        position_buckets=256,
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        pos_att_type=["p2c", "c2p"],
        position_biased_input=False,
        type_vocab_size=0,
        pooler_hidden_size=32,
        id2label=dict(enumerate(marks)),
        label2id={mark: number for number, mark in enumerate(marks)},
    )
    save(DebertaV2ForTokenClassification, config, folder, seed=8)


@tiny("FremyCompany/BioLORD-2023-C")
def write_biolord(folder: Path) -> None:
    from transformers import MPNetConfig, MPNetModel, MPNetTokenizer

    write_wordpiece(folder)
    words = (folder / "vocab.txt").read_text(encoding="utf-8").split()
    renamed = {"[PAD]": "<pad>", "[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>"}
    entries = list(dict.fromkeys(["<s>", "<pad>", "</s>", *(renamed.get(word, word) for word in words)]))
    (folder / "vocab.txt").unlink()
    (folder / "tokenizer_config.json").unlink()
    MPNetTokenizer(vocab={word: number for number, word in enumerate(entries)}).save_pretrained(folder)
    config = MPNetConfig(
        vocab_size=len(entries),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=514,
        initializer_range=0.2,
    )
    save(MPNetModel, config, folder, seed=9)
