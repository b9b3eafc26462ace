"""`GET /streams`: how each stream stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from iceberg.namespaces import is_offered
from query.visible import Visible
from web.access.scopes import asker_of
from web.asking.known_streams import known_streams, sees_standing
from web.asking.processes import declared_here
from web.asking.standings import standings_of
from web.health.standing import StreamStanding
from web.page.templating import page_response
from web.service import Service, service_of


@dataclass(frozen=True)
class Card:
    """One stream on the list, as its asker sees it. `state` is fresh, lagging, empty or retired.

    `standing` and `problem`, what is wrong, or empty, are for whoever administers the stream.
    """

    visible: Visible
    standing: StreamStanding | None
    complete_until: datetime | None
    state: str
    problem: str


async def streams_page(request: Request) -> Response:
    """Every stream that the asker knows, and how fresh it is.

    Whoever administers one sees how much waits, how much was rejected, and what is wrong; whoever administers all,
    what keeps others from being read.
    """
    service, known, now = service_of(request), known_streams(request), datetime.now(UTC)
    standing = {name for name, visible in known.items() if sees_standing(request, visible.definition)}
    standings = await standings_of(request) if standing else {}
    problems = await anyio.to_thread.run_sync(service.problems)
    cards = [
        _card(service, visible, standings.get(name) if name in standing else None, problems.get(name, ""), now)
        for name, visible in known.items()
    ]
    sees_all = asker_of(request).sees_all
    others = {name: each for name, each in problems.items() if sees_all and name not in known and is_offered(name)}
    declared = (await declared_here(request)).processes
    processed = {each.stream for each in declared.values()}
    return page_response("pages/streams/streams.html", title="Streams", cards=cards, others=others, processed=processed)


def _card(service: Service, visible: Visible, standing: StreamStanding | None, problem: str, now: datetime) -> Card:
    view = service.queries.views().get(visible.definition.name)
    until = view.complete_until if view else None
    fresh = until is not None and now - until <= timedelta(seconds=service.settings.web_ready_seconds)
    state = "retired" if view and view.retired else "empty" if until is None else "fresh" if fresh else "lagging"
    return Card(visible, standing, until, state, problem if standing else "")
