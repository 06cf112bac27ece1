"""Speed of a model in this process: `hf:` against transformers' own `generate`, one prompt after the other.

    python benchmarks/local_models.py             # a 7B-shaped model of random weights; wants a GPU
    python benchmarks/local_models.py --tiny      # a model of two layers, to see that it runs

Both write the same number of tokens after the same prompts, which share their beginning as a judge's prompts do. The
limit is what memory allows: to write one token for each row of a batch, all weights and all rows' states must be read
once. The bandwidth is measured here, by copying.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from radeval.core.judging import JudgeOptions
from radeval.llm.backends.transformers import Transformers
from radeval.llm.endpoint import Endpoint
from radeval.llm.request import Message, Reply, Request, Sampling, Schema

WORDS = ("small", "large", "left", "right", "effusion", "opacity", "nodule", "stable", "new", "clear", "heart", "lung")
TEMPLATE = "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}\n{% endfor %}<assistant>"
VERDICT = Schema(
    "verdict",
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["errors"],
        "properties": {"errors": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"enum": list(WORDS)}}},
    },
)


class Timing(NamedTuple):
    name: str
    batch: int
    seconds: float
    tokens: int
    share: float


def write_model(folder: Path, tiny: bool) -> Any:
    """Writes a llama of random weights and a tokenizer that knows the words of the prompts."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate(["<s>", "</s>", *letters])}
    core = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    core.pre_tokenizer, core.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, bos_token="<s>", eos_token="</s>")
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    shape = (64, 128, 2, 4) if tiny else (4096, 11008, 32, 32)
    hidden, inner, layers, heads = shape
    config = LlamaConfig(
        vocab_size=512 if tiny else 32000,
        hidden_size=hidden,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=8192,
        bos_token_id=0,
        eos_token_id=1,
    )
    torch.manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with torch.device(device):
        torch.set_default_dtype(torch.bfloat16 if device == "cuda" else torch.float32)
        model = LlamaForCausalLM(config)
        torch.set_default_dtype(torch.float32)
    # Random weights must not end a reply: all are to be equally long.
    model.lm_head.weight.data[1] = 0
    model.save_pretrained(folder)
    return config


def prompts(number: int, shared: int, own: int, tokens: int, schema: Schema | None) -> list[Request]:
    """Makes requests with a shared beginning and a report of their own, about so many characters each."""
    chance = random.Random(0)

    def text(length: int) -> str:
        words = ""
        while len(words) < length:
            words += chance.choice(WORDS) + " "
        return words[:length]

    system = Message("system", text(shared))
    sampling = Sampling(max_tokens=tokens)
    return [
        Request((system, Message("user", text(own + chance.randrange(own)))), schema, sampling) for _ in range(number)
    ]


