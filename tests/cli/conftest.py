"""Runs the real command in a process of its own.

Starting Python and importing numpy costs more than a command does. Where it is not the start that is tested, the
process is forked from one that has imported everything and has run nothing; there, a failed request to a model is made
again almost at once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import radeval

COMMAND = Path(sys.executable).with_name("radeval")
EXAMPLES = Path(radeval.__file__).parents[1] / "examples"
_LEFT_OUT = ("RADEVAL_", "_RADEVAL", "PYTHON", "COMP_", "FORCE_COLOR", "NO_COLOR", "COLUMNS", "TTY_")

PREDICTIONS = """id,site,system,report
a,North,one,The heart is enlarged.
b,South,one,Clear lungs.
c,North,one,
d,South,one,"No effusion, no pneumothorax."
"""
REFERENCES = """id,sex,report
a,F,The heart is mildly enlarged.
b,M,The lungs are clear.
c,F,Pulmonary edema.
d,M,No pleural effusion or pneumothorax.
d,M,No effusion.
"""


def environment(**changes: str) -> dict[str, str]:
    """Returns the environment without what would change how the command behaves."""
    return {key: value for key, value in os.environ.items() if not key.startswith(_LEFT_OUT)} | changes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with preds.csv and refs.csv, in which commands are run."""
    (tmp_path / "preds.csv").write_text(PREDICTIONS, encoding="utf-8")
    (tmp_path / "refs.csv").write_text(REFERENCES, encoding="utf-8")
    return tmp_path


_SERVER = """
import json, os, sys, traceback
import radeval.cli.main, radeval.cli.render, radeval.core.config, radeval.core.stored, radeval.io.reading
import radeval.run.score, rich.console, rich.table, rich.box
from radeval.core.registry import METRICS, metric_class
for name in METRICS: metric_class(name)
import openai, radeval.llm.backends.openai_chat, radeval.llm.client, radeval.metrics.judge.models
from radeval.llm import retry
retry.FIRST_WAIT, retry.LONGEST_WAIT = 0.01, 0.02

for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, name in ((1, 'out'), (2, 'err')):
            os.dup2(os.open(asked[name], os.O_CREAT | os.O_WRONLY | os.O_TRUNC), number)
        os.chdir(asked['cwd'])
        os.environ.clear()
        os.environ.update(asked['env'])
        sys.argv = ['radeval', *asked['arguments']]
        code = 1
        try:
            radeval.cli.main.run()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """A process that has imported everything and forks one for each command."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=environment(PYTHONIOENCODING="utf-8", OPENBLAS_NUM_THREADS="1"),
    )  # fmt: skip
    streams = tmp_path_factory.mktemp("streams")
    out, err = streams / "out", streams / "err"

    def _ask(arguments: list[str], cwd: Path, env: dict[str, str]) -> tuple[int, str, str]:
        asked = {"arguments": arguments, "cwd": str(cwd), "env": env, "out": str(out), "err": str(err)}
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        code = int(process.stdout.readline())
        return code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")

    with process:
        yield _ask
        process.stdin.close()


@pytest.fixture
def radeval_command(tmp_path: Path, server) -> Callable[..., CompletedProcess[str]]:
    """Runs `radeval` with arguments in the test's folder; with options of `subprocess.run`, from a fresh start."""

    def _run(*arguments: str | Path, **options) -> CompletedProcess[str]:
        variables = options.pop("env", {})
        if not options:
            words = [str(argument) for argument in arguments]
            return CompletedProcess([COMMAND, *words], *server(words, tmp_path, environment(**variables)))
        defaults = {"capture_output": True, "text": True, "encoding": "utf-8", "cwd": tmp_path, "check": False}
        return subprocess.run([COMMAND, *arguments], env=environment(**variables), **(defaults | options))

    return _run


@pytest.fixture
def scored(folder: Path, radeval_command) -> Callable[..., CompletedProcess[str]]:
    """Runs `radeval score preds.csv refs.csv` with further arguments, few resamples and one metric unless named."""

    def _run(*arguments: str | Path, **options) -> CompletedProcess[str]:
        defaults = [] if "-m" in arguments else ["-m", "rouge"]
        defaults += [] if "--n-boot" in arguments else ["--n-boot", "20"]
        return radeval_command("score", "preds.csv", "refs.csv", *arguments, *defaults, **options)

    return _run


@pytest.fixture
def examples() -> Path:
    """The folder of examples of the repository."""
    return EXAMPLES


@pytest.fixture
def python() -> Callable[..., list[str]]:
    """Returns the command that runs some code before `radeval` with arguments."""

    def _python(code: str, *arguments: str) -> list[str]:
        start = "import sys; sys.argv = ['radeval', *sys.argv[1:]]\n"
        return [sys.executable, "-c", f"{start}{code}\nfrom radeval.cli.main import run\nrun()", *arguments]

    return _python


@pytest.fixture
def clean_environment() -> dict[str, str]:
    """The environment without what would change how the command behaves."""
    return environment()


def verdict(*quotes: str) -> str:
    """Returns a reply for `chexprompt` that lists a significant false finding for each quotation of the candidate."""
    errors = [
        {"kind": "false finding", "significant": True, "candidate": one, "reference": "", "explanation": "Made up."}
        for one in quotes
    ]
    return json.dumps({"errors": errors})


@pytest.fixture
def judge_server(model_server) -> Callable[..., object]:
    """Makes a server that finds one error in pair a and none in pair b, but for what a test has it do instead."""

    def _make(a=None, b=None):
        said = model_server.Say
        answers = {"Large left": a or said(verdict("Large left effusion")), "lungs": b or said(verdict())}

        def script(number, body):
            # The reports stand in the second turn from behind, where a reply is complained of.
            asked = " ".join(one["content"] for one in body["messages"][-3:] if one["role"] == "user")
            found = next(answer for words, answer in answers.items() if words in asked)
            return found() if callable(found) else found

        return model_server.ModelServer(script)

    return _make


@pytest.fixture
def judged(tmp_path: Path, radeval_command) -> Callable[..., CompletedProcess[str]]:
    """Runs `radeval score` on two pairs with a judge's model and further arguments, its replies stored here."""
    (tmp_path / "preds.csv").write_text("id,report\na,Large left effusion.\nb,Clear lungs.\n", encoding="utf-8")
    (tmp_path / "refs.csv").write_text("id,report\na,Normal chest.\nb,No acute disease.\n", encoding="utf-8")

    def _run(model: str, *arguments: str | Path, **options) -> CompletedProcess[str]:
        given = [] if "-m" in arguments else ["-m", "chexprompt"]
        variables = {"RADEVAL_CACHE_DIR": str(tmp_path / "cache"), **options.pop("env", {})}
        return radeval_command(
            "score", "preds.csv", "refs.csv", "--judge", model, "--n-boot", "0", *given, *arguments,
            env=variables, **options,
        )  # fmt: skip

    return _run
