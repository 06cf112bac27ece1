"""What `radeval score --dry-run` prints: what the models of a run would be asked, and at what cost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from radeval.core.example import Example
    from radeval.metrics.judge.estimate import ModelEstimate
    from radeval.run.options import RunOptions
    from radeval.run.plan import Planned


def dry_run(examples: Sequence[Example], planned: Sequence[Planned], options: RunOptions, format: str) -> str:
    """Returns the estimate of a run as text; nothing is asked and nothing is written.

    Args:
        examples: What would be scored.
        planned: The metrics of the run.
        options: How it would be made.
        format: "json", or any other for a table.
    """
    from radeval.metrics.judge.estimate import HOW, estimate
    from radeval.run.prepare import prepare

    prepared = prepare(examples, options.sections)
    found = estimate([item.metric for item in planned], prepared.examples, options.judging)
    if format == "json":
        return json.dumps({"examples": len(prepared.examples), "models": [asdict(one) for one in found], "how": HOW})
    if not found:
        return f"{len(prepared.examples):,} examples; no model would be asked"
    lines = [f"{'model':<40} {'calls':>9} {'tokens read':>13} {'written':>11} {'US dollars':>11}"]
    for one in found:
        lines.append(_row(one.model, one.calls, one.input_tokens, one.output_tokens, one.cost_usd))
        most = (one.most_calls, one.most_input_tokens, one.most_output_tokens, one.most_cost_usd)
        lines.append(_row("  at most", *most))
    lines.append(f"{len(prepared.examples):,} examples; {HOW}")
    lines += _warnings(found, options)
    return "\n".join(lines)


def _row(name: str, calls: int, read: int, written: int, cost: float | None) -> str:
    price = "unknown" if cost is None else f"{cost:,.2f}"
    return f"{name:<40} {calls:>9,} {read:>13,} {written:>11,} {price:>11}"


def _warnings(found: Sequence[ModelEstimate], options: RunOptions) -> list[str]:
    limit = options.judging.max_cost
    known = [one for one in found if one.cost_usd is not None]
    said = []
    if limit is not None and len(known) < len(found):
        said.append("a price is unknown: the run would refuse to start with --max-cost")
    elif limit is not None and sum(one.cost_usd or 0 for one in known) > limit:
        said.append(f"this is more than --max-cost {limit:g} allows: the run would stop there")
    return said
