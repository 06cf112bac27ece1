"""RadGraph here against its package, on the same random weights of a full-sized BERT, in the same invocation.

    python benchmarks/models_radgraph.py [--reports 60] [--rounds 2] [--json FILE]

The published weights cannot be had everywhere, and what annotations say does not change what they cost. Package 0.1.18
makes two calls that transformers 5 no longer has; they are put back here, or it would not run at all. Ours and the
package take turns, each turn in a process of its own, with one thread. Reports are those of benchmarks/models.py.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine import TREE, facts, print_facts, print_table, spread, write_json
from models import reports

MODEL = "radgraph-xl"
Annotate = Callable[[list[str]], list[dict[str, Any]]]


def write_model(folder: Path) -> None:
    """Writes RadGraph's heads with random weights over a BERT of twelve layers and 768 units."""
    sys.path.insert(0, str(TREE / "tests"))
    sys.modules["radeval_test_tiny_models"] = tiny = importlib.import_module("tiny_models")
    radgraph = importlib.import_module("tiny_radgraph")
    transformer = folder / "bert"
    transformer.mkdir()
    form = tiny.bert_config(transformer, layers=12)
    # The published one has more words than the tiny vocabulary; which row is read does not change what it costs.
    form.update({"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072})
    form.save_pretrained(transformer)
    (folder / MODEL).mkdir()
    radgraph.write_radgraph_model(folder / MODEL, MODEL, transformer)


def ours(folder: Path) -> Annotate:
    from radeval.core.encoding import EncodingOptions
    from radeval.encoders.encoder import Encoder
    from radeval.encoders.radgraph import RadGraphModel, annotation_size
    from radeval.encoders.radgraph_files import RadGraphFiles, read_radgraph_config
    from radeval.weights.find import Weights

    config = read_radgraph_config(folder / MODEL, MODEL)
    files = RadGraphFiles(MODEL, Weights(folder / MODEL, "own"), config, Weights(Path(config.transformer), "own"))
    encoder: Encoder[dict[str, Any]] = Encoder(
        MODEL, lambda device: RadGraphModel(files, device, "float32"), lambda: ("cpu",), EncodingOptions(),
        annotation_size, print,
    )  # fmt: skip
    return encoder.read


def package(folder: Path) -> Annotate:
    from radgraph.allennlp.common import cached_transformers
    from radgraph.radgraph import RadGraph

    plain = cached_transformers.get_tokenizer

    def with_old_calls(name: str, **options: Any) -> Any:
        tokenizer = plain(name, **options)
        kind = type(tokenizer)
        kind.encode_plus = kind.__call__
        kind.build_inputs_with_special_tokens = lambda self, ids: [self.cls_token_id, *ids, self.sep_token_id]
        return tokenizer

    cached_transformers.get_tokenizer = with_old_calls
    made = RadGraph(model_type=MODEL, model_cache_dir=str(folder), cuda=-1)

    def annotate(texts: list[str]) -> list[dict[str, Any]]:
        found = made(texts)
        return [found[str(number)] for number in range(len(texts))]

    return annotate


def turn(who: str, folder: Path, number: int) -> dict[str, Any]:
    """Annotates in this process and returns what it took."""
    import torch

    torch.set_num_threads(1)
    texts, _ = reports(number)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        start = time.perf_counter()
        annotate = {"ours": ours, "package": package}[who](folder)
        annotate(["The lungs are clear."])
        load = time.perf_counter() - start
        start, used = time.perf_counter(), time.process_time()
        found = annotate(texts)
    return {
        "load": load,
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - used,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "found": found,
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--reports", type=int, default=60)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--json", type=Path)
    options.add_argument("--turn", help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.turn:
        print(json.dumps(turn(given.turn, given.folder, given.reports)))
        return
    known = facts(reports=given.reports, rounds=given.rounds, source=reports(1)[1])
    turns: dict[str, list[dict[str, Any]]] = {"ours": [], "package": []}
    with tempfile.TemporaryDirectory() as place:
        write_model(Path(place))
        for _ in range(given.rounds):
            for who, done in turns.items():
                command = [sys.executable, __file__, "--turn", who, "--folder", place, "--reports", str(given.reports)]
                told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
                done.append(json.loads(told.stdout))
    equal = sum(
        one == other for one, other in zip(turns["ours"][0]["found"], turns["package"][0]["found"], strict=True)
    )
    middle = {
        who: {key: spread([one[key] for one in done])[0] for key in ("load", "seconds", "cpu", "peak")}
        for who, done in turns.items()
    }
    print_facts("RadGraph, twelve layers of 768, random weights, float32, one thread", known)
    rows = [
        [who, given.reports / one["seconds"], given.reports / one["cpu"], one["load"], round(one["peak"])]
        for who, one in middle.items()
    ]
    print_table("Medians", ["who", "reports/s", "reports/CPU s", "load s", "peak MB"], rows)
    times = {key: middle["package"][key] / middle["ours"][key] for key in ("seconds", "cpu")}
    print(f"{times['seconds']:.2f} times the package, by CPU time {times['cpu']:.2f}")
    print(f"{equal} of {given.reports} annotations are the same")
    write_json(given.json, {"facts": known, "medians": middle, "times": times, "equal": equal})


if __name__ == "__main__":
    main()
