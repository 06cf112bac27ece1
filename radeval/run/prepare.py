"""Makes the texts that are scored from the reports that were given, and leads evidence back to these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from radeval.core.errors import UsageError
from radeval.core.example import Example
from radeval.core.score import Evidence
from radeval.text.sections import Selection, choose_sections, select_sections

SECTIONS = ("whole", "findings", "impression", "auto")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Examples as they are scored.

    Attributes:
        examples: Those that can be scored, with the chosen sections as texts.
        places: Index in the run of each of them, ascending.
        reasons: Why each other example cannot be scored, by its index in the run.
        sections: The sections that are scored, in the words of the signature.
        notices: What the user must read.
        selections: What was taken of each scored example's candidate and of its references, these by their number in
            the original example; None where whole reports are scored.
    """

    examples: Sequence[Example]
    places: Sequence[int]
    reasons: Mapping[int, str] = field(default_factory=dict)
    sections: str = "whole"
    notices: tuple[str, ...] = ()
    selections: Sequence[tuple[Selection, Mapping[int, Selection]]] | None = None

    def original(self, index: int, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        """Returns evidence on a scored example with its places in the original reports.

        Raises:
            ValueError: It points to no place in them.
        """
        one = self.examples[index]
        moved = []
        for item in evidence:
            if not 0 <= item.reference < len(one.references):
                raise ValueError(f"evidence names reference {item.reference} of {len(one.references)}")
            places = {"candidate": one.candidate, "reference": one.references[item.reference]}
            other = "reference" if item.side == "candidate" else "candidate"
            for span, text in ((item.span, places.get(item.side or "")), (item.counterpart, places[other])):
                if span is not None and (text is None or not 0 <= span[0] <= span[1] <= len(text)):
                    raise ValueError(f"evidence points to {span}, which is no place in its text")
            moved.append(self._moved(index, item) if self.selections is not None else item)
        return tuple(moved)

    def _moved(self, index: int, item: Evidence) -> Evidence:
        assert self.selections is not None
        candidate, references = self.selections[index]
        number = list(references)[item.reference]
        own, other = candidate, references[number]
        if item.side == "reference":
            own, other = other, own
        return replace(
            item,
            reference=number,
            span=item.span and own.to_original(*item.span),
            counterpart=item.counterpart and other.to_original(*item.counterpart),
        )


def check_sections(sections: str) -> None:
    """Raises where there is no such choice of sections.

    Raises:
        UsageError: There is none.
    """
    if sections not in SECTIONS:
        raise UsageError(f"sections={sections!r} is not a choice", hint="one of " + ", ".join(SECTIONS))


def prepare(examples: Sequence[Example], sections: str) -> Prepared:
    """Returns the examples with the texts that are scored.

    A report without any heading counts as the section that is asked for: many generators write the bare findings. A
    reference whose headings do not include the section cannot be scored against; a candidate like that is empty.

    Args:
        examples: The run's examples, whole reports.
        sections: One of `SECTIONS`.

    Raises:
        UsageError: There is no such choice.
    """
    check_sections(sections)
    everything = range(len(examples))
    if sections == "whole":
        return Prepared(examples, everything)
    wanted: tuple[str, ...] = (sections,)
    notices: list[str] = []
    if sections == "auto":
        wanted = choose_sections([one.candidate for one in examples], [one.references for one in examples])
        if not wanted:
            return Prepared(
                examples, everything, notices=("sections: whole reports, since not every report has the same headings",)
            )
        notices.append(f"sections: {' and '.join(wanted)}, which every report that is not empty has under a heading")
    kept, places, selections, reasons, lacking = [], [], [], {}, 0
    for index, one in enumerate(examples):
        taken = {number: select_sections(text, wanted) for number, text in enumerate(one.references)}
        references = {number: found for number, found in taken.items() if found is not None}
        if not references:
            reasons[index] = f"no reference has the section {' or '.join(wanted)}"
            continue
        candidate = select_sections(one.candidate, wanted)
        if candidate is None:
            candidate = Selection("", ((0, 0),))
            lacking += 1
        texts = tuple(found.text for found in references.values())
        kept.append(replace(one, candidate=candidate.text, references=texts))
        places.append(index)
        selections.append((candidate, references))
    if lacking:
        notices.append(f"{lacking} of {len(examples)} candidates lack the section and are scored as empty")
    return Prepared(kept, places, reasons, "+".join(wanted), tuple(notices), selections)
