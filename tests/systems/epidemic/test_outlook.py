"""Forecasts come with how earlier ones did, or not at all; a variant gains by as much as it was made to."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest

from systems.epidemic.figures import UNSETTLED_DAYS, figures_of, shares_of
from systems.epidemic.outlook import ADVANTAGE_WEEKS, FORECAST_DAYS, OTHERS, advantages_of, outlook_of
from web.pages.epidemic.charts import DAYS_BEFORE, forecast_plan

FIRST = date(2021, 3, 1)
FEWEST_DAYS = 56 + FORECAST_DAYS + 14 + UNSETTLED_DAYS


def waves(days: int) -> list[float]:
    """Counts that rise and fall, by chance besides."""
    random = np.random.default_rng(7)
    return [float(random.poisson(300 * math.exp(math.sin(day / 25)))) for day in range(days)]


def test_a_forecast_comes_with_its_scores() -> None:
    numbers = waves(150)
    outlook = outlook_of(FIRST, numbers)
    assert outlook.known_until == FIRST + timedelta(days=149 - UNSETTLED_DAYS)
    made, scores = outlook.forecast.value, outlook.scores.value
    assert made
    assert scores
    assert [day.date for day in made.trend] == [
        outlook.known_until + timedelta(days=n + 1) for n in range(FORECAST_DAYS)
    ]
    assert 0.5 < scores.trend.inside_95 <= 1
    assert outlook_of(FIRST, numbers) == outlook
    late = [*numbers[:-UNSETTLED_DAYS], *[0.0] * UNSETTLED_DAYS]
    assert outlook_of(FIRST, late) == outlook, "incomplete days do not count"


def test_the_plan_joins_what_was_and_what_may_come() -> None:
    numbers = waves(150)
    plan = forecast_plan(figures_of(FIRST, numbers, None), outlook_of(FIRST, numbers))
    assert plan
    assert len(plan["times"]) == len(plan["numbers"]) == DAYS_BEFORE + FORECAST_DAYS
    assert {after - before for before, after in zip(plan["times"], plan["times"][1:], strict=False)} == {86_400}
    for column in plan["coming"]:
        assert [value is None for value in column] == [number is not None for number in plan["numbers"]]
    median, low, high, lowest, highest = (column[-1] for column in plan["coming"])
    assert lowest <= low <= median <= high <= highest


@pytest.mark.parametrize("numbers", [[], [5.0] * 3, waves(FEWEST_DAYS - 1), [0.0] * 150])
def test_what_cannot_be_scored_is_not_forecast(numbers: list[float]) -> None:
    outlook = outlook_of(FIRST, numbers)
    assert outlook.forecast.value is None
    assert outlook.forecast.refused.startswith("no earlier forecast can be scored")
    assert forecast_plan(figures_of(FIRST, numbers, None), outlook) is None


def test_the_fewest_days_are_forecast() -> None:
    assert outlook_of(FIRST, waves(FEWEST_DAYS)).forecast.value


def weeks_of(counts: dict[str, list[float]]) -> dict[date, dict[str, float]]:
    length = len(next(iter(counts.values())))
    return {
        FIRST + timedelta(days=7 * place): {name: column[place] for name, column in counts.items()}
        for place in range(length)
    }


def test_a_variant_gains_what_it_was_made_to() -> None:
    old = [2000.0] * 14
    new = [9999.0] * 4 + [float(round(20 * math.exp(0.08 * 7 * week))) for week in range(ADVANTAGE_WEEKS)]
    counts = {"BA.5": old, "BF.7": new, "rare": [0.0] * 13 + [3.0], "odd": [0.0] * 12 + [4.0, 5.0]}
    found = advantages_of(shares_of(weeks_of(counts), [*counts])).value
    assert found
    assert found.compared_with == "BA.5"
    assert [gain.variant for gain in found.advantages] == ["BF.7", OTHERS]
    assert found.advantages[0].per_day == pytest.approx(0.08, abs=0.002)
    assert found.advantages[0].lower < 0.08 < found.advantages[0].upper


@pytest.mark.parametrize("counts", [{}, {"BA.5": [50.0] * 9}, {"BA.5": [50.0] * 9, "BF.7": [0.0] * 8 + [9.0]}])
def test_one_variant_gains_over_none(counts: dict[str, list[float]]) -> None:
    figure = advantages_of(shares_of(weeks_of(counts) if counts else {}, [*counts]))
    assert figure.value is None
    assert figure.refused
