"""`GET /`: the window page."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from iceberg.replays import Publication
from query.changes import changes_between
from query.errors import EngineAwayError, InvalidRequestError, QueryError
from query.requests import WindowRequest
from query.service import StreamFreshness
from streams.definition import Definition
from web.answers import answer_in_thread
from web.problems import Problem, problem_of
from web.replay_api import read_replays
from web.service import Service, service_of
from web.templating import page_response
from web.times import RANGES, span, zones
from web.window_charts import Tile, chart_plan, leading_groups, tiles_of
from web.window_form import WindowForm, read_form
from web.window_known import KnownAt, Stop, done, known_at, marked, stops_of
from web.window_table import QUANTILES, Table, columns_of, moment_of, sorted_groups, table_of

__all__ = ["window_page"]

_FORM_FIELD = {"as_known_at": "known"}


@dataclass(frozen=True)
class Outcome:
    """An answer made ready for the template."""

    tiles: list[Tile]
    table: Table
    charts: str
    drawn: int
    messages: int
    complete_until: datetime | None
    still_filling: bool
    answered_from: dict[str, Any]
    cached: bool
    milliseconds: float
    known: KnownAt | None


async def window_page(request: Request) -> Response:
    """The page: with the answer, with what is wrong with the question (422), or with which engine is away (503)."""
    service = service_of(request)
    definition = service.definition(_stream(service, request.query_params))
    now = datetime.now(UTC)
    form = read_form(definition, request.query_params.multi_items(), now)
    if form.submitted and not form.problems:
        return RedirectResponse(form.url(definition), 302)
    view = service.queries.views().get(definition.name) or StreamFreshness(None, None)
    published = await _published(request, definition, view.generation)
    problems, away, outcome = dict(form.problems), None, None
    if not problems:
        try:
            outcome = await _outcome(request, service, definition, form, now, published)
        except InvalidRequestError as error:
            problems = {_FORM_FIELD.get(wrong.field, wrong.field): wrong.reason for wrong in error.errors}
        except EngineAwayError as error:
            away = problem_of(error)
        except QueryError as error:
            problems = {"window": str(error)}
    stops = stops_of(view.began, published, now, form.zone, form.known)
    return _page(service, definition, form, problems, away, outcome, published, stops)


async def _published(request: Request, definition: Definition, generation: int) -> tuple[Publication, ...]:
    """What was published of the stream, and rolled back, the newest first; nothing while the catalog is away."""
    try:
        key, name = ("published", definition.name, generation), definition.name
        return await read_replays(request, key, lambda replays: replays.published(name, generation))
    except QueryError:
        return ()


def _stream(service: Service, params: QueryParams) -> str:
    """The stream asked for; else the first that has data, else the first."""
    if asked := params.get("stream"):
        return asked
    views = service.queries.views()
    with_data = (name for name in service.definitions if name in views and views[name].complete_until is not None)
    return next(with_data, next(iter(service.definitions)))


def _page(
    service: Service,
    definition: Definition,
    form: WindowForm,
    problems: dict[str, str],
    away: Problem | None,
    outcome: Outcome | None,
    published: Sequence[Publication],
    stops: Sequence[Stop],
) -> Response:
    status = 422 if problems else away.status if away else 200
    return page_response(
        "window.html",
        status,
        away.headers if away else None,
        title=definition.title,
        definition=definition,
        definitions=service.definitions,
        form=form,
        ranges=RANGES,
        zones=zones(),
        problems=problems,
        away=away,
        outcome=outcome,
        republished=published[0] if published else None,
        stops=stops,
        done=done,
        span=span(form.length) if form.length else "",
        api_url=_api_url(definition, form) if not problems else "",
        live=bool(form.range and RANGES[form.range].live and not problems),
        url=functools.partial(form.url, definition),
    )


def _question(definition: Definition, form: WindowForm) -> list[tuple[str, str]]:
    asked = form.question()
    if any(measure.quantiles for measure in definition.measures.values()):
        asked.append(("quantiles", ",".join(f"{level:g}" for level in QUANTILES)))
    return asked


def _api_url(definition: Definition, form: WindowForm) -> str:
    return f"/v1/streams/{definition.name}/window?{QueryParams(_question(definition, form))}"


def _inert(plan: dict[str, Any]) -> str:
    """JSON that cannot end the script element it is put into, whatever the groups are called."""
    return orjson.dumps(plan).decode().replace("<", "\\u003c")


async def _outcome(
    request: Request,
    service: Service,
    definition: Definition,
    form: WindowForm,
    now: datetime,
    published: Sequence[Publication],
) -> Outcome:
    asked = WindowRequest.parse(definition, _question(definition, form))
    answer, content, seconds = await answer_in_thread(request, asked)
    found, known = content["groups"], None
    if form.known is not None:
        _, later, _ = await answer_in_thread(request, asked.known_at(None))
        changes = changes_between(found, later["groups"], form.by)
        known_until = moment_of(content["known_until"], form.zone) if content["known_until"] else None
        known = known_at(form.known.astimezone(form.zone), known_until, published, len(found), changes)
        found = marked(found, changes, form.by)
    start, end = form.local_bounds
    days = start.date() != end.date()
    columns = columns_of(definition, form.by, every=True, since=known is not None)
    groups = sorted_groups(found, columns, form.sort)
    shown = columns if form.all_columns else tuple(column for column in columns if column.essential)
    drawn = leading_groups(definition, groups, form.sort)
    until = moment_of(content["complete_until"], form.zone) if content["complete_until"] else None
    return Outcome(
        tiles=tiles_of(definition, groups, form, days=days),
        table=table_of(groups, shown, form.page, service.settings.web_page_rows, form.zone, days=days),
        charts=_inert(chart_plan(definition, drawn, len(groups), form)),
        drawn=len(drawn),
        messages=sum(group["messages"] for group in groups),
        complete_until=until,
        still_filling=until is not None and known is None and until < min(form.bounds[1], now),
        answered_from=content["answered_from"],
        cached=answer.cached,
        milliseconds=seconds * 1000,
        known=known,
    )
