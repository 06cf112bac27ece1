"""RadFact-CT: RadFact for CT reports, with or without normal and negative phrases."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from radeval.core.example import Example
from radeval.core.info import Parameter
from radeval.findings.reader import ReportReader
from radeval.metrics.judge.judge import judge_parameters, no_verdict
from radeval.metrics.judge.phrases import Entail, EntailCt, KeepAbnormal, TakeApart, TakeApartCt
from radeval.metrics.judge.radfact import AGGREGATION, Asked, Radfact
from radeval.metrics.judge.support import Taken
from radeval.metrics.judge.task import ask_all


class RadfactCt(Radfact):
    """Precision and recall of the phrases of two CT reports by entailment."""

    info = replace(
        Radfact.info,
        name="radfact_ct",
        summary="F1 of the phrases of each CT report that follow from the other report, as in RadFact-CT",
        citation="arXiv:2510.15042, after RadFact (Bannur et al. 2024, arXiv:2406.04449)",
        parameters=(
            AGGREGATION,
            Parameter("filter_negatives", "bool", False, "whether only phrases that state something abnormal count"),
            *judge_parameters("extractor", "matcher"),
        ),
        modalities=("ct",),
        notes="Reports are read as CT reports, whatever their context says. With filter_negatives, two reports without "
        "anything abnormal score 1.",
    )
    take_apart: ClassVar[TakeApart] = TakeApartCt()
    entail: ClassVar[Entail] = EntailCt()
    keep: ClassVar[KeepAbnormal] = KeepAbnormal()
    tasks = (take_apart, keep, entail)

    def _phrases(self, example: Example, taken: list[list[Taken]]) -> Asked:
        missing = yield from super()._phrases(example, taken)
        if missing is not None or self.parameters["filter_negatives"] is not True:
            return missing
        answers = iter((yield from ask_all(self.keep, [tuple(one.phrase for one in side) for side in taken if side])))
        for place, side in enumerate(taken):
            if side:
                answer = next(answers)
                if answer.value is None:
                    return no_verdict(answer)
                taken[place] = [side[number - 1] for number in sorted(answer.value.numbers)]
        return None

    def _reader(self, example: Example) -> ReportReader:
        return self._readers.of(replace(example, context=replace(example.context, modality="ct")))
