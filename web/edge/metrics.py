"""Prometheus metrics of the web service: requests, messages taken in, and how fresh the lake is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from access.log import AccessLog
from query.service import QueryService

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 1, 2.5, 5, 10)
_MESSAGES = (1, 10, 100, 1_000, 10_000, 100_000)


class _LakeFreshness(Collector):
    """Asks the query service when scraped, so that a gauge is never older than the scrape."""

    def __init__(self, queries: QueryService) -> None:
        self._queries = queries

    def collect(self) -> Iterator[Metric]:
        """Seconds behind now, per stream; a stream with no commit yet is absent."""
        behind = GaugeMetricFamily(
            "windowpane_lake_behind_seconds", "Age of the moment up to which answers are complete.", labels=["stream"]
        )
        commit = GaugeMetricFamily(
            "windowpane_lake_last_commit_seconds", "Age of the newest commit of the lake.", labels=["stream"]
        )
        now = datetime.now(UTC)
        for name, view in self._queries.views().items():
            if view.complete_until is not None:
                behind.add_metric([name], (now - view.complete_until).total_seconds())
            if view.committed is not None:
                commit.add_metric([name], (now - view.committed).total_seconds())
        yield behind
        yield commit


class AccessLogStanding(Collector):
    """What of the access log waits for Kafka, and what never got there; asked when scraped."""

    def __init__(self, log: AccessLog) -> None:
        self._log = log

    def collect(self) -> Iterator[Metric]:
        """Every `did` is there from the beginning, so that the first loss is a change."""
        yield GaugeMetricFamily(
            "windowpane_access_log_waiting", "Events that Kafka has not acknowledged yet.", self._log.waiting
        )
        lost = CounterMetricFamily(
            "windowpane_access_log_lost", "Events that are not in the access log, by what was done.", labels=["did"]
        )
        for did, count in self._log.lost.items():
            lost.add_metric([did], count)
        yield lost


class Metrics:
    """The counters that routes raise, in a registry of their own: several may live in one process."""

    def __init__(self, queries: QueryService) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        registry.register(_LakeFreshness(queries))
        self.requests = Counter(
            "windowpane_http_requests", "Requests answered.", ["route", "method", "status"], registry=registry
        )
        self.seconds = Histogram(
            "windowpane_http_request_seconds",
            "Time to answer a request.",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.in_flight = Gauge("windowpane_http_requests_in_flight", "Requests being answered.", registry=registry)
        self.calls = Counter("windowpane_rpc_calls", "Calls of gRPC ended.", ["method", "code"], registry=registry)
        self.call_seconds = Histogram(
            "windowpane_rpc_call_seconds", "Time to answer a call.", ["method"], buckets=_SECONDS, registry=registry
        )
        self.messages = Counter(
            "windowpane_ingest_messages", "Messages sent to this process.", ["stream", "result"], registry=registry
        )
        self.events = Counter(
            "windowpane_collect_events", "Events of web sites, by what became of them.", ["outcome"], registry=registry
        )
        self.refusals_kept = Counter(
            "windowpane_ingest_rejected_kept",
            "Messages posted and rejected that were sent on to be kept.",
            ["stream"],
            registry=registry,
        )
        self.batch = Histogram(
            "windowpane_ingest_batch_messages",
            "Messages in one POST.",
            ["stream"],
            buckets=_MESSAGES,
            registry=registry,
        )
        self.answers = Counter(
            "windowpane_answers", "Answers given, from the engine or the cache.", ["kind", "from"], registry=registry
        )
        self.access = Counter(
            "windowpane_access_events", "What was told to the access log.", ["did", "outcome"], registry=registry
        )
