"""How the report reader takes reports apart into phrases, and judges what follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from radeval.core.finding import Finding, Kind, Presence
from radeval.findings.entail import Premises, Verdict
from radeval.findings.reader import ReportReader
from radeval.metrics.judge.readings import Readings, plain
from radeval.metrics.judge.task import AnswerError

_GRADES = {1: "trace", 2: "mild", 3: "moderate", 4: "severe", 5: "massive"}


class Phrase(NamedTuple):
    """A statement on one finding.

    Attributes:
        text: The phrase.
        report: The report that it was taken from; empty where it was given as a phrase.
    """

    text: str
    report: str = ""


class Spoken(NamedTuple):
    """A sentence of a report and its phrases.

    Attributes:
        span: Where it stands.
        phrases: One for each finding.
        findings: The finding of each phrase.
    """

    span: tuple[int, int]
    phrases: tuple[str, ...]
    findings: tuple[Finding, ...]


def sentences(report: str, readings: Readings) -> tuple[Spoken, ...]:
    """Returns the sentences of a report with one phrase for each finding.

    A sentence of one finding is its phrase; one of several becomes as many phrases in the lexicon's words.
    """
    return readings.once(("sentences", report), lambda: tuple(_sentences(report, readings)))


def _sentences(report: str, readings: Readings) -> Iterator[Spoken]:
    reading = readings.read(report)
    by_sentence: dict[int, list[Finding]] = {}
    for one in reading.findings:
        by_sentence.setdefault(one.sentence, []).append(one)
    for place, findings in by_sentence.items():
        span = reading.sentences[place]
        phrases = (
            (report[slice(*span)],) if len(findings) == 1 else tuple(in_words(one, readings.reader) for one in findings)
        )
        yield Spoken(span, phrases, tuple(findings))


def findings_of(phrase: Phrase, readings: Readings) -> tuple[Finding, ...]:
    """Returns what a phrase states: what the reader read in its report, else what it reads in the phrase alone."""
    known = readings.once(("phrases", phrase.report), lambda: _by_phrase(phrase.report, readings))
    return known.get(phrase.text) or readings.read(phrase.text).findings


def _by_phrase(report: str, readings: Readings) -> dict[str, tuple[Finding, ...]]:
    return {
        phrase: (finding,)
        for one in sentences(report, readings)
        for phrase, finding in zip(one.phrases, one.findings, strict=True)
    }


def states_finding(phrase: Phrase, readings: Readings) -> bool:
    """Tells whether a phrase states something as present or uncertain."""
    stated = findings_of(phrase, readings)
    return any(one.kind is not Kind.NORMAL and one.presence is not Presence.ABSENT for one in stated)


def follows(premises: tuple[Phrase, ...], hypothesis: Phrase, readings: Readings) -> tuple[bool, tuple[int, ...]]:
    """Returns whether a phrase follows from others, and the places of those that decide it, also where they deny it.

    Raises:
        AnswerError: Nothing in the phrase is understood, and it is none of the others.
    """
    claims = findings_of(hypothesis, readings)
    if not claims:
        same = tuple(place for place, one in enumerate(premises) if one.text == hypothesis.text)
        if not same:
            raise AnswerError(f"the reader does not understand {hypothesis.text!r}")
        return True, same
    known = readings.of_same(
        premises, lambda: Premises([findings_of(one, readings) for one in premises], readings.reader)
    )
    found = known.judge(claims)
    return found.verdict is Verdict.ENTAILMENT, found.premises


def in_words(finding: Finding, reader: ReportReader) -> str:
    """Returns a finding as a phrase of its own, without a place that its name implies."""
    name, side = plain(finding.concept), f"{finding.laterality} " if finding.laterality else ""
    if finding.kind is Kind.NORMAL:
        return f"{side}{name} normal"
    concept = reader.lexicon.concepts.get(finding.concept)
    named = [plain(one) for one in finding.locations if concept is None or one != concept.site]
    place = f" in the {' and '.join(named)}" if named and not finding.tip_position else ""
    if finding.presence is Presence.ABSENT:
        gone = ", resolved" if finding.change == "resolved" else ""
        return f"no {side}{name}{place}{gone}"
    doubt = "possible " if finding.presence is Presence.UNCERTAIN else ""
    grade = f"{_GRADES[round(finding.severity)]} " if finding.severity is not None else ""
    described = "".join(f"{word} " for word in finding.descriptors)
    sizes = " x ".join(f"{high:g}" for _, high in finding.sizes_mm)
    measured = f" of {sizes} mm" if sizes else ""
    tip = f", {finding.tip_position}" if finding.tip_position else ""
    change = f", {finding.change}" if finding.change else ""
    return f"{doubt}{grade}{described}{side}{name}{measured}{place}{tip}{change}"
