"""How streams stand: whose answers lag, and what was counted of each."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from query.limits import Limits
from web.health.standing import StreamStanding
from web.service import Service, service_of


async def standings_of(request: Request) -> Mapping[str, StreamStanding]:
    """How each stream stands, kept for a few seconds."""
    service = service_of(request)
    ask = functools.partial(service.standing.of, service.definitions, service.readings)
    return await service.standings.run(request, "all", Limits(30), lambda _: ask())


def lagging(service: Service, now: datetime) -> dict[str, str]:
    """Streams whose answers are not complete up to a moment ago, and since when."""
    views = service.queries.views()
    oldest = now - timedelta(seconds=service.settings.web_ready_seconds)
    incomplete = {}
    for name in service.declared:
        until = views[name].complete_until if name in views else None
        if name in views and views[name].retired is not None:
            continue
        if until is None:
            incomplete[name] = "nothing committed yet"
        elif until < oldest:
            incomplete[name] = f"complete until {until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return incomplete
