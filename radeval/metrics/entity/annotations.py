"""Annotations of reports as RadGraph makes them: by its model, or from a file made elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from radeval.core.errors import FileAccessError, InputError, TableFormatError
from radeval.core.example import Example
from radeval.core.info import Parameter, ParameterValue
from radeval.core.metric import RunContext
from radeval.encoders.packages import need_packages
from radeval.encoders.radgraph import RadGraphModel, annotation_size
from radeval.encoders.radgraph_files import RadGraphFiles, find_radgraph
from radeval.encoders.shared import shared_encoder
from radeval.metrics.entity.graph_f1 import Annotation

ANNOTATIONS = Parameter(
    "annotations", "path", None, "JSON of annotations in the form of RadGraph's package, used in place of its model"
)
NOT_ANNOTATED = "a report is not among the annotations"
NOTHING: Annotation = {"text": "", "entities": {}}
"""The annotation of a report without words, which no model is asked for."""


class Annotator:
    """What annotates the reports of a metric.

    Args:
        metric: The metric's name, for errors.
        model: The model of RadGraph.
        file: A file of annotations, which takes the model's place; a report that it lacks has no annotation.
    """

    def __init__(self, metric: str, model: str, file: str | None) -> None:
        self._metric = metric
        self._model = model
        self._file = file
        self._stored: tuple[Mapping[str, Annotation], str] | None = None
        self._files: RadGraphFiles | None = None
        self._dtype: str = ""

    def check(self, context: RunContext) -> None:
        """Reads the file, or finds the model.

        Raises:
            InputError: The file cannot be used.
            MissingExtraError: What the model runs on is not installed.
            MissingResourceError: The model is not on this machine.
        """
        self._dtype = context.encoding.dtype
        if self._file is not None:
            self._stored = read_annotations(self._file)
            return
        need_packages(self._metric)
        self._files = find_radgraph(self._model)

    def fields(self) -> dict[str, ParameterValue]:
        """Returns the fields of a signature that say how reports are annotated; read after `check`."""
        if self._stored is not None:
            return {"graph": "annotations", "annotations": self._stored[1]}
        if self._files is None:
            return {"graph": self._model}
        return {
            "graph": self._model,
            "commit": self._files.weights.commit,
            "tokenizer": self._files.transformer.commit,
            "dtype": self._dtype,
        }

    def uses(self) -> tuple[Hashable, ...]:
        """Returns the key of the model among what a run shares."""
        return () if self._files is None else (("radgraph", self._model, self._files.weights.commit),)

    def ready(self, examples: Sequence[Example], context: RunContext) -> None:
        """Annotates the reports of examples together, so that `pair` finds them done."""
        self._read([text for one in examples for text in (one.candidate, one.references[0])], context)

    def pair(self, example: Example, context: RunContext) -> tuple[Annotation, Annotation] | None:
        """Returns the annotations of candidate and reference; None where one is not among those of the file."""
        candidate, reference = self._read([example.candidate, example.references[0]], context)
        return None if candidate is None or reference is None else (candidate, reference)

    def _read(self, texts: Sequence[str], context: RunContext) -> list[Annotation | None]:
        if self._stored is None and self._files is None:
            self.check(context)
        if self._stored is not None:
            stored = self._stored[0]
            return [stored.get(text_key(text)) if text.strip() else NOTHING for text in texts]
        files, options = self._files, context.encoding
        assert files is not None
        encoder = shared_encoder(
            context,
            self.uses()[0],
            f"RadGraph ({self._model})",
            partial(RadGraphModel, files, dtype=options.dtype),
            annotation_size,
        )
        found = iter(encoder.read([text for text in texts if text.strip()]))
        return [next(found) if text.strip() else NOTHING for text in texts]


def read_annotations(path: str) -> tuple[dict[str, Annotation], str]:
    """Returns the annotations in a file by what they are found by, and a digest of the file.

    Raises:
        FileAccessError: It cannot be read.
        TableFormatError: It is not in the form of RadGraph's package.
        InputError: It annotates one report in two ways.
    """
    try:
        content = Path(path).expanduser().read_bytes()
    except OSError as error:
        raise FileAccessError(f"the annotations cannot be read: {error.strerror}", where=path) from error
    try:
        stored = json.loads(content)
    except ValueError as error:
        raise TableFormatError(f"this is no JSON: {error}", where=path) from error
    if not isinstance(stored, dict) or not stored:
        raise TableFormatError("there are no annotations by name", where=path, hint=_FORM)
    found: dict[str, Annotation] = {}
    styles: set[str] = set()
    for name, one in stored.items():
        wrong = _wrong(one, styles)
        if wrong:
            raise TableFormatError(wrong, where=f"{path}, {name!r}", hint=_FORM)
        if found.setdefault(text_key(one["text"]), one)["entities"] != one["entities"]:
            raise InputError("one report has two annotations that differ", where=f"{path}, {name!r}")
    return found, f"sha256:{hashlib.sha256(content).hexdigest()[:32]}"


def text_key(text: str) -> str:
    """Returns what a report and its annotation share: all signs but white space, which RadGraph sets as it likes."""
    return "".join(text.split())


_FORM = 'as RadGraph\'s package gives it: {"0": {"text": ..., "entities": {"1": {"tokens", "label", "relations"}}}}'


_LABELS = {
    "full": re.compile(
        r"(?:Anatomy|Observation)(?:::measurement)?::(?:definitely present|definitely absent|uncertain)"
    ),
    "short": re.compile(r"ANAT-(?:DP|DA|U)|OBS-(?:DP|DA|U)"),
}
"""The labels of RadGraph's package, and the short ones of the first data set."""
_KINDS = ("modify", "located_at", "suggestive_of")


def _wrong(one: Any, styles: set[str]) -> str:
    """Returns what is wrong with an annotation; empty where nothing is.

    Args:
        one: The annotation.
        styles: The styles of the labels so far, to which those of this one are added.
    """
    if not isinstance(one, dict) or not isinstance(one.get("text"), str) or not isinstance(one.get("entities"), dict):
        return "an annotation has a text and entities"
    entities = one["entities"]
    for name, entity in entities.items():
        if not isinstance(entity, dict) or not all(isinstance(entity.get(key), str) for key in ("tokens", "label")):
            return f"entity {name!r} has no tokens or no label"
        style = next((style for style, form in _LABELS.items() if form.fullmatch(entity["label"])), None)
        if style is None:
            return f"entity {name!r} has the label {entity['label']!r}, which RadGraph has not"
        styles.add(style)
        if len(styles) > 1:
            return f"entity {name!r} has the label {entity['label']!r}, others are named in another way"
        relations = entity.get("relations")
        if not isinstance(relations, list):
            return f"entity {name!r} has no list of relations"
        for relation in relations:
            if not (isinstance(relation, list) and len(relation) == 2 and isinstance(relation[0], str)):
                return f"a relation of entity {name!r} is no kind and target"
            if relation[0] not in _KINDS:
                return f"entity {name!r} has the relation {relation[0]!r}, which RadGraph has not"
            if relation[1] not in entities:
                return f"entity {name!r} is related to {relation[1]!r}, which is not there"
    return ""
