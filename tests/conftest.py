"""Reports and helpers that several folders of tests share."""

from __future__ import annotations

import csv
import importlib.util
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import numpy as np
import pytest

import radeval
from radeval.core.results import RunResult

_ROOT = Path(__file__).resolve().parent.parent


def _load(name: str) -> ModuleType:
    path = Path(__file__).parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"radeval_test_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_corpus, _real_model, _model_server = _load("corpus"), _load("real_model"), _load("llm/server")
_tiny_models = _load("tiny_models")
_tiny_radgraph = _load("tiny_radgraph")


@pytest.fixture(scope="session")
def corpus() -> ModuleType:
    """The generators of synthetic reports: tests/corpus.py."""
    return _corpus


@pytest.fixture(scope="session")
def model_server() -> ModuleType:
    """The module of the misbehaving server, tests/llm/server.py: `ModelServer(script)` and the behaviours."""
    return _model_server


@pytest.fixture(scope="session")
def smollm2_gguf() -> Path:
    """A small real language model in one file: tests/real_model.py."""
    try:
        return cast(Path, _real_model.gguf_file())
    except _real_model.NotFetchedError as why:
        pytest.skip(str(why))


@pytest.fixture(scope="session")
def smollm2_folder(smollm2_gguf: Path) -> Path:
    """The same model as a folder that transformers reads."""
    import torch

    # Threads that wait for each other are many times slower where other programs run too.
    torch.set_num_threads(1)
    return cast(Path, _real_model.folder())


@pytest.fixture(scope="session")
def minilm_folder() -> Path:
    """A small real encoder, all-MiniLM-L6-v2, as a folder that transformers reads: tests/real_model.py."""
    import torch

    torch.set_num_threads(1)
    try:
        return cast(Path, _real_model.minilm_folder())
    except _real_model.NotFetchedError as why:
        pytest.skip(str(why))


@pytest.fixture(scope="session")
def tiny_models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for RADEVAL_MODELS that holds a tiny model of every architecture in use: tests/tiny_models.py."""
    import torch

    # Threads that wait for each other are many times slower where other programs run too.
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("tiny_models")
    _tiny_models.write_models(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_radgraph() -> ModuleType:
    """What writes tiny models of RadGraph: tests/tiny_radgraph.py."""
    return _tiny_radgraph


@pytest.fixture
def only_models_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path | None], None]:
    """Has models be looked for in one folder, or nowhere; by this process and those that it starts."""
    from huggingface_hub import constants

    def look_in(folder: Path | None) -> None:
        empty = tmp_path_factory.mktemp("hub")
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(empty))
        monkeypatch.setenv("HF_HUB_CACHE", str(empty))
        # What is unpacked goes there, and nothing that is there counts.
        monkeypatch.setenv("XDG_CACHE_HOME", str(empty / "cache"))
        monkeypatch.setenv("RADEVAL_MODELS", str(empty if folder is None else folder))

    return look_in


@pytest.fixture
def tiny_models(only_models_in: Callable[[Path | None], None], tiny_models_folder: Path) -> Path:
    """Has metrics find the tiny models, and no others."""
    only_models_in(tiny_models_folder)
    return tiny_models_folder


@pytest.fixture(scope="session")
def random_model(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny llama of random weights, behind that model's tokenizer."""
    place = tmp_path_factory.mktemp("random_model")
    _real_model.write_random_model(place)
    return place


@pytest.fixture(scope="session")
def smollm2_server(smollm2_gguf: Path) -> Iterator[str]:
    """The address of a server on loopback that answers as that model."""
    with _real_model.served() as address:
        yield address


@pytest.fixture(scope="session")
def synthetic_pairs() -> list[Any]:
    """2,000 realistic and adversarial pairs."""
    return list(_corpus.adversarial_pairs())


@pytest.fixture(scope="session")
def real_pairs() -> list[Any]:
    """2,000 pairs of real reports, made in memory; nothing of them is stored in the project."""
    folder = Path(os.environ.get("RADEVAL_DATA", _ROOT.parent / "shared" / "data"))
    file = folder / "iu_xray_reports.csv"
    if not file.is_file():
        pytest.skip(f"no real reports: {file} is absent (RADEVAL_DATA names the folder)")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    texts = [f"FINDINGS: {row['findings']}\nIMPRESSION: {row['impression']}" for row in rows]
    rng = random.Random(0)
    pairs = []
    for index in range(2000):
        first, second = texts[index % len(texts)], rng.choice(texts)
        references = (first, second) if index % 10 == 0 else (first,)
        candidate = _corpus.rewrite(first, rng) if index % 2 else rng.choice(texts)
        pairs.append(_corpus.Pair(candidate, references, "real"))
    return pairs


