"""The public face of radeval does not change by accident.

`api.txt` lists what others build on: Python names with their signatures, commands and options, settings, error classes
with exit codes, and the forms of the files that a run writes. Whoever changes one of these on purpose writes a decision
record in docs/decisions/ and updates the list:

    python tests/test_api.py --update
"""

from __future__ import annotations

import csv
import difflib
import inspect
import io
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import radeval
import radeval.findings
from radeval.cli.main import app
from radeval.core import errors
from radeval.core.config import ENVIRONMENT_PREFIX, Settings
from radeval.core.info import EmptyRules, MetricInfo, Part
from radeval.core.metric import Metric
from radeval.core.registry import ENTRY_POINT_GROUP
from radeval.core.score import Evidence, Score

LIST = Path(__file__).with_name("api.txt")
UPDATE = "python tests/test_api.py --update"
_ADDRESS = re.compile(" at 0x[0-9a-f]+")
_SPECIAL = ("__call__", "__getitem__", "__len__", "__add__", "__str__", "__hash__")


def _python() -> Iterator[str]:
    for module in (radeval, radeval.findings):
        for short in sorted(module.__all__):
            name, value = f"{module.__name__}.{short}", getattr(module, short)
            if inspect.isclass(value):
                yield from _class(name, value)
            elif callable(value):
                yield from _signature(name, value)
            else:
                yield f"{name}: {type(value).__name__}"


def _class(name: str, found: type) -> Iterator[str]:
    bases = ", ".join(base.__name__ for base in found.__bases__ if base is not object)
    yield f"class {name}({bases})" if bases else f"class {name}"
    if issubclass(found, Enum):
        yield from (f"{name}.{member.name} = {member.value!r}" for member in found)
        return
    fielded = is_dataclass(found) or hasattr(found, "_fields")
    if fielded or inspect.isfunction(found.__init__):
        yield from _signature(name, found)
    attributes = {one.name for one in fields(found)} if is_dataclass(found) else set(getattr(found, "_fields", ()))
    for key, value in sorted(vars(found).items()):
        if key in attributes or (key.startswith("_") and key not in _SPECIAL):
            continue
        if fielded and key == "__hash__":
            continue
        yield from _member(f"{name}.{key}", value)


def _member(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, property):
        yield f"{name} -> {inspect.signature(value.fget).return_annotation}"
    elif isinstance(value, classmethod | staticmethod):
        yield from _signature(f"{type(value).__name__} {name}", value.__func__)
    elif inspect.isfunction(value):
        yield from _signature(name, value)


def _signature(name: str, found: Any) -> Iterator[str]:
    """Yields a line a parameter, so that a change is one line."""
    signature = inspect.signature(found)
    parameters = [one for one in signature.parameters.values() if one.name not in ("self", "cls")]
    returned = signature.return_annotation
    end = "" if returned is signature.empty or inspect.isclass(found) else f" -> {returned}"
    if not parameters:
        yield f"{name}(){end}"
        return
    yield f"{name}("
    for one in parameters:
        star = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**", one.KEYWORD_ONLY: "keyword "}.get(one.kind, "")
        annotation = getattr(one.annotation, "__forward_arg__", one.annotation)
        default = "" if one.default is one.empty else f" = {_ADDRESS.sub('', repr(one.default))}"
        yield f"    {star}{one.name}: {annotation}{default}"
    yield f"){end}"


def _errors() -> Iterator[str]:
    found = [value for value in vars(errors).values() if inspect.isclass(value)]
    for one in sorted(found, key=lambda one: one.__name__):
        bases = ", ".join(base.__name__ for base in one.__bases__)
        yield f"error {one.__name__}({bases}) exit {one.exit_code}"


def _commands() -> Iterator[str]:
    from typer.main import get_command

    group: Any = get_command(app)
    yield from _options("radeval", group)
    for name in sorted(group.commands):
        yield from _options(f"radeval {name}", group.commands[name])


