"""What became of events, for whoever watches the service. Of senders and their addresses nothing is counted."""

from __future__ import annotations

from enum import StrEnum

from prometheus_client import Counter

from web.collecting.asked import COLLECT, Asked
from web.edge.metrics import Metrics


class Outcome(StrEnum):
    """What became of one event."""

    TAKEN = "taken"
    EXCLUDED = "excluded"
    UNWANTED = "unwanted"
    REFUSED = "refused"
    UNKNOWN_SITE = "unknown site"
    WRONG_ORIGIN = "wrong origin"
    THROTTLED = "throttled"
    AWAY = "away"


class Counting:
    """Counters whose labels are looked up once: that costs more than counting."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._outcomes = {outcome: metrics.events.labels(outcome.value) for outcome in Outcome}
        self._requests: dict[tuple[str, str, int], Counter] = {}
        self._seconds = {route: metrics.seconds.labels(route) for route in ("/collect/{site}", "/api/event")}

    def count(self, outcome: Outcome) -> None:
        """One event more."""
        self._outcomes[outcome].inc()

    def answered(self, asked: Asked, status: int, seconds: float) -> None:
        """One request more, as all requests are counted."""
        route = "/collect/{site}" if asked.path.startswith(COLLECT) else "/api/event"
        labels = route, asked.method, status
        requests = self._requests.get(labels)
        if requests is None:
            requests = self._requests[labels] = self._metrics.requests.labels(*labels)
        requests.inc()
        self._seconds[route].observe(seconds)