@pytest.fixture(params=["synthetic", "real"])
def pairs(request: pytest.FixtureRequest) -> list[Any]:
    """Pairs to compare implementations on: synthetic ones, then real ones where they are at hand."""
    found: list[Any] = request.getfixturevalue(f"{request.param}_pairs")
    return found


@pytest.fixture(scope="session")
def score_pairs() -> Callable[..., RunResult]:
    """Scores pairs with one metric through the public door."""

    def score(spec: str, pairs: Sequence[Any], **options: Any) -> RunResult:
        loaded = radeval.load_metric(spec, n_boot=0)
        return loaded([pair.candidate for pair in pairs], [list(pair.references) for pair in pairs], **options)

    return score


@pytest.fixture(scope="session")
def assert_equal() -> Callable[..., None]:
    """Compares two columns of numbers to 1e-9 and shows the first pair that differs."""

    def check(actual: Any, expected: Any, pairs: Sequence[Any] = (), tolerance: float = 1e-9) -> None:
        mine, theirs = np.atleast_1d(np.asarray(actual, float)), np.atleast_1d(np.asarray(expected, float))
        assert mine.shape == theirs.shape
        wrong = np.flatnonzero(~(np.abs(mine - theirs) <= tolerance))
        if len(wrong):
            row = int(wrong[0])
            pair = f"{pairs[row]!r:.600}" if len(pairs) == len(mine) else ""
            pytest.fail(f"{len(wrong)} of {len(mine)} differ; row {row}: {mine[row]!r} != {theirs[row]!r} {pair}")

    return check


_SYNSETS = {
    "noun": (
        ("opacity", "density", "shadow"),
        ("mass", "lump"),
        ("effusion", "fluid"),
        ("lung",),
        ("heart", "pump", "cardiac_muscle"),
        ("foot",),
    ),
    "verb": (("show", "demonstrate", "reveal"), ("expand", "grow")),
    "adj": (("stable", "unchanged"), ("large", "big"), ("small", "little")),
    "adv": (("slightly", "mildly"),),
}
_EXCEPTIONS = {"noun": "feet foot\n", "verb": "grew grow\n", "adj": "", "adv": ""}
_LEXNAMES = ("adj.all", "adv.all", "noun.all", "verb.all")


def _write_wordnet(folder: Path) -> None:
    """Writes a WordNet of a dozen synsets of our own in the file format of WordNet 3.0 (wndb, wninput manual pages)."""
    folder.mkdir(parents=True)
    header = "".join(
        f"  {number} {text}  \n"
        for number, text in enumerate(("Synsets of radeval's tests", "WordNet 3.0 Copyright of nobody"), start=1)
    )
    categories = {"noun": ("n", 2), "verb": ("v", 3), "adj": ("a", 0), "adv": ("r", 1)}
    for part, (mark, lexname) in categories.items():
        data = header
        senses: dict[str, list[int]] = {}
        for words in _SYNSETS[part]:
            offset = len(data.encode("ascii"))
            listed = " ".join(f"{word} 0" for word in words)
            frames = "01 + 08 00 " if part == "verb" else ""
            data += (
                f"{offset:08d} {lexname:02d} {mark} {len(words):02x} {listed} 000 {frames}| {words[0]}, as tested  \n"
            )
            for word in words:
                senses.setdefault(word, []).append(offset)
        index = header + "".join(
            f"{word} {mark} {len(places)} 0 {len(places)} 0 {' '.join(f'{place:08d}' for place in places)}  \n"
            for word, places in sorted(senses.items())
        )
        (folder / f"data.{part}").write_text(data, encoding="ascii", newline="")
        (folder / f"index.{part}").write_text(index, encoding="ascii", newline="")
        (folder / f"{part}.exc").write_text(_EXCEPTIONS[part], encoding="ascii")
    (folder / "lexnames").write_text("".join(f"{i:02d}\t{name}\t{i}\n" for i, name in enumerate(_LEXNAMES)))
    for name in ("cntlist.rev", "index.sense"):
        (folder / name).write_text("")


@pytest.fixture(scope="session")
def tiny_wordnet_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for NLTK_DATA that holds a WordNet of a dozen synsets."""
    folder = tmp_path_factory.mktemp("nltk_data")
    _write_wordnet(folder / "corpora" / "wordnet")
    return folder


@pytest.fixture
def nltk_data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path | None], None]]:
    """Makes NLTK look for its data in one folder, or nowhere, and forget a WordNet that it has opened."""
    import nltk.data
    from nltk.corpus import wordnet

    def look_in(folder: Path | None) -> None:
        wordnet._unload()
        monkeypatch.setattr(nltk.data, "path", [] if folder is None else [str(folder)])

    yield look_in
    wordnet._unload()


@pytest.fixture
def tiny_wordnet(nltk_data: Callable[[Path | None], None], tiny_wordnet_data: Path) -> Path:
    """Has NLTK use the tiny WordNet."""
    nltk_data(tiny_wordnet_data)
    return tiny_wordnet_data
