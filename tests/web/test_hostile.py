"""Whatever is sent, the service's loop turns: measured in its thread's CPU time, for the machine may be busy."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
import uvicorn

from bench.hostile_bodies import HOSTILE
from web.server import configuration
from web.settings import WebSettings

PATH = "/v1/streams/health/messages"
SIZE = 1 << 18
CLIENTS = 2


async def statuses(port: int, sent: bytes, clients: int) -> list[bytes]:
    """The status that each of so many clients gets; empty where the connection is closed without an answer."""

    async def one() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            with suppress(ConnectionError):
                writer.write(sent)
                await writer.drain()
                return (await reader.readline())[9:12]
            return b""
        finally:
            writer.close()

    return await asyncio.gather(*(one() for _ in range(clients)))


async def longest_turn(work: Awaitable[object]) -> float:
    """CPU seconds between two turns of the loop that are furthest apart, while something goes on."""
    longest, done = 0.0, asyncio.ensure_future(work)
    while not done.done():
        before = time.thread_time()
        await asyncio.sleep(0.001)
        longest = max(longest, time.thread_time() - before)
    await done
    return longest


def served(talk: Callable[[int], Awaitable[None]]) -> None:
    """Talk to the service in a loop that both share."""

    async def both() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = uvicorn.Server(configuration(WebSettings()))
            serving = asyncio.ensure_future(server.serve(sockets=[listening]))
            while not server.started:
                await asyncio.sleep(0.01)
            try:
                await talk(listening.getsockname()[1])
            finally:
                server.should_exit = True
                await serving

    asyncio.run(both())


@pytest.mark.usefixtures("without_engines")
@pytest.mark.parametrize("kind", HOSTILE)
def test_loop_turns(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setenv("WINDOWPANE_WEB_BODY_MESSAGES", "100000")
    hostile = HOSTILE[kind](PATH, SIZE)

    async def talk(port: int) -> None:
        answered: list[bytes] = []

        async def send() -> None:
            answered.extend(await statuses(port, hostile.sent, CLIENTS))

        longest = await longest_turn(send())
        assert set(answered) <= ({b"408", b""} if hostile.stalls else {b"202", b"400", b"413"})
        assert longest < 0.2

    served(talk)
