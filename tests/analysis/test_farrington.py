"""Alarms are those of the R package surveillance, digit for digit, and behave as its own tests say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import AnalysisError, NotEnoughDataError, UnusableDataError
from analysis.farrington import IMPROVED, ORIGINAL, FarringtonSettings, FarringtonWeek, Threshold, farrington
from analysis.farrington_history import history, reference_weeks
from tests.analysis.published import agona, newport, printed, rows, weeks_from

HELP = replace(IMPROVED, years=4, alpha=0.1, calendar=False)
ARTICLE = replace(IMPROVED, years=4, alpha=0.05)
LAST_OF_2011 = 417

AGONA = {
    "agona_original": replace(ORIGINAL, years=4, alpha=0.1, calendar=False),
    "agona_improved": replace(HELP, threshold=Threshold.TRANSFORMED),
    "agona_quantile": HELP,
    "agona_upper_quantile": replace(HELP, threshold=Threshold.UPPER_QUANTILE),
}
NEWPORT = {"newport_original": replace(ORIGINAL, years=4, alpha=0.05), "newport_improved": ARTICLE}


def as_printed(week: FarringtonWeek) -> tuple[str, ...]:
    """Of a week without a threshold R has no expectation either; ours is left out."""
    expected = None if week.threshold is None else week.expected
    numbers = (week.count, week.threshold, week.p_value, expected, week.overdispersion, week.growth)
    return (*(printed(number) for number in numbers), "1" if week.alarm else "0")


def published(example: str) -> list[tuple[str, ...]]:
    columns = ("cases", "threshold", "p_value", "expected", "overdispersion", "growth")
    return [
        (*(printed(float(row[column])) if row[column] else "" for column in columns), row["alarm"])
        for row in rows("farrington")
        if row["example"] == example
    ]


@pytest.mark.parametrize("example", AGONA)
def test_help_page_has_published_digits(example: str) -> None:
    found = [as_printed(week) for week in farrington(*agona(), AGONA[example], last=31)]
    assert found == published(example)


@pytest.mark.parametrize("example", NEWPORT)
def test_article_has_published_digits(example: str) -> None:
    dates, cases = newport()
    found = farrington(dates[:LAST_OF_2011], cases[:LAST_OF_2011], NEWPORT[example], last=52)
    assert [as_printed(week) for week in found] == published(example)


@pytest.mark.parametrize(
    ("state", "thresholds", "alarms"),
    [
        ("baden_wuerttemberg", [4, 3, 3, 3, 2], [False, False, False, False, True]),
        ("north_rhine_westphalia", [3, 3, 3, 2, 2], [False] * 5),
    ],
)
def test_states_have_published_thresholds(state: str, thresholds: list[int], alarms: list[bool]) -> None:
    """The article's table of the weeks 2013-W48 to 2013-W52."""
    dates, cases = newport(state)
    end = dates.index(date(2013, 12, 23)) + 1
    found = farrington(dates[:end], cases[:end], replace(ARTICLE, fewest_cases=0, within_weeks=50), last=5)
    assert ([week.threshold for week in found], [week.alarm for week in found]) == (thresholds, alarms)


def test_reference_weeks_are_the_published_ones() -> None:
    dates = weeks_from(date(1990, 6, 7), 1301)
    found = [dates[at] for at in reference_weeks(dates, dates.index(date(2013, 6, 6)), 3)]
    assert found == [date(2013, 6, 6), date(2012, 6, 7), date(2011, 6, 9), date(2010, 6, 3)]
    assert reference_weeks(dates, 200, 3, calendar=False) == [200, 148, 96, 44]


def test_leap_days_have_reference_weeks() -> None:
    dates = weeks_from(date(2010, 3, 4), 600)
    week = dates.index(date(2020, 2, 27))
    assert all(dates[at].weekday() == 3 for at in reference_weeks(dates, week, 5))
    mondays = weeks_from(date(2010, 2, 27), 600)
    assert len(reference_weeks(mondays, mondays.index(date(2020, 2, 29)), 5)) == 6


@given(st.integers(0, 4), st.integers(1, 12), st.integers(0, 30), st.integers(2, 6))
def test_each_past_week_has_one_season(half_window: int, seasons: int, left_out: int, years: int) -> None:
    week = 52 * years + 20
    found = history([week - 52 * n for n in range(years + 1)], half_window, seasons, left_out)
    assert found.weeks.max() < week - left_out
    assert (np.diff(found.weeks) > 0).all()
    assert set(found.seasons.tolist()) <= set(range(1, seasons + 1))
    near = np.isin((found.weeks - week) % 52, np.arange(-half_window, half_window + 1) % 52)
    assert (near == (found.seasons == seasons)).all()
    if seasons > 1:
        assert found.weeks.min() == 20 - half_window
        assert len(found.weeks) == week - left_out - (20 - half_window)


