"""The command `radeval` and its commands.

Exit codes: 0 done; 1 the user's input or environment; 2 usage; 3 more unscored than allowed; 4 worse than
`--fail-under`; 70 our bug; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from radeval.cli.cache import cache
from radeval.cli.compare import compare
from radeval.cli.doctor import doctor
from radeval.cli.errors import command
from radeval.cli.explain import explain
from radeval.cli.metrics import metrics
from radeval.cli.models import models
from radeval.cli.prompts import prompts
from radeval.cli.score import score
from radeval.cli.study import study
from radeval.core.version import __version__

app = typer.Typer(
    name="radeval",
    help="Score machine-written radiology reports against a radiologist's, and see how far each score can be trusted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(command(score))
app.command()(command(explain))
app.command()(command(compare))
app.add_typer(study, name="study")
app.command()(command(metrics))
app.add_typer(models, name="models")
app.add_typer(prompts, name="prompts")
app.add_typer(cache, name="cache")
app.command()(command(doctor))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"radeval {__version__}")
        raise typer.Exit


@app.callback()
def _radeval(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; may stand after the command, too.")
    ] = False,
) -> None:
    pass


def run() -> None:
    """Runs the command line and ends the process with its exit code."""
    # Python has no streams at all where they are closed from the start.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open until the end
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open until the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal without arrows still gets the numbers.
            stream.reconfigure(errors="replace")
    app(args=[argument for argument in sys.argv[1:] if argument != "--debug"], prog_name="radeval")
