"""Users, keys, grants and sessions: asked of PostgreSQL in lanes of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request

from access.store import AccessStore
from query.limits import Limits
from web.access.arrival import client_of
from web.edge.lanes import Lane
from web.service import service_of

T = TypeVar("T")

__all__ = ["agent_of", "client_of", "in_bulk", "in_login", "in_store", "in_submission"]

_SECONDS, _LONG_SECONDS = 10.0, 60.0


async def in_store(request: Request, work: Callable[[AccessStore], T]) -> T:
    """What `work` returns, in a thread. Raises what it raises; LakeAwayError and TooSlowError are 503."""
    return await _in(service_of(request).changes, request, work)


async def in_submission(request: Request, work: Callable[[AccessStore], T]) -> T:
    """As `in_store`, in a lane of forms that are sent, of which many may come at once."""
    return await _in(service_of(request).submissions, request, work)


async def in_login(request: Request, work: Callable[[AccessStore], T]) -> T:
    """As `in_store`, in a lane of what checks or makes passwords: a flood of that keeps no revocation waiting."""
    return await _in(service_of(request).logins, request, work)


async def in_bulk(request: Request, work: Callable[[AccessStore], T]) -> T:
    """As `in_store`, in a lane of what changes thousands at once, one after the other, and may take a minute."""
    return await _in(service_of(request).bulk, request, work, _LONG_SECONDS)


async def _in(lane: Lane, request: Request, work: Callable[[AccessStore], T], seconds: float = _SECONDS) -> T:
    store = service_of(request).access
    return await lane.run(request, object(), Limits(seconds), lambda _: work(store))


def agent_of(request: Request) -> str:
    """What the browser says it is."""
    return request.headers.get("user-agent", "")[:200]
