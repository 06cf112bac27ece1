"""What a command does with an exception: tell it in a few lines and end with the right exit code."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import ParamSpec

import typer

from radeval.core.errors import RadevalError
from radeval.core.version import __version__

EXIT_BUG = 70
EXIT_INTERRUPTED = 130

Arguments = ParamSpec("Arguments")


def command(body: Callable[Arguments, int | None]) -> Callable[Arguments, None]:
    """Makes a command of a function that returns its exit code, None for 0."""

    @functools.wraps(body)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            code = body(*args, **kwargs) or 0
            sys.stdout.flush()
        except typer.Exit:
            raise
        except BrokenPipeError:
            # Who reads our output has seen enough.
            _silence_output()
            code = 0
        except KeyboardInterrupt as interrupt:
            say("; ".join(["stopped: no scores were kept", *getattr(interrupt, "__notes__", [])]))
            code = EXIT_INTERRUPTED
        except OSError as error:
            _silence_output()
            code = _tell(_environment(error))
        except Exception as error:
            code = _tell(error)
        if code:
            raise typer.Exit(code)

    return guarded


def _environment(error: OSError) -> RadevalError:
    where = error.filename or "standard output"
    named = RadevalError(
        f"the system refused: {error.strerror or error}", where=str(where), hint="mend it and run again"
    )
    named.__cause__ = error
    return named


def _silence_output() -> None:
    """Points standard output nowhere: Python would complain about what is left in it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(error: Exception) -> int:
    if "--debug" in sys.argv:
        traceback.print_exc()
    if isinstance(error, RadevalError):
        say(f"error: {error.message} ({type(error).__name__})")
        if error.where:
            say(f"  where: {error.where}")
        if error.hint:
            say(f"  hint:  {error.hint}")
        return error.exit_code
    say(f"internal error: {type(error).__name__}: {error}")
    say(f"  hint:  this is a bug in radeval {__version__}; run again with --debug and report what it shows")
    return EXIT_BUG


def say(line: str) -> None:
    """Writes a line to standard error; a line that cannot be written must not cost the result."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        # Python would otherwise try again when it ends, fail, and change the exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
