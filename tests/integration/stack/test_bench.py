"""Benchmarks, run short."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.command import command
from database.replay_store import ReplayStore
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from streams.topics import Topics

pytestmark = pytest.mark.integration


def bench(name: str, *settings: str, profile: Path | None = None) -> dict[str, Any]:
    """The metrics of a benchmark with these settings."""
    words = [word for setting in settings for word in ("--set", setting)]
    words += ["--profile", str(profile)] if profile else []
    result = CliRunner().invoke(command, [name, *words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    metrics: dict[str, Any] = json.loads(result.stdout)["metrics"]
    return metrics


def test_post_counts_what_kafka_has(stack_environment: dict[str, str]) -> None:
    settings = ["runs=1", "batch_seconds=2", "single_seconds=1", "single_rate=50", "stream=page_views"]
    with Topics(stack_environment["WINDOWPANE_KAFKA"]) as topics:
        before = sum(topics.end_offsets("page_views").values())
        metrics = bench("post", *settings)
        added = sum(topics.end_offsets("page_views").values()) - before
    sent = metrics["messages"] + 1000 + 50 + 1  # one batch and one message go ahead of the clock
    assert sent <= added <= sent + 60  # heartbeats
    assert metrics["messages_per_second"] > 0
    assert metrics["p50_ms"] <= metrics["p99_ms"]


def test_freshness_sees_every_message(stack_environment: dict[str, str], tmp_path: Path) -> None:
    """While flame graphs are made of the engines."""
    assert stack_environment
    metrics = bench("freshness", "samples=3", profile=tmp_path)
    assert {path.name for path in tmp_path.glob("*.html")} == {"kafka.html", "taskmanager.html", "trino.html"}
    assert metrics["samples"] == 3
    assert 0 < metrics["p50_ms"] <= metrics["max_ms"]


def test_replay_is_compared_with_ingest(stack_environment: dict[str, str]) -> None:
    """Without the live stream, which would take as long again."""
    settings = ["messages=40000", "warm_up=0", "runs=1", "live_rate=0"]
    metrics = bench("replay", *settings)
    assert metrics["ratio_to_ingest"] == pytest.approx(
        metrics["messages_per_second"] / metrics["ingest_messages_per_second"]
    )
    assert metrics["messages_per_cpu_second"] > 0
    with Topics(stack_environment["WINDOWPANE_KAFKA"]) as topics:
        assert "bench_replay" not in topics.names()
    assert ReplayStore(open_catalog(LakeSettings()).engine).all("bench_replay") == []


def test_publications_are_timed_beside_readers(stack_environment: dict[str, str]) -> None:
    assert stack_environment
    settings = ["days=2", "keys=20", "commits_per_day=2", "times=3", "runs=1", "questions_per_second=3"]
    settings += ["warm_up_seconds=1", "before_seconds=2", "settle_seconds=2"]
    metrics = bench("publish", *settings)
    assert metrics["publish_seconds"] > 0
    assert metrics["questions_publishing"] > 0
    assert ReplayStore(open_catalog(LakeSettings()).engine).history("bench_publish") == []


def test_windows_of_made_history_are_timed(stack_environment: dict[str, str]) -> None:
    assert stack_environment
    settings = ["days=2", "keys=5", "questions=4", "warm_up=1", "runs=1"]
    metrics = bench("window", *settings)
    assert 0 < metrics["cached_p50_ms"] < metrics["p50_ms"] <= metrics["p99_ms"]


def test_sizes_are_compared(stack_environment: dict[str, str]) -> None:
    assert stack_environment
    settings = ["days=1,3", "rates=1,2", "keys=5", "full_days=2", "questions=2", "warm_up=1"]
    settings += ["messages=20000", "partitions=1", "cores=1"]
    metrics = bench("scale", *settings)
    windows, ingests = ("history_1_days", "history_3_days", "rate_2"), ("partitions_1", "cores_1")
    assert all(metrics[f"{name}_{metric}"] > 0 for name in windows for metric in ("p50_ms", "select_1_ms"))
    assert all(metrics[f"{name}_messages_per_second"] > 0 for name in ingests)


def test_windows_are_those_of_the_raw_messages(stack_environment: dict[str, str]) -> None:
    """Runs count only if each number is the same: both have figures."""
    assert stack_environment
    metrics = bench("window_events", "messages=20000", "questions=6", "warm_up=0", "runs=1")
    assert metrics["windowpane_p50_ms"] > 0
    assert metrics["trino_events_p50_ms"] > 0
