"""Handlers whose modules are loaded when they are first asked: what they bring takes room that other pages need not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response


def on_first_use(module: str, name: str) -> Callable[[Request], Awaitable[Response]]:
    """The handler of that name; its module is loaded in a thread, for that takes a second."""

    async def handle(request: Request) -> Response:
        loaded = await anyio.to_thread.run_sync(import_module, module)
        response: Response = await getattr(loaded, name)(request)
        return response

    return handle
