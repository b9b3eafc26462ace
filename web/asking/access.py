"""Users, keys, grants and sessions: asked of PostgreSQL in a lane of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request

from access.store import AccessStore
from query.limits import Limits
from web.access.arrival import client_of
from web.service import service_of

T = TypeVar("T")

__all__ = ["agent_of", "client_of", "in_store"]

_SECONDS = 10.0


async def in_store(request: Request, work: Callable[[AccessStore], T]) -> T:
    """What `work` returns, in a thread. Raises what it raises; LakeAwayError and TooSlowError are 503."""
    service = service_of(request)
    return await service.changes.run(request, object(), Limits(_SECONDS), lambda _: work(service.access))


def agent_of(request: Request) -> str:
    """What the browser says it is."""
    return request.headers.get("user-agent", "")[:200]
