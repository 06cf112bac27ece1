"""Makes synthetic report pairs in memory, the same ones for the same seed everywhere.

Every sentence is written here from templates; none is from a data set. A candidate is its reference with sentences
dropped, replaced by those of another report, or reworded. Only the standard library is used, so that every package
under test can be given the same pairs in its own venv.
"""

from __future__ import annotations

import random
from typing import NamedTuple

SIDES = ("left", "right", "bilateral")
ZONES = ("lower lobe", "upper lobe", "base", "apex", "mid lung", "perihilar region", "costophrenic angle", "hemithorax")
DEGREES = ("small", "mild", "moderate", "large", "trace", "minimal", "extensive", "subtle")
FINDINGS = (
    "opacity",
    "consolidation",
    "atelectasis",
    "pleural effusion",
    "pneumothorax",
    "interstitial thickening",
    "calcified granuloma",
    "nodule",
    "airspace disease",
    "scarring",
    "pleural thickening",
    "vascular congestion",
)
CAUSES = ("pneumonia", "edema", "aspiration", "chronic change", "atelectasis", "infection", "hemorrhage", "neoplasm")
CHANGES = ("unchanged", "improved", "increased", "decreased", "slightly larger", "new", "more conspicuous", "resolving")
DEVICES = (
    "endotracheal tube",
    "nasogastric tube",
    "right internal jugular catheter",
    "left PICC",
    "dual-lead pacemaker",
    "chest tube",
    "tracheostomy",
    "median sternotomy wires",
)
PLACES = (
    "the mid SVC",
    "the carina",
    "the stomach",
    "the right atrium",
    "the cavoatrial junction",
    "the pleural space",
)
STRUCTURES = ("cardiac silhouette", "mediastinum", "aortic arch", "left hilum", "trachea", "right hemidiaphragm")
STATES = ("normal in size", "enlarged", "within normal limits", "tortuous", "elevated", "midline", "stable", "obscured")
BONES = ("thoracic spine", "right clavicle", "left sixth rib", "left humerus", "lateral ribs", "sternum")
BONE_STATES = (
    "intact",
    "unremarkable",
    "demineralized",
    "mildly degenerative",
    "stable",
    "deformed by an old fracture",
)

# Rare words: every combination of these, most of them seen only once or twice, as seldom terms of real reports are.
RARE_STARTS = [
    "peri",
    "endo",
    "para",
    "supra",
    "infra",
    "retro",
    "trans",
    "sub",
    "intra",
    "extra",
    "meso",
    "hypo",
    "hyper",
    "poly",
    "pseudo",
    "neo",
    "oligo",
    "micro",
]
RARE_MIDDLES = [
    "bronch",
    "pleur",
    "cost",
    "vertebr",
    "alveol",
    "medull",
    "cortic",
    "fibr",
    "sarc",
    "lip",
    "chondr",
    "aden",
    "lymph",
    "vascul",
    "gangl",
    "neur",
]
RARE_ENDS = ["al", "ic", "ous", "itis", "osis", "oma", "ectasia", "opathy", "ated", "ization", "iform", "ular"]

TEMPLATES = (
    "There is a {degree} {side} {finding} in the {zone}, {change} compared with the prior examination.",
    "No focal consolidation, {finding} or {finding} is seen.",
    "The {structure} is {state}.",
    "The tip of the {device} projects over {place}, {number} cm from the expected position.",
    "{Degree} {finding} at the {side} {zone} may represent {cause} or {cause}.",
    "The {bone} is {bone_state} without an acute osseous abnormality.",
    "Interval placement of a {device}, which ends in {place}.",
    "The previously described {number} mm {finding} of the {side} {zone} is {change}.",
    "The lungs are otherwise clear and well expanded.",
    "Low lung volumes accentuate the bronchovascular markings.",
    "The {structure} and the {structure} are {state}.",
    "Follow-up imaging in {number} weeks is suggested to exclude underlying {cause}.",
    "The {side} {zone} shows {degree} {finding}, likely {cause}.",
    "The visualized upper abdomen is unremarkable.",
    "History of {rare} {cause}; a {number}.{number} x {number} mm {rare} focus is {change}.",
)
FILLERS = {
    "side": SIDES,
    "zone": ZONES,
    "degree": DEGREES,
    "Degree": tuple(word.capitalize() for word in DEGREES),
    "finding": FINDINGS,
    "cause": CAUSES,
    "change": CHANGES,
    "device": DEVICES,
    "place": PLACES,
    "structure": STRUCTURES,
    "state": STATES,
    "bone": BONES,
    "bone_state": BONE_STATES,
    "number": tuple(str(number) for number in range(2, 40)),
    "rare": tuple(start + middle + end for start in RARE_STARTS for middle in RARE_MIDDLES for end in RARE_ENDS),
}
REWORDINGS = (
    ("There is a", "Again seen is a"),
    ("compared with the prior examination", "since the previous study"),
    ("is seen", "is identified"),
    ("may represent", "could reflect"),
    ("projects over", "terminates at"),
    ("without an acute osseous abnormality", "with no acute fracture"),
    ("The previously described", "The known"),
    ("otherwise clear", "clear elsewhere"),
    ("is suggested", "is recommended"),
    ("likely", "probably due to"),
    ("Interval placement of a", "Newly placed"),
    ("The", "the"),
)
SENTENCES = (4, 9)


class Pair(NamedTuple):
    """A candidate report and the reference that it is compared with."""

    candidate: str
    reference: str


def make_pairs(n: int, seed: int = 0) -> list[Pair]:
    """Returns `n` pairs whose texts have 63 words on average."""
    rng = random.Random(seed)
    reports = [[_sentence(rng) for _ in range(rng.randint(*SENTENCES))] for _ in range(n)]
    return [Pair(" ".join(_rewritten(report, reports, rng)), " ".join(report)) for report in reports]


def split(pairs: list[Pair]) -> tuple[list[str], list[str]]:
    """Returns all candidates and all references."""
    return [pair.candidate for pair in pairs], [pair.reference for pair in pairs]


def mean_words(pairs: list[Pair]) -> tuple[float, float]:
    """Returns the mean number of words of candidates and of references."""
    return tuple(sum(len(text.split()) for text in side) / len(pairs) for side in split(pairs))


def _sentence(rng: random.Random) -> str:
    text = rng.choice(TEMPLATES)
    while "{" in text:
        before, _, rest = text.partition("{")
        name, _, after = rest.partition("}")
        text = before + rng.choice(FILLERS[name]) + after
    return text


def _rewritten(report: list[str], reports: list[list[str]], rng: random.Random) -> list[str]:
    """Returns a report with a sixth of its sentences dropped, a quarter replaced and a quarter reworded."""
    kept = []
    for sentence in report:
        chance = rng.random()
        if chance < 1 / 6:
            continue
        if chance < 5 / 12:
            sentence = rng.choice(rng.choice(reports))
        elif chance < 2 / 3:
            sentence = _reworded(sentence, rng)
        kept.append(sentence)
    return kept


def _reworded(sentence: str, rng: random.Random) -> str:
    for old, new in rng.sample(REWORDINGS, len(REWORDINGS)):
        if old in sentence:
            return sentence.replace(old, new, 1)
    return sentence
