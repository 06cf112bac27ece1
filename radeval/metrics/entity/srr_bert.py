"""Agreement of two reports on the findings of their sentences, read by SRR-BERT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from radeval.core.info import EmptyRules, MetricInfo, Parameter, Part, Properties
from radeval.core.metric import RunContext
from radeval.encoders.packages import need_packages
from radeval.metrics.entity.label_classifier import Classifier
from radeval.metrics.entity.model_labels import ModelLabels, Said, label_statistics
from radeval.metrics.entity.srr_labels import labels_of
from radeval.text.headings import is_heading
from radeval.text.sentences import split_sentences
from radeval.weights.catalogue import find_model, public_name, published

TOKENIZER = "cxr-bert-general"
_ENDS = (".", "!", "?")


class SrrBert(ModelLabels[Classifier]):
    """F1 of the labels that SRR-BERT gives the sentences of two reports."""

    info = MetricInfo(
        name="srr_bert",
        version=1,
        summary="F1 of the findings that SRR-BERT reads in the sentences; over a set, weighted by label",
        main="weighted_f1",
        direction="higher",
        range=(0.0, 1.0),
        citation="Delbrouck et al., ACL 2025; averages as scikit-learn's classification report",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=1.0),
        parts=(
            Part("f1", "F1 of a report's labels; over a set, the mean"),
            Part("precision", "share of the candidate's labels that the reference has; over a set, the mean"),
            Part("recall", "share of the reference's labels that the candidate has; over a set, the mean"),
            Part("weighted_precision", "precision of each label over a set, weighted by how many references have it"),
            Part("weighted_recall", "recall of each label over a set, weighted by how many references have it"),
            Part("micro_f1", "F1 of the counts of all labels, summed over the examples"),
            Part("macro_f1", "mean of the F1 of each label over a set, 0 for one that no report has"),
            Part("agreement", "share of the labels on which the reports agree"),
            Part("exact", "whether the reports agree on all labels; over a set, the share"),
        ),
        parameters=(
            Parameter("level", "str", "leaves", "how fine the labels are: 55 leaves, or 25 upper", ("leaves", "upper")),
            Parameter("statuses", "bool", True, "whether present, uncertain and absent are labels of their own"),
            Parameter("model", "str", None, "a folder with such a model; the published one of this level by default"),
        ),
        aggregate="mean of the F1 of each label over the examples, weighted by how many references have the label",
        statistics=label_statistics(labels_of("leaves", statuses=True)),
        properties=Properties(symmetric=True, clinical=True),
        modalities=("cxr",),
        languages=("en",),
        needs=("the weights of SRR-BERT", "the vocabulary of BiomedVLP-CXR-BERT-general"),
        extra="models",
        reproduced="no",
        notes="A report has the labels of all its sentences, so that a finding can be present and absent in it. F1, "
        "precision and recall of a pair are those of its two sets of labels; RadEval's three are one number, the "
        "share of all labels that both have. Sentences are split by radeval, and at line breaks too; a heading alone, "
        "such as a line of up to 8 words that ends with a colon, is no sentence. A set without any label "
        "agrees: 1, where scikit-learn has 0. How each label fares is among the statistics of run.json. "
        "The order of the outputs of level=upper with statuses is that of the leaves, by analogy: nobody here could "
        "confirm it.",
    )

    def __init__(self, level: str = "leaves", statuses: bool = True, model: str | None = None) -> None:
        super().__init__(level=level, statuses=statuses, model=model)
        self.labels = labels_of(level, statuses)
        self.info = replace(self.info, statistics=label_statistics(self.labels))
        self._model = model or f"srr-bert-{level}{'-with-statuses' if statuses else ''}"

    def find(self, context: RunContext) -> Classifier:
        """Returns SRR-BERT as it is found on this machine."""
        need_packages(self.info.name)
        vocabulary = published(TOKENIZER).find().path
        weights = find_model(self._model, ["weights"])
        name = public_name(self._model)
        return Classifier("SRR-BERT", name, weights, self.labels, context.encoding.dtype, vocabulary)

    def read(self, texts: Sequence[str], context: RunContext) -> list[Said]:
        """Returns the labels of reports, each with the first sentence that has it."""
        spans = [[span for span in split_sentences(text) if not is_heading(text[slice(*span)])] for text in texts]
        sentences = [_sentence(text[slice(*span)]) for text, own in zip(texts, spans, strict=True) for span in own]
        masks = iter(self.model(context).encoder(context).read(sentences))
        found = []
        for own in spans:
            positive, places = np.zeros(len(self.labels), dtype=bool), dict[int, tuple[int, int]]()
            for span in own:
                mask = next(masks)
                positive |= mask
                places = dict.fromkeys(np.flatnonzero(mask).tolist(), span) | places
            found.append(Said(positive, places=places))
        return found


def _sentence(text: str) -> str:
    """Returns a sentence as the model was trained to read it: on one line, and with an end."""
    line = " ".join(text.split()).rstrip(" ;")
    return line if line.endswith(_ENDS) else f"{line}."
