"""What the shell offers when the user presses Tab."""

from __future__ import annotations


def complete_metric(incomplete: str) -> list[str]:
    """Returns presets, metric names and, after `name:`, the parameters of that metric."""
    from radeval.core.errors import RadevalError
    from radeval.core.registry import PRESETS, metric_info, metric_names

    name, colon, rest = incomplete.partition(":")
    if not colon:
        return [known for known in [*PRESETS, *metric_names()] if known.startswith(incomplete)]
    try:
        parameters = metric_info(name).parameters
    except RadevalError:
        return []
    done, comma, last = rest.rpartition(",")
    start = f"{name}:{done}{comma}"
    offers = [
        f"{start}{parameter.name}={choice}"
        for parameter in parameters
        for choice in (parameter.choices or (["true", "false"] if parameter.kind == "bool" else [""]))
    ]
    return [offer for offer in offers if offer.startswith(start + last)]
