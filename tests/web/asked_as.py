"""Handlers of the service asked as somebody, without the doors that tell who asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from access.asker import Asker, Door
from access.grants import Grant, Rows, checked_grant

Handler = Callable[[Request], Awaitable[Response]]


def granted(stream: str, *can: str, where: Rows = (), hide: Iterable[str] = ()) -> Grant:
    """A grant of a stream to ann."""
    return checked_grant("user:ann", stream, can, dict(where), hide)


def ann(*grants: Grant) -> Asker:
    """Ann, with these grants alone."""
    return Asker(Door.SESSION, "ann", grants=grants)


def asked_as(app: Starlette, asker: Asker, handler: Handler, question: str | dict[str, str] = "", **path: str) -> str:
    """The body of what a handler answers. Raises what it raises."""
    query = question if isinstance(question, str) else urlencode(question)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "query_string": query.encode(),
        "headers": [],
        "client": ("127.0.0.1", 1),
        "path_params": path,
        "app": app,
        "state": {"asker": asker},
    }

    async def stays() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def answer() -> str:
        return bytes((await handler(Request(scope, stays))).body).decode()

    return asyncio.run(answer())
