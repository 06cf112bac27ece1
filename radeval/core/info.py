"""What a metric declares of itself: facts that tables, tests, rewards and studies read instead of prose."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar

from radeval.core.errors import ParameterError

Thing = TypeVar("Thing")

Direction = Literal["higher", "lower"]
Range = tuple[float | None, float | None]
ParameterValue = str | int | float | bool | None
EmptyRule = float | Literal["computed", "unscored"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a metric's spec.

    Attributes:
        name: The key in the spec.
        kind: The type of its value; a "path" is opened by the metric's `check`, never when the metric is made.
        default: The value where the spec names none.
        summary: What it changes.
        choices: The allowed values; empty where any value of the kind is.
        minimum: The smallest allowed number.
        maximum: The largest allowed number.
    """

    name: str
    kind: Literal["str", "int", "float", "bool", "path"]
    default: ParameterValue
    summary: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def parse(self, text: str, where: str) -> ParameterValue:
        """Returns the typed value of a spec's text.

        Raises:
            ParameterError: The text is no such value, or one that is not allowed.
        """
        value: ParameterValue = text
        try:
            if self.kind == "bool":
                value = {"true": True, "false": False}[text.lower()]
            elif self.kind in ("int", "float"):
                value = int(text) if self.kind == "int" else float(text)
        except (ValueError, KeyError):
            raise self._wrong_kind(text, where) from None
        self.check(value, where)
        return value

    def check(self, value: ParameterValue, where: str) -> None:
        """Raises where a value is not allowed; the default always is.

        Raises:
            ParameterError: The value has the wrong type, is no choice or is out of range.
        """
        if value == self.default and type(value) is type(self.default):
            return
        if type(value) is not _TYPES[self.kind] and not (self.kind == "float" and type(value) is int):
            raise self._wrong_kind(value, where)
        if isinstance(value, str) and not value:
            raise ParameterError(f"{self.name} is empty", where=where, hint=f"leave it out, or write {self.name}=VALUE")
        if self.choices and value not in self.choices:
            raise ParameterError(
                f"{self.name}={value} is not allowed", where=where, hint="one of " + ", ".join(self.choices)
            )
        if isinstance(value, int | float):
            low, high = -math.inf if self.minimum is None else self.minimum, self.maximum
            finite = isinstance(value, int) or math.isfinite(value)
            if not finite or not low <= value <= (math.inf if high is None else high):
                raise ParameterError(f"{self.name}={value} is out of range", where=where, hint=self._bounds())

    def _bounds(self) -> str:
        if self.minimum is not None and self.maximum is not None:
            return f"from {self.minimum} to {self.maximum}"
        if self.minimum is not None:
            return f"at least {self.minimum}"
        return "a finite number" if self.maximum is None else f"at most {self.maximum}"

    def _wrong_kind(self, value: object, where: str) -> ParameterError:
        return ParameterError(
            f"{self.name}={value} is not {_KINDS[self.kind]}", where=where, hint=f"{self.name} is {_KINDS[self.kind]}"
        )

    def format(self, value: ParameterValue) -> str:
        """Returns the text that `parse` reads as this value; None, which no text means, becomes "none"."""
        return str(value).lower() if isinstance(value, bool | None) else str(value)


_TYPES: dict[str, type] = {"str": str, "path": str, "int": int, "float": float, "bool": bool}
_KINDS = {"str": "a text", "path": "a path", "int": "a whole number", "float": "a number", "bool": "true or false"}


