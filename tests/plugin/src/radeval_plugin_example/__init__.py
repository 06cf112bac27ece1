"""How alike two reports are in length."""

from __future__ import annotations

import re

from radeval import EmptyRules, Evidence, Example, Metric, MetricInfo, Parameter, Part, Properties, RunContext, Score

_UNITS = {"words": re.compile(r"\S+"), "lines": re.compile(r"[^\n]*\S[^\n]*")}


class LengthRatio(Metric):
    """Length of the shorter report as a share of the longer one's."""

    info = MetricInfo(
        name="length_ratio",
        version=1,
        summary="length of the shorter report as a share of the longer one's",
        main="length_ratio",
        direction="higher",
        range=(0.0, 1.0),
        citation="an example of radeval's guide for authors of metrics",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=1.0),
        parts=(Part("relative_length", "length of the candidate in reference lengths, ideally 1", range=(0.0, None)),),
        parameters=(Parameter("unit", "str", "words", "what is counted", choices=tuple(_UNITS)),),
        properties=Properties(identity_is_best=True, symmetric=True),
        notes="Says nothing about content. The evidence is what the longer report has beyond the shorter one's length.",
    )

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the ratio of one candidate and one reference."""
        reference = example.references[0]
        unit = _UNITS[str(self.parameters["unit"])]
        mine = [match.span() for match in unit.finditer(example.candidate)]
        theirs = [match.span() for match in unit.finditer(reference)]
        shorter, longer = sorted((len(mine), len(theirs)))
        undefined = {} if theirs else {"relative_length": "the reference is empty"}
        return Score.ok(
            shorter / longer if longer else 1.0,
            {"relative_length": len(mine) / len(theirs) if theirs else None},
            part_reasons=undefined,
            evidence=(
                *(_beyond("surplus", "candidate", example.candidate, span) for span in mine[shorter:]),
                *(_beyond("lacking", "reference", reference, span) for span in theirs[shorter:]),
            ),
        )


def _beyond(kind: str, side: str, text: str, span: tuple[int, int]) -> Evidence:
    return Evidence(
        kind=kind, side="candidate" if side == "candidate" else "reference", span=span, text=text[slice(*span)]
    )
