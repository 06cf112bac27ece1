"""Agreement of two reports on the 14 observations of CheXpert, read by CheXbert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from radeval.core.info import EmptyRules, MetricInfo, Parameter, Part, Properties
from radeval.core.metric import RunContext
from radeval.metrics.entity.chexbert_labeler import PUBLISHED, STATUSES, Labeler, find_labeler
from radeval.metrics.entity.labels14 import FIVE, LABELS
from radeval.metrics.entity.model_labels import ModelLabels, Said, label_details, label_statistics

_COUNTED = {"positive": ("positive", "uncertain"), "negative": ("positive",)}
"""Which statuses count as positive, by what an uncertain one is to count as."""


class Chexbert(ModelLabels[Labeler]):
    """F1 of the 14 CheXpert observations that CheXbert finds in both reports."""

    labels = LABELS
    subsets: ClassVar[Mapping[str, list[int]]] = {"5": [LABELS.index(label) for label in FIVE]}
    info = MetricInfo(
        name="chexbert",
        version=1,
        summary="F1 of the 14 CheXpert observations, read by CheXbert; over a set, micro F1",
        main="micro_f1",
        direction="higher",
        range=(0.0, 1.0),
        citation="Smit et al., EMNLP 2020; averages as f1chexbert and scikit-learn's classification report",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=1.0),
        parts=(
            Part("f1", "F1 of a report's observations; over a set, the mean"),
            Part("precision", "share of the candidate's observations that the reference has; over a set, the mean"),
            Part("recall", "share of the reference's observations that the candidate has; over a set, the mean"),
            Part("macro_f1", "mean of the F1 of each observation over a set, 0 for one that no report has"),
            Part("weighted_f1", "the same, weighted by how many references have the observation"),
            Part("f1_5", f"F1 of five: {', '.join(FIVE)}; over a set, the mean where a report has one of them"),
            Part("micro_f1_5", "F1 of the summed counts of the five"),
            Part("macro_f1_5", "mean of the F1 of each of the five over a set, 0 for one that no report has"),
            Part("weighted_f1_5", "the same, weighted by how many references have the observation"),
            Part("agreement", "share of the 14 observations on which the reports agree"),
            Part("agreement_5", "the same of the five"),
            Part("exact", "whether the reports agree on all 14; over a set, the share"),
            Part("exact_5", "the same of the five"),
            *label_details(LABELS),
        ),
        parameters=(
            Parameter(
                "uncertain", "str", "positive", "what an uncertain observation counts as", ("positive", "negative")
            ),
            Parameter("model", "str", PUBLISHED, "published weights, or the path of a checkpoint of the same form"),
        ),
        aggregate="micro F1: that of the counts of all 14 observations, summed over the examples",
        statistics=label_statistics(LABELS),
        properties=Properties(symmetric=True, clinical=True),
        modalities=("cxr",),
        languages=("en",),
        needs=("the weights of CheXbert", "the vocabulary of bert-base-uncased"),
        extra="models",
        reproduced="no",
        notes="No Finding is one of the 14 and is read by a head of its own, as in f1chexbert. uncertain=positive is "
        "f1chexbert's rule, uncertain=negative that of the CheXbert paper's positive F1. exact_5 is what f1chexbert "
        "calls accuracy; agreement, its value of a single report, is mostly that both reports say nothing. Two "
        "reports, or a set, without any observation agree: micro and weighted F1 are 1, where scikit-learn has 0. What "
        "is said of the five is undefined where no report has one of them.",
    )

    def __init__(self, uncertain: str = "positive", model: str = PUBLISHED) -> None:
        super().__init__(uncertain=uncertain, model=model)
        self._counted = [STATUSES.index(status) for status in _COUNTED[uncertain]]

    def find(self, context: RunContext) -> Labeler:
        """Returns CheXbert as it is found on this machine."""
        return find_labeler(context, self.info.name, str(self.parameters["model"]))

    def read(self, texts: Sequence[str], context: RunContext) -> list[Said]:
        """Returns which observations CheXbert finds in reports."""
        labelled = self.model(context).encoder(context).read(texts)
        return [
            Said(np.isin(one.classes, self._counted), tuple(STATUSES[place] for place in one.classes))
            for one in labelled
        ]
