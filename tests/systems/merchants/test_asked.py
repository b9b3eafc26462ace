"""Questions of a dashboard, what they are compared with, and their steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from query.requests import Step
from systems.merchants.asked import Asked, Compare, compared_span
from systems.merchants.numbers import Numbers
from systems.merchants.ranges import moments, steps_for
from systems.merchants.series import points_of

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "end", "compare", "wanted"),
    [
        # Whole days of the zone are compared with as many before, though clocks were put forward in one of them.
        (
            "2026-03-29T00:00+01:00",
            "2026-03-30T00:00+02:00",
            "previous",
            "2026-03-28T00:00+01 2026-03-29T00:00+01",
        ),
        (
            "2026-03-30T00:00+02:00",
            "2026-04-06T00:00+02:00",
            "previous",
            "2026-03-23T00:00+01 2026-03-30T00:00+02",
        ),
        (
            "2026-03-30T10:00+02:00",
            "2026-03-30T12:30+02:00",
            "previous",
            "2026-03-30T07:30+02 2026-03-30T10:00+02",
        ),
        # Whole months with as many months (matomo-org/matomo#16642).
        ("2026-04-01T00:00+02:00", "2026-05-01T00:00+02:00", "previous", "2026-03-01T00:00+01 2026-04-01T00:00+02"),
        ("2026-01-01T00:00+01:00", "2027-01-01T00:00+01:00", "previous", "2025-01-01T00:00+01 2026-01-01T00:00+01"),
        ("2026-02-01T00:00+01:00", "2026-03-01T00:00+01:00", "previous", "2026-01-01T00:00+01 2026-02-01T00:00+01"),
        ("2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00", "year", "2025-03-29T00:00+01:00 2025-03-30T00:00+01:00"),
        ("2028-02-29T00:00+01:00", "2028-03-01T00:00+01:00", "year", "2027-02-28T00:00+01:00 2027-03-01T00:00+01:00"),
    ],
)
def test_time_compared_with_is_of_the_zones_days(start: str, end: str, compare: str, wanted: str) -> None:
    found = compared_span(utc(start), utc(end), BERLIN, Compare(compare))
    assert found == tuple(map(utc, wanted.split()))


@pytest.mark.parametrize(
    ("start", "end", "now", "wanted"),
    [
        # A day that has begun with the same hours of the day before, also where clocks were put forward or back.
        ("2026-03-02T00:00+01:00", "2026-03-03T00:00+01:00", "2026-03-02T09:40:20+01:00", "2026-03-01T09:40+01"),
        ("2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00", "2026-03-29T09:40+02:00", "2026-03-28T09:40+01"),
        ("2026-10-26T00:00+01:00", "2026-10-27T00:00+01:00", "2026-10-26T09:40+01:00", "2026-10-25T09:40+01"),
        ("2026-03-02T00:00+01:00", "2026-03-03T00:00+01:00", "2026-03-02T00:00:20+01:00", ""),
        # Days and months to the hour; a month that is shorter ends where it ends.
        ("2026-03-02T00:00+01:00", "2026-03-09T00:00+01:00", "2026-03-08T09:40+01:00", "2026-03-01T10:00+01"),
        ("2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00", "2026-03-05T09:20+01:00", "2026-02-05T09:00+01"),
        ("2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00", "2026-03-31T09:20+02:00", "2026-03-01T00:00+01"),
        ("2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00", "2026-04-01T00:00+02:00", "2026-03-01T00:00+01"),
    ],
)
def test_what_has_begun_is_compared_as_far_as_it_has_come(start: str, end: str, now: str, wanted: str) -> None:
    asked = Asked("a", BERLIN, utc(start), utc(end), (), Compare.PREVIOUS)
    found = asked.compared_until(utc(now))
    assert (found and found.end) == (utc(wanted) if wanted else None)


def test_comparison_has_the_same_filters() -> None:
    asked = Asked(
        "a", BERLIN, utc("2026-03-02T00:00Z"), utc("2026-03-03T00:00Z"), (("page", ("/",)),), Compare.PREVIOUS
    )
    assert asked.compared is not None
    assert (asked.compared.filters, asked.compared.compare) == (asked.filters, None)
    assert asked.with_filter("page", "/b").filters == (("page", ("/b",)),)


@pytest.mark.parametrize("step", [*Step])
def test_steps_cover_the_window_by_the_zones_clocks(step: Step) -> None:
    start, end = utc("2026-03-28T00:00+01:00"), utc("2026-03-31T00:00+02:00")
    found = moments(start, end, step, BERLIN)
    assert found == sorted({*found})
    assert found[0] <= start < found[0] + timedelta(days=32)
    assert end - timedelta(days=32) < found[-1] < end
    if step is Step.DAY:
        assert [at.astimezone(BERLIN).hour for at in found] == [0, 0, 0]
        assert found[2] - found[1] == timedelta(hours=23)
    assert len(found) == {"minute": 71 * 60, "hour": 71, "day": 3, "week": 2, "month": 1}[step.value]


def test_points_beyond_now_have_no_numbers() -> None:
    start, end, now = utc("2026-03-02T00:00Z"), utc("2026-03-05T00:00Z"), utc("2026-03-03T12:00Z")
    found = points_of({start: Numbers(visitors=3)}, start, end, Step.DAY, ZoneInfo("UTC"), now)
    assert [point.numbers and point.numbers.visitors for point in found] == [3, 0, None]
    assert "visitors" not in found[2].as_json()


@pytest.mark.parametrize("days", [0.1, 1, 2, 7, 30, 92, 190, 365, 3000])
def test_every_window_has_steps_that_can_be_drawn(days: float) -> None:
    steps = steps_for(timedelta(days=days))
    assert 1 <= timedelta(days=days) / steps[0].length <= 400
    assert all(timedelta(days=days) / step.length <= 5000 for step in steps)
