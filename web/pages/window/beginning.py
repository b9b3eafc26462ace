"""Since when a stream has messages, by event time: what a window of all there is begins with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from query.requests import MOST_POINTS, Question, SeriesRequest, Step, WindowRequest
from streams.definition import Definition
from web.page.times import rfc3339

__all__ = ["first_day"]

Ask = Callable[[Question], Awaitable[dict[str, Any]]]
"""Asks a question and returns the answer's JSON."""

_SPAN = timedelta(days=MOST_POINTS - 1)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


async def first_day(ask: Ask, definition: Definition, now: datetime) -> datetime | None:
    """The UTC day of the earliest message; None when there is none. Raises what `ask` raises."""
    end = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    while end > _EARLIEST:
        start = max(_EARLIEST, end - _SPAN)
        before = WindowRequest(definition.name, _EARLIEST, start, ())
        if start == _EARLIEST or not (await ask(before))["groups"]:
            span = [("start", rfc3339(start)), ("end", rfc3339(end)), ("by", ""), ("step", str(Step.DAY))]
            points = (await ask(SeriesRequest.parse(definition, span)))["points"]
            return datetime.fromisoformat(points[0]["at"]) if points else None
        end = start
    return None
