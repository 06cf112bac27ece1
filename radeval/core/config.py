"""Settings of the command line: a flag over an environment variable over a file over the default.

The file is `radeval.toml`, or the table `[tool.radeval]` of `pyproject.toml`, in the working folder. Environment
variables are `RADEVAL_` and the name of the setting in capitals; lists are separated by blanks.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from radeval.core.encoding import Dtype, EncodingOptions
from radeval.core.errors import ConfigError, FileAccessError, UsageError, did_you_mean
from radeval.core.judging import CacheMode

FILE = "radeval.toml"
ENVIRONMENT_PREFIX = "RADEVAL_"

_ENCODING = EncodingOptions()
_HINT = "radeval score --help lists what each setting can be"

Words = Annotated[list[str], BeforeValidator(lambda value: value.split() if isinstance(value, str) else value)]


def _device(value: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:[0-9]+(,[0-9]+)*)?", value):
        raise PydanticCustomError("device", "this is no device; write auto, cpu, cuda or cuda:0,1")
    return value


class Settings(BaseModel):
    """How `radeval score` runs.

    Attributes:
        metrics: Presets and specs.
        sections: What is scored of each report.
        by: Columns to break the results down by.
        seed: Seed of the resampling.
        n_boot: Resamples for the intervals; 0 for none.
        max_unscored: Largest share of examples without a score before the exit code is 3.
        id_col: Names of the id columns, one for both files or one each; empty to find them.
        text_col: Names of the text columns, likewise.
        allow_missing: Whether ids on one side only are left out.
        max_chars: Longest report allowed, in characters.
        no_text: Whether report text is kept out of all files.
        format: Form of what is printed.
        lexicon: The user's lexicon packs, for every metric on the report reader.
        judge: Who answers for judges whose spec names none.
        concurrency: Most requests in flight to one model.
        rpm: Most requests a minute to one model.
        tpm: Most tokens a minute to one model.
        max_cost: Most US dollars that a run may cost.
        allow_remote: Whether reports may be sent to an address off this machine.
        cache: Whether replies of models are stored and read.
        cache_dir: Where they are stored; the user's cache folder where not set.
        retry_unscored: Whether a stored reply that was not usable is asked for again.
        strict_model: Whether a reply of another model gives no verdict.
        timeout: Seconds that one request may take.
        prompts: A folder of prompts instead of ours.
        device: Where encoders run: "auto", "cpu", "cuda" or "cuda:0,1".
        dtype: Precision of encoders.
        batch_tokens: Most tokens that an encoder reads at once.
        skip_unavailable: Whether a metric is left out whose packages or weights are not on this machine.
    """

    model_config = ConfigDict(extra="forbid")

    metrics: Words = Field(default=["quick"], min_length=1)
    sections: Literal["whole", "findings", "impression", "auto"] = "whole"
    by: Words = []
    seed: int = Field(default=0, ge=0)
    n_boot: int = Field(default=1000, ge=0, le=1_000_000)
    max_unscored: float = Field(default=0.0, ge=0, le=1)
    id_col: Words = []
    text_col: Words = []
    allow_missing: bool = False
    max_chars: int = Field(default=200_000, ge=1)
    no_text: bool = False
    format: Literal["table", "tsv", "json", "latex"] = "table"
    lexicon: Words = []
    judge: str = Field(default="rules", min_length=1)
    concurrency: int = Field(default=16, ge=1, le=4096)
    rpm: int | None = Field(default=None, ge=1)
    tpm: int | None = Field(default=None, ge=1)
    max_cost: float | None = Field(default=None, ge=0)
    allow_remote: bool = False
    cache: CacheMode = "write"
    cache_dir: Path | None = None
    retry_unscored: bool = False
    strict_model: bool = False
    timeout: float = Field(default=120.0, gt=0)
    prompts: Path | None = None
    device: Annotated[str, AfterValidator(_device)] = _ENCODING.device
    dtype: Dtype = _ENCODING.dtype
    batch_tokens: int = Field(default=_ENCODING.batch_tokens, ge=1)
    skip_unavailable: bool = False


def load_settings(
    flags: Mapping[str, Any], environment: Mapping[str, str], folder: Path, file: Path | None = None
) -> Settings:
    """Returns the settings that flags, environment and file resolve to.

    Args:
        flags: What the command line says; None where it says nothing.
        environment: The environment variables.
        folder: The working folder.
        file: A configuration file to be read instead of those in the working folder.

    Raises:
        ConfigError: A file or a variable holds something that is no setting.
        UsageError: A flag does.
        FileAccessError: The named file cannot be read.
    """
    known = list(Settings.model_fields)
    stored, where = _read(folder, file)
    for key in stored:
        if key not in known:
            raise ConfigError(f"there is no setting {key!r}", where=where, hint=did_you_mean(key, known))
    variables = {key: environment[name] for key in known if (name := ENVIRONMENT_PREFIX + key.upper()) in environment}
    given = {key: value for key, value in flags.items() if value is not None and value != []}
    for layer, source in ((stored, where), (variables, "the environment")):
        _validate(layer, lambda message, key, at=source: ConfigError(message, where=f"{key} in {at}", hint=_HINT))
    _validate(given, lambda message, key: UsageError(message, where="--" + key.replace("_", "-"), hint=_HINT))
    return Settings(**{**stored, **variables, **given})


def _validate(layer: Mapping[str, Any], error: Any) -> None:
    try:
        Settings(**layer)
    except ValidationError as found:
        first = found.errors()[0]
        raise error(f"{first['input']!r}: {first['msg']}", str(first["loc"][0])) from None


def _read(folder: Path, file: Path | None) -> tuple[dict[str, Any], str]:
    if file is not None:
        if not file.is_file():
            raise FileAccessError(
                "there is no such configuration file", where=str(file), hint="check the path given to --config"
            )
        return _table(file), str(file)
    if (folder / FILE).is_file():
        return _table(folder / FILE), FILE
    project = folder / "pyproject.toml"
    if project.is_file():
        return _table(project), "pyproject.toml"
    return {}, FILE


def _table(file: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError("this is not a TOML file", where=str(file), hint=str(error)) from error
    if file.name == "pyproject.toml":
        for key in ("tool", "radeval"):
            content = content.get(key, {})
            if not isinstance(content, dict):
                raise ConfigError(f"{key} is not a table", where=str(file), hint="settings stand under [tool.radeval]")
    return content
