"""The command `radeval`: its commands, its errors and its exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated, NoReturn

import click
import typer

from radeval.cli.doctor import doctor
from radeval.cli.metrics import metrics
from radeval.cli.score import score
from radeval.core.errors import RadevalError
from radeval.core.version import __version__

EXIT_BUG = 70
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="radeval",
    help="Score machine-written radiology reports against a radiologist's, and see how far each score can be trusted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(score)
app.command()(metrics)
app.command()(doctor)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"radeval {__version__}")
        raise typer.Exit


@app.callback()
def _radeval(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    pass


def run() -> NoReturn:
    """Runs the command line and ends the process with its exit code.

    0 done; 1 the user's input or environment; 2 usage; 3 more unscored than allowed; 4 below `--fail-under`; 70 our
    bug; 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal without arrows still gets the numbers.
            stream.reconfigure(errors="replace")
    # Accepted before and after the command, since that is where people type it.
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    sys.exit(_guarded(arguments, debug))


def _guarded(arguments: list[str], debug: bool) -> int:
    try:
        code = typer.main.get_command(app).main(args=arguments, prog_name="radeval", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        print("stopped: nothing of this run was kept", file=sys.stderr)
        return EXIT_INTERRUPTED
    except RadevalError as error:
        if debug:
            traceback.print_exc()
        print(_told(error), file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output has seen enough; Python would complain at exit without this.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the last resort: a bug of ours, told as such
        if debug:
            traceback.print_exc()
        print(
            f"internal error: {type(error).__name__}: {error}\n  hint: this is a bug in radeval {__version__}; "
            "run again with --debug and report it",
            file=sys.stderr,
        )
        return EXIT_BUG


def _told(error: RadevalError) -> str:
    lines = [f"error: {error.message} ({type(error).__name__})"]
    if error.where:
        lines.append(f"  where: {error.where}")
    if error.hint:
        lines.append(f"  hint:  {error.hint}")
    return "\n".join(lines)
