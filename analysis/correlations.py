"""Which numbers go together, how closely, and which of many such findings chance alone would give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import norm, rankdata

from analysis.daily_counts import Floats
from analysis.holm import adjusted
from analysis.observations import Observations

FEWEST = 10
"""Rows that a pair of columns needs."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """Of two columns over the rows that have both. `adjusted`: the p-value after Holm's correction for all pairs."""

    one: str
    other: str
    rows: int
    coefficient: float
    lower: float
    upper: float
    p_value: float
    adjusted: float


@dataclass(frozen=True, slots=True)
class Correlations:
    """Strongest first. `passed_over`: columns that do not vary, and pairs with too few rows, in words."""

    method: str
    level: float
    pairs: tuple[Correlation, ...]
    passed_over: tuple[str, ...]


def correlations(
    given: Observations, fields: Sequence[str] = (), *, method: str = "spearman", level: float = 0.95
) -> Correlations:
    """Of each pair of columns of numbers; `method`: spearman, by ranks, or pearson.

    Intervals by Fisher's transformation; of ranks with the variance (1 + r²/2)/(n - 3): Bonett DG, Wright TA, "Sample
    size requirements for estimating Pearson, Kendall and Spearman correlations", Psychometrika 65 (2000) 23-28.
    Correction: see `analysis.holm`.
    """
    names = list(fields) or list(given.numbers)
    columns = {name: given.number(name) for name in names}
    found: list[tuple[str, str, int, float, float, float, float]] = []
    passed = [f"{name} does not vary" for name in names if not _varies(columns[name])]
    for one, other in combinations([name for name in names if _varies(columns[name])], 2):
        both = np.isfinite(columns[one]) & np.isfinite(columns[other])
        x, y = columns[one][both], columns[other][both]
        if len(x) < FEWEST or not _varies(x) or not _varies(y):
            passed.append(f"{one} and {other}: {len(x)} rows have both, or one does not vary in them")
            continue
        found.append((one, other, len(x), *_measured(x, y, method, level)))
    p_values = adjusted([each[-1] for each in found])
    pairs = [Correlation(*each, value) for each, value in zip(found, p_values, strict=True)]
    return Correlations(method, level, tuple(sorted(pairs, key=lambda each: -abs(each.coefficient))), tuple(passed))


def _varies(values: Floats) -> bool:
    known = values[np.isfinite(values)]
    return len(known) > 1 and bool(known.min() < known.max())


def _measured(x: Floats, y: Floats, method: str, level: float) -> tuple[float, float, float, float]:
    """Coefficient, its interval, and the p-value that there is none."""
    if method == "spearman":
        x, y = rankdata(x), rankdata(y)
    r = float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))
    z = math.atanh(min(max(r, -1 + 1e-15), 1 - 1e-15))
    squeezed = 1 + r**2 / 2 if method == "spearman" else 1.0
    width = float(norm.ppf((1 + level) / 2)) * math.sqrt(squeezed / (len(x) - 3))
    p_value = 2 * float(norm.sf(abs(z) * math.sqrt(len(x) - 3)))
    return r, math.tanh(z - width), math.tanh(z + width), p_value
