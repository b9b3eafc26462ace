"""`GET /`: the window page, and `GET /window.csv`: its table."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.grants import Action
from database.replays import Publication
from iceberg.lake_view import LakeView
from query.errors import EngineAwayError, FieldProblem, InvalidRequestError, NotKeptError, QueryError
from query.replay_records import publication_within
from query.visible import Visible
from streams.breakdowns import breakdowns
from streams.definition import Definition
from web.access.away import problem_for
from web.access.scopes import asker_of, visible_of, visible_streams
from web.asking.replay_reads import read_replays
from web.edge.problems import NO_SUCH_STREAM, Problem, ProblemError
from web.page.downloads import download
from web.page.remembered import remember_zone, remembered_zone
from web.page.table import Table, table_of
from web.page.templating import inert_json, page_response
from web.page.times import RANGES, Detail, span, zones
from web.pages.window.answer import WindowResult, find, question_of
from web.pages.window.beginning import first_day
from web.pages.window.charts import Mark, Tile, chart_plan, drawn_groups, marks_of, tiles_of
from web.pages.window.compared import COMPARISONS
from web.pages.window.csv import csv_of
from web.pages.window.form import WindowForm, read_form
from web.pages.window.known import Stop, done, stops_of
from web.service import service_of

_FORM_FIELD = {"as_known_at": "known"}


@dataclass(frozen=True)
class Outcome:
    """An answer made ready for the template."""

    result: WindowResult
    tiles: list[Tile]
    table: Table
    marks: list[Mark]
    charts: str
    complete_until: datetime | None
    still_filling: bool


async def window_page(request: Request) -> Response:
    """The page: with the answer, with what is wrong with the question (422), or with which engine is away (503)."""
    service, now = service_of(request), datetime.now(UTC)
    stream = _stream(request)
    if stream is None:
        return page_response("pages/window/closed.html", title="Window")
    visible = visible_of(request, stream, Action.ASK)
    form = await _form(request, visible, now)
    if form.submitted and not form.problems:
        response = RedirectResponse(form.url(visible.shown), 302)
        remember_zone(request, response, form.zone)
        return response
    view = service.queries.views().get(stream)
    published = await _published(request, visible, view) if view else ()
    problems, away, outcome, nearest = dict(form.problems), None, None, None
    if not problems:
        try:
            result = await find(request, visible, form, now, published)
            outcome = outcome_of(visible.shown, form, result, service.settings.web_page_rows, now)
        except InvalidRequestError as error:
            problems = {_FORM_FIELD.get(wrong.field, wrong.field): wrong.reason for wrong in error.errors}
            nearest = error if isinstance(error, NotKeptError) else None
        except EngineAwayError as error:
            away = problem_for(request, error)
        except QueryError as error:
            problems = {"window": str(error)}
    stops = stops_of(view.began if view else None, published, now, form.zone, form.known)
    titles = {name: each.shown.title for name, each in visible_streams(request, Action.ASK).items()}
    return _page(visible, titles, form, problems, nearest, away, outcome, published, stops, now)


async def window_csv(request: Request) -> Response:
    """The page's table with all its rows, in its order, for the same parameters. Raises QueryError."""
    now, stream = datetime.now(UTC), _stream(request)
    if stream is None:
        raise ProblemError("unknown-stream", NO_SUCH_STREAM)
    visible = visible_of(request, stream, Action.ASK)
    form = await _form(request, visible, now)
    if form.problems:
        raise InvalidRequestError([FieldProblem(name, reason) for name, reason in form.problems.items()])
    result = await find(request, visible, form, now)
    start, end = form.local_bounds
    name = f"{stream}-{start:%Y%m%dT%H%M}-{end:%Y%m%dT%H%M}.csv"
    columns = [column for column in result.columns if column.essential or form.all_columns]
    return download(csv_of(result.shown, columns), name, "text/csv")


async def _form(request: Request, visible: Visible, now: datetime) -> WindowForm:
    """The form as asked; an address without a zone means the one that the reader chose last."""
    params, began = request.query_params.multi_items(), None
    if request.query_params.get("range") == "all":
        try:
            began = await first_day(request, visible, now)
        except QueryError:  # which the page's own question will meet too
            began = None
    return read_form(visible.shown, params, now, remembered_zone(request), began)


