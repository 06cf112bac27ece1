"""Whether what models run on is installed."""

from __future__ import annotations

from importlib.util import find_spec

from radeval.core.errors import MissingExtraError

_PACKAGES = ("torch", "transformers")


def need_packages(metric: str) -> None:
    """Raises where a metric's models cannot run; imports nothing.

    Raises:
        MissingExtraError: A package is not installed.
    """
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"{metric} needs {' and '.join(missing)}",
            where=f"metric {metric!r}",
            hint='pip install "radeval-judge[models]"',
        )
