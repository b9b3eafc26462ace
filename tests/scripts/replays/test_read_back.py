"""How far back a replay reads, so that it finds the copies that a live job finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from iceberg.reading import Reading
from scripts.replays.replaying import read_for
from streams.arrivals import Arrivals
from streams.definition_files import parse_definition
from tests.definitions import HEALTH, raw

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RANGE = Arrivals(NOON, NOON + HOUR)
REMEMBERING = parse_definition(
    raw() | {"key": "serviceName", "duplicates": {"id": "serviceName", "horizon": "1 hour"}}, "health"
)


def test_reads_a_horizon_before_the_range() -> None:
    reading = Reading("now")
    assert read_for(HEALTH, reading, RANGE) == RANGE
    assert read_for(REMEMBERING, reading, RANGE) == Arrivals(NOON - HOUR, NOON + HOUR)


@pytest.mark.parametrize(
    ("before", "since", "start"),
    [
        ((), NOON, NOON),
        ((), NOON - HOUR / 2, NOON - HOUR / 2),
        ((), NOON - 2 * HOUR, NOON - HOUR),
        # A range of a topic that is gone, which another one followed.
        ((("old", NOON - HOUR / 2), ("older", NOON + HOUR)), NOON + HOUR, NOON - HOUR / 2),
    ],
)
def test_reads_no_other_topic(before: tuple[tuple[str, datetime], ...], since: datetime, start: datetime) -> None:
    reading = Reading("now", since=since, before=before)
    assert read_for(REMEMBERING, reading, RANGE) == Arrivals(start, NOON + HOUR)
