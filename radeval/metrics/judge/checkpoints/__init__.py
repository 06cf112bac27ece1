"""Models that were trained to be one judge: each is asked in its makers' own words and its replies read as it writes.

Those words are not ours to pass on: they come from the makers' installed package or from the user's file.
"""

from __future__ import annotations

from importlib import import_module

from radeval.core.errors import ParameterError
from radeval.llm.endpoint import RULES
from radeval.metrics.judge.checkpoints.wording import CheckpointTask

UPSTREAM = "upstream"
"""The version of a prompt that is its makers'."""

_OURS = "v1"
_KNOWN = {
    "green": (("green-radllama2",), "radeval.metrics.judge.checkpoints.green:AnalyseAsGreen"),
    "crimson": (("medgemma", "crimson"), "radeval.metrics.judge.checkpoints.crimson:WeighAsMedGemma"),
}
"""By judge: the words in its checkpoint's name, and its task."""


def checkpoint_task(judge: str, model: str, prompt: str) -> CheckpointTask | None:
    """Returns the task that a judge asks its own checkpoint; None for any other model, which is asked in our words.

    A checkpoint is known by its name, or stated by `prompt=upstream` where it was renamed.

    Args:
        judge: The judge's name.
        model: Who answers: an endpoint's text.
        prompt: The version of the prompt.

    Raises:
        ParameterError: The judge has no checkpoint of its own.
    """
    words, place = _KNOWN.get(judge, ((), ""))
    name = model.rpartition("/")[2].lower()
    named = bool(words) and prompt == _OURS and all(word in name for word in words)
    if model == RULES or not (named or prompt == UPSTREAM):
        return None
    if not place:
        raise ParameterError(
            "no model was trained to be this judge",
            where=f"{judge}:prompt={UPSTREAM}",
            hint=f"those with one: {', '.join(_KNOWN)}",
        )
    module, _, task = place.partition(":")
    made: CheckpointTask = getattr(import_module(module), task)()
    return made
