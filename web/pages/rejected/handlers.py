"""`GET /rejected/{stream}`: what was not accepted and why."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from access.grants import Action
from query.answers import RejectedAnswer, RejectedMessage
from query.errors import QueryError
from query.requests import RejectedRequest
from streams.definition import Definition
from streams.reasons import Reason
from web.access.away import told_on_page
from web.access.scopes import visible_of
from web.asking.questions import ask
from web.edge.problems import Problem
from web.page.form_times import FormTimes, read_times
from web.page.remembered import remembered_zone
from web.page.templating import page_response
from web.page.times import RANGES, span
from web.pages.rejected.payloads import Payload, payload_of

_DEFAULT_RANGE = "24h"
_SHOWN = 200


async def rejected_page(request: Request) -> Response:
    """The rejected messages of a stream that arrived in a window, newest first."""
    visible = visible_of(request, request.path_params["stream"], Action.DETAIL)
    definition = visible.shown
    given = dict(reversed(request.query_params.multi_items()))
    form = read_times(given, datetime.now(UTC), _DEFAULT_RANGE, remembered_zone(request))
    reason = request.query_params.get("reason", "")
    if form.submitted and not form.problems:
        url = _rejected_url(definition, form, reason)
        return Response(status_code=302, headers={"Location": url})
    problems, away, answer = dict(form.problems), None, None
    if not problems:
        try:
            asked = RejectedRequest(visible, *form.bounds, reason or None, _SHOWN)
            answer = (await ask(request, asked))[0].answer
        except QueryError as error:
            problems, away = told_on_page(request, error)
    return _page(definition, form, reason, problems, away, answer)


def _page(
    definition: Definition,
    form: FormTimes,
    reason: str,
    problems: dict[str, str],
    away: Problem | None,
    answer: RejectedAnswer | None,
) -> Response:
    messages = answer.messages if answer else ()
    return page_response(
        "pages/rejected/rejected.html",
        422 if problems else away.status if away else 200,
        {**((away and away.headers) or {}), "Vary": "Cookie"},
        title=f"Rejected: {definition.title}",
        definition=definition,
        form=form,
        ranges={key: RANGES[key] for key in ("1h", "24h", "today", "yesterday", "7d", "30d")},
        reason=reason,
        reasons=[str(known) for known in Reason],
        excluded=Reason.IS_EXCLUDED,
        counted=Counter(message.reason for message in messages).most_common(),
        problems=problems,
        away=away,
        messages=[(message, _payload(message)) for message in messages],
        total=len(messages),
        limit=_SHOWN,
        span=span(form.length) if form.length else "",
        url=functools.partial(_rejected_url, definition, form, reason),
    )


def _payload(message: RejectedMessage) -> Payload | None:
    """None where it is not shown to the asker."""
    if message.payload is None or message.payload_bytes is None:
        return None
    return payload_of(message.payload, message.payload_bytes)


def _rejected_url(definition: Definition, form: FormTimes, reason: str, /, **changes: Any) -> str:
    """The address of this page, or of one with `reason` or some times changed."""
    reason = changes.pop("reason", reason)
    pairs = replace(form, **changes).pairs()
    return f"/rejected/{definition.name}?" + urlencode([*pairs, *([("reason", reason)] if reason else [])])
