"""The options by which a command says who judges, by what knowledge and within which limits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from radeval.core.config import Settings
    from radeval.core.judging import JudgeOptions
    from radeval.run.plan import Planned

Lexicon = Annotated[
    list[str] | None,
    typer.Option("--lexicon", help="A lexicon pack of your own for the metrics on the report reader; may be repeated."),
]
Judge = Annotated[
    str | None,
    typer.Option(
        "--judge",
        help="Who answers for judges: rules, openai/MODEL, http://HOST:PORT/v1#MODEL, litellm:PROVIDER/MODEL, hf:PATH, "
        "vllm:PATH or gguf:FILE.  [default: rules]",
    ),
]
AllowRemote = Annotated[
    bool | None,
    typer.Option("--allow-remote", help="Reports may be sent to an address off this machine."),
]
Cache = Annotated[
    str | None,
    typer.Option("--cache", help="Model replies: write, read, off, or only (ask no model).  [default: write]"),
]
Concurrency = Annotated[
    int | None,
    typer.Option(help="Most requests in flight to one model.  [default: 16]"),
]
Rpm = Annotated[int | None, typer.Option("--rpm", help="Most requests a minute.")]
Tpm = Annotated[int | None, typer.Option("--tpm", help="Most tokens a minute.")]
MaxCost = Annotated[
    float | None,
    typer.Option(help="Most US dollars; refuses to start where a price is unknown."),
]
RetryUnscored = Annotated[
    bool | None,
    typer.Option("--retry-unscored", help="Ask again where the stored reply was unusable."),
]
StrictModel = Annotated[
    bool | None,
    typer.Option("--strict-model", help="No verdict where another model answers."),
]
Prompts = Annotated[Path | None, typer.Option("--prompts", help="A folder of prompts instead of ours.")]


def judging_of(settings: Settings) -> JudgeOptions:
    """Returns the limits for models that settings resolve to."""
    from radeval.core.judging import JudgeOptions

    return JudgeOptions(
        concurrency=settings.concurrency,
        rpm=settings.rpm,
        tpm=settings.tpm,
        max_cost=settings.max_cost,
        allow_remote=settings.allow_remote,
        cache=settings.cache,
        cache_folder=settings.cache_dir,
        retry_unscored=settings.retry_unscored,
        strict_model=settings.strict_model,
        timeout=settings.timeout,
        prompts=settings.prompts,
    )


def run_parameters(settings: Settings) -> dict[str, str]:
    """Returns the parameters that settings give to every metric that has them."""
    from radeval.run.score import RULES

    found = {} if settings.judge == RULES else {"judge": settings.judge}
    return found | {"lexicon": os.pathsep.join(settings.lexicon)} if settings.lexicon else found


def check_lexicon(lexicon: Sequence[str] | None, planned: Sequence[Planned]) -> None:
    """Raises where packs are named on the command line that no metric of the run reads with.

    Raises:
        UsageError: There are such packs.
    """
    from radeval.core.errors import UsageError

    takers = [item for item in planned if any(one.name == "lexicon" for one in item.metric.info.parameters)]
    if lexicon and not takers:
        raise UsageError(
            "none of the metrics reads reports with a lexicon",
            where="--lexicon",
            hint="leave it out, or name a metric such as findings",
        )
