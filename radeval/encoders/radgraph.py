"""RadGraph's models: read from their published archives, run in batches, with the output of their package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from radeval.core.encoding import Dtype
from radeval.core.errors import MissingResourceError
from radeval.encoders.encoder import Tokens
from radeval.encoders.radgraph_files import RadGraphFiles
from radeval.encoders.radgraph_heads import Graph, GraphHeads
from radeval.encoders.radgraph_words import radgraph_words
from radeval.encoders.transformer import encodable, how_to_check, load_config, load_tokenizer, placed, quiet_loading

if TYPE_CHECKING:
    import torch

Annotation = dict[str, Any]

_INSIDE = "_embedder.token_embedder_bert._matched_embedder.transformer_model."
_UNUSED = ("pooler.", "embeddings.position_ids")
"""Weights that older or newer packages leave out, and that no result depends on."""


class _Pieces(list[int]):
    """The pieces of a report's words, without the marks of its beginning and end.

    Attributes:
        words: The words.
        counts: How many pieces each has.
    """

    def __init__(self, words: list[str], pieces: Sequence[Sequence[int]]) -> None:
        super().__init__(piece for one in pieces for piece in one)
        self.words = words
        self.counts = [len(one) for one in pieces]


class RadGraphModel:
    """One copy of a model on one device; reads annotations in the form of RadGraph's package.

    Args:
        files: Where the model is.
        device: For example "cuda:0" or "cpu".
        dtype: Precision of the transformer; the rest computes in single precision.

    Attributes:
        longest: Most tokens that the transformer reads at once. Nothing is cut.
        cut: Empty.

    Raises:
        MissingResourceError: The weights do not fit the configuration.
    """

    def __init__(self, files: RadGraphFiles, device: str, dtype: Dtype) -> None:
        config, folder, transformer = files.config, files.weights.path, files.transformer.path
        self._name = files.model
        self._config = config
        self._device = device
        self.longest = config.longest
        self.cut: list[str] = []
        form = load_config(transformer)
        self._tokenizer = load_tokenizer(transformer, form)
        self._begin, self._end = self._tokenizer("")["input_ids"]
        state = _weights(folder / "weights.th")
        try:
            self._heads = GraphHeads(state, files.model, config.widest, config.kept, device)
        except KeyError as error:
            raise _unfit(f"these weights lack {error}", folder / "weights.th") from error
        if (self._heads.labels, self._heads.kinds) != (len(config.labels) - 1, len(config.kinds)):
            raise _unfit("this model's labels and weights do not fit", folder)
        self._module = placed(_transformer(form, transformer, state, folder), device, dtype).eval()

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Returns the pieces of each report's words."""
        cut = [radgraph_words(text, self._name) for text in texts]
        # A stop after a slash is read without it.
        read = {word: word[1:] if word in ("/.", "/?") else encodable(word) for words in cut for word in words}
        known = (
            self._tokenizer(list(read.values()), add_special_tokens=False, verbose=False)["input_ids"] if read else []
        )
        pieces = dict(zip(read, known, strict=True))
        return [_Pieces(words, [pieces[word] for word in words]) for words in cut]

    def read(self, batch: Sequence[Tokens]) -> list[Annotation]:
        """Returns the annotation of each report."""
        import torch

        reports = cast(Sequence[_Pieces], batch)
        room = self.longest - 2
        parts = [one[start : start + room] for one in reports for start in range(0, max(1, len(one)), room)]
        with torch.inference_mode():
            vectors = iter(self._vectors(parts))
            found = []
            for one in reports:
                own = [next(vectors) for _ in range(0, max(1, len(one)), room)]
                found.append(self._annotation(one, torch.cat(own)))
        return found

    def _vectors(self, parts: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        """Returns the vectors of the pieces of each part, without those of the marks."""
        import torch

        width = max(map(len, parts)) + 2
        filler = self._tokenizer.pad_token_id or 0
        rows = [[self._begin, *part, self._end] for part in parts]
        ids = torch.tensor([row + [filler] * (width - len(row)) for row in rows], device=self._device)
        lengths = torch.tensor([len(row) for row in rows], device=self._device)
        mask = (torch.arange(width, device=self._device)[None, :] < lengths[:, None]).long()
        states = self._module(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        return [state[1 : len(part) + 1] for state, part in zip(states, parts, strict=True)]

    def _annotation(self, report: _Pieces, pieces: torch.Tensor) -> Annotation:
        words = report.words
        graph = self._heads.read(_means(pieces, report.counts)) if words else Graph([], [])
        entities: dict[str, Any] = {}
        for number, (first, last, label) in enumerate(graph.entities, 1):
            entities[str(number)] = {
                "tokens": " ".join(words[first : last + 1]),
                "label": self._config.labels[label + 1],
                "start_ix": first,
                "end_ix": last,
                "relations": [],
            }
        for source, target, kind in graph.relations:
            entities[str(source + 1)]["relations"].append([self._config.kinds[kind], str(target + 1)])
        return {"text": " ".join(words), "entities": entities, "data_source": None, "data_split": "inference"}


def annotation_size(annotation: Annotation) -> int:
    """Returns about how many bytes an annotation takes."""
    entities = annotation["entities"].values()
    return 1000 + 4 * len(annotation["text"]) + sum(800 + 200 * len(one["relations"]) for one in entities)


def _means(pieces: torch.Tensor, counts: Sequence[int]) -> torch.Tensor:
    """Returns the mean of the vectors of each word's pieces, 0 where it has none.

    Adds them in their order, since sums in any order differ in the last bit from run to run on a GPU.
    """
    import torch

    sums = torch.zeros(len(counts), pieces.shape[1], device=pieces.device)
    starts = list(accumulate(counts, initial=0))
    for step in range(max(counts)):
        longer = [word for word, count in enumerate(counts) if count > step]
        sums[longer] += pieces[[starts[word] + step for word in longer]]
    return sums / torch.tensor(counts, device=pieces.device).clamp(min=1)[:, None]


def _weights(file: Path) -> Mapping[str, torch.Tensor]:
    import torch

    try:
        state: Mapping[str, torch.Tensor] = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises errors of many kinds on a file that is none of its own
        raise _unfit(f"these weights cannot be read: {error}", file) from error
    return state


def _transformer(form: Any, path: Path, state: Mapping[str, torch.Tensor], folder: Path) -> torch.nn.Module:
    """Returns the transformer of a model: its form from one folder, its weights from the model's own."""
    import torch
    from transformers import AutoModel

    makers: Any = AutoModel
    inner = {name.removeprefix(_INSIDE): value for name, value in state.items() if name.startswith(_INSIDE)}
    # Its first weights are drawn at random, and are not to change what the user draws.
    with quiet_loading(), torch.random.fork_rng(devices=[]):
        module: torch.nn.Module = makers.from_config(form, dtype=torch.float32, trust_remote_code=False)
    try:
        found = module.load_state_dict(inner, strict=False)
    except RuntimeError as error:
        raise _unfit(f"these weights do not fit {path}: {error}", folder) from error
    wrong = [name for name in (*found.missing_keys, *found.unexpected_keys) if not name.startswith(_UNUSED)]
    if wrong:
        raise _unfit(f"these weights do not fit {path}: {wrong[0]}", folder)
    return module


def _unfit(why: str, where: Path) -> MissingResourceError:
    return MissingResourceError(why, where=str(where), hint=how_to_check(where))
