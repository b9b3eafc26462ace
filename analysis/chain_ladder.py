"""What a triangle of cumulative numbers grows to, by how earlier rows grew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.daily_counts import Floats
from analysis.errors import NotEnoughDataError, UnusableDataError


@dataclass(frozen=True, slots=True, eq=False)
class ChainLadder:
    """`factors`: from each column to the next; `ultimates` and `errors`: of each row, what it grows to and its
    deviation.

    Not a number in rows that have no number in a column that any row began with.
    """

    factors: Floats
    ultimates: Floats
    errors: Floats


def chain_ladder(known: Floats) -> ChainLadder:
    """Cumulative numbers, a row for each origin, not a number where not known yet.

    Mack T, "Distribution-free calculation of the standard error of chain ladder reserve estimates", ASTIN Bulletin 23
    (1993) 213-225. It assumes that rows grow independently, by the same expected factors, with variances proportional
    to what they have. Where only one row shows a step, its variance is what Mack extrapolates.
    Columns before the first that has anything in it are passed over: from nothing nothing can be expected. Raises
    NotEnoughDataError where a step is shown by no row, and UnusableDataError for a row with a gap.
    """
    rows, columns = known.shape
    present = np.isfinite(known)
    if (present[:, 1:] & ~present[:, :-1]).any():
        raise UnusableDataError("known", "a row has a gap; give all delays up to the newest")
    factors, variances, exposed = np.ones(columns - 1), np.zeros(columns - 1), np.zeros(columns - 1)
    empty = 0
    for step in range(columns - 1):
        seen = present[:, step + 1]
        if not seen.any():
            raise NotEnoughDataError("known", f"a row with {step + 2} columns", f"{rows} shorter ones")
        before, after = known[seen, step], known[seen, step + 1]
        exposed[step] = before.sum()
        if exposed[step] <= 0:
            empty = step + 1
            continue
        factors[step] = after.sum() / exposed[step]
        count = int(np.count_nonzero(seen))
        squares = float(((after - factors[step] * before) ** 2 / np.maximum(before, 1)).sum())
        variances[step] = squares / (count - 1) if count > 1 else _extrapolated(variances, step)
    newest = np.count_nonzero(present, axis=1) - 1
    ends = [_row(known[row], int(newest[row]), factors, variances, exposed, empty) for row in range(rows)]
    ultimates, errors = np.array(ends, dtype=np.float64).T
    return ChainLadder(factors, ultimates, errors)


def _extrapolated(variances: Floats, step: int) -> float:
    if step < 2:
        return float(variances[step - 1]) if step else 0.0
    last, earlier = float(variances[step - 1]), float(variances[step - 2])
    return min(last**2 / earlier if earlier > 0 else last, last, earlier)


def _row(
    row: Floats, newest: int, factors: Floats, variances: Floats, exposed: Floats, empty: int
) -> tuple[float, float]:
    if newest < empty:
        return np.nan, np.nan
    reached, relative = float(row[newest]), 0.0
    for step in range(newest, len(factors)):
        if reached > 0 and factors[step] > 0:
            relative += variances[step] / factors[step] ** 2 * (1 / reached + 1 / exposed[step])
        reached *= float(factors[step])
    return reached, reached * float(np.sqrt(relative))