def _known(kind: type[Thing], stored: Mapping[str, Any]) -> Thing:
    """Returns a dataclass of stored values, without those that this version does not know."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{key: value for key, value in stored.items() if key in names})


@dataclass(frozen=True, slots=True)
class Part:
    """A value beside the main one.

    Attributes:
        name: Its column is `label/name`.
        summary: What it measures.
        direction: Which way is better.
        range: Smallest and largest possible value, None where there is no bound.
        detail: Whether it is one of many, which a table shows only where asked.
    """

    name: str
    summary: str
    direction: Direction = "higher"
    range: Range = (0.0, 1.0)
    detail: bool = False


@dataclass(frozen=True, slots=True)
class EmptyRules:
    """The main value for empty reports: a number, "computed" (by the ordinary formula) or "unscored".

    Attributes:
        candidate: An empty candidate against a report; never "unscored".
        reference: A report against an empty reference.
        both: Empty against empty.
    """

    candidate: float | Literal["computed"]
    reference: EmptyRule
    both: EmptyRule


@dataclass(frozen=True, slots=True)
class Properties:
    """What always holds for a metric's scores; the tests check each metric against its own declaration.

    Attributes:
        identity_is_best: No candidate scores better than the reference itself, unless it is empty; where the range is
            bounded, that is its best value.
        batch_independent: A pair's score does not depend on the other pairs.
        symmetric: Exchanging candidate and reference does not change the main value.
        deterministic: The same input always gives the same score.
        clinical: The metric reads findings, so that flipping a negation can never raise its score.
    """

    identity_is_best: bool = True
    batch_independent: bool = True
    symmetric: bool = False
    deterministic: bool = True
    clinical: bool = False


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """The declaration of a metric.

    Attributes:
        name: The name in specs and, as a rule, the label in results.
        version: Raised whenever a score can change for the same input and parameters.
        summary: One sentence on what it measures.
        main: Name of the main value.
        direction: Which way is better.
        range: Smallest and largest possible value, None where there is no bound.
        parts: Values beside the main one.
        parameters: What a spec can set.
        aggregate: "mean" of the scored examples, or the corpus rule in words.
        statistics: Names of the numbers that the corpus rule sums; empty where the rule is the mean.
        multi_reference: "native", a rule of the metric's own, stated in `multi_reference_rule`; or "best", the
            reference with the best main value.
        multi_reference_rule: The native rule in words.
        empty: The rules for empty reports.
        properties: What always holds.
        modalities: The examinations it is meant for; ("any",) where the text does not matter.
        languages: The languages it is meant for; ("any",) where the words do not matter.
        needs: What must be there beside the reports, for example "WordNet"; empty for nothing.
        extra: The extra that installs its packages, None where the base install does.
        citation: Where the method is published.
        tuned_on: Sets of ratings that its constants were fitted to; on those, agreement is in-sample.
        reproduced: Whether published numbers were got with the published weights; None where there are none to get.
        notes: What a user must know to read the number rightly.
    """

    name: str
    version: int
    summary: str
    main: str
    direction: Direction
    range: Range
    citation: str
    empty: EmptyRules
    parts: tuple[Part, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    aggregate: str = "mean"
    statistics: tuple[str, ...] = ()
    multi_reference: Literal["native", "best"] = "best"
    multi_reference_rule: str = ""
    properties: Properties = Properties()
    modalities: tuple[str, ...] = ("any",)
    languages: tuple[str, ...] = ("any",)
    needs: tuple[str, ...] = ()
    extra: str | None = None
    tuned_on: tuple[str, ...] = ()
    reproduced: Literal["yes", "no"] | None = None
    notes: str = ""

    def __post_init__(self) -> None:
        names = [part.name for part in self.parts]
        if len(set(names)) < len(names) or self.main in names:
            raise ValueError(f"{self.name}: a part's name is taken twice")
        if any(name == "status" or "/" in name for name in names):
            raise ValueError(f"{self.name}: a part may not be called 'status' or contain '/'")
        low, high = self.range
        if low is not None and high is not None and not low < high:
            raise ValueError(f"{self.name}: the range is empty")
        if self.multi_reference == "native" and not self.multi_reference_rule:
            raise ValueError(f"{self.name}: a native rule for several references must be stated")

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> MetricInfo:
        """Returns the declaration that `dataclasses.asdict` took apart and JSON may have carried.

        Fields that this version does not know are left out, so that newer runs can be read.
        """
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()}
        values["parts"] = tuple(
            _known(Part, {**part, "range": tuple(part["range"])}) for part in stored.get("parts", ())
        )
        values["parameters"] = tuple(
            _known(Parameter, {**one, "choices": tuple(one.get("choices", ()))}) for one in stored.get("parameters", ())
        )
        values["empty"] = _known(EmptyRules, stored["empty"])
        values["properties"] = _known(Properties, stored.get("properties", {}))
        return _known(cls, values)

    @property
    def worst(self) -> float | None:
        """The worst possible value, None where there is no bound."""
        return self.range[0] if self.direction == "higher" else self.range[1]

    @property
    def best(self) -> float | None:
        """The best possible value, None where there is no bound."""
        return self.range[1] if self.direction == "higher" else self.range[0]
