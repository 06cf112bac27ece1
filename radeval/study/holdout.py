"""Held-out items, and which metrics were fitted to the items that a study uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from radeval.core.errors import InputError
from radeval.study.data import Mask, Study
from radeval.study.series import Series


def held_out(study: Study, ids: frozenset[str]) -> Study:
    """Returns the study of the items that are named, by their id or that of their study.

    Raises:
        InputError: An id is none of the study's.
    """
    return study.only(_named(study, ids))


def not_held_out(study: Study, ids: frozenset[str]) -> Study:
    """Returns the study without the items that are named, by their id or that of their study.

    Raises:
        InputError: An id is none of the study's.
    """
    return study.only(~_named(study, ids))


def _named(study: Study, ids: frozenset[str]) -> Mask:
    known = {one.id for one in study.examples} | set(study.groups)
    unknown = sorted(ids - known)
    if unknown:
        raise InputError(
            f"{len(unknown)} held-out ids are none of the study's, the first {unknown[0]!r}",
            where="--holdout-ids",
            hint=f"ids are such as {study.examples[0].id!r}, or of a whole study {study.examples[0].group!r}",
        )
    return np.array([one.id in ids or one.group in ids for one in study.examples])


def in_sample(one: Series, study: Study, holdout: frozenset[str] | None) -> bool:
    """Tells whether a metric was fitted to the items; one fitted to a part was not where held-out ids are named.

    What says `custom` without a table counts as fitted to each.
    """
    if {study.name, study.name.partition(":")[0]} & set(one.tuned_on):
        return True
    return f"{study.name}/part" in one.tuned_on and holdout is None


def taken_on_trust(series: Sequence[Series], study: Study, holdout: frozenset[str] | None) -> list[str]:
    """Returns what is to be said of metrics that count as out of sample since the user named held-out ids."""
    named = [one.label for one in series if f"{study.name}/part" in one.tuned_on and not in_sample(one, study, holdout)]
    said = f"fitted to another part of {study.title}; that it held none of these items is taken on trust"
    return [f"{said}: {', '.join(named)}"] if named else []
