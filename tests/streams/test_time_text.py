"""Times as people write them; those of messages are tested with the decoder."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.reasons import Reason
from streams.time_text import event_millis, read_time
from tests.query.lake_views import at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T10:17:00Z", at("1 10:17")),
        ("2026-03-01t10:17z", at("1 10:17")),
        ("2026-03-01 10:17:00Z", at("1 10:17")),
        ("2026-03-01T10:17:00+02:00", at("1 08:17")),
        ("2026-03-01T10:17:00 02:00", at("1 08:17")),
        ("2026-03-01T10:17:00-00:30", at("1 10:47")),
        ("2026-03-01T10:17:00.123456789Z", at("1 10:17:00.123456")),
    ],
)
def test_reads_times_with_offsets(text: str, expected: datetime) -> None:
    assert read_time(text) == expected


@pytest.mark.parametrize("text", ["2026-03-01T10:17:00", "2026-03-01 10:17", "2026-03-01t10:17:00.0"])
def test_without_an_offset_it_is_a_wall_clock_time(text: str) -> None:
    assert read_time(text) == datetime(2026, 3, 1, 10, 17)


@pytest.mark.parametrize(
    "text", ["2026-03-01 10:17:00Z", "2026-03-01T10:17Z", "2026-03-01T10:17:00", "2026-03-01T10:17:00 02:00"]
)
def test_messages_are_read_strictly(text: str) -> None:
    assert read_time(text)
    assert event_millis(text) is Reason.NOT_A_TIME


@pytest.mark.parametrize("text", ["0000-03-01T10:17:00Z", "2026-06-30T23:59:60Z"])
def test_what_python_has_not_is_no_time_of_a_question(text: str) -> None:
    assert event_millis(text) is not Reason.NOT_A_TIME
    with pytest.raises(ValueError, match=r"not a time|out of range|must be in"):
        read_time(text)


def test_a_time_that_leaves_the_calendar_is_refused() -> None:
    with pytest.raises(OverflowError):
        read_time("0001-01-01T00:00:00+05:00")
    assert read_time("9999-12-31T23:59:59Z").tzinfo is UTC
