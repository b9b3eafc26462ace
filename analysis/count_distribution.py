"""Counts whose variance is their mean or more: Poisson's and negative binomial distribution.

By hand, because a quantile of scipy's negative binomial distribution ends the process where its search does not settle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import betainc, gammainc

FARTHEST = 2**60
"""A larger quantile is not looked for; it stands for all of them."""


@dataclass(frozen=True, slots=True)
class CountDistribution:
    """`mean` above 0; negative binomial where `variance` is above it, else Poisson's."""

    mean: float
    variance: float

    def at_least(self, count: float) -> float:
        """The chance of `count` or more: Johnson NL, Kemp AW, Kotz S, "Univariate Discrete Distributions" (2005)."""
        if count <= 0:
            return 1.0
        if self.variance <= self.mean * (1 + 1e-12):
            return float(gammainc(count, self.mean))
        size, chance = self.mean**2 / (self.variance - self.mean), self.mean / self.variance
        return float(betainc(count, size, 1 - chance))

    def quantile(self, probability: float) -> float:
        """The smallest count such that it or fewer have at least this probability."""
        above = 1 - probability
        low, high = -1, max(2 * math.ceil(min(self.mean, FARTHEST)), 1)
        while self.at_least(high + 1) > above:
            low, high = high, 2 * high
            if high > FARTHEST:
                return float(FARTHEST)
        while high - low > 1:
            middle = (low + high) // 2
            if self.at_least(middle + 1) > above:
                low = middle
            else:
                high = middle
        return float(high)
