"""Runs one package once on the synthetic pairs, in a process of its own: `python lexical_jobs.py JOB N SEED [VALUES]`.

Prints JSON: seconds of the scoring itself, of the start (import, and a first call on two pairs of other words, so that
nothing is loaded while the clock runs), and memory. Values are written to the file VALUES, where one is named.
Uses only the standard library and the package under test.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from pairs import make_pairs, mean_words, split

Texts = list[str]
Values = dict[str, dict[str, Any]]  # {"example": {name: a value a pair}, "corpus": {name: value}}


class Job(NamedTuple):
    """What is timed, and how its values are read.

    Attributes:
        score: Scores candidates against references.
        values: Returns the values of what `score` returned.
    """

    score: Callable[[Texts, Texts], Any]
    values: Callable[[Any], Values]


def ours(metrics: list[str], n_boot: int = 0) -> Job:
    """Returns a run of this package, aggregates included."""
    import radeval

    def score(candidates: Texts, references: Texts) -> Any:
        result = radeval.score(candidates, references, metrics=metrics, n_boot=n_boot)
        assert result.aggregates  # computed when first read: this is part of the work
        return result

    def values(result: Any) -> Values:
        example, corpus = {}, {}
        for label, metric in result.metrics.items():
            columns = {metric.info.main: metric.scores.value, **metric.scores.parts}
            for name, column in columns.items():
                key = label if name == metric.info.main else f"{label}/{name}"
                example[name], corpus[name] = column.tolist(), result.aggregates[key].value
        return {"example": example, "corpus": corpus}

    return Job(score, values)


def peer(mode: str) -> Job:
    """Returns a run of PyPI radeval, which gives either the values of the set or those of the pairs."""
    from radeval import RadEval

    evaluator = RadEval(metrics=["bleu", "rouge"], show_progress=False, **{mode: True})
    names = {"bleu": "bleu4", "bleu_1": "bleu1", "bleu_2": "bleu2", "bleu_3": "bleu3"}
    kind = "corpus" if mode == "detailed" else "example"
    return Job(
        lambda candidates, references: evaluator(refs=references, hyps=candidates),
        lambda found: {kind: {names.get(name, name): value for name, value in found.items()}},
    )


def rouge_score() -> Job:
    """Returns rouge_score with its stemmer."""
    from rouge_score.rouge_scorer import RougeScorer

    names = ["rouge1", "rouge2", "rougeL"]
    scorer = RougeScorer(names, use_stemmer=True)
    return Job(
        lambda candidates, references: [scorer.score(r, c) for c, r in zip(candidates, references, strict=True)],
        lambda found: {"example": {name: [one[name].fmeasure for one in found] for name in names}},
    )


def coco(kind: str) -> Job:
    """Returns a scorer of pycocoevalcap on tokens as they stand between blanks."""
    if kind == "bleu":
        from pycocoevalcap.bleu.bleu import Bleu

        score = lambda gts, res: Bleu(4).compute_score(gts, res, verbose=0)  # noqa: E731
    elif kind == "rouge":
        from pycocoevalcap.rouge.rouge import Rouge

        score = Rouge().compute_score
    else:
        from pycocoevalcap.cider.cider import Cider

        score = Cider().compute_score

    def values(found: Any) -> Values:
        total, each = found
        if kind == "bleu":
            return {
                "example": {f"bleu{order}": list(map(float, column)) for order, column in enumerate(each, 1)},
                "corpus": {f"bleu{order}": float(value) for order, value in enumerate(total, 1)},
            }
        name = "rougeL" if kind == "rouge" else "cider"
        return {"example": {name: list(map(float, each))}, "corpus": {name: float(total)}}

    def run(candidates: Texts, references: Texts) -> Any:
        return score({i: [text] for i, text in enumerate(references)}, {i: [c] for i, c in enumerate(candidates)})

    return Job(run, values)


def sacre(kind: str, whole_set: bool) -> Job:
    """Returns sacreBLEU's BLEU or chrF, of the set or of each pair."""
    from sacrebleu import BLEU, CHRF

    name = "bleu4" if kind == "bleu" else "chrf"
    metric = CHRF() if kind == "chrf" else BLEU(effective_order=not whole_set)

    def run(candidates: Texts, references: Texts) -> Any:
        if whole_set:
            return metric.corpus_score(candidates, [references])
        return [metric.sentence_score(c, [r]) for c, r in zip(candidates, references, strict=True)]

    def values(found: Any) -> Values:
        if whole_set:
            return {"corpus": {name: found.score / 100}}
        return {"example": {name: [one.score / 100 for one in found]}}

    return Job(run, values)


# By name: the distribution that is measured, and how its job is made.
JOBS: dict[str, tuple[str, Callable[[], Job]]] = {
    "ours bleu+rouge": ("radeval-judge", lambda: ours(["bleu", "rouge"])),
    "ours bleu+rouge intervals": ("radeval-judge", lambda: ours(["bleu", "rouge"], 1000)),
    "ours bleu": ("radeval-judge", lambda: ours(["bleu"])),
    "ours rouge": ("radeval-judge", lambda: ours(["rouge"])),
    "ours rouge coco": ("radeval-judge", lambda: ours(["rouge:preset=coco"])),
    "ours bleu sacrebleu": ("radeval-judge", lambda: ours(["bleu:preset=sacrebleu"])),
    "ours chrf": ("radeval-judge", lambda: ours(["chrf"])),
    "ours cider": ("radeval-judge", lambda: ours(["cider"])),
    "peer set": ("radeval", lambda: peer("detailed")),
    "peer pairs": ("radeval", lambda: peer("per_sample")),
    "rouge_score": ("rouge_score", rouge_score),
    "coco bleu": ("pycocoevalcap", lambda: coco("bleu")),
    "coco rouge": ("pycocoevalcap", lambda: coco("rouge")),
    "coco cider": ("pycocoevalcap", lambda: coco("cider")),
    "sacrebleu bleu set": ("sacrebleu", lambda: sacre("bleu", True)),
    "sacrebleu bleu pairs": ("sacrebleu", lambda: sacre("bleu", False)),
    "sacrebleu chrf set": ("sacrebleu", lambda: sacre("chrf", True)),
    "sacrebleu chrf pairs": ("sacrebleu", lambda: sacre("chrf", False)),
}


def peak_mb() -> float:
    """Returns the most memory that the process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(name: str, n: int, seed: int, values: Path | None) -> None:
    """Runs a job and prints what it took."""
    pairs = make_pairs(n, seed)
    words = mean_words(pairs)
    candidates, references = split(pairs)
    distribution, make = JOBS[name]
    started = time.perf_counter()
    job = make()
    job.score(["alpha beta gamma delta", "epsilon zeta"], ["alpha beta gamma eta", "epsilon theta"])
    ready = time.perf_counter()
    ready_mb = peak_mb()
    cpu, begun = time.process_time(), time.perf_counter()
    found = job.score(candidates, references)
    ended, cpu = time.perf_counter(), time.process_time() - cpu
    measured = {
        "package": f"{distribution} {version(distribution)}",
        "words": words,
        "seconds": ended - begun,
        "cpu_seconds": cpu,
        "start_seconds": ready - started,
        "ready_mb": ready_mb,
        "peak_mb": peak_mb(),
    }
    if values:
        values.write_text(json.dumps(job.values(found)), encoding="utf-8")
    sys.stdout.write("\n" + json.dumps(measured) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]) if len(sys.argv) > 4 else None)
