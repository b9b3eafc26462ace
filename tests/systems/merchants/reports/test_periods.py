"""Weeks and months by the clocks of a site's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.merchants.reports.periods import (
    Period,
    due_at,
    first_day,
    following,
    in_words,
    newest_due,
    previous,
    running,
    span,
)

BERLIN, KIRITIMATI = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Kiritimati")
WEEK, MONTH = Period.WEEK, Period.MONTH


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "day", "first", "next_first"),
    [
        (WEEK, date(2026, 3, 8), date(2026, 3, 2), date(2026, 3, 9)),
        (WEEK, date(2026, 3, 9), date(2026, 3, 9), date(2026, 3, 16)),
        (MONTH, date(2026, 2, 28), date(2026, 2, 1), date(2026, 3, 1)),
        (MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_periods_have_first_days(period: Period, day: date, first: date, next_first: date) -> None:
    assert (first_day(period, day), following(period, first)) == (first, next_first)
    assert previous(period, next_first) == first


def test_a_report_is_due_in_the_morning_after() -> None:
    assert due_at(WEEK, date(2026, 3, 23), BERLIN) == at("2026-03-30T05:00")  # clocks changed the day before
    assert due_at(MONTH, date(2026, 1, 1), BERLIN) == at("2026-02-01T06:00")
    assert due_at(MONTH, date(2026, 1, 1), KIRITIMATI) == at("2026-01-31T17:00")


def test_a_week_in_which_clocks_change_has_its_hours() -> None:
    start, end = span(WEEK, date(2026, 3, 23), BERLIN)
    assert (start, end) == (at("2026-03-22T23:00"), at("2026-03-29T22:00"))


@given(
    st.sampled_from(Period),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from([BERLIN, KIRITIMATI]),
)
def test_the_newest_that_is_due_is(period: Period, naive: datetime, zone: ZoneInfo) -> None:
    now = naive.replace(tzinfo=UTC)
    newest = newest_due(period, now, zone)
    assert due_at(period, newest, zone) <= now < due_at(period, following(period, newest), zone)
    assert newest < running(period, now, zone)


@pytest.mark.parametrize(
    ("period", "first", "words"),
    [
        (WEEK, date(2026, 3, 2), "2 to 8 March 2026"),
        (WEEK, date(2026, 3, 30), "30 March to 5 April 2026"),
        (WEEK, date(2026, 12, 28), "28 December 2026 to 3 January 2027"),
        (MONTH, date(2026, 3, 1), "March 2026"),
    ],
)
def test_periods_are_said_in_words(period: Period, first: date, words: str) -> None:
    assert in_words(period, first) == words
