"""Zones, wall-clock times and quick ranges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from streams.time_text import rfc3339
from web.page.times import (
    RANGES,
    Detail,
    end_moment,
    local_input,
    offset_name,
    read_moment,
    short_moment,
    span,
    zone_named,
    zones,
)

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
BEGAN = datetime(2025, 12, 3, 14, 5, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-03-01T10:17", ZoneInfo("UTC"), "2026-03-01T10:17:00Z"),
        ("2026-03-01T10:17", BERLIN, "2026-03-01T09:17:00Z"),
        ("2026-07-01T10:17", BERLIN, "2026-07-01T08:17:00Z"),
        ("2026-03-01T10:17Z", BERLIN, "2026-03-01T10:17:00Z"),
        ("2026-03-01T10:17:00+05:30", BERLIN, "2026-03-01T04:47:00Z"),
        ("2026-03-01T10:17:00 05:30", BERLIN, "2026-03-01T04:47:00Z"),
        ("2026-10-25T02:30", BERLIN, "2026-10-25T00:30:00Z"),  # occurs twice: the first
    ],
)
def test_wall_clock_is_read_in_its_zone(text: str, zone: ZoneInfo, moment: str) -> None:
    assert rfc3339(read_moment(text, zone)) == moment


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "choose"),
        ("yesterday", "is not a day"),
        ("2026-13-01T00:00", "is not a day"),
        ("2026-03-29T02:30", "does not exist in Europe/Berlin"),
        ("0001-01-01T00:00+14:00", "outside the years"),
        ("9999-12-31T23:59-14:00", "outside the years"),
        ("0001-01-01T00:00", "outside the years"),
        ("\0", "is not a day"),
    ],
)
def test_unreadable_time_says_why(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_moment(text, BERLIN)


@pytest.mark.parametrize("name", ["Nowhere/Land", "", "../../etc/passwd", "utc\0", "Europe"])
def test_unknown_zone_is_none(name: str) -> None:
    assert zone_named(name) is None


def test_listed_zones_are_usable() -> None:
    listed = [name for places in zones().values() for name, _ in places]
    assert len(listed) > 300
    assert all(zone_named(name) for name in listed)


@pytest.mark.parametrize(
    ("key", "now", "start", "end"),
    [
        ("1h", "2026-03-01T10:17:30Z", "2026-03-01T09:18:00Z", "2026-03-01T10:18:00Z"),
        ("24h", "2026-03-29T10:00:00Z", "2026-03-28T10:01:00Z", "2026-03-29T10:01:00Z"),
        ("today", "2026-03-29T10:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),  # 23 hours long
        ("yesterday", "2026-03-01T22:59:00Z", "2026-02-27T23:00:00Z", "2026-02-28T23:00:00Z"),
        ("yesterday", "2026-03-01T23:01:00Z", "2026-02-28T23:00:00Z", "2026-03-01T23:00:00Z"),
        ("week", "2026-03-29T10:00:00Z", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("lastweek", "2026-03-29T22:00:00Z", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("month", "2026-03-31T22:00:00Z", "2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"),
        ("lastmonth", "2026-01-15T10:00:00Z", "2025-11-30T23:00:00Z", "2025-12-31T23:00:00Z"),
        ("90d", "2026-03-31T10:00:30Z", "2025-12-31T10:01:00Z", "2026-03-31T10:01:00Z"),
        ("12mo", "2024-02-29T10:00:30Z", "2023-02-27T23:00:00Z", "2024-02-29T10:01:00Z"),
        ("all", "2026-03-31T10:00:30Z", "2025-12-02T23:00:00Z", "2026-03-31T10:01:00Z"),
    ],
)
def test_quick_range_in_berlin(key: str, now: str, start: str, end: str) -> None:
    ends = RANGES[key].ends(datetime.fromisoformat(now).astimezone(BERLIN), BEGAN)
    assert [rfc3339(moment) for moment in ends] == [start, end]


@pytest.mark.parametrize("key", RANGES)
def test_ranges_are_whole_minutes(key: str) -> None:
    start, end = RANGES[key].ends(datetime(2026, 11, 1, 5, 59, 59, 999, tzinfo=UTC).astimezone(NEW_YORK), BEGAN)
    assert start < end
    assert all((moment.second, moment.microsecond) == (0, 0) for moment in (start, end))


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(minutes=1), "1 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=22, minutes=48), "2 days 22 h 48 min"),
    ],
)
def test_span_reads_well(length: timedelta, text: str) -> None:
    assert span(length) == text


def test_moments_read_well() -> None:
    start = datetime(2026, 3, 1, 9, 5, tzinfo=BERLIN)
    assert local_input(start) == "2026-03-01T09:05"
    assert end_moment(start + timedelta(hours=1), start) == "10:05"
    assert end_moment(start + timedelta(days=1), start) == "Mon 2 Mar 2026, 09:05"
    assert offset_name(start) == "UTC+01:00"
    assert offset_name(start.astimezone(NEW_YORK)) == "UTC-05:00"
    assert offset_name(start.astimezone(UTC)) == "UTC"


@pytest.mark.parametrize(
    ("end", "text"),
    [
        ("2026-03-02T00:00", "14:03:11"),
        ("2026-03-02T00:01", "1 Mar 14:03:11"),
        ("2027-01-02T00:00", "1 Mar 2026, 14:03"),
    ],
)
def test_moments_say_what_their_window_needs(end: str, text: str) -> None:
    detail = Detail.of(datetime(2026, 3, 1), datetime.fromisoformat(end))
    assert short_moment(datetime(2026, 3, 1, 14, 3, 11), detail) == text
