"""`/records/{stream}`: accepted messages, typed, newest first; `/records/{stream}/export`: all of them as a file."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from access.grants import Action
from query.cursors import read_cursor
from query.errors import InvalidRequestError, QueryError
from query.record_answers import RecordsAnswer, record_names, record_reader
from query.record_formats import SUFFIXES, TITLES
from query.record_requests import RecordsRequest
from query.visible import Visible
from streams.definition import Definition
from streams.records import RecordType
from web.access.away import told_on_page
from web.access.scopes import visible_of
from web.asking.exports import export
from web.asking.questions import ask
from web.edge.problems import Problem
from web.page.form_times import FormTimes, read_times
from web.page.record_filters import RecordFilters, filterable, read_filters
from web.page.remembered import remembered_zone
from web.page.templating import page_response
from web.page.times import RANGES, span

_DEFAULT_RANGE = "1h"
_SHOWN = 100
_NUMBERS = {RecordType.NUMBER, RecordType.INTEGER}


async def records_page(request: Request) -> Response:
    """The records of a stream whose event time is in a window, newest first."""
    visible = visible_of(request, request.path_params["stream"], Action.DETAIL)
    definition, pairs = visible.shown, request.query_params.multi_items()
    form = read_times(dict(reversed(pairs)), datetime.now(UTC), _DEFAULT_RANGE, remembered_zone(request))
    filters = read_filters(definition, pairs)
    if form.submitted and not form.problems and not filters.problems:
        return Response(status_code=302, headers={"Location": records_url(definition, form, filters)})
    problems, away, answer = {**form.problems, **filters.problems}, None, None
    if not problems:
        try:
            question = _question(visible, form, filters, request.query_params.get("after", ""))
            answer = (await ask(request, question))[0].answer
        except QueryError as error:
            problems, away = told_on_page(request, error)
    return _page(visible, form, filters, problems, away, answer)


async def export_records(request: Request) -> Response:
    """All of them, for who follows a link of the page."""
    visible = visible_of(request, request.path_params["stream"], Action.DETAIL)
    pairs = request.query_params.multi_items()
    form = read_times(dict(reversed(pairs)), datetime.now(UTC), _DEFAULT_RANGE, remembered_zone(request))
    filters = read_filters(visible.shown, pairs)
    media = SUFFIXES.get(request.query_params.get("format", ""))
    if form.problems or filters.problems or media is None:
        wrong = {"format": f"is one of {', '.join(SUFFIXES)}"} if media is None else {}
        return _page(visible, form, filters, {**form.problems, **filters.problems, **wrong}, None, None)
    try:
        question = RecordsRequest(visible, *form.bounds, filters.where)
    except InvalidRequestError as error:
        return _page(visible, form, filters, {each.field: each.reason for each in error.errors}, None, None)
    return await export(request, question, media)


def _question(visible: Visible, form: FormTimes, filters: RecordFilters, after: str) -> RecordsRequest:
    question = RecordsRequest(visible, *form.bounds, filters.where, limit=_SHOWN)
    if not after:
        return question
    try:
        return replace(question, after=read_cursor(after, question.question, question.cursor_kinds))
    except ValueError:
        return question  # of an address that was changed by hand, or of a range that has moved on


def _page(
    visible: Visible,
    form: FormTimes,
    filters: RecordFilters,
    problems: dict[str, str],
    away: Problem | None,
    answer: RecordsAnswer | None,
) -> Response:
    definition = visible.shown
    read = record_reader(answer.request) if answer else None
    return page_response(
        "pages/records/records.html",
        422 if problems else away.status if away else 200,
        {**((away and away.headers) or {}), "Vary": "Cookie"},
        title=f"Records: {definition.title}",
        definition=definition,
        actions=visible.scope.actions,
        form=form,
        ranges={key: RANGES[key] for key in ("15m", "1h", "24h", "today", "yesterday", "7d", "30d")},
        filters=filters,
        filterable=filterable(definition),
        problems=problems,
        away=away,
        names=record_names(answer.request) if answer else (),
        numbers=_numbers(answer),
        rows=[read(row) for row in answer.rows] if answer and read else [],
        since=answer.since if answer else None,
        next=answer.next if answer else None,
        formats=TITLES,
        span=span(form.length) if form.length else "",
        url=functools.partial(records_url, definition, form, filters),
        export_url=functools.partial(_export_url, definition, form, filters),
    )


def _numbers(answer: RecordsAnswer | None) -> set[str]:
    numbers = {each.field for each in answer.request.asked if each.type in _NUMBERS} if answer else set()
    return numbers | {"partition", "offset"}


def records_url(definition: Definition, form: FormTimes, filters: RecordFilters, /, **changes: Any) -> str:
    """The address of this page, or of one with filters (`chosen`), the cursor (`after`) or some times changed."""
    return f"/records/{definition.name}?" + urlencode(_pairs(form, filters, changes))


def _export_url(definition: Definition, form: FormTimes, filters: RecordFilters, /, **changes: Any) -> str:
    return f"/records/{definition.name}/export?" + urlencode(_pairs(form, filters, changes))


def _pairs(form: FormTimes, filters: RecordFilters, changes: dict[str, Any]) -> list[tuple[str, str]]:
    chosen = changes.pop("chosen", filters.chosen)
    others = [(name, changes.pop(name)) for name in ("after", "format") if changes.get(name)]
    pairs = replace(form, **changes).pairs()
    return [*pairs, *(("where", f"{name}={value}") for name, value in chosen), *others]
