"""`radeval metrics`."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from radeval.cli.complete import complete_metric

if TYPE_CHECKING:
    from radeval.core.info import MetricInfo

_MOST_DETAILS = 20
"""How many details are told one by one."""


def metrics(
    name: Annotated[
        str | None, typer.Argument(help="One metric, or a spec of it.", autocompletion=complete_metric)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List the metrics, or tell all about one."""
    from radeval.core.metric import Metric
    from radeval.core.registry import PRESETS, make_metric, metric_class, metric_names

    if name in PRESETS:
        members = PRESETS[name]
        print(
            json.dumps({"preset": name, "metrics": members}) if as_json else f"{name} stands for {', '.join(members)}"
        )
        return
    if name is not None:
        metric = make_metric(name)
        ready = readiness(metric)
        described = {**asdict(metric.info), "ready": ready}
        print(json.dumps(described, indent=2) if as_json else describe(metric.info, ready))
        return
    found: list[tuple[MetricInfo, str]] = []
    broken: dict[str, str] = {}
    for known in metric_names():
        made = _made(known, broken)
        if isinstance(made, Metric):
            found.append((metric_class(known).info, readiness(made)))
    if as_json:
        listed: list[dict[str, Any]] = [{**asdict(info), "ready": ready} for info, ready in found]
        listed += [{"name": known, "ready": why} for known, why in broken.items()]
        print(json.dumps(listed, indent=2))
        return
    print(list_metrics(found, broken))


def _made(name: str, broken: dict[str, str]) -> object:
    from radeval.core.registry import make_metric

    try:
        return make_metric(name)
    except Exception as error:  # one broken plugin must not hide the others
        broken[name] = f"{type(error).__name__}: {error}"
        return None


def readiness(metric: Any) -> str:
    """Returns "yes", or what has to be done before the metric runs on this machine."""
    from radeval.core.errors import RadevalError
    from radeval.core.metric import RunContext

    try:
        metric.check(RunContext())
    except RadevalError as error:
        return f"{error.message}: {error.hint}" if error.hint else error.message
    except Exception as error:  # what a foreign metric raises is told, too
        return f"{type(error).__name__}: {error}"
    return "yes"


def list_metrics(found: list[tuple[MetricInfo, str]], broken: dict[str, str]) -> str:
    """Returns the list of metrics as text."""
    from radeval.core.registry import PRESETS

    lines = []
    for info, ready in found:
        arrow = "↑" if info.direction == "higher" else "↓"
        lines.append(f"{info.name} {arrow}  {info.summary}")
        if ready != "yes":
            lines.append(f"    not ready: {ready}")
        if info.reproduced is not None:
            lines.append(f"    reproduced: {info.reproduced}")
    lines += [f"{name}  cannot be loaded: {why}" for name, why in broken.items()]
    lines += ["", *(f"preset {name}: {', '.join(members)}" for name, members in PRESETS.items())]
    lines += ["", "↑ higher is better, ↓ lower is better; `radeval metrics NAME` tells all about one"]
    return "\n".join(lines)


_REPRODUCED = {
    None: "there are no published numbers of one model to get",
    "yes": "yes: published numbers were got with the published weights",
    "no": "no: the formula is proven on small checkpoints; nobody has yet run the published weights here",
}


def describe(info: MetricInfo, ready: str) -> str:
    """Returns everything that a metric declares, as text; of many details, the names only."""
    many = sum(part.detail for part in info.parts) > _MOST_DETAILS
    rows: list[tuple[str, str]] = [
        ("what", info.summary),
        ("main value", f"{info.main}, {info.direction} is better, {_range(info.range)}"),
        *(
            (f"part {part.name}", f"{part.summary}, {part.direction} is better, {_range(part.range)}")
            for part in info.parts
            if not (part.detail and many)
        ),
        *([("details", ", ".join(part.name for part in info.parts if part.detail))] if many else []),
        *(
            (
                f"parameter {parameter.name}",
                f"{parameter.summary} [default: {parameter.format(parameter.default)}]",
            )
            for parameter in info.parameters
        ),
        ("over a set", info.aggregate),
        (
            "references",
            info.multi_reference_rule if info.multi_reference == "native" else "the one with the best main value",
        ),
        (
            "empty reports",
            f"candidate {info.empty.candidate}, reference {info.empty.reference}, both {info.empty.both}",
        ),
        ("always", ", ".join(_properties(info)) or "nothing is promised"),
        ("made for", f"modality {', '.join(info.modalities)}; language {', '.join(info.languages)}"),
        ("needs", ", ".join(info.needs) or "nothing but the reports"),
        ("extra", f"pip install 'radeval-judge[{info.extra}]'" if info.extra else "none"),
        ("tuned on", ", ".join(info.tuned_on) or "no ratings"),
        ("reproduced", _REPRODUCED[info.reproduced]),
        ("ready here", ready),
        ("source", info.citation),
        ("read it so", info.notes or "-"),
    ]
    width = max(len(key) for key, _ in rows) + 2
    lines = [f"{info.name} (version {info.version})"]
    for key, text in rows:
        wrapped = textwrap.wrap(text, max(40, 100 - width)) or ["-"]
        lines.append(f"  {key:<{width}}{wrapped[0]}")
        lines += [" " * (width + 2) + line for line in wrapped[1:]]
    return "\n".join(lines)


def _range(bounds: tuple[float | None, float | None]) -> str:
    low, high = ("no bound" if bound is None else f"{bound:g}" for bound in bounds)
    return f"from {low} to {high}"


def _properties(info: MetricInfo) -> list[str]:
    words = {
        "identity_is_best": "no candidate beats the reference itself",
        "batch_independent": "a pair's score does not depend on other pairs",
        "symmetric": "both sides can be exchanged",
        "deterministic": "the same input gives the same score",
        "clinical": "reads findings",
    }
    return [words[key] for key, holds in asdict(info.properties).items() if holds]
