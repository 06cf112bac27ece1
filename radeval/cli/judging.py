"""The options by which a command says who judges, by what knowledge, within which limits, and where models run."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from radeval.core.config import Settings
    from radeval.core.encoding import EncodingOptions
    from radeval.core.judging import JudgeOptions
    from radeval.run.options import RunOptions
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
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what models would be asked, and at what cost.")]
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
Timeout = Annotated[float | None, typer.Option("--timeout", help="Seconds that one request may take.  [default: 120]")]
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
Prompts = Annotated[
    Path | None,
    typer.Option(
        "--prompts", help="A folder of prompts instead of ours, or the file with a trained judge's own prompt."
    ),
]
Device = Annotated[
    str | None,
    typer.Option("--device", help="Where encoders run: auto (all GPUs, else the CPU), cpu, cuda or cuda:0,1."),
]
Precision = Annotated[
    str | None,
    typer.Option(
        "--dtype",
        help="Precision of encoders: float32, bfloat16 or float16; part of the signature.  [default: float32]",
    ),
]
BatchTokens = Annotated[
    int | None, typer.Option("--batch-tokens", help="Most tokens that an encoder reads at once.  [default: 16384]")
]
SkipUnavailable = Annotated[
    bool | None,
    typer.Option("--skip-unavailable", help="Leave out a metric whose packages or weights are not here, and say so."),
]


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


def encoding_of(settings: Settings) -> EncodingOptions:
    """Returns how encoders run, as settings resolve to."""
    from radeval.core.encoding import EncodingOptions

    return EncodingOptions(device=settings.device, dtype=settings.dtype, batch_tokens=settings.batch_tokens)


def planned_metrics(
    metrics: str | Sequence[str], sections: str, options: RunOptions, warn: Callable[[str], None] = lambda _: None
) -> list[Planned]:
    """Returns the metrics of a run, each able to run; nothing stays open.

    Args:
        metrics: A preset or specs.
        sections: The sections that are scored.
        options: How the run is made.
        warn: Is told which metrics are left out, and why.
    """
    from radeval.core.metric import RunContext
    from radeval.run.plan import plan

    context = RunContext(warn, options.judging, encoding=options.encoding)
    try:
        return plan(metrics, sections, context, options.parameters, skip_unavailable=options.skip_unavailable)
    finally:
        context.things.close()


def run_parameters(settings: Settings) -> dict[str, str]:
    """Returns the parameters that settings give to every metric that has them."""
    from radeval.run.options import RULES

    found = {} if settings.judge == RULES else {"judge": settings.judge}
    return found | {"lexicon": os.pathsep.join(settings.lexicon)} if settings.lexicon else found


def check_taken(flags: Mapping[str, object], planned: Sequence[Planned]) -> None:
    """Raises where the command line sets what no metric of the run has.

    Args:
        flags: The judge, the lexicon, the prompts and how encoders run, as the command line gives them.
        planned: The metrics of the run.

    Raises:
        UsageError: There is such an option.
    """
    from radeval.core.errors import UsageError

    taken = {one.name for item in planned for one in item.metric.info.parameters}
    for name, hint in _TAKERS.items():
        if flags.get(name) and name not in taken:
            raise UsageError(f"none of the metrics takes a {name}", where=f"--{name}", hint=hint)
    for name in ("device", "dtype", "batch_tokens"):
        if flags.get(name) is not None and not any(item.metric.uses() for item in planned):
            raise UsageError(
                "none of the metrics runs an encoder",
                where="--" + name.replace("_", "-"),
                hint="leave it out, or name one that does, such as bertscore",
            )
    prompts = flags.get("prompts")
    if prompts is not None:
        _check_prompts(Path(str(prompts)), planned)


def _check_prompts(prompts: Path, planned: Sequence[Planned]) -> None:
    from radeval.core.errors import UsageError
    from radeval.llm.endpoint import RULES
    from radeval.metrics.judge.checkpoints.wording import CheckpointTask
    from radeval.metrics.judge.judge import Judge as AnyJudge

    takers = [one.metric for one in planned if any(each.name == "prompt" for each in one.metric.info.parameters)]
    judges = [one for one in takers if isinstance(one, AnyJudge)]
    if len(judges) < len(takers):
        # A jury's members say for themselves what they need.
        return
    asking = [one for one in judges if set(one.solvers.values()) != {RULES}]
    if not asking:
        raise UsageError("no model is asked", where="--prompts", hint="name one with --judge, or leave it out")
    trained = [one for one in asking if any(isinstance(task, CheckpointTask) for task in (one.checkpoint, *one.tasks))]
    if prompts.is_file() and not trained:
        raise UsageError(
            "a single file is the prompt of a model that was trained to be a judge, and none such is asked",
            where=f"--prompts {prompts}",
            hint="name a folder with <judge>/v1.toml; see docs/prompts.md",
        )


_TAKERS = {
    "judge": "leave it out, or name a judge such as radfact",
    "lexicon": "leave it out, or name a metric that reads reports, such as findings",
}
