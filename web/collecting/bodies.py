"""Reading the small body that an event is. Nearly all come whole, with their request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from systems.merchants.event_format import MOST_BYTES
from web.collecting.asked import Asked
from web.edge.bodies import paced, too_slow
from web.edge.problems import ProblemError
from web.settings import WebSettings

_KINDS = frozenset({b"application/json", b"text/plain", b""})
"""`text/plain` is what a browser sends without asking first."""


async def body_of(asked: Asked, receive: Receive, settings: WebSettings) -> bytes:
    """The body. Raises ProblemError: 413 before any of it is read if it says that it is too large, 415, 408."""
    if asked.length > MOST_BYTES:
        raise _too_large()
    kind = asked.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind not in _KINDS:
        raise ProblemError("unsupported-type", "An event is sent as application/json or text/plain.")
    if asked.headers.get(b"content-encoding", b"identity") != b"identity":
        raise ProblemError("unsupported-type", "An event is sent as it is, not packed.")
    body = bytearray(await _first(receive, settings.web_body_idle_seconds))
    if len(body) == asked.length:
        return bytes(body)
    async for chunk in paced(_chunks(receive), settings.web_body_idle_seconds, settings.web_body_bytes_per_second):
        body += chunk
        if len(body) > MOST_BYTES:
            raise _too_large()
        if len(body) == asked.length:
            break
    return bytes(body)


async def _first(receive: Receive, seconds: float) -> bytes:
    """What came with the head, which is nearly always all: by a clock that costs a quarter of what `paced` does."""
    try:
        async with asyncio.timeout(seconds):
            message = await receive()
    except TimeoutError:
        raise too_slow() from None
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    body: bytes = message.get("body", b"")
    return body


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        if body := message.get("body"):
            yield body
        if not message.get("more_body"):
            return


def _too_large() -> ProblemError:
    detail = f"An event has at most {MOST_BYTES >> 10} KiB."
    return ProblemError("too-large", detail, (), {"Connection": "close"})
