"""The time that a window is compared with, and what the page says of it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from streams.time_text import rfc3339
from tests.definitions import HEALTH
from tests.web.pages.window.rendered import form_of, group, window_page
from web.page.units import change_of
from web.pages.window.columns import Shown, columns_of
from web.pages.window.compared import beside, compared_span
from web.pages.window.csv import csv_of

BERLIN = ZoneInfo("Europe/Berlin")
LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "start", "end", "then"),
    [
        ("previous", "2026-03-01T10:00Z", "2026-03-01T11:30Z", "2026-03-01T08:30:00Z 2026-03-01T10:00:00Z"),
        ("previous", "2026-03-29T22:00Z", "2026-03-30T22:00Z", "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z"),  # a day
        ("previous", "2026-02-28T23:00Z", "2026-03-31T22:00Z", "2026-01-31T23:00:00Z 2026-02-28T23:00:00Z"),  # a month
        ("week", "2026-03-30T10:00Z", "2026-03-30T11:00Z", "2026-03-23T11:00:00Z 2026-03-23T12:00:00Z"),
        ("year", "2024-02-29T10:00Z", "2024-03-01T10:00Z", "2023-02-28T10:00:00Z 2023-03-01T10:00:00Z"),
        ("year", "2024-02-28T10:00Z", "2024-02-29T10:00Z", "2023-02-28T10:00:00Z 2023-03-01T10:00:00Z"),
    ],
)
def test_other_time_is_of_the_readers_calendar(kind: str, start: str, end: str, then: str) -> None:
    ends = [datetime.fromisoformat(text) for text in (start, end)]
    assert " ".join(map(rfc3339, compared_span(kind, ends[0], ends[1], LATER, BERLIN))) == then


def test_a_day_that_is_not_over_is_compared_with_as_much() -> None:
    now = datetime(2026, 3, 1, 10, 17, 30, tzinfo=UTC)
    today = datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 1, 23, tzinfo=UTC)
    span = compared_span("previous", *today, now, BERLIN)
    assert " ".join(map(rfc3339, span)) == "2026-02-27T23:00:00Z 2026-02-28T10:18:00Z"


def test_before_the_calendar_is_an_error() -> None:
    ends = datetime(1, 3, 1, tzinfo=UTC), datetime(1, 3, 2, tzinfo=UTC)
    with pytest.raises(ValueError, match="year"):
        compared_span("year", *ends, LATER, BERLIN)


@pytest.mark.parametrize(
    ("value", "before", "unit", "relative", "text"),
    [
        (112, 100, "", True, "+12.0%"),
        (50, 100, "", True, "\u221250.0%"),
        (5, 0, "", True, "new"),
        (5, None, "ms", False, "new"),
        (100, 100, "", True, "unchanged"),
        (0.43, 0.41, "ratio", False, "+2.0 pts"),
        (36.9, 37.1, "\u00b0C", False, "\u22120.2 \u00b0C"),
        (400.0, 412.0, "ms", False, "\u221212 ms"),
    ],
)
def test_change_suits_its_unit(value: float, before: float | None, unit: str, relative: bool, text: str) -> None:
    assert change_of(value, before, unit, relative=relative) == text


NOW_HERE = [group("cart", 50, 0.3), group("checkout", 80, 0.4)]
THEN = [group("cart", 100, 0.25), group("gone", 5, 0.1)]


def test_page_shows_numbers_and_a_second_line() -> None:
    text = window_page(NOW_HERE, THEN, compare="previous")
    assert '<small class="change">\u221250.0%</small>' in text
    assert '<small class="change">+5.0 pts</small>' in text
    assert '<small class="change" title="the period before: 105">+23.8%</small>' in text
    assert "1 group of then has no messages now" in text
    assert '"label":"the period before"' in text


def test_csv_has_what_is_shown() -> None:
    columns = columns_of(HEALTH, ("service",), every=False, compared=True)
    groups, _ = beside([Shown(group("=1+1", 50, 0.3)), Shown(group("a\nb", 5, 0.5))], [group("a\nb", 4, 0.25)])
    rows = list(csv.DictReader(io.StringIO(csv_of(groups, columns), newline="")))
    assert [row["service"] for row in rows] == ["'=1+1", "a\nb"]
    assert [row["messages before"] for row in rows] == ["", "4"]
    assert [row["cpu.mean before"] for row in rows] == ["", "0.25"]
    assert rows[0]["cpu.max_at"] == "2026-03-04T10:03:11.250Z"


def test_page_says_what_it_left_out_and_what_comes() -> None:
    text = window_page(NOW_HERE, THEN, nonsense="1")
    assert "<b>nonsense</b>, which this page does not know" in text
    text = window_page([], [], start="2026-03-10T10:00", end="2026-03-10T12:00")
    assert "This window has not begun" in text
    assert "It begins in 23 h 43 min" in text


def test_moving_window_has_a_fixed_link() -> None:
    assert 'id="fixed"' not in window_page(NOW_HERE, THEN)
    text = window_page(NOW_HERE, THEN, range="1h")
    assert "start=2026-03-09T09%3A18Z&amp;end=2026-03-09T10%3A18Z" in text.split('id="fixed"')[1].split(">")[0]


def test_rows_are_paged_and_ordered() -> None:
    many = [group(f"s{place:03}", place, 0.1) for place in range(1, 231)]
    text = window_page(many, many, page="3")
    assert "201\u2013230 of 230" in text
    assert 'aria-current="true">By name</a>' in text
    assert 'aria-current="true">By size</a>' in window_page(many, many, sort="-messages")


def test_filters_of_a_form_are_kept_encoded() -> None:
    text = window_page(NOW_HERE, THEN, **{"where.service": "a\nb"})  # type: ignore[arg-type]
    assert '<input type="hidden" name="kept" value="service=a%0Ab">' in text
    assert form_of(kept="service=a%0Ab").where == (("service", "a\nb"),)
