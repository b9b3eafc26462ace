"""Shares of variants among the cases that were sequenced, with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, norm

from analysis.daily_counts import between
from analysis.errors import NotEnoughDataError, UnusableDataError


@dataclass(frozen=True, slots=True)
class Share:
    """Of one variant: how many were found, their share of all, and its interval."""

    variant: str
    count: int
    share: float
    lower: float
    upper: float


def variant_shares(counts: Mapping[str, int], *, level: float = 0.95, together: bool = False) -> tuple[Share, ...]:
    """The share of each variant, in the order given.

    Each by itself: Wilson EB, "Probable inference, the law of succession, and statistical inference", J Am Stat Assoc
    22 (1927) 209-212. `together`: all intervals hold at once with this level: Goodman LA, "On simultaneous confidence
    intervals for multinomial proportions", Technometrics 7 (1965) 247-254, which is Wilson's with a stricter quantile.
    It assumes that sequenced cases are a random sample of all cases; samples from one hospital or one outbreak, or
    chosen for sequencing because of what they were thought to be, are not, and no interval shows that.
    Raises NotEnoughDataError without a count and UnusableDataError for one below 0 or not whole.
    """
    between("level", level, 0, 1)
    for variant, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 0:
            raise UnusableDataError("counts", f"{count!r} of {variant!r}; a whole number of at least 0 is needed")
    total = sum(counts.values())
    if total == 0:
        raise NotEnoughDataError("counts", "a sequenced case", "none")
    if together and len(counts) > 1:
        square = float(chi2.isf((1 - level) / len(counts), 1))
    else:
        square = float(norm.isf((1 - level) / 2)) ** 2
    return tuple(_share(variant, int(count), total, square) for variant, count in counts.items())


def _share(variant: str, count: int, total: int, square: float) -> Share:
    share = count / total
    middle = (count + square / 2) / (total + square)
    half = math.sqrt(square * (count * (total - count) / total + square / 4)) / (total + square)
    lower, upper = (0.0 if count == 0 else middle - half), (1.0 if count == total else middle + half)
    return Share(variant, count, share, min(lower, share), max(upper, share))
