"""Whether groups differ in a number, by how much, and whether the assumptions of the test hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from analysis.daily_counts import Floats
from analysis.errors import NotEnoughDataError
from analysis.holm import adjusted
from analysis.observations import Observations

FEWEST = 10
"""Rows that a group needs; smaller ones are left out, and named."""

_MOST_FOR_NORMALITY = 5_000
_DOUBT = 0.01
"""P-value of a check below which an assumption is said not to hold."""

_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class GroupMean:
    """One group: rows, mean with its interval, deviation and median."""

    group: str
    rows: int
    mean: float
    lower: float
    upper: float
    deviation: float
    median: float


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """Of one number between the groups of one label.

    `test`: the one that was believed; `adjusted`: its p-value after Holm's correction for all questions asked together.
    `effect`: by `measure`, with its interval. `normal`, `equal_spread`: p-values of the checks of assumptions.
    """

    of: str
    by: str
    groups: tuple[GroupMean, ...]
    left_out: tuple[str, ...]
    test: str
    p_value: float
    adjusted: float
    measure: str
    effect: float
    lower: float
    upper: float
    normal: float
    equal_spread: float
    assumptions: str


def group_differences(
    given: Observations, of: str, by: Sequence[str], *, seed: int = 0, level: float = 0.95
) -> tuple[GroupDifference, ...]:
    """A number by each of some labels. Raises NotEnoughDataError where no two groups have enough rows.

    Welch's test, which asks for no equal variances, where the number is near enough to normal in each group or each has
    50 rows; else Kruskal and Wallis' by ranks. Effect: Hedges' g of two groups, else epsilon squared of ranks; both
    with intervals by 1,000 bootstrap samples within groups (Efron B, Tibshirani RJ, "An Introduction to the Bootstrap",
    1993, ch. 13).
    """
    found = [_difference(given, of, each, seed, level) for each in by]
    p_values = adjusted([each.p_value for each in found])
    return tuple(replace(each, adjusted=value) for each, value in zip(found, p_values, strict=True))


def _difference(given: Observations, of: str, by: str, seed: int, level: float) -> GroupDifference:
    values, labels = given.number(of), given.label(by)
    known = np.isfinite(values) & ~given.missing(by)
    by_group = {str(name): values[known & (labels == name)] for name in sorted({*labels[known].tolist()})}
    kept = {name: each for name, each in by_group.items() if len(each) >= FEWEST}
    if len(kept) < 2:
        raise NotEnoughDataError(f"{of} by {by}", f"two groups of {FEWEST} rows", f"{len(kept)}")
    samples = [*kept.values()]
    normal = min(_normality(each) for each in samples)
    spread = float(stats.levene(*samples, center="median").pvalue) if _any_spread(samples) else 1.0
    trusted = normal >= _DOUBT or min(map(len, samples)) >= 50
    test, p_value = _tested(samples, trusted)
    measure = "Hedges' g" if len(samples) == 2 else "epsilon squared"
    draw = np.random.default_rng(seed)
    drawn = [_effect([draw.choice(each, len(each)) for each in samples]) for _ in range(_DRAWS)]
    lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return GroupDifference(
        of,
        by,
        tuple(_mean(name, each, level) for name, each in kept.items()),
        tuple(f"{name} ({len(each)} rows)" for name, each in by_group.items() if name not in kept),
        test,
        p_value,
        p_value,
        measure,
        _effect(samples),
        float(lower),
        float(upper),
        normal,
        spread,
        _in_words(normal, spread, trusted),
    )


def _any_spread(samples: Sequence[Floats]) -> bool:
    return any(each.min() < each.max() for each in samples)


def _tested(samples: Sequence[Floats], trusted: bool) -> tuple[str, float]:
    if not _any_spread(samples):
        differ = len({float(each[0]) for each in samples}) > 1
        return "none: no group varies", 0.0 if differ else 1.0
    if trusted and all(each.min() < each.max() for each in samples):
        return "Welch", float(anova_oneway(list(samples), use_var="unequal", welch_correction=True).pvalue)
    return "Kruskal-Wallis", float(stats.kruskal(*samples).pvalue)


def _normality(values: Floats) -> float:
    if values.min() == values.max():
        return 0.0
    return float(stats.shapiro(values[:_MOST_FOR_NORMALITY]).pvalue)


def _effect(samples: Sequence[Floats]) -> float:
    """Hedges' g (Hedges LV, J Educ Stat 6 (1981) 107-128), or epsilon squared (Tomczak M, Tomczak E, Trends Sport Sci 1
    (2014) 19-25)."""
    if not _any_spread(samples):
        return 0.0
    if len(samples) > 2:
        return max(float(stats.kruskal(*samples).statistic) / (sum(map(len, samples)) - 1), 0.0)
    one, other = samples
    freedom = len(one) + len(other) - 2
    pooled = math.sqrt(((len(one) - 1) * one.var(ddof=1) + (len(other) - 1) * other.var(ddof=1)) / freedom)
    return float((one.mean() - other.mean()) / pooled * (1 - 3 / (4 * freedom - 1))) if pooled else 0.0


def _mean(name: str, values: Floats, level: float) -> GroupMean:
    mean, deviation = float(values.mean()), float(values.std(ddof=1))
    width = float(stats.t.ppf((1 + level) / 2, len(values) - 1)) * deviation / math.sqrt(len(values))
    return GroupMean(name, len(values), mean, mean - width, mean + width, deviation, float(np.median(values)))


def _in_words(normal: float, spread: float, trusted: bool) -> str:
    shape = "near enough to normal" if normal >= _DOUBT else "not normal"
    why = " (each group has 50 rows, so means are)" if normal < _DOUBT and trusted else ""
    return f"{shape}{why}; spread {'alike' if spread >= _DOUBT else 'differs'}, which the test does not mind"
