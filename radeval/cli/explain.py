"""`radeval explain`."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from radeval.cli.complete import complete_metric

if TYPE_CHECKING:
    from radeval.core.example import Example
    from radeval.core.results import RunResult
    from radeval.core.score import Evidence

_SIGNS = {"omitted": "-", "false": "+", "matched": "="}
_STYLES = {"omitted": "yellow", "false": "red", "matched": "green"}


class _Mark(NamedTuple):
    """A stretch of a report and the number under which it is explained."""

    start: int
    end: int
    number: int
    kind: str


def explain(
    predictions: Annotated[Path, typer.Argument(help="Candidates, as for score.")],
    references: Annotated[Path | None, typer.Argument(help="References, as for score.")] = None,
    id: Annotated[str, typer.Option("--id", help="The pair to explain.")] = "",
    system: Annotated[str, typer.Option(help="Which system's candidate, where there are several.")] = "",
    metric: Annotated[
        str, typer.Option("-m", "--metric", help="One metric that gives evidence.", autocompletion=complete_metric)
    ] = "findings",
    sections: Annotated[str, typer.Option(help="whole, findings, impression, or auto.")] = "whole",
    id_col: Annotated[list[str] | None, typer.Option(help="Id column, as for score.")] = None,
    text_col: Annotated[list[str] | None, typer.Option(help="Text column, as for score.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show one pair of reports with the findings marked and every error named."""
    from radeval.io.reading import read_examples
    from radeval.run.score import RunOptions, score_examples

    loaded = read_examples(
        predictions, references, id_columns=id_col or [], text_columns=text_col or [], allow_missing=True
    )
    one = _chosen(loaded.examples, id, system)
    result = score_examples([one], metric, RunOptions(sections=sections, n_boot=0))
    if as_json:
        shown = {"id": one.id, "system": one.system, "candidate": one.candidate, "references": list(one.references)}
        print(json.dumps(shown | {"scores": _scores(result), "evidence": list(result.evidence())}, indent=2))
        return
    print(_page(one, result))


def _chosen(examples: Sequence[Example], wanted: str, system: str) -> Example:
    from radeval.core.errors import IdError, UsageError, did_you_mean

    if not wanted:
        raise UsageError("which pair is to be explained?", where="--id", hint=f"for example --id {examples[0].id}")
    found = [one for one in examples if one.id == wanted and system in ("", one.system)]
    if not found:
        ids = list(dict.fromkeys(one.id for one in examples))
        raise IdError(f"no pair has the id {wanted!r}", where="--id", hint=did_you_mean(wanted, ids[:10_000]))
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} systems have the id {wanted!r}",
            where="--id",
            hint="name one with --system: " + ", ".join(one.system for one in found),
        )
    return found[0]


def _scores(result: RunResult) -> dict[str, Any]:
    return {name: values[0] for name, values in result.table().items()}


def _page(one: Example, result: RunResult) -> str:
    """Returns the pair as text of at most the terminal's width: both reports, then what was found, numbered."""
    from rich.console import Console

    (label,) = result.metrics
    score = result.score(label, 0)
    evidence = score.evidence
    numbered = list(enumerate(evidence, 1))
    console = Console(width=min(100, _columns()), highlight=False, file=None, record=False)
    with console.capture() as captured:
        console.print(f"id {one.id}" + (f", system {one.system}" if one.system else ""), style="bold", soft_wrap=True)
        console.print(_side_by_side(one, numbered))
        for number, item in numbered:
            console.print(_line(number, item), style=_STYLES.get(item.kind, "magenta"))
        if not evidence:
            console.print("no evidence: " + (score.reason or f"{label} gives none for this pair"))
        metric = result[label]
        main = "no score" if score.value is None else f"{score.value:.3f}"
        console.print()
        console.print(f"{label} ({metric.info.main}): {main}")
        parts = ", ".join(f"{name} {'-' if part is None else f'{part:.3f}'}" for name, part in score.parts.items())
        if parts:
            console.print(parts)
        console.print("= in both   - left out   + made up   ~ in both, but different", style="dim")
    return captured.get().rstrip()


def _columns() -> int:
    try:
        return int(os.environ.get("COLUMNS", "") or os.get_terminal_size().columns)
    except (OSError, ValueError):
        return 80


def _side_by_side(one: Example, numbered: Sequence[tuple[int, Evidence]]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True)
    table.add_column("candidate", ratio=1)
    table.add_column("reference" if len(one.references) == 1 else "references", ratio=1)
    candidate = _marked(one.candidate, [mark for item in numbered if (mark := _mark(item, "candidate", 0))])
    for place, text in enumerate(one.references):
        marks = [mark for item in numbered if (mark := _mark(item, "reference", place))]
        table.add_row(candidate if place == 0 else "", _marked(text, marks))
    return table


def _mark(item: tuple[int, Evidence], side: str, reference: int) -> _Mark | None:
    """Returns where a piece of evidence stands in a report, None where it does not."""
    number, evidence = item
    if "reference" in (side, evidence.side) and evidence.reference != reference and side == "reference":
        return None
    span = evidence.span if evidence.side == side else evidence.counterpart
    return None if span is None else _Mark(span[0], span[1], number, evidence.kind)


def _marked(text: str, marks: Sequence[_Mark]) -> Any:
    """Returns a report in which each mark stands in brackets with its sign and number."""
    from rich.text import Text

    shown = Text()
    place = 0
    for mark in sorted(marks):
        if mark.start < place:
            # Inside what is marked already; the list below names it all the same.
            continue
        shown.append(text[place : mark.start])
        words = text[mark.start : mark.end]
        shown.append(f"[{_sign(mark.kind)}{mark.number} {words}]", style=_STYLES.get(mark.kind, "magenta"))
        place = mark.end
    shown.append(text[place:])
    return shown if text.strip() else Text("(empty)", style="dim")


def _sign(kind: str) -> str:
    return _SIGNS.get(kind, "~")


def _line(number: int, item: Evidence) -> str:
    what = item.concept.replace("_", " ") or item.text
    weight = f" ({item.significance})" if item.significance else ""
    note = f": {item.note}" if item.note else ""
    return f"{_sign(item.kind)}{number} {item.kind} {what}{weight}{note}"
