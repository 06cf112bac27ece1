"""The labels of SRR-BERT.

Facts of the published models (StanfordAIMI/SRR-BERT-*) and of the label mappings of RadEval and StructEval: which
labels there are, and in what order the models' outputs stand.
"""

from __future__ import annotations

NO_FINDING = "No Finding"
STATUSES = ("Present", "Uncertain", "Absent")

LEAVES = (
    NO_FINDING, "Lung Lesion", "Edema", "Pneumonia", "Atelectasis", "Aspiration", "Lung collapse",
    "Perihilar airspace opacity", "Air space opacity–multifocal", "Mass/Solitary lung mass",
    "Nodule/Solitary lung nodule", "Cavitating mass with content", "Cavitating masses", "Emphysema", "Fibrosis",
    "Pulmonary congestion", "Hilar lymphadenopathy", "Bronchiectasis", "Simple pneumothorax", "Loculated pneumothorax",
    "Tension pneumothorax", "Simple pleural effusion", "Loculated pleural effusion", "Pleural scarring",
    "Hydropneumothorax", "Pleural Other", "Cardiomegaly", "Pericardial effusion", "Inferior mediastinal mass",
    "Superior mediastinal mass", "Tortuous Aorta", "Calcification of the Aorta", "Enlarged pulmonary artery", "Hernia",
    "Pneumomediastinum", "Tracheal deviation", "Acute humerus fracture", "Acute rib fracture",
    "Acute clavicle fracture", "Acute scapula fracture", "Compression fracture", "Shoulder dislocation",
    "Subcutaneous Emphysema", "Suboptimal central line", "Suboptimal endotracheal tube", "Suboptimal nasogastric tube",
    "Suboptimal pulmonary arterial catheter", "Pleural tube", "PICC line", "Port catheter", "Pacemaker",
    "Implantable defibrillator", "LVAD", "Intraaortic balloon pump", "Pneumoperitoneum",
)  # fmt: skip

UPPER = (
    "Pleural Effusion", "Upper abdominal finding", "Widened cardiac silhouette", "Lung Finding", NO_FINDING,
    "Widened aortic contour", "Pleural Thickening", "Vascular finding", "Consolidation", "Pneumothorax",
    "Subdiaphragmatic gas", "Masslike opacity", "Chest wall finding", "Focal air space opacity", "Segmental collapse",
    "Fracture", "Mediastinal mass", "Solitary masslike opacity", "Support Devices", "Mediastinal finding",
    "Pleural finding", "Air space opacity", "Diffuse air space opacity", "Multiple masslike opacities",
    "Musculoskeletal finding",
)  # fmt: skip


def labels_of(level: str, statuses: bool) -> tuple[str, ...]:
    """Returns the labels of a model in the order of its outputs.

    Args:
        level: "leaves" or "upper".
        statuses: Whether it says if a label is present, uncertain or absent.
    """
    base = {"leaves": LEAVES, "upper": UPPER}[level]
    if not statuses:
        return base
    found = [label for label in base if label != NO_FINDING]
    return (*(f"{label} ({status})" for status in STATUSES for label in found), NO_FINDING)
