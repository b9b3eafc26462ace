"""What is told to the access log."""

from __future__ import annotations

from starlette.requests import Request

from access.asker import NOBODY, Asker
from access.events import Did, Event, Outcome
from web.access.arrival import client_of
from web.service import service_of


def note(request: Request, did: Did, outcome: Outcome, *, stream: str = "", what: str = "", who: str = "") -> None:
    """Tell the access log what the asker did, and how it ended; never waits. `who`: where the asker is not the one."""
    asker: Asker = getattr(request.state, "asker", NOBODY)
    name = who or asker.seen_by or asker.name
    count(request, did, outcome)
    service_of(request).access_log.put(
        Event(name, asker.door, did, outcome, stream[:63], what[:200], client_of(request))
    )


def count(request: Request, did: Did, outcome: Outcome) -> None:
    """Count what was done, without a line in the log."""
    service_of(request).metrics.access.labels(did, outcome).inc()
