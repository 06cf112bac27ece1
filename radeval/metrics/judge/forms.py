"""What all answers of judges share: closed forms, and quotations that must stand in a report."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from radeval.core.finding import Finding
from radeval.metrics.judge.task import AnswerError

Span = tuple[int, int]

_WORD = re.compile(r"\w+")
_set_attribute = object.__setattr__


class Form(BaseModel):
    """A part of an answer. Closed, and every field required: its schema is what a model is held to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def made(cls, **fields: Any) -> Self:
        """Returns an answer of values that are right already.

        Pydantic's own way without validation takes longer than the rest of answering by rules.

        Args:
            fields: All of its fields.
        """
        answer = cls.__new__(cls)
        _set_attribute(answer, "__dict__", fields)
        _set_attribute(answer, "__pydantic_fields_set__", _names(cls))
        _set_attribute(answer, "__pydantic_extra__", None)
        _set_attribute(answer, "__pydantic_private__", None)
        return answer


@lru_cache(maxsize=128)
def _names(form: type[Form]) -> set[str]:
    """Returns the fields of a form; one set for all answers, none of which can be changed."""
    return set(form.model_fields)


class Quotation(str):
    """Words of a report that know where they stand in it, so that they are not searched for.

    Attributes:
        span: Start and end offset.
        concept: Canonical name of the finding that they name; empty where they are no finding's.
    """

    __slots__ = ("concept", "span")
    span: Span
    concept: str

    @classmethod
    def at(cls, report: str, span: Span, concept: str = "") -> Quotation:
        """Returns the words of a report at a span."""
        words = cls(report[span[0] : span[1]])
        words.span = span
        words.concept = concept
        return words

    @classmethod
    def of(cls, report: str, finding: Finding) -> Quotation:
        """Returns the words by which a report names a finding."""
        return cls.at(report, finding.span, finding.concept)


def find_quotation(report: str, quotation: str, start: int = 0) -> Span | None:
    """Returns where a report holds a quotation, None where it does not.

    The case of letters, and everything between words, may differ: models mend spaces and punctuation as they copy.

    Args:
        report: The report.
        quotation: The words said to be in it.
        start: Where to look first; the rest of the report comes after.
    """
    if isinstance(quotation, Quotation):
        return quotation.span
    stripped = quotation.strip()
    if not stripped:
        return None
    place = report.find(stripped, start)
    if place < 0 and start:
        place = report.find(stripped)
    if place >= 0:
        return place, place + len(stripped)
    return _by_words(report, stripped)


def _by_words(report: str, quotation: str) -> Span | None:
    sought = [one.group().casefold() for one in _WORD.finditer(quotation)]
    if not sought:
        return None
    words = list(_WORD.finditer(report))
    folded = [one.group().casefold() for one in words]
    # Words are joined by a character that no word holds, so that one search of the standard library finds the row.
    joined = "\0" + "\0".join(folded) + "\0"
    place = joined.find("\0" + "\0".join(sought) + "\0")
    if place < 0:
        return None
    first = joined.count("\0", 0, place)
    return words[first].start(), words[first + len(sought) - 1].end()


def require_quotation(report: str, quotation: str, what: str) -> None:
    """Raises where words that an answer rests on are not in the report.

    Raises:
        AnswerError: They are not.
    """
    if find_quotation(report, quotation) is None:
        raise AnswerError(f"{what} quotes {quotation!r}, which is not in that report")


def require_unique(ids: Iterable[str], what: str) -> set[str]:
    """Returns ids as a set.

    Raises:
        AnswerError: One is empty or occurs twice.
    """
    found: set[str] = set()
    for one in ids:
        if not one.strip() or one in found:
            raise AnswerError(f"{what}: the id {one!r} is empty or used twice")
        found.add(one)
    return found
