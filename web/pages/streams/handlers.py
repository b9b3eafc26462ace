"""`GET /streams`: how each stream stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from iceberg.namespaces import is_offered
from streams.definition import Definition
from web.asking.standings import standings_of
from web.health.standing import StreamStanding
from web.page.templating import page_response
from web.service import Service, service_of


@dataclass(frozen=True)
class Card:
    """One stream on the list. `state` is fresh, lagging, empty or retired; `problem`: what is wrong, or empty."""

    definition: Definition
    standing: StreamStanding
    complete_until: datetime | None
    state: str
    problem: str


async def streams_page(request: Request) -> Response:
    """Every stream: how fresh it is, how much waits, how much was rejected; what keeps others from being read."""
    service = service_of(request)
    definitions = service.definitions
    standings = await standings_of(request)
    now = datetime.now(UTC)
    problems = await anyio.to_thread.run_sync(service.problems)
    cards = [
        _card(service, definition, standings[name], problems.get(name, ""), now)
        for name, definition in definitions.items()
    ]
    others = {name: problem for name, problem in problems.items() if name not in definitions and is_offered(name)}
    return page_response("pages/streams/streams.html", title="Streams", cards=cards, others=others)


def _card(service: Service, definition: Definition, standing: StreamStanding, problem: str, now: datetime) -> Card:
    views = service.queries.views()
    view = views.get(definition.name)
    until = view.complete_until if view else None
    fresh = until is not None and now - until <= timedelta(seconds=service.settings.web_ready_seconds)
    state = "retired" if view and view.retired else "empty" if until is None else "fresh" if fresh else "lagging"
    return Card(definition, standing, until, state, problem)