async def _published(request: Request, visible: Visible, view: LakeView) -> tuple[Publication, ...]:
    """What was published of the stream, and rolled back, the newest first, for whoever may see its history.

    Nothing while the catalog is away.
    """
    scope = asker_of(request).scope(visible.definition, Action.REPLAY)
    if scope is None:
        return ()
    try:
        key = (view.stream, view.generation, view.began)
        published = await read_replays(request, ("published", *key), lambda reports: reports.published(*key))
    except QueryError:
        return ()
    return published if scope.whole else tuple(publication_within(each, scope) for each in published)


def _stream(request: Request) -> str | None:
    """The stream asked for; else, of those that the asker may ask, the first that has data, else the first."""
    if asked := request.query_params.get("stream"):
        return asked
    views, open_streams = service_of(request).queries.views(), visible_streams(request, Action.ASK)
    with_data = (name for name in open_streams if name in views and views[name].complete_until is not None)
    return next(with_data, next(iter(open_streams), None))


def _page(
    visible: Visible,
    titles: Mapping[str, str],
    form: WindowForm,
    problems: dict[str, str],
    nearest: NotKeptError | None,
    away: Problem | None,
    outcome: Outcome | None,
    published: Sequence[Publication],
    stops: Sequence[Stop],
    now: datetime,
) -> Response:
    status = 422 if problems else away.status if away else 200
    definition = visible.shown
    return page_response(
        "pages/window/window.html",
        status,
        {**((away and away.headers) or {}), "Vary": "Cookie"},
        title=definition.title,
        definition=definition,
        breakdowns=breakdowns(definition),
        choices={name for each in breakdowns(definition) for name in each.dimensions},
        titles=titles,
        actions=visible.scope.actions,
        form=form,
        ranges=RANGES,
        zones=zones(),
        comparisons=COMPARISONS,
        problems=problems,
        nearest=nearest,
        away=away,
        outcome=outcome,
        republished=published[0] if published else None,
        stops=stops,
        done=done,
        span=span(form.length) if form.length else "",
        until_then=span(form.start - now + timedelta(minutes=1)) if form.start and form.start > now else "",
        api_url=_api_url(definition, form) if not problems else "",
        live=bool(form.range and RANGES[form.range].live and not problems),
        url=functools.partial(form.url, definition),
        records_url=_records_url(visible, form) if not problems else "",
    )


def _api_url(definition: Definition, form: WindowForm) -> str:
    return f"/v1/streams/{definition.name}/window?{QueryParams(question_of(definition, form))}"


def _records_url(visible: Visible, form: WindowForm) -> str:
    """The page of the messages themselves, of the same window and filters; empty for whom there is none."""
    shown = visible.shown
    if shown.records is None or Action.DETAIL not in visible.scope.actions:
        return ""
    where = [("where", f"{shown.dimensions[name].field}={value}") for name, value in form.where]
    return f"/records/{shown.name}?" + urlencode([*form.pairs(), *where])


def outcome_of(definition: Definition, form: WindowForm, result: WindowResult, per_page: int, now: datetime) -> Outcome:
    """What the template shows of an answer."""
    complete_until, groups = result.answer.source.complete_until, [each.group for each in result.shown]
    shown = tuple(column for column in result.columns if column.essential or form.all_columns)
    table = table_of(result.shown, shown, form.page, per_page, form.zone, Detail.of(*form.local_bounds))
    drawn = drawn_groups(definition, groups, form)
    until = complete_until and complete_until.astimezone(form.zone)
    covered = result.answer.covered
    kept = (covered.breakdown.finest, covered.shortest, result.compared and result.compared.shortest)
    finest = max((grain for grain in kept if grain), key=lambda grain: grain.seconds)
    return Outcome(
        result=result,
        tiles=tiles_of(definition, groups, form, result.compared),
        table=table,
        marks=marks_of(table.rows, drawn, form),
        charts=inert_json(chart_plan(definition, drawn, len(groups), form, result.compared, finest)),
        complete_until=until,
        still_filling=until is not None and result.known is None and until < min(form.bounds[1], now),
    )
