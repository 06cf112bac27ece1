"""`radeval doctor`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination.

    Attributes:
        state: "ok", "missing" (an optional thing is not there) or "problem" (something is wrong).
        what: What was looked at.
        told: What was found, and what to do about it.
    """

    state: Literal["ok", "missing", "problem"]
    what: str
    told: str


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> int:
    """Tell what is installed, what is missing and what is wrong; exit with 1 where something is wrong."""
    findings = [*_installation(), *_extras(), *_weights(), *_metrics()]
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            print(f"{finding.state:<8} {finding.what}: {finding.told}")
    return int(any(finding.state == "problem" for finding in findings))


def _installation() -> list[Finding]:
    import radeval
    from radeval.core.errors import RadevalError
    from radeval.core.resources import prompts_folder
    from radeval.core.version import __version__

    python = ".".join(map(str, sys.version_info[:3]))
    findings = [Finding("ok", "radeval", f"{__version__} on Python {python}, from {next(iter(radeval.__path__))}")]
    owners = _owners("radeval")
    others = [name for name in owners if name != "radeval-judge"]
    if others:
        findings.append(
            Finding(
                "problem",
                "import name",
                f"{', '.join(others)} also installs a package called radeval: files of both are mixed; "
                f"pip uninstall {' '.join(others)} radeval-judge, then install radeval-judge again",
            )
        )
    try:
        findings.append(Finding("ok", "prompts", str(prompts_folder())))
    except RadevalError as error:
        findings.append(Finding("problem", "prompts", str(error)))
    return findings


def _owners(package: str) -> list[str]:
    """Returns the distributions that own an import name."""
    from importlib.metadata import packages_distributions

    return sorted(set(packages_distributions().get(package, [])))


_EXTRAS = {
    "tables": ["pyarrow"],
    "meteor": ["nltk"],
    "models": ["torch", "transformers", "llguidance", "radgraph"],
    "api": ["openai", "litellm"],
    "gguf": ["xllamacpp"],
    "vllm": ["vllm"],
    "study": ["matplotlib"],
}


def _extras() -> list[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    findings = []
    for extra, packages in _EXTRAS.items():
        for package in packages:
            try:
                findings.append(Finding("ok", f"extra {extra}", f"{package} {version(package)}"))
            except PackageNotFoundError:
                install = f"{package} is not installed: pip install 'radeval-judge[{extra}]'"
                findings.append(Finding("missing", f"extra {extra}", install))
    return findings


def _weights() -> list[Finding]:
    """Returns whether the folder of the user's own models is one."""
    import os

    from radeval.weights.find import FOLDER_VARIABLE

    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return []
    there = Path(folder).expanduser().is_dir()
    return [Finding("ok" if there else "problem", FOLDER_VARIABLE, folder if there else f"{folder} is no folder")]


def _metrics() -> list[Finding]:
    from radeval.cli.metrics import readiness
    from radeval.core.registry import make_metric, metric_names, shadowed_plugins

    findings = []
    for name in metric_names():
        try:
            ready = readiness(make_metric(name))
        except Exception as error:  # told, and the other metrics are looked at all the same
            findings.append(Finding("problem", f"metric {name}", f"{type(error).__name__}: {error}"))
            continue
        findings.append(
            Finding("ok" if ready == "yes" else "missing", f"metric {name}", "ready" if ready == "yes" else ready)
        )
    for name, owners in shadowed_plugins().items():
        findings.append(
            Finding("problem", f"metric {name}", f"{owners} also registers this name; radeval's own metric is used")
        )
    return findings
