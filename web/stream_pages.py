"""`GET /streams` and `GET /rejected/{stream}`: how each stream stands, and what was not accepted and why."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from query.errors import EngineAwayError, InvalidRequestError, QueryError
from query.limits import Limits
from query.requests import RejectedRequest
from streams.definition import Definition
from streams.reasons import Reason
from web.answers import content_of
from web.form_times import FormTimes, read_times
from web.payloads import Payload, payload_of
from web.problems import Problem, problem_of
from web.remembered import remembered_zone
from web.service import Service, service_of
from web.standing import StreamStanding
from web.templating import page_response
from web.times import RANGES, span
from web.window_table import moment_of

__all__ = ["rejected_page", "standings_of", "streams_page"]

_DEFAULT_RANGE = "24h"
_SHOWN = 200


@dataclass(frozen=True)
class Card:
    """One stream on the list. `state` is fresh, lagging, empty or retired; `problem`: what is wrong, or empty."""

    definition: Definition
    standing: StreamStanding
    complete_until: datetime | None
    state: str
    problem: str


@dataclass(frozen=True)
class Rejected:
    """One rejected message as the page shows it."""

    arrived: datetime
    reason: str
    field: str | None
    partition: int
    offset: int
    payload: Payload
    at_edge: bool


async def streams_page(request: Request) -> Response:
    """Every stream: how fresh it is, how much waits, how much was rejected."""
    service = service_of(request)
    definitions = service.definitions
    standings = await standings_of(request)
    now = datetime.now(UTC)
    problems = await anyio.to_thread.run_sync(service.problems)
    cards = [
        _card(service, definition, standings[name], problems.get(name, ""), now)
        for name, definition in definitions.items()
    ]
    return page_response("streams.html", title="Streams", cards=cards)


def _card(service: Service, definition: Definition, standing: StreamStanding, problem: str, now: datetime) -> Card:
    views = service.queries.views()
    view = views.get(definition.name)
    until = view.complete_until if view else None
    fresh = until is not None and now - until <= timedelta(seconds=service.settings.web_ready_seconds)
    state = "retired" if view and view.retired else "empty" if until is None else "fresh" if fresh else "lagging"
    return Card(definition, standing, until, state, problem)


async def standings_of(request: Request) -> Mapping[str, StreamStanding]:
    """How each stream stands, kept for a few seconds."""
    service = service_of(request)
    ask = functools.partial(service.standing.of, service.definitions, service.readings)
    return await service.standings.run(request, "all", Limits(30), lambda _: ask())


async def rejected_page(request: Request) -> Response:
    """The rejected messages of a stream that arrived in a window, newest first."""
    definition = service_of(request).definition(request.path_params["stream"])
    given = dict(reversed(request.query_params.multi_items()))
    form = read_times(given, datetime.now(UTC), _DEFAULT_RANGE, remembered_zone(request))
    reason = request.query_params.get("reason", "")
    if form.submitted and not form.problems:
        url = _rejected_url(definition, form, reason)
        return Response(status_code=302, headers={"Location": url})
    problems, away, content = dict(form.problems), None, None
    if not problems:
        try:
            content = await _ask(request, definition, form, reason)
        except InvalidRequestError as error:
            problems = {wrong.field: wrong.reason for wrong in error.errors}
        except EngineAwayError as error:
            away = problem_of(error)
        except QueryError as error:
            problems = {"window": str(error)}
    return _page(definition, form, reason, problems, away, content)


async def _ask(request: Request, definition: Definition, form: FormTimes, reason: str) -> dict[str, Any]:
    start, end = form.bounds
    params = [("start", start.isoformat()), ("end", end.isoformat()), ("limit", str(_SHOWN))]
    asked = RejectedRequest.parse(definition, [*params, *([("reason", reason)] if reason else [])])
    return await content_of(request, asked)


def _page(
    definition: Definition,
    form: FormTimes,
    reason: str,
    problems: dict[str, str],
    away: Problem | None,
    content: dict[str, Any] | None,
) -> Response:
    found = content["messages"] if content else []
    return page_response(
        "rejected.html",
        422 if problems else away.status if away else 200,
        {**((away and away.headers) or {}), "Vary": "Cookie"},
        title=f"Rejected: {definition.title}",
        definition=definition,
        form=form,
        ranges={key: RANGES[key] for key in ("1h", "24h", "today", "yesterday", "7d", "30d")},
        reason=reason,
        reasons=[str(known) for known in Reason],
        counted=Counter(message["reason"] for message in found).most_common(),
        problems=problems,
        away=away,
        messages=[_rejected(message, form) for message in found[:_SHOWN]],
        found=len(found),
        limit=content["limit"] if content else 0,
        span=span(form.length) if form.length else "",
        url=functools.partial(_rejected_url, definition, form, reason),
    )


def _rejected(message: dict[str, Any], form: FormTimes) -> Rejected:
    return Rejected(
        arrived=moment_of(message["arrived"], form.zone),
        reason=message["reason"],
        field=message["field"],
        partition=message["partition"],
        offset=message["offset"],
        payload=payload_of(message["payload_base64"], message["payload_bytes"]),
        at_edge="refused_at" in message,
    )


def _rejected_url(definition: Definition, form: FormTimes, reason: str, /, **changes: Any) -> str:
    """The address of this page, or of one with `reason` or some times changed."""
    reason = changes.pop("reason", reason)
    pairs = replace(form, **changes).pairs()
    return f"/rejected/{definition.name}?" + urlencode([*pairs, *([("reason", reason)] if reason else [])])
