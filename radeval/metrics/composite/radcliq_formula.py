"""The constants of RadCliQ, as its authors published them with its code.

A value is the expected number of errors in a report: a linear regression on components that were standardised over the
reports that it was fitted to (F. Yu et al., Patterns 2023).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Term(NamedTuple):
    """One component of the regression.

    Attributes:
        mean: Mean over the reports that it was fitted to.
        scale: Standard deviation over them.
        coefficient: What one standard deviation more adds to the value.
    """

    mean: float
    scale: float
    coefficient: float


@dataclass(frozen=True, slots=True)
class Formula:
    """A version of RadCliQ.

    Attributes:
        intercept: The value where each component is at its mean.
        terms: The components by name.
    """

    intercept: float
    terms: Mapping[str, Term]

    def value(self, components: Mapping[str, float]) -> float:
        """Returns RadCliQ of a report: the lower, the better."""
        return self.intercept + sum(
            term.coefficient * (components[name] - term.mean) / term.scale for name, term in self.terms.items()
        )

    def share_missed(self, components: Mapping[str, float]) -> float:
        """Returns the mean of what each component lacks to 1, weighted as the regression weights them."""
        weights = {name: -term.coefficient / term.scale for name, term in self.terms.items()}
        return sum(weight * (1.0 - components[name]) for name, weight in weights.items()) / sum(weights.values())


FORMULAS = {
    "v0": Formula(
        1.641666666666666,
        {
            "radgraph": Term(0.5398376019082272, 0.3018344440559102, -0.4796252644863446),
            "bertscore": Term(0.6312549595, 0.22466950746141123, -0.6762170542369337),
            "s_emb": Term(0.7716797866672277, 0.24750333805236252, -0.46366575161751994),
            "bleu": Term(0.4607372064809605, 0.30336670936092264, 0.2165861905287535),
        },
    ),
    # BLEU's coefficient is 4e-12 there: less than rounding, and left out.
    "v1": Formula(
        2.466552561323256e-10,
        {
            "radgraph": Term(0.5379231241355762, 0.3028258411486429, -0.37708368261038905),
            "bertscore": Term(0.6175725628125001, 0.22430938459304575, -0.37030009974480316),
            "s_emb": Term(0.7647942121140658, 0.2539439110169773, -0.25261621789593225),
        },
    ),
}
