"""How sources stand, for Prometheus; asked when scraped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from streams.errors import WindowpaneError
from web.health.source_standings import SourceLook, SourceStanding

Value = Callable[[SourceStanding, datetime], float | None]

_GAUGES: dict[str, tuple[str, Value]] = {
    "last_success_seconds": (
        "Age of the last run that succeeded.",
        lambda each, now: (
            None
            if each.state is None or each.state.succeeded_at is None
            else (now - each.state.succeeded_at).total_seconds()
        ),
    ),
    "lag_seconds": ("How much older that is than it should be.", SourceStanding.lag_seconds),
    "held_files": ("Files that wait for somebody.", lambda each, _: each.held),
    "failures": (
        "Runs that failed since the last one that did not.",
        lambda each, _: 0 if each.state is None else each.state.failures,
    ),
    "sent_messages": ("Messages of the files that are known.", lambda each, _: each.sent),
    "rejected_rows": ("Rows of the files that are known which are no messages.", lambda each, _: each.rejected),
    "paused": ("1 if it is paused.", lambda each, _: int(each.state is not None and each.state.paused)),
}


class SourceMetrics(Collector):
    """One sample of each for every source; none at all while PostgreSQL does not answer."""

    def __init__(self, look: SourceLook) -> None:
        self._look = look

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked of PostgreSQL to register this."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """What is known; a value that there is not has no sample."""
        up = GaugeMetricFamily("windowpane_sources_known", "1 if it is known how sources stand.")
        wrong = GaugeMetricFamily("windowpane_sources_unreadable", "Files that declare no source, for they are wrong.")
        try:
            standings = self._look.now()
        except WindowpaneError:
            up.add_metric([], 0)
            yield up
            return
        now = datetime.now(UTC)
        up.add_metric([], 1)
        wrong.add_metric([], len(standings.problems))
        yield up
        yield wrong
        for name, (meaning, value) in _GAUGES.items():
            gauge = GaugeMetricFamily(f"windowpane_source_{name}", meaning, labels=["source"])
            for source, standing in standings.sources.items():
                if (number := value(standing, now)) is not None:
                    gauge.add_metric([source], number)
            yield gauge
