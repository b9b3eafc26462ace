"""What benchmarks report, and how their settings change."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import click
import httpx
import pyarrow.compute as pc
import pytest

from bench.command import _changed, _translated
from bench.history import made_ledger, made_panes
from bench.jobs import JobSeconds
from bench.readers import Answered, Reading
from bench.report import Report, percentiles
from bench.usage import Usage
from streams.errors import WindowpaneError
from streams.panes import Grain
from tests.definitions import HEALTH

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NIGHT = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """Settings of no benchmark."""

    stream: str = "health"
    runs: int = 3
    seconds: float = 1.5


def test_metrics_are_medians() -> None:
    report = Report("sample", Sample(), [{"p50_ms": 3.0}, {"p50_ms": 1.0, "peak_rss_bytes": 7.0}, {"p50_ms": 2.0}])
    assert report.metrics == {"p50_ms": 2.0, "peak_rss_bytes": 7.0}
    assert report.ranges["p50_ms"] == (1.0, 3.0)


def test_json_has_contract_keys() -> None:
    shown = Report("sample", Sample(), [{"p50_ms": 3.0}]).as_json()
    assert list(shown) == ["name", "machine", "settings", "runs", "metrics"]
    assert shown["settings"] == {"stream": "health", "runs": 3, "seconds": 1.5}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([0.001], {"p50_ms": 1.0, "p95_ms": 1.0, "p99_ms": 1.0}),
        ([n / 1000 for n in range(1, 101)], {"p50_ms": 50.0, "p95_ms": 95.0, "p99_ms": 99.0}),
        ([0.004, 0.002], {"p50_ms": 2.0, "p95_ms": 4.0, "p99_ms": 4.0}),
    ],
)
def test_percentiles_are_measured_values(seconds: list[float], expected: dict[str, float]) -> None:
    assert percentiles("", seconds) == expected


def test_settings_keep_their_types() -> None:
    assert _changed(Sample(), ("runs=5", "seconds=2", "stream=page_views")) == Sample("page_views", 5, 2.0)


@pytest.mark.parametrize("change", ["runs", "rnus=5", "runs=many"])
def test_wrong_setting_is_named(change: str) -> None:
    with pytest.raises(click.BadParameter, match=change.split("=")[0]):
        _changed(Sample(), (change,))


def test_usage_counts_own_work() -> None:
    with Usage([os.getpid()]) as usage:
        sum(range(3_000_000))
    assert usage.peak_rss_bytes > 10_000_000
    assert 0 < usage.cpu_seconds <= usage.seconds * (os.cpu_count() or 1) + 0.1


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("refused"),
        httpx.ConnectError("refused"),
        ExceptionGroup("tasks", [ExceptionGroup("more", [EOFError("refused")])]),
    ],
)
def test_lost_connection_is_said(error: Exception) -> None:
    with pytest.raises(WindowpaneError, match="does not answer \\(refused\\); see `windowpane status`"), _translated():
        raise error


def test_first_error_of_ours_counts() -> None:
    with pytest.raises(WindowpaneError, match=r"^ours$"), _translated():
        raise ExceptionGroup("tasks", [WindowpaneError("ours"), ValueError("other")])


def test_reading_begins_with_the_last_task() -> None:
    details = {
        "timestamps": {"CREATED": 1_000, "RUNNING": 1_200, "FINISHED": 9_000},
        "vertices": [{"start-time": 1_500}, {"start-time": 3_000}],
    }
    assert JobSeconds.of(details) == JobSeconds(steady=6.0, with_start=8.0)


def test_made_history_agrees_with_itself() -> None:
    minutes = made_panes(HEALTH, 3, [NIGHT + MINUTE * minute for minute in range(1440)], Grain.MINUTE, rate=4)
    days = made_panes(HEALTH, 3, [NIGHT], Grain.DAY, rate=4)
    ledger = made_ledger(HEALTH, NIGHT, NIGHT + DAY, 3 * 4)
    messages = [pc.sum(minutes["messages"]), pc.sum(days["messages"]), pc.sum(ledger["accepted"])]
    assert [total.as_py() for total in messages] == [3 * 4 * 86_400] * 3
    assert minutes["service"].to_pylist()[::1440] == ["service-00000", "service-00001", "service-00002"]


def test_ledgers_of_following_days_join() -> None:
    first, second = (made_ledger(HEALTH, NIGHT + DAY * day, NIGHT + DAY * (day + 1), 8) for day in (0, 1))
    of_partition = pc.equal(first["partition"], 1)
    assert first.filter(of_partition)["last_offset"][-1].as_py() + 1 == second["first_offset"][0].as_py()


def test_readers_ask_within_the_history() -> None:
    reading = Reading("http://here", "health", "service", 5, 2, NIGHT, 1.0, 1, 2, 7)
    for question, seconds in islice(reading.questions(), 50):
        start, end = (datetime.fromisoformat(question[name]) for name in ("start", "end"))
        assert NIGHT - 2 * DAY <= start < end <= NIGHT
        assert seconds == (end - start).total_seconds()


@pytest.mark.parametrize(("due", "seconds", "expected"), [(9.0, 0.5, False), (9.0, 1.5, True), (12.0, 0.1, False)])
def test_answers_belong_where_they_were_waited_for(due: float, seconds: float, expected: bool) -> None:
    assert Answered(due, seconds).during(10.0, 12.0) is expected
