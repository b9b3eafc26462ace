"""How many cases of the newest days there will be once all are reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.stats import norm

from analysis.chain_ladder import chain_ladder
from analysis.count_distribution import CountDistribution
from analysis.daily_counts import between
from analysis.errors import NotEnoughDataError
from analysis.reporting_triangle import ReportingTriangle

FEWEST_COMPLETE = 7


@dataclass(frozen=True, slots=True)
class Nowcast:
    """Of one day: reported so far, expected in the end with its interval, and the share that is usually reported by
    now.

    `expected` and the interval are None on days so new that no day had a case reported so early.
    """

    date: date
    reported: float
    expected: float | None
    lower: float | None
    upper: float | None
    share_reported: float


def nowcast(triangle: ReportingTriangle, *, level: float = 0.95, days: int = 35) -> tuple[Nowcast, ...]:
    """Of each of the last `days` days, by how the others' counts grew with delay.

    Point and error by Mack's chain ladder (1993, see `chain_ladder`), which for counts is the estimate of Lawless JF,
    "Adjustments for reporting delays and the prediction of occurred but not reported events", Canadian J Statistics 22
    (1994) 15-31; what is not reported yet is taken as negative binomial with that mean and error, and with no less
    variance than what chance alone leaves unreported; of a day with no report so far as geometric.
    It assumes that delays do not change in these days, and that all is reported within the triangle's longest delay.
    Raises NotEnoughDataError unless 7 days are complete.
    """
    between("level", level, 0, 1)
    between("days", days, 0, float("inf"))
    known = triangle.known[-days:]
    dates = triangle.dates[-days:]
    complete = int(np.isfinite(known[:, -1]).sum())
    if complete < FEWEST_COMPLETE:
        longest = known.shape[1] - 1
        raise NotEnoughDataError("dates", f"{FEWEST_COMPLETE} days known for {longest} days", f"{complete}")
    ladder = chain_ladder(known)
    empty = int(np.argmax(np.nansum(known, axis=0) > 0)) if np.nansum(known) > 0 else 0
    shares = np.append(1 / np.cumprod(ladder.factors[::-1])[::-1], 1.0)
    shares[:empty] = 0
    newest = np.isfinite(known).sum(axis=1) - 1
    return tuple(
        _nowcast(day, float(row[at]), float(shares[at]), float(ultimate), float(error), (1 - level) / 2)
        for day, row, at, ultimate, error in zip(dates, known, newest, ladder.ultimates, ladder.errors, strict=True)
    )


def _nowcast(day: date, reported: float, share: float, ultimate: float, error: float, tail: float) -> Nowcast:
    if not np.isfinite(ultimate) or share <= 0:
        return Nowcast(day, reported, None, None, None, share)
    missing = ultimate - reported
    if missing < 0 or share >= 1:
        half = float(norm.isf(tail)) * error
        return Nowcast(day, reported, ultimate, max(ultimate - half, 0.0), ultimate + half, share)
    if reported > 0 and missing == 0:
        return Nowcast(day, reported, ultimate, reported, reported, share)
    mean = missing if reported > 0 else (1 - share) / share
    unseen = CountDistribution(mean, max(error**2, mean / share))
    lower, upper = (reported + unseen.quantile(q) for q in (tail, 1 - tail))
    return Nowcast(day, reported, ultimate, min(lower, ultimate), max(upper, ultimate), share)
