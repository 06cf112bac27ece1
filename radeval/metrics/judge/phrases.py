"""The tasks of RadFact: a report into phrases, phrases without normal ones, and what follows from a list of phrases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, NamedTuple

from radeval.metrics.judge.forms import Form, Quotation, find_quotation
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.rules_phrases import Phrase, follows, sentences, states_finding
from radeval.metrics.judge.task import AnswerError, Task


class SentencePhrases(Form):
    """One sentence of a report, taken apart.

    Attributes:
        original: The sentence as it stands in the report.
        phrases: Its findings, one a phrase; empty where it states none.
    """

    original: str
    phrases: tuple[str, ...]


class ReportPhrases(Form):
    """A report taken apart.

    Attributes:
        sentences: In the order of the report.
    """

    sentences: tuple[SentencePhrases, ...]


class Abnormal(Form):
    """The phrases that state something abnormal.

    Attributes:
        numbers: Their numbers in the list that was asked about, counted from 1.
    """

    numbers: tuple[int, ...]


class Entailed(Form):
    """Whether a phrase follows from the phrases of the other report.

    Attributes:
        evidence: The phrases of the other report that decide it, word for word.
        status: "entailment" where it follows from them; a phrase that is contradicted or open does not follow.
    """

    evidence: tuple[str, ...]
    status: Literal["entailment", "not_entailment"]


class Inference(NamedTuple):
    """A phrase, and the phrases that it may follow from.

    Attributes:
        premises: All phrases of the other report.
        hypothesis: The phrase in question.
    """

    premises: tuple[Phrase, ...]
    hypothesis: Phrase


class TakeApart(Task[str, ReportPhrases]):
    """Takes a report apart into phrases of one finding each."""

    name: ClassVar[str] = "radfact/phrases"
    role: ClassVar[str] = "extractor"
    output = ReportPhrases

    def slots(self, asked: str) -> Mapping[str, str]:
        """Returns the slot `report`."""
        return {"report": asked}

    def check(self, asked: str, answer: ReportPhrases) -> ReportPhrases:
        """Returns the answer, if every sentence that it takes apart is in the report."""
        for one in answer.sentences:
            if one.phrases and find_quotation(asked, one.original) is None:
                raise AnswerError(f"the sentence {one.original!r} is not in the report")
            if any(not phrase.strip() for phrase in one.phrases):
                raise AnswerError(f"an empty phrase is taken from {one.original!r}")
        return answer

    def by_rules(self, asked: str, readings: Readings) -> ReportPhrases:
        """Returns one phrase for each finding that the reader reads, in its own words where a sentence has several."""
        return ReportPhrases.made(
            sentences=tuple(
                SentencePhrases.made(original=Quotation.at(asked, one.span), phrases=one.phrases)
                for one in sentences(asked, readings)
            )
        )


class KeepAbnormal(Task[tuple[Phrase, ...], Abnormal]):
    """Picks the phrases that state something abnormal."""

    name: ClassVar[str] = "radfact_ct/abnormal"
    role: ClassVar[str] = "extractor"
    output = Abnormal

    def slots(self, asked: tuple[Phrase, ...]) -> Mapping[str, str]:
        """Returns the slot `phrases`, numbered from 1."""
        return {"phrases": "\n".join(f"{number}. {one.text}" for number, one in enumerate(asked, 1))}

    def check(self, asked: tuple[Phrase, ...], answer: Abnormal) -> Abnormal:
        """Returns the answer, if it names phrases that there are, each once."""
        numbers = set(answer.numbers)
        if len(numbers) < len(answer.numbers) or not numbers <= set(range(1, len(asked) + 1)):
            raise AnswerError(f"the numbers must be different ones from 1 to {len(asked)}")
        return answer

    def by_rules(self, asked: tuple[Phrase, ...], readings: Readings) -> Abnormal:
        """Returns the phrases in which the reader reads a finding that is present or uncertain."""
        abnormal = tuple(number for number, one in enumerate(asked, 1) if states_finding(one, readings))
        return Abnormal.made(numbers=abnormal)


class Entail(Task[Inference, Entailed]):
    """Judges whether a phrase follows from the other report."""

    name: ClassVar[str] = "radfact/entailment"
    role: ClassVar[str] = "matcher"
    output = Entailed

    def slots(self, asked: Inference) -> Mapping[str, str]:
        """Returns the slots `reference`, one phrase a line (empty where there is none), and `hypothesis`."""
        return {
            "reference": "\n".join(f"- {one.text}" for one in asked.premises),
            "hypothesis": asked.hypothesis.text,
        }

    def check(self, asked: Inference, answer: Entailed) -> Entailed:
        """Returns the answer without evidence that is no phrase of the other report.

        Raises:
            AnswerError: It says that the phrase follows, and none of its evidence is a phrase of the other report.
        """
        known = {_folded(one.text): one.text for one in asked.premises}
        evidence = tuple(known[_folded(one)] for one in answer.evidence if _folded(one) in known)
        if answer.status == "entailment" and not evidence:
            raise AnswerError("entailment needs evidence: phrases of the other report, word for word")
        return Entailed(evidence=tuple(dict.fromkeys(evidence)), status=answer.status)

    def by_rules(self, asked: Inference, readings: Readings) -> Entailed:
        """Returns what follows by the reader's understanding of both sides."""
        entailed, deciding = follows(asked.premises, asked.hypothesis, readings)
        premises = asked.premises
        return Entailed.made(
            evidence=tuple([premises[place].text for place in deciding]),
            status="entailment" if entailed else "not_entailment",
        )


class TakeApartCt(TakeApart):
    """Takes a CT report apart."""

    name: ClassVar[str] = "radfact_ct/phrases"


class EntailCt(Entail):
    """Judges whether a phrase follows from the other CT report."""

    name: ClassVar[str] = "radfact_ct/entailment"


_DASHES = str.maketrans("", "", "-\N{EN DASH}\N{EM DASH}")


def _folded(phrase: str) -> str:
    """Returns a phrase as RadFact compares phrases: lower case, single spaces, no dashes, no mark at the end."""
    folded = " ".join(phrase.casefold().translate(_DASHES).split())
    return folded[:-1].rstrip() if folded[-1:] in tuple(".:!?") else folded
