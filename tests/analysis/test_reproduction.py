"""R is what EpiEstim prints, and follows the posterior's algebra."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import NotEnoughDataError, UnusableDataError
from analysis.reproduction import ReproductionNumber, SerialInterval, reproduction_numbers
from analysis.serial_intervals import PUBLISHED_INTERVALS
from tests.analysis.published import days_from, printed, rows

FLU = [1, 1, 0, 2, 5, 3, 3, 3, 6, 2, 5, 9, 13, 12, 13, 11, 12, 6, 6, 6, 3, 1, 0, 2, 0, 0, 0, 0, 2, 0, 2, 0]
FLU_DATES = days_from(date(2009, 4, 27), len(FLU))
FLU_SERIAL = SerialInterval(2.6, 1.5)
FLU_TABLE = (0, 0.233, 0.359, 0.198, 0.103, 0.053, 0.027, 0.014, 0.007, 0.003, 0.002, 0.001)
OTHERS = [1, 3, 1, 1, 3, 4, 1, 1, 0, 1, *[0] * 16, 1]
OTHERS_IMPORTED = [1, 1, 1, 1, 2, 2, 1, 0, 0, 1, *[0] * 17]

FLU_PRINTED = {
    "t1": "0.2331721", "t2": "0.3585794", "t3": "0.1981108", "t4": "0.1033427", "t5": "0.05290518",
    "t6": "0.02682146", "t11": "0.0008445945", "t26": "2.235952e-08",
}  # fmt: skip
"""The serial interval as the package's documented example prints it."""


def as_printed(found: tuple[ReproductionNumber, ...]) -> list[tuple[str, ...]]:
    return [tuple(printed(n) for n in (r.mean, r.deviation, r.lower, r.median, r.upper)) for r in found]


def published(example: str) -> list[tuple[str, ...]]:
    columns = ("mean", "deviation", "lower", "median", "upper")
    return [tuple(printed(float(r[c])) for c in columns) for r in rows("epiestim") if r["example"] == example]


@pytest.mark.parametrize(
    ("example", "found"),
    [
        ("flu_parametric", lambda: reproduction_numbers(FLU_DATES, FLU, FLU_SERIAL)),
        ("flu_non_parametric", lambda: reproduction_numbers(FLU_DATES, FLU, FLU_TABLE)),
        (
            "imported",
            lambda: reproduction_numbers(
                days_from(date(2020, 1, 1), 27), OTHERS, FLU_SERIAL, imported=OTHERS_IMPORTED
            )[:20],
        ),
    ],
)  # fmt: skip
def test_r_has_published_digits(example: str, found: object) -> None:
    assert callable(found)
    assert as_printed(found()) == published(example)


def test_windows_are_the_published_ones() -> None:
    found = reproduction_numbers(FLU_DATES, FLU, FLU_SERIAL)
    assert (found[0].start, found[0].end) == (date(2009, 4, 28), date(2009, 5, 4))
    assert (found[-1].start, found[-1].end) == (date(2009, 5, 22), date(2009, 5, 28))


def test_serial_interval_has_published_digits() -> None:
    found = FLU_SERIAL.probabilities(26)
    assert {day: printed(found[int(day[1:])]) for day in FLU_PRINTED} == FLU_PRINTED


@given(st.floats(2, 20), st.floats(0.3, 4))
def test_serial_interval_keeps_its_mean(mean: float, deviation: float) -> None:
    found = SerialInterval(mean, deviation).probabilities(400)
    assert found[0] == pytest.approx(0, abs=1e-9)
    assert found.sum() == pytest.approx(1, abs=1e-6)
    assert found @ np.arange(401) == pytest.approx(mean, abs=1e-4)


@given(st.lists(st.integers(0, 500), min_size=10, max_size=60), st.integers(1, 9))
def test_interval_holds_mean_and_median(cases: list[int], window: int) -> None:
    dates = days_from(date(2021, 1, 1), len(cases))
    cases[0] += 1
    found = reproduction_numbers(dates, cases, FLU_SERIAL, window=window)
    assert len(found) == len(cases) - window
    for r in found:
        assert 0 <= r.lower <= r.median <= r.upper
        assert r.lower <= r.mean <= r.upper
        assert 0 <= r.above_one <= 1


@given(st.lists(st.integers(1, 500), min_size=10, max_size=40))
def test_more_local_cases_raise_r(cases: list[int]) -> None:
    dates = days_from(date(2021, 1, 1), len(cases))
    fewer = reproduction_numbers(dates, cases, FLU_SERIAL, imported=cases)
    usual = reproduction_numbers(dates, cases, FLU_SERIAL)
    assert all(a.mean < b.mean for a, b in zip(fewer, usual, strict=True))


def test_steady_cases_have_r_of_one() -> None:
    found = reproduction_numbers(days_from(date(2021, 1, 1), 100), [1000] * 100, FLU_SERIAL)
    assert found[-1].mean == pytest.approx(1, abs=0.005)
    assert found[-1].lower < 1 < found[-1].upper


@pytest.mark.parametrize(
    ("cases", "error"),
    [
        ([5] * 7, NotEnoughDataError),
        ([0] * 20, NotEnoughDataError),
        ([0] * 19 + [3], NotEnoughDataError),
        ([5] * 8 + [-1], UnusableDataError),
        ([5] * 8 + [float("nan")], UnusableDataError),
        ([5] * 8 + [float("inf")], UnusableDataError),
    ],
)
def test_too_little_is_refused(cases: list[float], error: type[Exception]) -> None:
    with pytest.raises(error):
        reproduction_numbers(days_from(date(2021, 1, 1), len(cases)), cases, FLU_SERIAL)


@pytest.mark.parametrize("serial", [(0.5, 0.5), (0,), (0, 0.4), (0, 1.5, -0.5), (), (0, float("nan"))])
def test_serial_intervals_must_be_probabilities(serial: tuple[float, ...]) -> None:
    with pytest.raises(UnusableDataError, match="serial_interval"):
        reproduction_numbers(FLU_DATES, FLU, serial)


@pytest.mark.parametrize(("mean", "deviation"), [(1, 1), (0.5, 1), (2, 0), (float("nan"), 1), (2, float("inf"))])
def test_serial_interval_is_after_a_day(mean: float, deviation: float) -> None:
    with pytest.raises(UnusableDataError):
        SerialInterval(mean, deviation).probabilities(10)


def test_more_imported_than_all_is_refused() -> None:
    with pytest.raises(UnusableDataError, match="imported"):
        reproduction_numbers(FLU_DATES, FLU, FLU_SERIAL, imported=[2] * len(FLU))


@pytest.mark.parametrize("disease", PUBLISHED_INTERVALS)
def test_published_intervals_are_usable(disease: str) -> None:
    published_interval = PUBLISHED_INTERVALS[disease]
    days = published_interval.interval.probabilities(100)
    assert days @ np.arange(101) == pytest.approx(published_interval.interval.mean, abs=0.01)
    assert "(20" in published_interval.source
