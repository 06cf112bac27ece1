"""Virtual environments for the packages under test: one each, made on first use, in a folder outside the tree.

Ours and the peer share an import name, so no two packages ever meet. torch is named exactly and beside the peer, since
the newest one would bring gigabytes of CUDA.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

from machine import TREE

PEERS: dict[str, list[list[str]]] = {
    "radeval": [["torch==2.13.0"], ["torch==2.13.0", "radeval==2.2.1"]],
    "rouge_score": [["rouge_score==0.1.2"]],
    "pycocoevalcap": [["pycocoevalcap==1.2"]],
    "sacrebleu": [["sacrebleu==2.6.0"]],
}
_MARKER = "radeval-bench.json"


class Venvs:
    """The environments of a benchmark.

    Args:
        folder: Where they are kept from run to run.
        given: Interpreters to be used instead, by package; "ours" is this tree's.
    """

    def __init__(self, folder: Path, given: dict[str, Path]) -> None:
        self._folder = folder
        self._given = given
        self._ready: dict[str, Path] = {}

    @classmethod
    def from_arguments(cls, arguments: argparse.Namespace) -> Venvs:
        """Returns the environments that the arguments of `add_arguments` mean."""
        given = {"radeval": arguments.peer_python, "ours": arguments.our_python}
        return cls(arguments.venvs, {name: path.absolute() for name, path in given.items() if path})

    def python(self, name: str) -> Path:
        """Returns the interpreter of a package's environment, which is made if it is not there."""
        if name in self._given:
            return self._given[name]
        if name not in self._ready:
            self._ready[name] = self._ours() if name == "ours" else self._made(name, PEERS[name])
        return self._ready[name]

    def _ours(self) -> Path:
        """Returns an environment with the wheel of the tree as it is now."""
        project = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        python = self._made("ours", [project["dependencies"]])
        with tempfile.TemporaryDirectory() as folder:
            _say("building the wheel of this tree")
            _pip(python, "wheel", "--no-deps", "-w", folder, str(TREE))
            wheel = next(Path(folder).glob("*.whl"))
            _pip(python, "install", "--no-deps", "--force-reinstall", str(wheel))
        return python

    def _made(self, name: str, steps: list[list[str]]) -> Path:
        place = self._folder / f"{name}-py{sys.version_info.major}.{sys.version_info.minor}"
        python, marker = place / "bin" / "python", place / _MARKER
        if marker.is_file() and json.loads(marker.read_text(encoding="utf-8"))["steps"] == steps:
            return python
        _say(f"making the environment of {name} in {place}")
        shutil.rmtree(place, ignore_errors=True)
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        for requirements in steps:
            _pip(python, "install", *requirements)
        stored = {"steps": steps, "seconds": time.perf_counter() - started}
        marker.write_text(json.dumps(stored), encoding="utf-8")
        return python


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that every benchmark has."""
    default = Path.home() / ".cache" / "radeval-bench"
    parser.add_argument("--venvs", type=Path, default=default, help="folder of the environments (%(default)s)")
    parser.add_argument("--peer-python", type=Path, help="interpreter that has PyPI radeval 2.2.1")
    parser.add_argument("--our-python", type=Path, help="interpreter that has this package")
    parser.add_argument("--json", type=Path, help="file for the figures")


def environment() -> dict[str, str]:
    """Returns the environment variables of a process under test: nothing of the caller's Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | {"PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


def call(command: Sequence[str | Path]) -> str:
    """Runs a process under test in an empty folder and returns what it printed; its errors are shown if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-4000:]}")
    return done.stdout


def _pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