def bandwidth(device: str) -> float:
    """Returns the bytes a second that the device's memory moves."""
    import torch

    source = torch.empty((4 << 30) if device == "cuda" else (256 << 20), dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    best = float("inf")
    for _ in range(5):
        _settle(device)
        start = time.perf_counter()
        target.copy_(source)
        _settle(device)
        best = min(best, time.perf_counter() - start)
    return 2 * source.numel() / best


def _settle(device: str) -> None:
    import torch

    if device == "cuda":
        torch.cuda.synchronize()


def one_by_one(folder: Path, requests: list[Request], device: str) -> tuple[float, int, int]:
    """Times transformers' own generate; returns seconds, tokens written, and the mean length of a prompt."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).to(device).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    written = read = 0
    for number, request in enumerate([requests[0], *requests]):
        if number == 1:
            _settle(device)
            start, written, read = time.perf_counter(), 0, 0
        turns = [{"role": turn.role, "content": turn.content} for turn in request.messages]
        text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        ids = tokenizer(text, return_tensors="pt", add_special_tokens=False).to(device)
        ids.pop("token_type_ids", None)
        new = request.sampling.max_tokens
        found = model.generate(**ids, max_new_tokens=new, min_new_tokens=new, do_sample=False, pad_token_id=1)
        read += ids["input_ids"].shape[1]
        written += found.shape[1] - ids["input_ids"].shape[1]
    _settle(device)
    return time.perf_counter() - start, written, read // len(requests)


def through_backend(folder: Path, requests: list[Request], concurrency: int) -> tuple[float, int]:
    """Times `hf:`; returns seconds and tokens written. A first batch, untimed, loads the model."""

    async def run() -> tuple[float, int]:
        backend = Transformers(Endpoint("hf", str(folder)), JudgeOptions(concurrency=concurrency))
        gate = asyncio.Semaphore(concurrency)

        async def ask(request: Request) -> Reply:
            async with gate:
                return await backend.complete(request)

        try:
            await asyncio.gather(*map(ask, requests[: min(4, concurrency)]))
            start = time.perf_counter()
            replies = await asyncio.gather(*map(ask, requests))
            seconds = time.perf_counter() - start
        finally:
            await backend.close()
        for reply, request in zip(replies, requests, strict=True):
            if request.schema is not None:
                json.loads(reply.text)
        return seconds, sum(reply.output_tokens or 0 for reply in replies)

    return asyncio.run(run())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tiny", action="store_true", help="a model of two layers, a few short replies")
    options.add_argument("--requests", type=int, default=64)
    options.add_argument("--alone", type=int, default=8, help="prompts for the one-by-one measurement")
    options.add_argument("--tokens", type=int, default=128, help="length of a reply")
    options.add_argument("--shared", type=int, default=2000, help="characters, which are tokens here, of the beginning")
    options.add_argument("--own", type=int, default=300, help="characters of a report, at least")
    options.add_argument("--concurrency", default="1,16,64")
    given = options.parse_args()
    if given.tiny:
        given.requests, given.alone, given.tokens, given.shared, given.own = 12, 4, 80, 200, 40
        given.concurrency = "1,4,12"

    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    peak = bandwidth(device)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        config = write_model(folder, given.tiny)
        if device == "cuda":
            torch.cuda.empty_cache()
        weights = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
        free = prompts(given.requests, given.shared, given.own, given.tokens, None)
        seconds, tokens, read = one_by_one(folder, free[: given.alone], device)
        if device == "cuda":
            torch.cuda.empty_cache()
        width = 2 if device == "cuda" else 4
        state = 2 * config.num_hidden_layers * config.hidden_size * width * (read + given.tokens // 2)

        def timing(name: str, batch: int, seconds: float, tokens: int) -> Timing:
            return Timing(name, batch, seconds, tokens, (weights + batch * state) * tokens / batch / seconds / peak)

        rows = [timing("generate, one by one", 1, seconds, tokens)]
        held = prompts(given.requests, given.shared, given.own, given.tokens, VERDICT)
        for concurrency in map(int, given.concurrency.split(",")):
            some = given.alone if concurrency == 1 else given.requests
            rows.append(timing("hf:, free text", concurrency, *through_backend(folder, free[:some], concurrency)))
            rows.append(
                timing("hf:, held to a schema", concurrency, *through_backend(folder, held[:some], concurrency))
            )

    name = torch.cuda.get_device_name() if device == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    print(f"{name}; memory {peak / 1e9:.0f} GB/s measured; weights {weights / 1e9:.2f} GB; torch {torch.__version__}")
    print(f"prompts of about {read} tokens, {given.shared} of them shared; replies of {given.tokens} tokens\n")
    print("| way | batch | s | tokens/s | against one by one | share of the memory limit |")
    print("|---|---|---|---|---|---|")
    base = rows[0].tokens / rows[0].seconds
    for row in rows:
        speed = row.tokens / row.seconds
        cells = (f"{row.seconds:.1f}", f"{speed:.0f}", f"{speed / base:.1f}", f"{row.share:.0%}")
        print(f"| {row.name} | {row.batch} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
