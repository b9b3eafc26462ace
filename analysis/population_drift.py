"""How what is there now differs from what was there at an earlier run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from analysis.descriptives import Descriptives, shares_between
from analysis.holm import adjusted
from analysis.observations import Observations

NOTABLE = 0.1
LARGE = 0.25
"""Of the population stability index, as credit scoring has it: Siddiqi N, "Credit Risk Scorecards" (2006)."""

_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """Of one column: the index, and the p-value that chance alone made that difference, after Holm's correction.

    `missing`: by how much the share of rows without a value grew.
    """

    name: str
    index: float
    adjusted: float
    missing: float
    verdict: str


def population_drift(
    before: Descriptives, now: Descriptives, shares: Mapping[str, tuple[float, ...]]
) -> tuple[ColumnDrift, ...]:
    """The columns that both runs had, the one that moved most first. `shares`: of each column of numbers, the shares of
    values that lie between the earlier quantiles now, which are compared with those that lay there then.

    The index times the harmonic number of rows is about chi-squared: Yurdakul B, Naranjo J, "Statistical properties of
    the population stability index", J Risk Model Validation 14 (2020).
    """
    found: list[tuple[str, float, float, float]] = []
    earlier = {each.name: each for each in before.numbers}
    for each in now.numbers:
        old = earlier.get(each.name)
        if old is None or not old.shares or not each.held or each.name not in shares:
            continue
        found.append(
            (
                each.name,
                *_index(old.shares, shares[each.name], old.held, each.held),
                _gap(old.missing, before.rows, each.missing, now.rows),
            )
        )
    known = {each.name: each for each in before.labels}
    for label in now.labels:
        past = known.get(label.name)
        if past is None or not past.count or not label.count:
            continue
        was, is_now = dict(past.top), dict(label.top)
        names = sorted({*was, *is_now})
        one = [was.get(name, 0) / past.count for name in names]
        two = [is_now.get(name, 0) / label.count for name in names]
        index = _index([*one, 1 - sum(one)], [*two, 1 - sum(two)], past.count, label.count)
        found.append((label.name, *index, _gap(past.missing, before.rows, label.missing, now.rows)))
    p_values = adjusted([p_value for _, _, p_value, _ in found])
    drifts = [
        ColumnDrift(name, index, value, missing, _verdict(index, value))
        for (name, index, _, missing), value in zip(found, p_values, strict=True)
    ]
    return tuple(sorted(drifts, key=lambda each: -each.index))


def shares_now(before: Descriptives, now: Observations) -> dict[str, tuple[float, ...]]:
    """Of each column of numbers that both have, the shares of values between the earlier quantiles."""
    found: dict[str, tuple[float, ...]] = {}
    for each in before.numbers:
        values = now.numbers.get(each.name)
        known = values[np.isfinite(values)] if values is not None else np.empty(0)
        if shares := shares_between(each.quantiles, known):
            found[each.name] = shares
    return found


def _index(expected: Sequence[float], actual: Sequence[float], before: int, now: int) -> tuple[float, float]:
    pairs = [
        (max(one, _LEAST), max(two, _LEAST)) for one, two in zip(expected, actual, strict=True) if one > 0 or two > 0
    ]
    index = sum((two - one) * math.log(two / one) for one, two in pairs)
    return index, float(chi2.sf(index / (1 / before + 1 / now), max(len(pairs) - 1, 1)))


def _gap(was: int, of: int, is_now: int, of_now: int) -> float:
    return is_now / max(of_now, 1) - was / max(of, 1)


def _verdict(index: float, adjusted: float) -> str:
    if adjusted >= 0.05 or index < NOTABLE:
        return "as before"
    return "moved far" if index >= LARGE else "moved"
