"""A client that does not read its answer holds one piece of it, and not for long."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import Message, Scope

from web.edge.pieces import InPieces

BODY = "0123456789abcdef" * 20_000


def sent(taken: int, seconds: float = 30) -> list[Message]:
    """What a client was sent that takes so many messages, and then no more."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        if len(messages) == taken:
            await asyncio.Event().wait()
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope: Scope = {"type": "http", "method": "GET", "headers": []}
    asyncio.run(InPieces(PlainTextResponse(BODY), seconds)(scope, receive, send))
    return messages


def test_answers_arrive_whole() -> None:
    start, *pieces = sent(100)
    assert start["type"] == "http.response.start"
    assert b"".join(piece["body"] for piece in pieces).decode() == BODY
    assert max(len(piece["body"]) for piece in pieces) == 64 << 10
    assert [piece.get("more_body", False) for piece in pieces] == [True] * (len(pieces) - 1) + [False]


def test_who_does_not_read_is_waited_for_no_longer() -> None:
    with pytest.raises(ClientDisconnect):
        sent(2, seconds=0.1)
