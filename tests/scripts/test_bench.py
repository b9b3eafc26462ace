"""What benchmarks report, and how their settings change."""

from __future__ import annotations

import os
from dataclasses import dataclass

import click
import httpx
import pytest

from scripts.bench import _changed, _translated
from scripts.benches.report import Report, percentiles
from scripts.benches.usage import Usage
from streams.errors import WindowpaneError


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
