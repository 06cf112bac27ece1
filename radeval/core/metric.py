"""The contract of a metric, for ours and for those of other packages."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar, cast

import numpy as np

from radeval.core.batch import Floats, ScoreBatch
from radeval.core.encoding import EncodingOptions
from radeval.core.errors import InputError, RadevalError
from radeval.core.example import Example
from radeval.core.info import MetricInfo, ParameterValue
from radeval.core.judging import JudgeOptions
from radeval.core.score import Score, Status
from radeval.core.spec import MetricSpec

Thing = TypeVar("Thing")


class Shared:
    """Things that metrics make once and use together, such as models: for one run, or for a loaded metric's life."""

    def __init__(self) -> None:
        self._things: dict[Hashable, Any] = {}
        self._closers: dict[Hashable, Callable[[], None]] = {}
        self._closings: list[Callable[[], None]] = []

    def get(self, key: Hashable, make: Callable[[], Thing], close: Callable[[Thing], None] | None = None) -> Thing:
        """Returns what stands under a key, made by the first that asks, who also says how it is given back."""
        if key not in self._things:
            thing = self._things[key] = make()
            if close is not None:
                self._closers[key] = partial(close, thing)
        return cast(Thing, self._things[key])

    def forget(self, key: Hashable) -> None:
        """Forgets what stands under a key and gives back what it holds."""
        self._things.pop(key, None)
        closer = self._closers.pop(key, None)
        if closer is not None:
            closer()

    def at_end(self, close: Callable[[], None]) -> None:
        """Has something called when nothing here is used any more; the last is called first."""
        self._closings.append(close)

    def close(self) -> None:
        """Forgets everything and gives back what it holds."""
        for key in reversed(list(self._closers)):
            self.forget(key)
        self._things.clear()
        while self._closings:
            self._closings.pop()()


class Tally(Protocol):
    """What metrics count over a run, to be told at its end."""

    def sentence(self) -> str | None:
        """Returns what the user must read of it, None for nothing."""


Counted = TypeVar("Counted", bound=Tally)


class Watcher(Protocol):
    """Who watches a run while it goes on."""

    def tell(self, sentence: str) -> None:
        """Tells at once what a run waits for or does without."""

    def replied(self) -> None:
        """Counts a reply that a model has given."""


class RunContext:
    """What a metric may use of the run that it is part of.

    Args:
        warn: Takes a sentence that the user must read with the results; each is shown once.
        judging: How judges may use models; by default nothing leaves this machine.
        things: What metrics share, where it outlives the run.
        watcher: Who is told what happens while the run goes on; None for nobody.
        encoding: How encoders run.
    """

    def __init__(
        self,
        warn: Callable[[str], None] = lambda _: None,
        judging: JudgeOptions | None = None,
        things: Shared | None = None,
        watcher: Watcher | None = None,
        encoding: EncodingOptions | None = None,
    ) -> None:
        self.warn = warn
        self.watcher = watcher
        self.judging = judging or JudgeOptions()
        self.encoding = encoding or EncodingOptions()
        self.outlived = things is not None
        self.things = things or Shared()
        self._tallies: dict[str, Tally] = {}

    def alert(self, sentence: str) -> None:
        """Warns, and tells whoever watches the run at once: it may wait for long on what the sentence explains."""
        self.warn(sentence)
        if self.watcher is not None:
            self.watcher.tell(sentence)

    def tally(self, name: str, make: Callable[[], Counted]) -> Counted:
        """Returns what all metrics of the run count together under a name, made by the first that asks."""
        if name not in self._tallies:
            self._tallies[name] = make()
        return cast(Counted, self._tallies[name])

    def tell(self) -> None:
        """Warns of what was counted."""
        for one in self._tallies.values():
            if sentence := one.sentence():
                self.warn(sentence)

    def shared(self, key: Hashable, make: Callable[[], Thing], close: Callable[[Thing], None] | None = None) -> Thing:
        """Returns what all metrics of the run share under a key, made by the first that asks; see `Shared.get`."""
        return self.things.get(key, make, close)

    def release(self, keys: Iterable[Hashable]) -> None:
        """Gives back shared things that no later metric of the run uses, unless they are to outlive it."""
        if not self.outlived:
            for key in keys:
                self.things.forget(key)


