"""What a study of this size could have shown.

J. Cohen, Statistical power analysis for the behavioral sciences, 1988: with a two-sided level of .05 and power .80, a
difference is found four times in five if it is (1.96 + 0.84) standard errors large.
"""

from __future__ import annotations

import numpy as np

from radeval.core.batch import Floats
from radeval.stats.bootstrap import resample_weights
from radeval.stats.design import Weighted

_STANDARD_ERRORS = 1.959963984540054 + 0.8416212335729143
_MOST_UNDEFINED = 0.05


def smallest_difference(standard_error: float) -> float:
    """Returns the smallest true difference that a two-sided test at .05 finds with power .80."""
    return _STANDARD_ERRORS * standard_error


def standard_error(statistic: Weighted, n_units: int, *, draws: int = 1000, seed: int = 0) -> float | None:
    """Returns the bootstrap standard error of a statistic, None where more than 5 % of the resamples are undefined.

    Args:
        statistic: Takes how often each unit is drawn; for the power of a comparison, the difference of two statistics.
        n_units: Units of its design.
        draws: Number of resamples.
        seed: Seed of the resampling.
    """
    if n_units < 2:
        return None
    values = statistic(resample_weights(n_units, draws, np.random.default_rng(seed)))
    return spread(values, n_units)


def spread(resampled: Floats, n_units: int) -> float | None:
    """Returns the standard error from resampled values, made up for the variance that resampling n units loses."""
    defined = resampled[np.isfinite(resampled)]
    if n_units < 2 or len(defined) < 2 or len(resampled) - len(defined) > _MOST_UNDEFINED * len(resampled):
        return None
    return float(defined.std(ddof=1) * np.sqrt(n_units / (n_units - 1)))
