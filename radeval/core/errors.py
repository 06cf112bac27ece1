"""The errors that radeval raises on purpose.

Every one says what is wrong, where (file, row, id, option) and what to do about it. Anything else that
escapes is a bug of ours. The command line prints these without a traceback and ends with their `exit_code`.
"""

from __future__ import annotations


class RadevalError(Exception):
    """Base of all errors that a user can cause or must know of.

    Attributes:
        message: What is wrong, one sentence.
        where: The file, row, id or option it was found at.
        hint: What the user can do.
    """

    exit_code = 1
    stops_run = True
    """Whether a metric that raises it on one example ends the run; otherwise that example gets status error."""

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = self.message
        if self.where:
            text += f" [{self.where}]"
        if self.hint:
            text += f" ({self.hint})"
        return text


class UsageError(RadevalError):
    """Options that contradict each other or cannot be understood."""

    exit_code = 2


class ConfigError(RadevalError):
    """A configuration file or a `RADEVAL_*` variable holds something unusable."""


class InputError(RadevalError, ValueError):
    """The data given to radeval cannot be used as it is."""

    stops_run = False


class FileAccessError(InputError):
    """A file is missing, a directory, or unreadable."""


class EncodingError(InputError):
    """A file is not UTF-8 text."""


class EmptyTableError(InputError):
    """A file or an argument holds no examples."""


class TableFormatError(InputError):
    """A file does not follow its format: ragged rows, open quotes, wrong delimiter, broken JSON."""


class ColumnError(InputError):
    """A column is missing, ambiguous or of the wrong type."""


class IdError(InputError):
    """Ids are empty, repeated, or on one side only."""


class EmptyIdError(IdError):
    """A row has no id."""


class DuplicateIdError(IdError):
    """Two candidates share one id and system."""


class UnmatchedIdError(IdError):
    """Ids are on one side only."""


class TextError(InputError):
    """A report is not text, is missing, or is too long."""


class MetricError(RadevalError, ValueError):
    """A metric cannot be named, configured or run."""


class SpecError(MetricError):
    """A metric spec does not follow `name[@version][:key=value,...]`."""


class UnknownMetricError(MetricError):
    """No metric has this name."""


class UnknownParameterError(MetricError):
    """The metric has no parameter of this name."""


class ParameterError(MetricError):
    """A parameter's value is not allowed."""


class PluginError(MetricError):
    """A metric registered by another package cannot be loaded."""


class MissingExtraError(MetricError):
    """A metric needs packages that are not installed."""


class MissingResourceError(MetricError):
    """A metric needs data (a word list, weights) that is not on this machine."""


class EndpointError(ParameterError):
    """A judge's solver does not say how a model is reached."""


class ModelError(RadevalError):
    """A model cannot be asked; no later question would fare better."""


class ConsentError(ModelError):
    """Reports would leave this machine without the user's permission."""


class BudgetError(ModelError):
    """The next question could cost more than is left of `max_cost`."""


class UnknownPriceError(BudgetError):
    """A limit on costs is set for a model whose price is not known."""


class AccessDeniedError(ModelError):
    """A server refuses the key, or the key may not use the model."""


class UnreachableModelError(ModelError):
    """No reply has ever come: there is no server, or it has no such model."""


class CacheError(RadevalError):
    """The file of stored replies cannot be used."""


class OutputError(RadevalError):
    """Results cannot be written where they were asked for, or a stored run cannot be read."""


class TooManyUnscoredError(RadevalError):
    """More examples are without a score than `max_unscored` allows.

    Attributes:
        result: The complete run, so that nothing that was scored is lost.
    """

    exit_code = 3
    result: object = None


def did_you_mean(name: str, known: list[str]) -> str:
    """Returns a hint naming the known words nearest to a mistyped one."""
    import difflib

    by_case = {word.lower(): word for word in known}
    near = [by_case[word] for word in difflib.get_close_matches(name.lower(), list(by_case), n=3, cutoff=0.6)]
    if near:
        return "did you mean " + " or ".join(near) + "?"
    return "known: " + ", ".join(known) if known else "none are known"
