"""`radeval explain`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from radeval.cli.complete import complete_metric
from radeval.cli.judging import (
    AllowRemote,
    Cache,
    Device,
    Judge,
    Lexicon,
    Precision,
    Prompts,
    Timeout,
    check_taken,
    encoding_of,
    judging_of,
    planned_metrics,
    run_parameters,
)

if TYPE_CHECKING:
    from radeval.core.example import Example
    from radeval.core.results import RunResult


def explain(
    predictions: Annotated[Path, typer.Argument(help="Candidates, as for score.")],
    references: Annotated[Path | None, typer.Argument(help="References, as for score.")] = None,
    id: Annotated[str, typer.Option("--id", help="The pair to explain.")] = "",
    system: Annotated[str, typer.Option(help="Which system's candidate, where there are several.")] = "",
    metric: Annotated[
        str, typer.Option("-m", "--metric", help="One metric that gives evidence.", autocompletion=complete_metric)
    ] = "findings",
    sections: Annotated[
        str | None, typer.Option(help="whole, findings, impression, or auto.  [default: whole]")
    ] = None,
    id_col: Annotated[list[str] | None, typer.Option(help="Id column, as for score.")] = None,
    text_col: Annotated[list[str] | None, typer.Option(help="Text column, as for score.")] = None,
    lexicon: Lexicon = None,
    judge: Judge = None,
    allow_remote: AllowRemote = None,
    cache: Cache = None,
    timeout: Timeout = None,
    prompts: Prompts = None,
    device: Device = None,
    dtype: Precision = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show one pair of reports with the findings marked and every error named."""
    from radeval.cli.page import page
    from radeval.cli.talk import Talk
    from radeval.core.config import load_settings
    from radeval.io.reading import read_examples
    from radeval.run.options import RunOptions
    from radeval.run.score import score_examples

    flags: dict[str, Any] = {"sections": sections, "id_col": id_col, "text_col": text_col, "lexicon": lexicon}
    flags |= {"judge": judge, "allow_remote": allow_remote, "cache": cache, "timeout": timeout, "prompts": prompts}
    flags |= {"device": device, "dtype": dtype}
    settings = load_settings(flags, os.environ, Path.cwd())
    options = RunOptions(
        sections=settings.sections,
        n_boot=0,
        parameters=run_parameters(settings),
        judging=judging_of(settings),
        encoding=encoding_of(settings),
    )
    planned = planned_metrics(metric, settings.sections, options)
    check_taken(flags, planned)
    loaded = read_examples(
        predictions, references, id_columns=settings.id_col, text_columns=settings.text_col, allow_missing=True
    )
    one = _chosen(loaded.examples, id, system)
    with Talk(sys.stderr.isatty(), settings.cache) as talk:
        result = score_examples([one], [item.metric for item in planned], options, progress=talk)
    if as_json:
        shown = {"id": one.id, "system": one.system, "candidate": one.candidate, "references": list(one.references)}
        print(json.dumps(shown | {"scores": _scores(result), "evidence": list(result.evidence())}, indent=2))
        return
    print(page(one, result))


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
