"""What examinations are called."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[a-z]+")
_NAMES = {
    "cxr": frozenset({
        "cxr", "cr", "dx", "dr", "dg", "rg", "xr", "xray", "xrays", "radiograph", "radiographs", "radiography", "film",
        "ap", "pa", "view", "views", "portable",
    }),
    "ct": frozenset({"ct", "cta", "ctpa", "hrct", "ldct", "mdct", "tomography"}),
}  # fmt: skip
"""Short name, and the words that stand for the kind of examination, DICOM's codes among them."""

_OF_THE_CHEST = frozenset({
    "chest", "thorax", "thoracic", "lung", "lungs", "pulmonary", "x", "ray", "rays", "plain", "portable", "port",
    "bedside", "erect", "upright", "supine", "digital", "computed", "view", "views", "v", "vw", "vws", "single",
    "one", "two", "frontal", "lateral", "ap", "pa", "lat", "angiogram", "angiography", "low", "high", "dose",
    "resolution", "screening", "scan", "exam", "examination", "study", "with", "without", "w", "wo", "o", "contrast",
    "iv", "and", "of", "the",
})  # fmt: skip
"""What may stand beside them; any other word, such as another part of the body, makes it another examination."""


@lru_cache(maxsize=1024)
def short_modality(name: str) -> str:
    """Returns "cxr" or "ct" for the names of an examination of the chest, any other name in lower case."""
    words = set(_WORD.findall(name.lower()))
    if {"x", "ray"} <= words:
        words.add("xray")
    for short, names in _NAMES.items():
        if words & names and words <= names | _OF_THE_CHEST:
            return short
    return name.strip().lower()
