"""`/healthz`, `/readyz`, `/metrics` and `/v1/engines`: for whoever looks after the service."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from access.asker import Door
from web.access.arrival import client_of
from web.access.scopes import asker_of
from web.asking.engines import standing_of_all
from web.asking.standings import lagging
from web.edge.problems import RETRY_SECONDS
from web.edge.responses import json_response
from web.service import Service, service_of

_LOOKS = anyio.CapacityLimiter(2)


async def alive(_request: Request) -> Response:
    """200 as long as the event loop turns."""
    return json_response({"status": "alive"})


async def ready(request: Request) -> Response:
    """200 when every engine answers and every stream is fresh; else 503 and which ones are not.

    Waits for no engine: it tells what was seen of each last, and how many seconds ago.
    How sources stand is said beside (`sources`), and makes nothing unready.
    What is wrong with a stream beside that is said too (`problems`), and so are notes, such as messages that were
    lost; they make nothing unready, for its answers are good. Names are for those who see all; others, such as a
    balancer of load, are told whether it is ready. It is made in a thread, once for all who ask within a second.
    """
    service, asker = service_of(request), asker_of(request)
    if asker.door is Door.NOBODY:
        service.allowances.take(asker, client_of(request))
    good, body = await service.readiness.get(partial(_readiness, service))
    if not asker.sees_all:
        body = {"ready": good}
    return json_response(body, 200 if good else 503, {} if good else {"Retry-After": str(RETRY_SECONDS)})


def _readiness(service: Service) -> tuple[bool, dict[str, Any]]:
    """Whether all is good, and how each is; reads files."""
    seen = service.lookout.seen()
    streams = lagging(service, datetime.now(UTC))
    standings = service.standing.newest(service.definitions, service.readings)
    problems = service.problems()
    sources = service.source_look.newest()
    stopped = {name: standing.stopped for name, standing in standings.items() if standing.stopped}
    streams |= {name: why for name, why in stopped.items() if name in service.declared}
    problems |= stopped
    good = not streams and not any(each.wrong for each in seen.values())
    return good, {
        "status": "ready" if good else "not ready",
        "engines": {name: each.wrong or "ok" for name, each in seen.items()},
        "seen_seconds_ago": {
            name: None if each.seconds_ago is None else round(each.seconds_ago, 1) for name, each in seen.items()
        },
        "streams": {
            name: "; ".join(dict.fromkeys(filter(None, (streams.get(name), problems.get(name))))) or "ok"
            for name in sorted({*service.declared, *problems})
        },
        "sources": {name: each.watched for name, each in sources.sources.items()} | dict(sources.problems),
        "problems": problems,
        "notes": {name: list(standing.notes) for name, standing in standings.items() if standing.notes},
    }


async def engines(request: Request) -> Response:
    """How the engines, the streams and the disk stand, in one look."""
    return json_response(await standing_of_all(request))


async def metrics(request: Request) -> Response:
    """The Prometheus exposition."""
    text = await anyio.to_thread.run_sync(generate_latest, service_of(request).metrics.registry, limiter=_LOOKS)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
