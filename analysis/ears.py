"""Outbreak alarms from the last days alone: the methods C1, C2 and C3 of the Early Aberration Reporting System."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.stats import norm

from analysis.daily_counts import Floats, between, daily_or_weekly_counts


class EarsMethod(StrEnum):
    """C1 compares with the days just before, C2 leaves two days out, C3 adds up C2's excess of three days."""

    C1 = "C1"
    C2 = "C2"
    C3 = "C3"

    @property
    def usual_alpha(self) -> float:
        """The one-sided chance of a false alarm that the method is used with, were counts normal: z about 3, or 2."""
        return 0.025 if self is EarsMethod.C3 else 0.001

    @property
    def gap(self) -> int:
        """Days between the compared days and the judged one."""
        return 0 if self is EarsMethod.C1 else 2

    @property
    def carried(self) -> int:
        """Days before the judged one whose excess counts too."""
        return 2 if self is EarsMethod.C3 else 0


@dataclass(frozen=True, slots=True)
class EarsDay:
    """One day judged. `alarm`: the count is above `threshold`; `statistic`: deviations above expectation, None if
    unbounded.
    """

    date: date
    count: float
    expected: float
    threshold: float
    statistic: float | None
    alarm: bool


def ears(
    dates: Sequence[date],
    counts: Sequence[float],
    method: EarsMethod = EarsMethod.C1,
    *,
    alpha: float | None = None,
    baseline: int = 7,
    least_deviation: float = 0.5,
) -> tuple[EarsDay, ...]:
    """Each day (or week, if dates are seven days apart) with enough days before it, judged by those.

    Hutwagner L, Thompson W, Seeman GM, Treadwell T, "The bioterrorism preparedness and response Early Aberration
    Reporting System (EARS)", J Urban Health 80 (2003) i89-i96; Fricker RD, Hegler BL, Dunfee DA, "Comparing syndromic
    surveillance detection methods", Statistics in Medicine 27 (2008) 3407-3429. `alpha`: else the method's own;
    `baseline`: days compared with; `least_deviation`: the least standard deviation that those are taken to have, so
    that one case after a week of none is no outbreak (0: as published).
    C3 is the sum of max(0, C2 - 1) over the day and the two before; its threshold is the count at which that is
    reached. It assumes counts of about normal distribution and of one level: no season, no trend, no day of the week,
    all of which make false alarms, as do many regions judged at once. Seven days say little of a deviation: on counts
    by chance alone, about 100 a day, C1 and C2 raise an alarm on 1.6 days of 100, C3 on 7.
    Raises NotEnoughDataError with fewer days than `baseline`, the gap, those carried and the day itself.
    """
    alpha = method.usual_alpha if alpha is None else alpha
    between("alpha", alpha, 0, 1)
    between("baseline", baseline, 2, 1000)
    between("least_deviation", least_deviation, -1e-300, math.inf)
    first = baseline + method.gap + method.carried
    checked = daily_or_weekly_counts(dates, counts, first + 1)
    past = sliding_window_view(checked.counts, baseline)[: len(checked.counts) - baseline - method.gap]
    judged = checked.counts[baseline + method.gap :]
    expected, deviation = past.mean(axis=1), np.maximum(past.std(axis=1, ddof=1), least_deviation)
    statistic = _standardised(judged - expected, deviation)
    quantile = float(norm.isf(alpha))
    spent = np.zeros_like(statistic)
    if method is EarsMethod.C3:
        excess = np.maximum(statistic - 1, 0)
        judged, expected, deviation = judged[2:], expected[2:], deviation[2:]
        spent = excess[:-2] + excess[1:-1]
        statistic = excess[2:] + spent
        left = 1 + quantile - np.minimum(spent, quantile)
        threshold = np.where(spent > quantile, 0.0, expected + left * deviation)
        alarm = statistic > quantile
    else:
        threshold = expected + quantile * deviation
        alarm = judged > threshold
    return tuple(
        EarsDay(day, float(count), float(mean), float(at), float(value) if np.isfinite(value) else None, bool(above))
        for day, count, mean, at, value, above in zip(
            checked.dates[first:], judged, expected, np.maximum(threshold, 0), statistic, alarm, strict=True
        )
    )


def _standardised(difference: Floats, deviation: Floats) -> Floats:
    """Deviations away; days that never differed are none away from what they were, and endless ones from all else."""
    flat = deviation == 0
    endless = np.copysign(np.inf, difference)
    return np.where(difference == 0, 0.0, np.where(flat, endless, difference / np.where(flat, 1, deviation)))