def _options(name: str, command: Any) -> Iterator[str]:
    yield f"command {name}"
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            yield f"command {name} {parameter.name.upper()}{'' if parameter.required else ' [optional]'}"
            continue
        if "completion" in parameter.name:  # those of Typer
            continue
        spelt = ", ".join([*parameter.opts, *parameter.secondary_opts])
        kind = "flag" if parameter.is_flag else "repeated" if parameter.multiple else "once"
        yield f"command {name} {spelt} [{kind}]"


def _settings() -> Iterator[str]:
    yield f"settings environment {ENVIRONMENT_PREFIX}NAME"
    for name, field in Settings.model_fields.items():
        yield f"setting {name} = {field.default!r}"


class _Probe(Metric):
    info = MetricInfo(
        name="probe",
        version=1,
        summary="a probe",
        main="probe",
        direction="higher",
        range=(0.0, 1.0),
        citation="nobody",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
        parts=(Part("part", "a part"),),
    )

    def score(self, example: Any, context: Any) -> Score:
        return Score.ok(0.5, {"part": 0.5}, evidence=(Evidence("matched"),))


def _files() -> Iterator[str]:
    texts = ["a", "b"]
    yield f"entry points {ENTRY_POINT_GROUP}"
    with tempfile.TemporaryDirectory() as folder:
        for name, systems in (("one system", None), ("several systems", ["x", "y"])):
            out = Path(folder) / name
            radeval.score(texts, texts, [_Probe(), "rouge", "rouge:stem=false"], systems=systems, out=out, n_boot=10)
            with (out / "scores.csv").open(encoding="utf-8", newline="") as file:
                yield f"scores.csv of {name}: {', '.join(next(csv.reader(file)))}"
        yield "run: " + ", ".join(sorted(path.name for path in out.iterdir()))
        stored = json.loads((out / "run.json").read_text(encoding="utf-8"))
        line = json.loads((out / "evidence.jsonl").read_text(encoding="utf-8").splitlines()[0])
    yield from _keys("run.json", stored)
    yield from _keys("run.json metrics LABEL", stored["metrics"]["probe"])
    yield from _keys("run.json metrics LABEL signature", stored["metrics"]["probe"]["signature"])
    yield from _keys("run.json metrics LABEL info", stored["metrics"]["probe"]["info"])
    yield from _keys("run.json aggregates LABEL", stored["aggregates"]["probe"])
    yield from _keys("run.json examples", stored["examples"])
    yield from _keys("run.json config", stored["config"])
    yield f"run.json format: {stored['format']}"
    yield f"run.json labels: {', '.join(stored['metrics'])}"
    yield f"run.json aggregates: {', '.join(stored['aggregates'])}"
    yield from _keys("evidence.jsonl", line)
    yield from _keys("evidence.jsonl evidence", line["evidence"][0])


def _keys(name: str, found: dict[str, Any]) -> Iterator[str]:
    yield f"{name} keys: {', '.join(sorted(found))}"


def _printed() -> Iterator[str]:
    from radeval.cli.render import render

    run = radeval.score(["a", "b"], ["a", "b"], _Probe(), n_boot=10)
    yield "score --format tsv columns: " + ", ".join(next(csv.reader(io.StringIO(render(run, "tsv")), delimiter="\t")))
    yield from _keys("score --format json", json.loads(render(run, "json")))


def surface() -> str:
    """Returns the list as text."""
    parts = (_python(), _errors(), _commands(), _settings(), _files(), _printed())
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def test_the_public_face_is_the_one_that_is_listed():
    known = LIST.read_text(encoding="utf-8") if LIST.exists() else ""
    changes = list(difflib.unified_diff(known.splitlines(), surface().splitlines(), "api.txt", "now", lineterm="", n=0))
    assert not changes, (
        "the public face of radeval changed. If this was meant, write a decision record in docs/decisions/ and run\n\n"
        f"    {UPDATE}\n\n" + "\n".join(changes)
    )


def test_every_listed_error_is_told_apart_by_its_exit_code():
    codes = {one.exit_code for one in vars(errors).values() if inspect.isclass(one)}
    assert codes == {1, 2, 3}


if __name__ == "__main__":
    if sys.argv[1:] != ["--update"]:
        sys.exit(f"usage: {UPDATE}")
    LIST.write_text(surface(), encoding="utf-8")
    print(f"wrote {LIST}")
