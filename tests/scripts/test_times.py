"""Times by the clock, beside RFC 3339."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import click
import pytest

from scripts.times import Time, by_the_clock, length_of, window_of
from streams.time_text import read_time

NOW = datetime(2026, 3, 29, 10, 17, 42, 500, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", NOW),
        ("-3h", NOW - timedelta(hours=3)),
        ("-90m", NOW - timedelta(minutes=90)),
        ("-1d12h", NOW - timedelta(days=1, hours=12)),
        ("-2w", NOW - timedelta(weeks=2)),
        ("-10s", NOW - timedelta(seconds=10)),
        ("2026-03-01T10:17:00Z", None),
        ("-", None),
        ("3h", None),
        ("-3x", None),
        ("Now", None),
    ],
)
def test_reads_the_clock(text: str, moment: datetime | None) -> None:
    assert by_the_clock(text, NOW) == moment


@pytest.mark.parametrize(
    ("zone", "today", "yesterday"),
    [
        ("UTC", "2026-03-29T00:00Z", "2026-03-28T00:00Z"),
        # The clocks of Berlin went forward that night.
        ("Europe/Berlin", "2026-03-28T23:00Z", "2026-03-27T23:00Z"),
        ("America/New_York", "2026-03-29T04:00Z", "2026-03-28T04:00Z"),
    ],
)
def test_days_are_those_of_this_machine(zone: str, today: str, yesterday: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert by_the_clock("today", NOW) == datetime.fromisoformat(today)
        assert by_the_clock("yesterday", NOW) == datetime.fromisoformat(yesterday)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["h", "3", "-3h", "3 h", "1.5h", "99999999h", "1h2"])
def test_lengths_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        length_of(text)


def test_windows_by_the_clock_are_whole_minutes() -> None:
    start, end = map(read_time, window_of(None, None, timedelta(hours=24)))
    assert end - start == timedelta(hours=24)
    assert (end.second, end.microsecond) == (0, 0)
    # The minute that has begun is part of the window.
    assert timedelta() < end - datetime.now(UTC) <= timedelta(minutes=1)
    assert Time(minutes=True).convert("-24h", None, None) in (
        window_of("x", None, None)[1],
        window_of(None, None, timedelta(hours=24))[0],
    )


def test_an_open_end_is_now() -> None:
    start, end = window_of("2026-03-01T10:17:00Z", None, None)
    assert start == "2026-03-01T10:17:00Z"
    assert read_time(end) > datetime.now(UTC)


@pytest.mark.parametrize("text", ["-9999999w", "noon", ""])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Time(minutes=True).convert(text, None, None)


def test_rfc_3339_goes_on_as_it_is() -> None:
    assert Time(minutes=True).convert("2026-03-01T10:17:30+01:00", None, None) == "2026-03-01T10:17:30+01:00"
