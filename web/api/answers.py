"""`window`, `series`, `rejected`, `records` of `/v1/streams/{stream}`: read the question, ask, answer JSON."""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from access.grants import Action
from query.errors import FieldProblem, InvalidRequestError
from query.parameters import Parameters, read_records, read_rejected, read_series, read_window
from query.record_requests import Question
from query.visible import Visible
from web.access.scopes import visible_of
from web.api.parameters import asked_parameters
from web.asking.exports import export, media_of
from web.asking.questions import ask, check_length, note_question
from web.service import service_of

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


async def window(request: Request) -> Response:
    """The groups of one window."""
    return await _respond(request, read_window, Action.ASK)


async def series(request: Request) -> Response:
    """The points of a chart over one window."""
    return await _respond(request, read_series, Action.ASK)


async def rejected(request: Request) -> Response:
    """The messages that were rejected in one window of arrival."""
    return await _respond(request, read_rejected, Action.DETAIL)


async def records(request: Request) -> Response:
    """Records of one window of event time: a page of them as JSON, or all of them as the file that is asked for."""
    media = media_of(request.headers.get("accept", ""))
    if media is None:
        page = await _respond(request, read_records, Action.DETAIL)
        page.headers["Vary"] = "Accept, Accept-Encoding"
        return page
    visible = visible_of(request, request.path_params["stream"], Action.DETAIL)
    question = read_records(visible, await asked_parameters(request))
    if question.after is not None:
        raise InvalidRequestError([FieldProblem("after", "is of pages; a file has all records")])
    return await export(request, question, media)


async def _respond(request: Request, read: Callable[[Visible, Parameters], Question], action: Action) -> Response:
    """The answer, or 304 to a client that has it already.

    It may be stored, but not given again without asking: there may be a newer one at any moment.
    """
    service = service_of(request)
    visible = visible_of(request, request.path_params["stream"], action)
    question = read(visible, await asked_parameters(request))
    check_length(request, question)
    repeatable = request.method != "POST"
    if repeatable and _matches(request.headers, tag := service.queries.tag(question)):
        note_question(request, question)
        return Response(status_code=304, headers=_validity(tag))
    answer, seconds = await ask(request, question)
    cache = "hit" if answer.cached else "miss"
    validity = _validity(answer.tag) if repeatable else {"Cache-Control": "no-store"}
    timing = {"Server-Timing": f"query;dur={seconds * 1000:.1f}, cache;desc={cache}"}
    return Response(answer.body, headers={**validity, **timing}, media_type="application/json")


def _matches(headers: Headers, tag: str) -> bool:
    """Whether `If-None-Match` names the tag (RFC 9110, section 13); compared weakly, as that header is."""
    said = ", ".join(headers.getlist("if-none-match"))
    return said.strip() == "*" or tag in _TAG.findall(said)


def _validity(tag: str) -> dict[str, str]:
    """Weak, for quantiles may differ in their last digits and the answer may be packed."""
    return {"ETag": f'W/"{tag}"', "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
