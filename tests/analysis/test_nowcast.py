"""The chain ladder has Mack's digits; nowcasts cover what is reported in the end as often as they say."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.chain_ladder import chain_ladder
from analysis.errors import NotEnoughDataError, UnusableDataError
from analysis.nowcast import nowcast
from analysis.reporting_triangle import Known, ReportingTriangle, reporting_triangle
from tests.analysis.published import days_from

# Taylor and Ashe's triangle, as Mack (1993) has it.
TAYLOR_ASHE = """
357848 1124788 1735330 2218270 2745596 3319994 3466336 3606286 3833515 3901463
352118 1236139 2170033 3353322 3799067 4120063 4647867 4914039 5339085
290507 1292306 2218525 3235179 3985995 4132918 4628910 4909315
310608 1418858 2195047 3757447 4029929 4381982 4588268
443160 1136350 2128333 2897821 3402672 3873311
396132 1333217 2180715 2985752 3691712
440832 1288463 2419861 3483130
359480 1421128 2864498
376686 1363294
344014
"""
FIRST = date(2021, 1, 1)
DELAYS = np.array([0.1, 0.25, 0.2, 0.15, 0.1, 0.08, 0.05, 0.03, 0.02, 0.02])


def triangle(lines: str) -> np.ndarray:
    rows = [[float(number) for number in line.split()] for line in lines.strip().splitlines()]
    return np.array([row + [np.nan] * (len(rows[0]) - len(row)) for row in rows])


def test_chain_ladder_has_published_digits() -> None:
    """Mack (1993), table 3: reserves and their standard errors."""
    known = triangle(TAYLOR_ASHE)
    found = chain_ladder(known)
    reserves = found.ultimates - np.array([row[np.isfinite(row)][-1] for row in known])
    assert [round(reserve) for reserve in reserves] == [
        0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811]  # fmt: skip
    assert round(reserves.sum()) == 18680856
    assert [round(error) for error in found.errors] == [
        0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155]  # fmt: skip


def reported(random: np.random.Generator, mean: np.ndarray, spread: float) -> tuple[ReportingTriangle, np.ndarray]:
    """Days of Poisson cases whose delays vary a little, as known on the last of them; and all cases."""
    cases = random.poisson(mean)
    increments = np.array([random.multinomial(n, random.dirichlet(DELAYS * spread)) for n in cases])
    known = increments.cumsum(axis=1).astype(float)
    for row in range(len(mean)):
        known[row, len(mean) - row :] = np.nan
    return ReportingTriangle(tuple(days_from(FIRST, len(mean))), known), cases


@pytest.mark.parametrize("level", [5, 20, 200])
@pytest.mark.parametrize("growth", [0.03, -0.03])
def test_nowcast_covers_the_truth(level: int, growth: float) -> None:
    random = np.random.default_rng(2)
    mean = level * np.exp(growth * (np.arange(60) - 30))
    inside, errors = [], []
    for _ in range(40):
        known, cases = reported(random, mean, spread=100)
        for day, truth in zip(nowcast(known)[-9:], cases[-9:], strict=True):
            if day.lower is not None and day.upper is not None and day.expected is not None:
                inside.append(day.lower <= truth <= day.upper)
                errors.append(day.expected - truth)
    assert 0.9 < float(np.mean(inside)) <= 0.995
    assert abs(float(np.mean(errors))) < 0.1 * mean[-9:].mean() + 1


def test_nowcast_says_what_is_usually_reported() -> None:
    known, _ = reported(np.random.default_rng(1), np.full(60, 2000.0), spread=1000)
    found = nowcast(known)
    assert len(found) == 35
    assert [day.share_reported for day in found[:-10:-1]] == pytest.approx(DELAYS.cumsum()[:-1], abs=0.02)
    assert all(day.lower == day.upper == day.expected == day.reported for day in found[:-9])


def test_days_too_new_have_no_nowcast() -> None:
    known, _ = reported(np.random.default_rng(1), np.full(60, 200.0), spread=1000)
    late = ReportingTriangle(
        known.dates, np.column_stack([np.where(np.isfinite(known.known[:, 0]), 0.0, np.nan), known.known])
    )
    late.known[-9:, 1:] = np.where(np.isfinite(late.known[-9:, 1:]), late.known[-9:, 1:], np.nan)
    for row in range(60):
        late.known[row, 60 - row :] = np.nan
    newest = nowcast(late)[-1]
    assert (newest.expected, newest.lower, newest.upper, newest.share_reported) == (None, None, None, 0)


def test_counts_that_are_taken_back_fall() -> None:
    known = np.tile([10.0, 20, 18], (20, 1))
    known[-1, 1:] = known[-2, 2:] = np.nan
    found = nowcast(ReportingTriangle(tuple(days_from(FIRST, 20)), known))
    assert [day.expected for day in found[-2:]] == pytest.approx([18, 18])
    assert found[-2].lower is not None
    assert found[-2].lower <= 18


@given(st.data())
def test_triangle_holds_what_each_vintage_knew(data: st.DataObject) -> None:
    """Against a plain look-up, for vintages that may be missing."""
    days = data.draw(st.integers(2, 9))
    vintages = sorted({0, days - 1, *data.draw(st.sets(st.integers(0, days - 1)))})
    table = {(v, d): float(data.draw(st.integers(0, 9))) for v in vintages for d in range(v + 1)}
    rows = [Known(FIRST + timedelta(days=d), FIRST + timedelta(days=v), n) for (v, d), n in table.items()]
    found = reporting_triangle(data.draw(st.permutations(rows)), 4)
    assert found.dates == tuple(days_from(FIRST, days))
    for day in range(days):
        for delay in range(5):
            if day + delay >= days:
                assert np.isnan(found.known[day, delay])
                continue
            newest = max(v for v in vintages if v <= day + delay)
            assert found.known[day, delay] == table.get((newest, day), 0)


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([], NotEnoughDataError),
        ([Known(FIRST, FIRST, 1)], NotEnoughDataError),
        ([Known(FIRST + timedelta(days=1), FIRST, 1)], UnusableDataError),
        ([Known(FIRST, FIRST, -1)], UnusableDataError),
        ([Known(FIRST, FIRST, float("nan"))], UnusableDataError),
    ],
)
def test_vintages_must_be_usable(rows: list[Known], error: type[Exception]) -> None:
    with pytest.raises(error):
        reporting_triangle(rows, 4)


def test_few_complete_days_are_refused() -> None:
    known, _ = reported(np.random.default_rng(1), np.full(15, 200.0), spread=1000)
    with pytest.raises(NotEnoughDataError, match="7 days known for 9 days needed, 6 given"):
        nowcast(known)


def test_rows_with_gaps_are_refused() -> None:
    known = np.tile([10.0, 20, 18], (20, 1))
    known[3, 1] = np.nan
    with pytest.raises(UnusableDataError, match="gap"):
        chain_ladder(known)


def test_nothing_reported_is_nothing_expected() -> None:
    known = np.zeros((20, 3))
    known[-1, 1:] = known[-2, 2:] = np.nan
    assert all(day.expected in (0, None) for day in nowcast(ReportingTriangle(tuple(days_from(FIRST, 20)), known)))
