"""What is shown of a region, and the classes that colours stand for."""

from __future__ import annotations

import pytest

from systems.epidemic.shown import Numbers, Show, classes_of, growth_of, in_words, weekly


@pytest.mark.parametrize(
    ("value", "place"), [(None, None), (-0.1, 0), (0, 1), (0.99, 1), (1, 2), (499.9, 6), (500, 7), (1e9, 7)]
)
def test_classes_begin_at_their_least_value(value: float | None, place: int | None) -> None:
    assert classes_of(Show.INCIDENCE, "cases").of(value) == place


@pytest.mark.parametrize(("value", "place"), [(-0.9, 1), (-0.5, 2), (0.0, 4), (0.049, 4), (1.0, 7)])
def test_changes_have_two_sides(value: float, place: int) -> None:
    assert classes_of(Show.GROWTH, "cases").of(value) == place


@pytest.mark.parametrize("metric", ["cases", "deaths"])
@pytest.mark.parametrize("show", Show)
def test_every_class_is_in_the_legend(show: Show, metric: str) -> None:
    classes = classes_of(show, metric)
    assert len(classes.labels) == len(classes.breaks) + 1 == 7
    assert list(classes.breaks) == sorted(classes.breaks)
    assert len({*classes.labels}) == 7


def test_numbers_of_seven_days() -> None:
    numbers = Numbers(week=150, before=100, total=3000, population=1_000_000)
    assert numbers.incidence == pytest.approx(15)
    assert numbers.growth == pytest.approx(0.5)
    assert numbers.all_per_100_000 == pytest.approx(300)
    assert Numbers(week=150, population=None).incidence is None
    assert Numbers(week=150, population=0).incidence is None


@pytest.mark.parametrize(("week", "before", "growth"), [(20, 9, None), (20, 10, 1.0), (0, 10, -1.0), (None, 10, None)])
def test_too_few_reports_are_no_growth(week: float | None, before: float, growth: float | None) -> None:
    assert growth_of(week, before) == growth


def test_weeks_of_a_map() -> None:
    weeks = [None, 10.0, 20.0, None, -5.0]
    assert weekly(weeks, Show.WEEK, None) == weeks
    assert weekly(weeks, Show.GROWTH, None) == [None, None, 1.0, None, None]
    assert weekly(weeks, Show.TOTAL, 100_000) == [None, 10, 30, 30, 25]
    assert weekly(weeks, Show.INCIDENCE, 200_000) == [None, 5, 10, None, -2.5]
    assert weekly(weeks, Show.INCIDENCE, None) == [None] * 5


@pytest.mark.parametrize(
    ("value", "show", "text"),
    [
        (None, Show.WEEK, "\u2013"),
        (1234.4, Show.WEEK, "1,234"),
        (-12, Show.WEEK, "\u221212"),
        (0.123, Show.INCIDENCE, "0.12"),
        (-0.001, Show.INCIDENCE, "0.00"),
        (12.34, Show.INCIDENCE, "12.3"),
        (0.18, Show.GROWTH, "+18%"),
        (-0.5, Show.GROWTH, "\u221250%"),
        (0.001, Show.GROWTH, "0%"),
    ],
)
def test_numbers_are_read_by_people(value: float | None, show: Show, text: str) -> None:
    assert in_words(value, show) == text
