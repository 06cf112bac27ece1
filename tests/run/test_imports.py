"""What is loaded when: starting must stay cheap, and nothing may reach for the network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import radeval

ROOT = Path(radeval.__file__).parents[1]
HEAVY = ("numpy", "pandas", "scipy", "torch", "transformers", "nltk", "matplotlib", "pyarrow", "sacrebleu",
         "rich", "typer", "pydantic", "rapidfuzz", "openai", "litellm")  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """Returns the top-level packages that are loaded after running code in a process of its own."""
    report = "\nimport json, sys; print('\\n' + json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("RADEVAL_", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-c", code + report], capture_output=True, text=True, env=environment, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_radeval_loads_nothing_heavy():
    assert not loaded_by("import radeval; dir(radeval); radeval.__version__").intersection(HEAVY)


def test_help_loads_neither_numpy_nor_any_metric():
    code = (
        "import sys; sys.argv = ['radeval', '--help']\n"
        "from radeval.cli.main import run\n"
        "try: run()\n"
        "except SystemExit as end: assert not end.code\n"
        "assert not [name for name in sys.modules if name.startswith(('radeval.metrics', 'radeval.run'))]"
    )
    assert not loaded_by(code).intersection(set(HEAVY) - {"typer", "rich"})


def test_scoring_with_lexical_metrics_loads_no_package_that_it_does_not_need():
    code = (
        "import radeval\n"
        "r = radeval.score(['The heart is enlarged.', 'Clear.'], ['Normal heart.', 'Clear.'], "
        "['rouge', 'bleu', 'chrf', 'cider', 'bleu:preset=sacrebleu', 'rouge:preset=coco'])\n"
        "r.aggregates, r.to_json()\n"
        "radeval.load_metric('rouge')(['a'], ['b'])"
    )
    # sacreBLEU lends its tokeniser to the preset of its name, scipy the quantiles of the intervals.
    allowed = {"numpy", "rapidfuzz", "sacrebleu", "scipy"}
    assert not loaded_by(code).intersection(set(HEAVY) - allowed)


def test_loading_a_run_imports_no_metric(tmp_path):
    radeval.score(["a", "b"], ["a", "c"], "quick", out=tmp_path / "run")
    code = (
        f"import radeval, sys; run = radeval.RunResult.load({str(tmp_path / 'run')!r}); run.aggregates\n"
        "assert not [name for name in sys.modules if name.startswith(('radeval.metrics', 'radeval.run.'))]"
    )
    assert not loaded_by(code).intersection(set(HEAVY) - {"numpy"})


def test_nothing_reaches_for_the_network(tmp_path):
    code = (
        "import socket, sys\n"
        "def refuse(*args, **kwargs): raise AssertionError('the network was asked for')\n"
        "for name in ('create_connection', 'getaddrinfo', 'gethostbyname'): setattr(socket, name, refuse)\n"
        "class Refusing(socket.socket): connect = connect_ex = sendto = bind = refuse\n"
        "socket.socket = Refusing\n"
        f"sys.argv = ['radeval', 'score', {str(ROOT / 'examples/preds.csv')!r}, {str(ROOT / 'examples/refs.csv')!r},"
        f" '-m', 'quick', '-m', 'cider', '-o', {str(tmp_path / 'run')!r}]\n"
        "from radeval.cli.main import run\n"
        "for arguments in (sys.argv[1:], ['metrics'], ['doctor']):\n"
        "    sys.argv[1:] = arguments\n"
        "    try: run()\n"
        "    except SystemExit as end: assert not end.code, end.code"
    )
    loaded_by(code)
    assert (tmp_path / "run" / "run.json").exists()


@pytest.mark.parametrize("name", radeval.__all__)
def test_every_public_name_is_found_when_it_is_first_used(name):
    assert getattr(radeval, name) is not None
    assert name in dir(radeval)


def test_a_name_that_is_not_public_is_an_attribute_error():
    with pytest.raises(AttributeError, match="scoer"):
        _ = radeval.scoer
