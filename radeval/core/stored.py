"""The stored form of a run: strict JSON that outlives the code that wrote it.

Readers take any form up to their own and ignore keys they do not know, so that fields can be added.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from radeval.core.batch import Floats, ScoreBatch
from radeval.core.errors import FileAccessError, InputError
from radeval.core.info import MetricInfo
from radeval.core.results import Aggregate, Digests, Interval, MetricResult, RunResult, Summary, numbers
from radeval.core.score import Status, Usage
from radeval.core.signature import Signature

FORMAT = 1
"""Version of the form; raised when older readers would read a value wrongly."""

RUN_FILE = "run.json"
EVIDENCE_FILE = "evidence.jsonl"


@dataclass(frozen=True, slots=True)
class _Late:
    """Values of all examples, made when they are written and forgotten then: a run is never held twice."""

    make: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class _LateObject:
    """An object whose values are made one after the other."""

    items: Callable[[], Iterable[tuple[str, Any]]]


def run_json(run: RunResult) -> Iterator[str]:
    """Yields the pieces of a run as strict JSON, each small beside the run."""
    return _pieces(_run_values(run))


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, _Late):
        yield _json(value.make())
    elif isinstance(value, dict | _LateObject):
        yield "{"
        comma = ""
        for key, item in value.items():
            yield f"{comma}{_json(key)}: "
            yield from _pieces(item)
            comma = ", "
        yield "}"
    else:
        yield _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False)


def _run_values(run: RunResult) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "created": run.created,
        "seconds": run.seconds,
        "data_digest": run.data_digest,
        "reference_digest": run.reference_digest,
        "notices": run.notices,
        "config": run.config,
        "environment": dict(run.environment),
        "aggregates": aggregates_to_dict(run.aggregates),
        "strata": {
            column: {value: aggregates_to_dict(found) for value, found in values.items()}
            for column, values in run.strata.items()
        },
        "metrics": {label: _metric_to_dict(metric) for label, metric in run.metrics.items()},
        "examples": {"id": run.ids, "system": run.systems, "group": run.groups, "columns": run.columns},
    }


def aggregates_to_dict(aggregates: Mapping[str, Aggregate]) -> dict[str, Any]:
    """Returns aggregates as JSON values."""
    return {key: asdict(aggregate) for key, aggregate in aggregates.items()}


def signature_to_dict(signature: Signature) -> dict[str, Any]:
    """Returns a signature as JSON values, with its text and id."""
    return {
        "text": str(signature),
        "id": signature.id,
        "name": signature.name,
        "version": signature.version,
        "fields": dict(signature.fields),
    }


def _metric_to_dict(metric: MetricResult) -> dict[str, Any]:
    scores, info, usages = metric.scores, metric.info, metric.scores.usages
    return {
        "spec": metric.spec,
        "signature": signature_to_dict(metric.signature),
        "info": asdict(info),
        "seconds": metric.seconds,
        "usage": None if scores.usage is None else asdict(scores.usage),
        "status": _Late(lambda: [str(status) for status in scores.status]),
        "reasons": _by_text(scores.reasons),
        "details": _by_text(scores.details),
        "value": _Late(lambda: numbers(scores.value)),
        "parts": {name: _late(column) for name, column in scores.parts.items()},
        "part_reasons": {name: _by_text(reasons) for name, reasons in scores.part_reasons.items() if reasons},
        "statistics": {name: _late(scores.statistics[:, place]) for place, name in enumerate(info.statistics)},
        "usages": _LateObject(lambda: ((str(index), asdict(usage)) for index, usage in usages.items())),
        "observed": scores.observed,
    }


def _late(column: Floats) -> _Late:
    return _Late(lambda: numbers(column))


def _by_text(by_index: Mapping[int, str]) -> dict[str, str]:
    return {str(index): text for index, text in by_index.items()}


def load_run(path: Path) -> RunResult:
    """Returns a stored run; see `RunResult.load`."""
    file = path / RUN_FILE if path.is_dir() else path
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileAccessError("the run cannot be read", where=str(file), hint=error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise InputError("this is not JSON", where=str(file), hint=str(error)) from error
    run = run_from_dict(stored, str(file))
    evidence = file.with_name(EVIDENCE_FILE)
    run.evidence_path = evidence if evidence.exists() else None
    return run


def run_from_dict(stored: Any, where: str = "run") -> RunResult:
    """Returns the run that `run_json` wrote.

    Raises:
        InputError: These are not the values of a run, or of a newer form.
    """
    if not isinstance(stored, dict) or not isinstance(stored.get("format"), int):
        raise InputError("this is not a run of radeval", where=where, hint=f"a run's {RUN_FILE} is expected")
    if stored["format"] > FORMAT:
        raise InputError(
            f"the run has form {stored['format']}, this radeval reads up to form {FORMAT}",
            where=where,
            hint="install a newer radeval-judge",
        )
    try:
        return _run(stored)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise InputError(
            f"the run is damaged: {type(error).__name__}: {error}", where=where, hint="score again"
        ) from error


def _run(stored: Mapping[str, Any]) -> RunResult:
    examples = stored["examples"]
    n = len(examples["id"])
    run = RunResult(
        ids=list(examples["id"]),
        systems=list(examples["system"]),
        groups=list(examples["group"]),
        columns=dict(examples["columns"]),
        metrics={label: _metric(label, values, n) for label, values in stored["metrics"].items()},
        config=dict(stored["config"]),
        environment=dict(stored["environment"]),
        notices=list(stored["notices"]),
        created=stored["created"],
        seconds=stored["seconds"],
        _digests=Digests(stored["data_digest"], stored["reference_digest"]),
        _summary=Summary(
            _aggregates(stored["aggregates"]),
            {
                column: {value: _aggregates(found) for value, found in values.items()}
                for column, values in stored["strata"].items()
            },
        ),
    )
    expected = set(run.metrics) | {
        f"{label}/{part.name}" for label, metric in run.metrics.items() for part in metric.info.parts
    }
    if set(run.aggregates) != expected:
        raise ValueError("its aggregates are not those of its metrics")
    if {n} != {len(run.systems), len(run.groups), *map(len, run.columns.values())}:
        raise ValueError("its columns have different lengths")
    return run


def _aggregates(stored: Mapping[str, Any]) -> dict[str, Aggregate]:
    known = {field.name for field in fields(Aggregate)}
    found = {}
    for key, values in stored.items():
        interval = Interval(*map(_number, values["interval"])) if values["interval"] else None
        for name in ("value", "worst_bound", "best_bound"):
            if values[name] is not None:
                _number(values[name])
        found[key] = Aggregate(**{name: values[name] for name in known if name in values} | {"interval": interval})
    return found


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return value


def _metric(label: str, stored: Mapping[str, Any], n: int) -> MetricResult:
    info = MetricInfo.from_dict(stored["info"])
    statistics = [_column(stored["statistics"][name]) for name in info.statistics]
    known = {field.name for field in fields(Usage)}
    scores = ScoreBatch(
        status=[Status(status) for status in stored["status"]],
        value=_column(stored["value"]),
        parts={part.name: _column(stored["parts"][part.name]) for part in info.parts},
        statistics=np.column_stack(statistics) if statistics else np.empty((n, 0)),
        reasons=_by_index(stored["reasons"]),
        details=_by_index(stored["details"]),
        part_reasons={name: _by_index(reasons) for name, reasons in stored["part_reasons"].items()},
        usages={
            int(index): Usage(**{key: value for key, value in usage.items() if key in known})
            for index, usage in stored["usages"].items()
        },
        observed=dict(stored["observed"]),
    )
    scores.validate(info, n)
    signature = stored["signature"]
    return MetricResult(
        label=label,
        spec=stored["spec"],
        info=info,
        signature=Signature(signature["name"], signature["version"], dict(signature["fields"])),
        scores=scores,
        seconds=stored["seconds"],
    )


def _column(stored: list[float | None]) -> Floats:
    return np.array([np.nan if number is None else number for number in stored], dtype=np.float64)


def _by_index(stored: Mapping[str, str]) -> dict[int, str]:
    return {int(index): text for index, text in stored.items()}