class Metric:
    """A metric: a declaration and a way to score.

    A subclass sets `info`, passes its declared parameters on as keyword arguments, and implements `score` for one
    example or `score_batch` for many at once. One whose value over a set is not the mean declares `info.statistics` and
    implements `corpus`. Making a metric opens no file and loads no weights; `check` and scoring do.

    Attributes:
        info: The declaration; an instance whose parameters change a declared fact holds its own.
        parameters: Every declared parameter with its value.
    """

    info: MetricInfo

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.score is Metric.score and cls.score_batch is Metric.score_batch:
            raise TypeError(f"{cls.__name__} implements neither score nor score_batch")

    def __init__(self, **parameters: ParameterValue) -> None:
        declared = {parameter.name: parameter for parameter in self.info.parameters}
        unknown = set(parameters) - set(declared)
        if unknown:
            raise TypeError(f"{self.info.name} declares no parameter {', '.join(sorted(unknown))}")
        for name, value in parameters.items():
            declared[name].check(value, f"metric {self.info.name!r}")
            if declared[name].kind == "float" and value is not None:
                # 2 and 2.0 are one method and must have one signature.
                parameters[name] = float(value)
        self.parameters = {name: parameter.default for name, parameter in declared.items()} | parameters

    @property
    def label(self) -> str:
        """The name in results and signatures: the declared one, unless parameters make another metric of it."""
        return self.info.name

    @property
    def spec(self) -> MetricSpec:
        """The spec that makes this metric again: the parameters that differ from their defaults, in declared order."""
        return MetricSpec(
            self.info.name,
            None,
            {
                parameter.name: parameter.format(self.parameters[parameter.name])
                for parameter in self.info.parameters
                if self.parameters[parameter.name] != parameter.default
            },
        )

    def check(self, context: RunContext) -> None:
        """Raises what would stop the metric, before any time is spent on scoring.

        Raises:
            MissingExtraError: Its packages are not installed.
            MissingResourceError: Its data is not on this machine.
            InputError: A file named in its parameters cannot be used.
        """

    def uses(self) -> tuple[Hashable, ...]:
        """Returns the keys of the shared things that scoring needs, such as models; read after `check`.

        A run gives each back after the last metric that uses it.
        """
        return ()

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the fields of the signature that are the metric's own: every choice that changes its value.

        Read after `check`. A metric with a path among its parameters gives the digest of what is there, never the path.
        """
        if any(parameter.kind == "path" for parameter in self.info.parameters):
            raise TypeError(f"{self.info.name} takes a path and must state its content's digest in method()")
        return self.parameters

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the verdict on one example.

        Where `info.multi_reference` is "best", the example has exactly one reference. An exception becomes status error
        for this example alone, unless it is one of ours that stops a run.
        """
        return self.score_batch([example], context).score(0)

    def score_batch(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        """Returns the scores of many examples, in order.

        Where `info.properties.batch_independent` is False, the batch is the whole run. Where a whole batch fails, a run
        asks again example by example, so that only those fail that must.
        """
        if self.info.multi_reference == "native":
            return self._columns(examples, context)
        kept = [_written(one.references) for one in examples]
        singles = [
            one if len(one.references) == 1 else replace(one, references=(one.references[number],))
            for one, numbers in zip(examples, kept, strict=True)
            for number in numbers
        ]
        batch = self._columns(singles, context)
        row_numbers = [number for numbers in kept for number in numbers]
        for row, items in batch.evidence.items():
            if row_numbers[row]:
                batch.evidence[row] = tuple(replace(item, reference=row_numbers[row]) for item in items)
        return best_reference(batch, [len(numbers) for numbers in kept], self.info)

    def corpus(self, totals: Floats) -> dict[str, Floats]:
        """Returns the value over a set from summed statistics, for many sets at once.

        Depends on the parameters only, not on any file, so that stored statistics can be resampled anywhere.

        Args:
            totals: Sums of the statistics, shape (sets, k).

        Returns:
            The main value under `info.main` and each part that has a corpus value, shape (sets,) each; NaN where the
            sums define none.
        """
        raise TypeError(f"{self.info.name} declares statistics but no corpus rule")

    def _columns(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        scores = [self._guarded(one, context) for one in examples]
        return ScoreBatch.from_scores(scores, [part.name for part in self.info.parts], self.info.statistics)

    def _guarded(self, example: Example, context: RunContext) -> Score:
        try:
            score = self.score(example, context)
            parts, statistics = {part.name for part in self.info.parts}, len(self.info.statistics)
            if score.status is Status.OK and (set(score.parts) != parts or len(score.statistics) != statistics):
                raise ValueError("the score has other parts or statistics than the metric declares")
        except Exception as error:  # one bad example must not cost the others; it is counted and shown
            return failure(error)
        return score


def failure(error: Exception) -> Score:
    """Returns status error for what went wrong on an example; raises again what stops a run."""
    if isinstance(error, RadevalError) and error.stops_run:
        raise error
    reason = "unusable input" if isinstance(error, InputError) else "exception"
    return Score.error(reason, f"{type(error).__name__}: {error}")


def _written(references: tuple[str, ...]) -> list[int]:
    """Returns the numbers of the references that hold text, or that of the first where none does."""
    return [number for number, text in enumerate(references) if text.strip()] or [0]


def best_reference(batch: ScoreBatch, counts: Sequence[int], info: MetricInfo) -> ScoreBatch:
    """Returns one score an example: that of the reference with the best main value.

    An example is without a verdict where that of a reference is missing, since it could have been the best one, unless
    another one already has the best possible value.

    Args:
        batch: Scores of the single-reference examples, all references of an example in a row.
        counts: Number of references of each example.
        info: The metric's declaration, for the direction.
    """
    if all(count == 1 for count in counts):
        return batch
    sign = 1.0 if info.direction == "higher" else -1.0
    keyed = np.where(np.isnan(batch.value), -np.inf, sign * batch.value)
    starts = [int(start) for start in np.cumsum([0, *counts[:-1]])]
    chosen = []
    for start, count in zip(starts, counts, strict=True):
        top = start + int(np.argmax(keyed[start : start + count]))
        failed = [row for row in range(start, start + count) if batch.status[row] is not Status.OK]
        chosen.append(failed[0] if failed and batch.value[top] != info.best else top)
    return batch.take(chosen)
