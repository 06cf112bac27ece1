"""What single cells mean: an age, a sex, a plain text."""

from __future__ import annotations

import json
import math
import re

_OLDEST = 130.0
_LONGEST_AGE = 40
_DAYS_A_YEAR = 365.25
_AGE = re.compile(
    r"(?P<bound>>=?|\u2265)?\s*(?P<number>[0-9]{1,6}(?:\.[0-9]{0,6})?)\s*(?P<plus>\+)?"
    r"[\s-]*(?P<unit>[a-z/]*)\.?(?:[\s-]+(?:old|of age))?"
)
_UNITS = {
    **dict.fromkeys(("", "y", "yr", "yrs", "year", "years", "yo", "y/o"), 1.0),
    **dict.fromkeys(("m", "mo", "mos", "mth", "mths", "month", "months"), 1 / 12),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), 7 / _DAYS_A_YEAR),
    **dict.fromkeys(("d", "day", "days"), 1 / _DAYS_A_YEAR),
}
_SEXES = {
    **dict.fromkeys(("f", "female", "woman"), "female"),
    **dict.fromkeys(("m", "male", "man"), "male"),
    **dict.fromkeys(("o", "other"), "other"),
}


def plain(cell: object) -> str:
    """Returns a cell as text without surrounding blanks; null, and a number that is none, are empty."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bool | list | dict):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return str(cell)


def age(cell: object) -> float | None:
    """Returns an age in years, or None where the cell holds none.

    Understands numbers of years, words ("72 years", "6 months", "3 weeks", "10 days"), the codes of DICOM ("072Y",
    "006M") and bounds (">89" and "89+" are 89). An age above 130 years is no age: such numbers stand for "unknown".
    """
    if isinstance(cell, bool):
        return None
    shown = plain(cell).lower()
    match = _AGE.fullmatch(shown) if len(shown) <= _LONGEST_AGE else None
    unit = _UNITS.get(match["unit"]) if match else None
    if match is None or unit is None:
        return None
    years = float(match["number"]) * unit
    return years if years <= _OLDEST else None


def sex(cell: object) -> str | None:
    """Returns "female", "male" or "other", or None where the cell says none of these."""
    return _SEXES.get(plain(cell).lower())


def text(cell: object) -> str | None:
    """Returns a text without surrounding blanks, or None where it is empty."""
    return plain(cell) or None


def lower(cell: object) -> str | None:
    """Returns a text in lower case without surrounding blanks, or None where it is empty."""
    return plain(cell).lower() or None
