"""The published weights that metrics use, by names of ours."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from radeval.core.errors import MissingResourceError, ParameterError, did_you_mean
from radeval.weights.contents import WHOLE, Need
from radeval.weights.find import Weights, find_file, find_hub_file, find_hub_weights, find_weights, is_hub_id


@dataclass(frozen=True, slots=True)
class Published:
    """Weights that somebody has published.

    Attributes:
        name: Our name for them.
        repo: OWNER/NAME on the Hugging Face hub.
        aliases: Other names of the same repository.
        file: The one file that is used; empty where the whole repository is.
        files: The files that are to be fetched, where the repository holds far more.
        needs: What is used of the repository beside its config.json, where it is no single file.
        revision: The commit that is used; None where no commit could be confirmed.
        size: How large a download is, in words; empty where it is not known.
        source: Where these facts were read.
    """

    name: str
    repo: str
    aliases: tuple[str, ...] = ()
    file: str = ""
    files: tuple[str, ...] = ()
    needs: tuple[Need, ...] = WHOLE
    revision: str | None = None
    size: str = ""
    source: str = ""

    def find(self, needs: Sequence[Need] | None = None) -> Weights:
        """Returns where they are on this machine; a folder of their name in the working directory is none of them.

        Args:
            needs: What is used of them beside config.json, where that is not what the catalogue says.

        Raises:
            MissingResourceError: They are not, or not complete; the hint is the command that fetches them.
        """
        needs = self.needs if needs is None else needs
        absent: MissingResourceError | None = None
        for repo in (self.repo, *self.aliases):
            try:
                if self.file:
                    return find_hub_file(repo, self.file, self.revision, size=self.size)
                return find_hub_weights(repo, self.revision, size=self.size, files=self.files, needs=needs)
            except MissingResourceError as error:
                absent = absent or error
        assert absent is not None
        raise absent


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Published]:
    """Returns all published weights by name, in the order of the catalogue."""
    text = Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    lists = ("aliases", "files", "needs")
    return {
        name: Published(name, **{**entry, **{key: tuple(entry[key]) for key in lists if key in entry}})
        for name, entry in tomllib.loads(text).items()
    }


def published(name: str) -> Published:
    """Returns the published weights of a name.

    Raises:
        ParameterError: There are none.
    """
    known = catalogue()
    if name not in known:
        raise ParameterError(f"no weights are called {name!r}", hint=did_you_mean(name, list(known)))
    return known[name]


def published_as(repo: str) -> Published | None:
    """Returns what is published under the name of a repository on the hub, as a whole."""
    return next((one for one in catalogue().values() if repo in (one.repo, *one.aliases) and not one.file), None)


def find_model(model: str, needs: Sequence[Need] | None = None) -> Weights:
    """Returns where a model is that a user names: by our name, by a path, or by its id on the hub.

    Args:
        model: The name.
        needs: What is used of it beside config.json; by default, what the catalogue says, and else nothing.

    Raises:
        MissingResourceError: It is not on this machine, or something is lacking.
    """
    if model in catalogue():
        return catalogue()[model].find(needs)
    path = Path(model).expanduser()
    return find_file(model) if path.is_file() else find_weights(model, needs=needs or ())


def public_name(model: str) -> str:
    """Returns what a signature calls a model that a user names: its id on the hub, or "own" for one that has a path."""
    if model in catalogue():
        return catalogue()[model].repo
    return model if is_hub_id(model) and not Path(model).expanduser().exists() else "own"
