"""Agreement of two CT reports on the 18 abnormalities of CT-RATE, read by RadBERT-CT."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from radeval.core.info import EmptyRules, MetricInfo, Parameter, Part, Properties
from radeval.core.metric import RunContext
from radeval.encoders.packages import need_packages
from radeval.metrics.entity.label_classifier import Classifier
from radeval.metrics.entity.model_labels import ModelLabels, Said, label_details, label_statistics
from radeval.weights.catalogue import find_model, public_name
from radeval.weights.contents import WHOLE

PUBLISHED = "radbert-ct"
ABNORMALITIES = (
    "Medical material", "Arterial wall calcification", "Cardiomegaly", "Pericardial effusion",
    "Coronary artery wall calcification", "Hiatal hernia", "Lymphadenopathy", "Emphysema", "Atelectasis", "Lung nodule",
    "Lung opacity", "Pulmonary fibrotic sequela", "Pleural effusion", "Mosaic attenuation pattern",
    "Peribronchial thickening", "Consolidation", "Bronchiectasis", "Interlobular septal thickening",
)  # fmt: skip
"""The labels of CT-RATE (Hamamci et al., arXiv 2403.17834), in the order of the model's outputs."""

LABELS = (*ABNORMALITIES, "No finding")


class RadbertCt(ModelLabels[Classifier]):
    """F1 of the 18 abnormalities of CT-RATE that RadBERT-CT finds in both reports, and of having none."""

    labels = LABELS
    info = MetricInfo(
        name="radbert_ct",
        version=1,
        summary="F1 of the 18 CT-RATE abnormalities, read by RadBERT-CT; over a set, micro F1",
        main="micro_f1",
        direction="higher",
        range=(0.0, 1.0),
        citation="labels: Hamamci et al., arXiv 2403.17834; averages as scikit-learn's classification report",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=1.0),
        parts=(
            Part("f1", "F1 of a report's labels; over a set, the mean"),
            Part("precision", "share of the candidate's labels that the reference has; over a set, the mean"),
            Part("recall", "share of the reference's labels that the candidate has; over a set, the mean"),
            Part("macro_f1", "mean of the F1 of each label over a set, 0 for one that no report has"),
            Part("weighted_f1", "the same, weighted by how many references have the label"),
            Part("agreement", "share of the 19 labels on which the reports agree"),
            Part("exact", "whether the reports agree on all labels; over a set, the share"),
            *label_details(LABELS),
        ),
        parameters=(Parameter("model", "str", PUBLISHED, "published weights, or a folder with such a model"),),
        aggregate="micro F1: that of the counts of all 19 labels, summed over the examples",
        statistics=label_statistics(LABELS),
        properties=Properties(symmetric=True, clinical=True),
        modalities=("ct",),
        languages=("en",),
        needs=("the weights of RadBERT-CT",),
        extra="models",
        reproduced="no",
        notes="A label is positive where its probability is above one half. No finding is the 19th: positive in a "
        "report with words where no other is. exact is what RadEval's f1radbert_ct calls accuracy.",
    )

    def __init__(self, model: str = PUBLISHED) -> None:
        super().__init__(model=model)

    def find(self, context: RunContext) -> Classifier:
        """Returns RadBERT-CT as it is found on this machine."""
        need_packages(self.info.name)
        model = str(self.parameters["model"])
        weights = find_model(model, WHOLE)
        return Classifier("RadBERT-CT", public_name(model), weights, ABNORMALITIES, context.encoding.dtype)

    def read(self, texts: Sequence[str], context: RunContext) -> list[Said]:
        """Returns which abnormalities the model finds in reports, and where it finds none."""
        found = self.model(context).encoder(context).read(texts)
        return [Said(np.append(mask, not mask.any())) for mask in found]
