"""Since when a stream has messages, by event time: what a window of all there is begins with."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from query.requests import EARLIEST, MOST_POINTS, SeriesRequest, Step, WindowRequest
from query.visible import Visible
from web.asking.questions import ask

_SPAN = timedelta(days=MOST_POINTS - 1)


async def first_day(request: Request, visible: Visible, now: datetime) -> datetime | None:
    """The UTC day of the earliest message that the asker may see; None when there is none. Raises QueryError."""
    total = functools.partial(WindowRequest, visible, by=())
    end = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    while end > EARLIEST:
        start = max(EARLIEST, end - _SPAN)
        if start == EARLIEST or not (await ask(request, total(start=EARLIEST, end=start)))[0].answer.groups:
            days, _ = await ask(request, SeriesRequest(total(start=start, end=end), Step.DAY))
            return days.answer.points[0].at if days.answer.points else None
        end = start
    return None