@pytest.mark.parametrize("threshold", Threshold)
def test_an_outbreak_is_an_alarm(threshold: Threshold) -> None:
    cases = np.random.default_rng(1).poisson(5, 320).tolist()
    cases[-1] = 40
    dates = weeks_from(date(2015, 1, 5), 320)
    assert farrington(dates, cases, replace(IMPROVED, threshold=threshold))[0].alarm


def test_false_alarms_are_as_rare_as_said() -> None:
    """The chance of a false alarm is alpha, less what the steps of whole counts leave, more what is estimated."""
    random = np.random.default_rng(7)
    dates = weeks_from(date(2013, 1, 7), 420)
    season = 20 * np.exp(0.5 * np.sin(2 * np.pi * np.arange(420) / 52.18))
    settings_ = replace(IMPROVED, alpha=0.05)
    alarms = [
        week.alarm
        for _ in range(12)
        for week in farrington(dates, random.poisson(season).tolist(), settings_, last=100)
    ]  # fmt: skip
    assert 0.01 < float(np.mean(alarms)) < 0.09


def test_population_is_taken_into_account() -> None:
    cases = np.random.default_rng(2).poisson(10, 320).tolist()
    dates = weeks_from(date(2015, 1, 5), 320)
    plain = farrington(dates, cases)[0]
    alike = farrington(dates, cases, population=[5000.0] * 320)[0]
    halved = farrington(dates, cases, population=[5000.0] * 319 + [2500.0])[0]
    assert alike.expected == pytest.approx(plain.expected, rel=1e-6)
    assert halved.expected == pytest.approx(plain.expected / 2, rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("threshold", Threshold)
def test_wild_counts_are_answered(threshold: Threshold, seed: int) -> None:
    """Such as made a library's quantile end the process."""
    cases = np.random.default_rng(seed).pareto(0.5, 400).clip(0, 1e11) // 1
    dates = weeks_from(date(2012, 1, 2), 400)
    found = farrington(dates, cases.tolist(), replace(IMPROVED, threshold=threshold), last=10)
    assert all(np.isfinite([week.expected, week.p_value, week.threshold or 0]).all() for week in found)


@given(st.lists(st.integers(0, 30), min_size=300, max_size=300), st.sampled_from(list(Threshold)))
@settings(max_examples=30, deadline=None)
def test_alarms_are_above_thresholds(cases: list[int], threshold: Threshold) -> None:
    dates = weeks_from(date(2015, 1, 5), 300)
    try:
        found = farrington(dates, cases, replace(IMPROVED, threshold=threshold), last=3)
    except AnalysisError:
        return
    for week in found:
        assert week.alarm == (week.threshold is not None and week.count > week.threshold)
        assert 0 <= week.p_value <= 1
        assert week.overdispersion >= 1


@pytest.mark.parametrize(
    ("dates", "cases", "error"),
    [
        (weeks_from(date(2015, 1, 5), 200), [3] * 200, NotEnoughDataError),
        (weeks_from(date(2015, 1, 5), 262), [3] * 262, NotEnoughDataError),
        (weeks_from(date(2015, 1, 5), 300), [0] * 300, NotEnoughDataError),
        (weeks_from(date(2015, 1, 5), 300), [3] * 299 + [-1], UnusableDataError),
        (weeks_from(date(2015, 1, 5), 300), [3] * 299, UnusableDataError),
        ([date(2015, 1, 5), date(2015, 1, 13)], [3, 3], UnusableDataError),
        ([], [], NotEnoughDataError),
    ],
)
def test_too_little_is_refused(dates: list[date], cases: list[int], error: type[Exception]) -> None:
    with pytest.raises(error):
        farrington(dates, cases)


@pytest.mark.parametrize(
    "wrong",
    [
        {"alpha": 0}, {"alpha": 1}, {"years": 0}, {"seasons": 0}, {"seasons": 60}, {"left_out": 53},
        {"reweight_above": 0}, {"within_weeks": 0}, {"half_window": -1}, {"alpha": float("nan")},
    ],
)  # fmt: skip
def test_settings_have_bounds(wrong: dict[str, float]) -> None:
    chosen: FarringtonSettings = replace(IMPROVED, **wrong)  # type: ignore[arg-type]
    with pytest.raises(UnusableDataError):
        farrington(weeks_from(date(2015, 1, 5), 320), [3] * 320, chosen)
