"""What statistics say of a region's days, and that they say nothing of too little."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import pytest

from analysis.ears import EarsMethod
from systems.epidemic.figures import UNSETTLED_DAYS, Figure, figures_of, shares_of
from systems.epidemic.outlook import OTHERS
from web.pages.epidemic.charts import means, region_plan

FIRST = date(2021, 3, 1)


def test_steady_growth_is_found() -> None:
    numbers = [round(100 * math.exp(0.05 * day)) for day in range(60)]
    figures = figures_of(FIRST, [float(number) for number in numbers], 1_000_000)
    assert figures.growth.value
    assert figures.growth.value.rate == pytest.approx(0.05, abs=0.005)
    assert figures.incidence.value
    assert figures.incidence.value[-1].per_100_000 == pytest.approx(sum(numbers[-7:]) / 10)
    assert figures.reproduction.value
    assert figures.reproduction.value[-1].lower > 1
    assert figures.weeks.refused


def test_the_newest_days_do_not_count_for_growth() -> None:
    numbers = [500.0] * 60
    late = [*numbers[:-UNSETTLED_DAYS], *[0.0] * UNSETTLED_DAYS]
    assert figures_of(FIRST, numbers, None).growth == figures_of(FIRST, late, None).growth


@pytest.mark.parametrize("numbers", [[], [5.0], [0.0] * 3])
def test_too_little_is_refused(numbers: list[float]) -> None:
    figures = figures_of(FIRST, numbers, 1000)
    refused: tuple[Figure[Any], ...] = (
        figures.incidence,
        figures.reproduction,
        figures.growth,
        *figures.alarms.values(),
    )
    for figure in (*refused, figures.weeks):
        assert figure.value is None
        assert figure.refused
    assert region_plan(figures, [], [])["numbers"] == numbers


def test_nobody_knows_how_many_live_there() -> None:
    assert "how many people" in figures_of(FIRST, [10.0] * 30, None).incidence.refused


def test_days_below_nothing_are_told() -> None:
    numbers = [50.0] * 40
    numbers[20] = -300.0
    figures = figures_of(FIRST, numbers, 100_000)
    assert figures.below_zero == 1
    assert figures.numbers[20] == -300
    assert figures.reproduction.value
    assert figures.incidence.value
    assert min(each.cases for each in figures.incidence.value) == 0


def test_a_leap_raises_alarms() -> None:
    numbers = [10.0, 12, 9, 11, 10, 8, 12, 11, 10, 9, 12, 10, 11, 10, 90]
    figures = figures_of(FIRST, numbers, None)
    for method in EarsMethod:
        days = figures.alarms[method].value
        assert days
        assert [day.date for day in days if day.alarm][-1] == FIRST + timedelta(days=14)


def test_shares_of_a_week_are_of_all_variants() -> None:
    weeks = {FIRST: {"A": 30.0, "B": 10.0, "C": -2.0}, FIRST + timedelta(days=7): {}}
    [week] = shares_of(weeks, ["A", "B", "C"])
    assert [share.share for share in week.shares] == [0.75, 0.25, 0]
    assert all(share.lower <= share.share <= share.upper for share in week.shares)


def test_many_variants_are_drawn_as_some_and_the_others() -> None:
    weeks = {FIRST: {f"V{number}": 10.0 + number for number in range(9)}}
    plan = region_plan(figures_of(FIRST, [1.0] * 10, None), [], shares_of(weeks, [*weeks[FIRST]]))["shares"]
    assert plan["names"] == ["V8", "V7", "V6", "V5", "V4", "V3", OTHERS]
    assert sum(column[0] for column in plan["columns"]) == pytest.approx(1, abs=0.001)


def test_means_are_of_seven_days() -> None:
    assert means([7.0] * 8) == [None] * 6 + [7, 7]
    assert means([0, 0, 0, 0, 0, 0, 7, 70]) == [None] * 6 + [1, 11]
