"""Since when a stream has messages, by event time: what a window of all there is begins with."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from query.coverage import kept_since
from query.requests import EARLIEST, MOST_POINTS, SeriesRequest, Step, WindowRequest
from query.visible import Visible
from streams.panes import Grain
from web.asking.questions import ask
from web.service import service_of

_SPAN = timedelta(days=MOST_POINTS - 1)


async def first_day(request: Request, visible: Visible, now: datetime) -> datetime | None:
    """The UTC day of the earliest message that the asker may see; None when there is none. Raises QueryError."""
    total = functools.partial(WindowRequest, visible, by=())
    end = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    view = service_of(request).queries.views().get(visible.definition.name)
    earliest = EARLIEST if view is None else max(EARLIEST, kept_since(view, Grain.DAY))
    while end > earliest:
        start = max(earliest, end - _SPAN)
        if start == earliest or not (await ask(request, total(start=earliest, end=start)))[0].answer.groups:
            days, _ = await ask(request, SeriesRequest(total(start=start, end=end), Step.DAY))
            return days.answer.points[0].at if days.answer.points else None
        end = start
    return None
