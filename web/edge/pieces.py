"""Answers are sent in pieces, as fast as they are read: who does not read holds one piece, and not for long."""

from __future__ import annotations

import anyio
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PIECE_BYTES = 64 << 10
_SECONDS = 60.0


class InPieces:
    """Cuts bodies up, and waits a minute for a client to take a piece."""

    def __init__(self, app: ASGIApp, seconds: float = _SECONDS) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer back in pieces."""

        async def send_pieces(message: Message) -> None:
            body = memoryview(message.get("body", b""))
            while len(body) > _PIECE_BYTES:
                await self._send(send, {"type": message["type"], "body": bytes(body[:_PIECE_BYTES]), "more_body": True})
                body = body[_PIECE_BYTES:]
            await self._send(send, {**message, "body": bytes(body)} if "body" in message else message)

        await self._app(scope, receive, send_pieces)

    async def _send(self, send: Send, message: Message) -> None:
        try:
            with anyio.fail_after(self._seconds):
                await send(message)
        except TimeoutError:
            raise ClientDisconnect from None
