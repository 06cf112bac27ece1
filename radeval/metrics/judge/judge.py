"""What all judges share: who answers, how that is stated, and how many protocols are run at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from radeval.core.batch import ScoreBatch
from radeval.core.errors import ParameterError
from radeval.core.example import Example
from radeval.core.info import MetricInfo, Parameter, ParameterValue
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Score
from radeval.findings.reader import ReportReader
from radeval.findings.reading import Reading
from radeval.metrics.entity.reading import LEXICON, Readers, count_unread, unread_evidence
from radeval.metrics.entity.reading import no_verdict as too_little_read
from radeval.metrics.judge.readings import Readings
from radeval.metrics.judge.rules import RULES, RulesSolver
from radeval.metrics.judge.task import Answer, Solver, Task, Verdict

if TYPE_CHECKING:
    from radeval.metrics.judge.checkpoints.wording import CheckpointTask

_ROLES = {
    "extractor": "who takes reports apart; as judge where not named",
    "matcher": "who compares; as judge where not named",
    "rater": "who rates how the report is expressed; as judge where not named",
}


def judge_parameters(*roles: str) -> tuple[Parameter, ...]:
    """Returns the parameters of a judge.

    Args:
        roles: Those of its roles that may have a solver of their own.
    """
    return (
        Parameter("judge", "str", RULES, "who answers: rules, or a model such as openai/MODEL or http://HOST/v1#MODEL"),
        *(Parameter(name, "str", None, _ROLES[name]) for name in roles),
        Parameter("prompt", "str", "v1", "version of the prompts that models are asked with"),
        Parameter("temperature", "float", 0.0, "of a model's replies", minimum=0, maximum=2),
        Parameter("max_tokens", "int", 2048, "longest reply of a model", minimum=1, maximum=1_000_000),
        Parameter("seed", "int", None, "of a model's replies, where it takes one", minimum=0, maximum=2**31 - 1),
        LEXICON,
    )


ASKING = ("prompt", "temperature", "max_tokens", "seed")
"""The parameters that only a model takes."""


class Judge(Metric):
    """A judge: a protocol of typed tasks and a formula.

    A subclass declares its `info` with `judge_parameters` among its parameters and implements `verdict`.

    Attributes:
        tasks: Every task that its protocol may ask.
        needs_model: Whether a task of it has no answer by rules, so that it cannot run without a model.
        sample: Which of several replies to the same questions it takes, counted from 0.
    """

    tasks: ClassVar[tuple[Task[Any, Any], ...]]
    needs_model: ClassVar[bool] = False

    def __init__(self, **parameters: ParameterValue) -> None:
        super().__init__(**parameters)
        lexicon = self.parameters["lexicon"]
        self._readers = Readers(None if lexicon is None else str(lexicon))
        self._context: RunContext | None = None
        self.sample = 0

    def verdict(self, example: Example) -> Verdict:
        """Returns the protocol at work on an example with one reference."""
        raise NotImplementedError

    def check(self, context: RunContext) -> None:
        """Raises what stops the judge before anything is asked.

        Raises:
            ParameterError: It needs a model and none is named, or what only a model takes is set and none is asked.
            MetricError: A solver cannot be used here.
        """
        if self.needs_model and RULES in self.solvers.values():
            raise ParameterError(
                f"{self.info.name} cannot be answered by rules",
                where=f"metric {str(self.spec)!r}",
                hint=f"name a model: {self.info.name}:judge=openai/MODEL, or --judge",
            )
        defaults = {one.name: one.default for one in self.info.parameters}
        idle = [name for name in ASKING if self.parameters[name] != defaults[name]]
        if idle and self._by_rules:
            raise ParameterError(
                f"rules do not take {' or '.join(idle)}",
                where=f"metric {str(self.spec)!r}",
                hint="leave it out, or name a model with --judge",
            )
        self._readers.check()
        # What a model's signature says depends on the run: on the user's own folder of prompts.
        self._context = context
        self._solver(context)

    @cached_property
    def solvers(self) -> dict[str, str]:
        """Who answers, by role; "judge" for all tasks of no role of its own."""
        named = {name: self.parameters[name] for name in _ROLES if name in self.parameters}
        judge = str(self.parameters["judge"])
        return {"judge": judge, **{role: judge if who is None else str(who) for role, who in named.items()}}

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the choices of the formula, and who answers how."""
        solvers = self.solvers
        fields = {name: value for name, value in self.parameters.items() if name not in (*solvers, *ASKING, "lexicon")}
        if RULES in solvers.values():
            fields |= self._readers.fields()
        if self._by_rules:
            return {"judge": RULES, **fields}
        return {**self._solver(self._context or RunContext()).method(), **fields}

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the verdict on one candidate with one reference."""
        return self._judged([example], self._solver(context), context)[0]

    def _columns(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        solver = self._solver(context)
        scores = self._judged(examples, solver, context)
        batch = ScoreBatch.from_scores(scores, [part.name for part in self.info.parts], self.info.statistics)
        batch.observed = dict(solver.observed())
        return batch

    def _judged(self, examples: Sequence[Example], solver: Solver, context: RunContext) -> list[Score]:
        readings = [readings_of(self._reader(one), context) for one in examples]
        if not self._by_rules:
            return solver.run([self.verdict(one) for one in examples], readings)
        # One after the other, so that what was read of a pair is at hand for all questions on it.
        with _uncollected():
            return [self._by_reading(one, read, solver, context) for one, read in zip(examples, readings, strict=True)]

    def _by_reading(self, example: Example, readings: Readings, solver: Solver, context: RunContext) -> Score:
        """Returns the score by rules, with what was not read; none where too little was."""
        pair = (readings.read(example.candidate), readings.read(example.references[0]))
        count_unread(example, *pair, context)
        unread = tuple(unread_evidence(example, *pair))
        if gap := too_little_read(example, *pair):
            return Score.unscored(*gap, evidence=unread)
        (score,) = solver.run([self.verdict(_as_stated(example, *pair))], [readings])
        return replace(score, evidence=(*score.evidence, *unread)) if unread else score

    def _reader(self, example: Example) -> ReportReader:
        return self._readers.of(example)

    @property
    def checkpoint(self) -> CheckpointTask | None:
        """What is asked where a model answers that was trained to be this judge; None for any other."""
        if self._by_rules:
            return None
        from radeval.metrics.judge.checkpoints import checkpoint_task

        return checkpoint_task(self.info.name, self.solvers["judge"], str(self.parameters["prompt"]))

    @cached_property
    def _by_rules(self) -> bool:
        return set(self.solvers.values()) == {RULES}

    def _solver(self, context: RunContext) -> Solver:
        if self._by_rules:
            return RulesSolver()
        from radeval.llm.request import Sampling
        from radeval.metrics.judge.models import model_solver

        sampling = Sampling(
            temperature=float(self.parameters["temperature"] or 0),
            seed=_number(self.parameters["seed"]),
            max_tokens=int(self.parameters["max_tokens"] or 0),
        )
        prompt = str(self.parameters["prompt"])
        own = self.checkpoint
        tasks = self.tasks if own is None else (own,)
        return model_solver(self.solvers, tasks, context, prompt=prompt, sampling=sampling, sample=self.sample)


def _as_stated(example: Example, candidate: Reading, reference: Reading) -> Example:
    """Returns an example with an empty candidate where its candidate states nothing and its reference something.

    Words without a statement must not do better than none.
    """
    return example if candidate.findings or not reference.findings else replace(example, candidate="")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keeps Python from looking for cycles meanwhile, of which judging by rules makes none.

    Each look would go over all that was read and shown of the examples before, a sixth of the whole time.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def readings_of(reader: ReportReader, context: RunContext) -> Readings:
    """Returns what all judges of a run read together."""
    return context.shared(("readings", reader), lambda: Readings(reader))


def no_verdict(answer: Answer[Any]) -> Score:
    """Returns the score of a protocol that lacks an answer which its formula needs."""
    return Score.unscored(answer.reason, answer.detail)


def beside_nothing(value: float, info: MetricInfo) -> Score:
    """Returns the stated value for one empty report beside one that is not: nothing is judged, so no part has a value.

    Zero errors counted in what was never written would raise the means of the parts.
    """
    names = [part.name for part in info.parts]
    reasons = dict.fromkeys(names, "one of the reports is empty")
    return Score.ok(value, dict.fromkeys(names), part_reasons=reasons)


def is_empty(report: str) -> bool:
    """Tells whether a report holds no text."""
    return not report.strip()


def _number(value: ParameterValue) -> int | None:
    return None if value is None else int(value)
