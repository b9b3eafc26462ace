from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from streams.breakdowns import breakdowns, main_breakdown
from streams.decoder import Accepted
from streams.example import example_message
from streams.reasons import Rejection
from streams.records import record_fields
from tests.systems.epidemic.published import CASE_REPORTS, DECODER

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = {
    "id": "5f0c", "source": "jhu_daily", "region": "US-36061", "date": "2020-05-29T00:00:00Z", "variant": "",
    "metric": "cases", "change": -201, "cumulative": 21_493, "revision": 1,
}  # fmt: skip


def decode(message: dict[str, Any]) -> Accepted | Rejection:
    return DECODER.decode(json.dumps(message).encode(), int(NOW.timestamp() * 1000))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cumulative": None},
        {"unknown_region": ""},
        {"variant": "B.1.526 +E484K", "metric": "sequences"},
        {"change": 12.5},
        {"region": "WORLD", "metric": "doses", "change": 13_578_774_356, "cumulative": 13_578_774_356},
        {"date": "1971-02-01T00:00:00Z"},
        {"date": "2026-03-02T00:00:00Z"},
        {"region": "DE"},
        {"revision": 0},
    ],
)
def test_reports_are_accepted(changes: dict[str, Any]) -> None:
    assert isinstance(decode(GOOD | changes), Accepted)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"unknown_region": "Atlantis"}, "unknown_region", "not an allowed value"),
        ({"region": "Mainland China"}, "region", "too long"),
        ({"region": "X"}, "region", "too short"),
        ({"region": None}, "region", "null"),
        ({"date": "2020-05-29"}, "date", "not a time"),
        ({"date": "22/01/2020T00:00:00Z"}, "date", "not a time"),
        ({"date": "1900-01-01T00:00:00Z"}, "date", "before 1970"),
        ({"date": "1970-12-01T00:00:00Z"}, "date", "too long ago (seconds, not milliseconds?)"),
        ({"date": "2026-03-03T00:00:00Z"}, "date", "too far in the future"),
        ({"metric": "confirmed"}, "metric", "not an allowed value"),
        ({"variant": None}, "variant", "null"),
        ({"change": "12"}, "change", "not a number"),
        ({"change": 100_000_000_001}, "change", "too large"),
        ({"revision": -1}, "revision", "too small"),
        ({"revision": 0.5}, "revision", "not a whole number"),
        ({"id": ""}, "id", "too short"),
    ],
)
def test_others_are_named(changes: dict[str, Any], field: str, reason: str) -> None:
    assert decode(GOOD | changes) == Rejection(field, reason)


def test_infinite_change_is_named() -> None:
    text = json.dumps(GOOD | {"change": 0}).replace('"change": 0', '"change": 1e400')
    assert DECODER.decode(text.encode(), int(NOW.timestamp() * 1000)) == Rejection("change", "not finite")


def test_example_is_accepted() -> None:
    assert isinstance(decode(example_message(CASE_REPORTS, NOW)), Accepted)


def test_panes_are_of_days() -> None:
    assert {(each.name, each.dimensions, each.grains) for each in breakdowns(CASE_REPORTS)} == {
        ("reports", ("source", "region", "variant", "metric"), ("day",)),
        ("regions", ("region", "metric"), ("day",)),
        ("variants", ("region", "variant", "metric"), ("day",)),
        ("sources", ("source", "metric"), ("day",)),
    }
    assert main_breakdown(CASE_REPORTS).name == "reports"


def test_records_hold_every_field() -> None:
    assert [each.column for each in record_fields(CASE_REPORTS)] == [*CASE_REPORTS.fields]
    assert CASE_REPORTS.records is not None
    assert CASE_REPORTS.records.bucket == "region"
