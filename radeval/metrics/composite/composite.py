"""Composite: a weighted sum of other metrics, fitted to experts' ratings."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from radeval.core.batch import ScoreBatch
from radeval.core.errors import MissingResourceError
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Score
from radeval.metrics.composite.composite_file import CompositeError, StoredComposite, read_composite


class Composite(Metric):
    """A weighted sum of metrics, in the unit of the ratings that it was fitted to."""

    info = MetricInfo(
        name="composite",
        version=1,
        summary="weighted sum of other metrics, fitted to experts' ratings by radeval study fit",
        main="composite",
        direction="higher",
        range=(None, None),
        citation="the user's composite",
        empty=EmptyRules(candidate="computed", reference="computed", both="computed"),
        parameters=(Parameter("file", "path", None, "the composite: metrics with their weights in TOML"),),
        multi_reference="native",
        multi_reference_rule="each metric of it takes several references by its own rule",
        properties=Properties(identity_is_best=False),
        needs=("a composite's file",),
        notes="Needs a composite (file=FILE). Its unit and direction are those of the ratings that it was fitted to. "
        "Each metric of it is a part. Without one of these scores there is none.",
    )

    def __init__(self, **parameters: ParameterValue) -> None:
        super().__init__(**parameters)
        self._stored: StoredComposite | None = None
        self._metrics: list[Metric] = []

    def check(self, context: RunContext) -> None:
        """Reads the composite and checks its metrics.

        Raises:
            MissingResourceError: No composite is named.
            CompositeError: It cannot be used.
            MetricError: A metric of it cannot run here.
        """
        self._stored = self._read()
        form = self._stored.form
        self._metrics = [make_metric(one.spec) for one in form.metric]
        for one in self._metrics:
            if isinstance(one, Composite):
                raise CompositeError("a composite is made of other metrics", where=str(self.parameters["file"]))
            one.check(context)
        infos = [one.info for one in self._metrics]
        self.info = replace(
            self.info,
            direction=form.composite.direction,
            modalities=_narrowest([one.modalities for one in infos]),
            languages=_narrowest([one.languages for one in infos]),
            tuned_on=tuple(
                dict.fromkeys((*form.composite.tuned_on, *(name for one in infos for name in one.tuned_on)))
            ),
            parts=tuple(
                Part(_part(term.spec), f"score of {term.spec}", info.direction, info.range)
                for term, info in zip(form.metric, infos, strict=True)
            ),
            properties=Properties(
                identity_is_best=False,
                batch_independent=all(one.properties.batch_independent for one in infos),
                deterministic=all(one.properties.deterministic for one in infos),
            ),
        )

    def uses(self) -> tuple[Hashable, ...]:
        """Returns what its metrics use."""
        return tuple(dict.fromkeys(key for one in self._metrics for key in one.uses()))

    def method(self) -> Mapping[str, ParameterValue]:
        """Returns the composite by content, and the methods of its metrics."""
        stored = self._stored or self._read()
        metrics = self._metrics or [make_metric(one.spec) for one in stored.form.metric]
        parts = {
            f"{one.info.name}{place}.{key}": value
            for place, one in enumerate(metrics)
            for key, value in one.method().items()
        }
        versions = "+".join(f"{one.info.name}@{one.info.version}" for one in metrics)
        return {"composite": f"{stored.form.composite.name}#{stored.digest}", "metrics": versions, **parts}

    def score_batch(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        """Returns the weighted sums."""
        if self._stored is None:
            self.check(context)
        assert self._stored is not None
        batches = [one.score_batch(examples, context) for one in self._metrics]
        scores = [self._sum([batch.score(place) for batch in batches]) for place in range(len(examples))]
        found = ScoreBatch.from_scores(scores, [part.name for part in self.info.parts])
        for place, batch in enumerate(batches):
            name = self._metrics[place].info.name
            found.observed |= {f"{name}{place}.{key}": value for key, value in batch.observed.items()}
        return found

    def _sum(self, scores: Sequence[Score]) -> Score:
        assert self._stored is not None
        form = self._stored.form
        usages = [one.usage for one in scores if one.usage is not None]
        usage = sum(usages[1:], usages[0]) if usages else None
        value = form.composite.intercept
        parts: dict[str, float | None] = {}
        for term, score in zip(form.metric, scores, strict=True):
            if score.value is None:
                return replace(score, evidence=(), detail=f"{term.spec}: {score.detail}".rstrip(": "), usage=usage)
            value += term.weight * (score.value - term.mean) / term.scale
            parts[_part(term.spec)] = score.value
        evidence = tuple(replace(item, by=term.spec) for term, score in zip(form.metric, scores, strict=True)
                         for item in score.evidence)  # fmt: skip
        return Score.ok(value, parts, evidence=evidence, usage=usage)

    def _read(self) -> StoredComposite:
        path = self.parameters["file"]
        if path is None:
            raise MissingResourceError(
                "composite needs a composite",
                where=f"metric {str(self.spec)!r}",
                hint="composite:file=FILE; `radeval study fit` writes one",
            )
        return read_composite(str(path))


def _part(spec: str) -> str:
    """Returns the name of the part that holds a metric's score; a column's name has no slash."""
    return spec.replace("/", "_")


def _narrowest(scopes: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Returns what all metrics are meant for: "any" where none is bound, all that is named where they share nothing."""
    bound = [one for one in scopes if one != ("any",)]
    if not bound:
        return ("any",)
    shared = tuple(name for name in bound[0] if all(name in one for one in bound))
    return shared or tuple(dict.fromkeys(name for one in bound for name in one))
