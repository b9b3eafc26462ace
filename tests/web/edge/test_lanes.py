"""A lane keeps its bounds: of threads, of those who wait, of time; and what nobody waits for is given up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from query.errors import QueryError, TooSlowError
from query.limits import Limits
from web.edge.lanes import Lane
from web.edge.problems import ProblemError, problem_of


class Reader:
    """A request whose client goes away when it is told to."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self._sent = False
        self.request = Request({"type": "http", "method": "GET", "headers": []}, self._receive)

    async def _receive(self) -> Message:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}


class Gate:
    """Work that waits for `opened`, and says that it has begun."""

    def __init__(self) -> None:
        self.begun, self.opened, self.calls = threading.Semaphore(0), threading.Event(), 0
        self.limits: list[Limits] = []

    def work(self, limits: Limits) -> int:
        self.calls += 1
        self.limits.append(limits)
        self.begun.release()
        assert self.opened.wait(30)
        return self.calls

    async def await_begun(self) -> None:
        assert await asyncio.to_thread(self.begun.acquire, timeout=30)


def in_loop(test: Callable[[Lane, Gate], Awaitable[None]], threads: int = 1, waiting: int = 1) -> None:
    async def run() -> None:
        gate = Gate()
        try:
            await asyncio.wait_for(test(Lane(threads, waiting), gate), 60)
        finally:
            gate.opened.set()

    asyncio.run(run())


def asks(
    lane: Lane, key: object, work: Callable[[Limits], Any], seconds: float = 30
) -> tuple[Reader, asyncio.Task[Any]]:
    reader = Reader()
    return reader, asyncio.create_task(lane.run(reader.request, key, Limits(seconds), work))


def test_who_asks_the_same_shares_one_run() -> None:
    async def test(lane: Lane, gate: Gate) -> None:
        tasks = [asks(lane, "same", gate.work)[1] for _ in range(200)]
        await gate.await_begun()
        gate.opened.set()
        assert await asyncio.gather(*tasks) == [1] * 200
        assert await asks(lane, "same", lambda _: 7)[1] == 7

    in_loop(test)


def test_a_failure_is_shared_and_not_kept() -> None:
    async def test(lane: Lane, _gate: Gate) -> None:
        def fail(_: Limits) -> None:
            raise QueryError("Trino is away")

        tasks = [asks(lane, "same", fail)[1] for _ in range(3)]
        errors = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(error) for error in errors] == [QueryError] * 3
        assert await asks(lane, "same", lambda _: 7)[1] == 7

    in_loop(test)


def test_who_cannot_be_served_is_told_at_once() -> None:
    async def test(lane: Lane, gate: Gate) -> None:
        tasks = [asks(lane, number, gate.work)[1] for number in range(3)]
        for _ in range(2):
            await gate.await_begun()
        with pytest.raises(ProblemError) as raised:
            await asks(lane, "one more", gate.work)[1]
        assert (problem_of(raised.value).status, gate.calls) == (429, 2)
        gate.opened.set()
        await asyncio.gather(*tasks)
        assert await asks(lane, "one more", lambda _: 7)[1] == 7

    in_loop(test, threads=2)


def test_waiting_ends_with_the_time_of_the_question() -> None:
    async def test(lane: Lane, gate: Gate) -> None:
        first = asks(lane, "first", gate.work)[1]
        await gate.await_begun()
        with pytest.raises(TooSlowError):
            await asks(lane, "second", gate.work, seconds=0.2)[1]
        gate.opened.set()
        assert await first == 1
        assert await asks(lane, "third", lambda _: 7)[1] == 7
        assert gate.calls == 1  # nobody waited for the second any more

    in_loop(test)


def test_what_nobody_waits_for_is_given_up() -> None:
    async def test(lane: Lane, gate: Gate) -> None:
        readers = [asks(lane, "same", gate.work) for _ in range(2)]
        await gate.await_begun()
        readers[0][0].left.set()
        with pytest.raises(ClientDisconnect):
            await readers[0][1]
        gate.limits[0].check()
        readers[1][0].left.set()
        with pytest.raises(ClientDisconnect):
            await readers[1][1]
        with pytest.raises(QueryError, match="nobody waits"):
            gate.limits[0].check()
        gate.opened.set()
        assert await asks(lane, "same", lambda _: 7)[1] == 7

    in_loop(test)


def test_a_client_that_leaves_the_queue_makes_room() -> None:
    async def test(lane: Lane, gate: Gate) -> None:
        first = asks(lane, "first", gate.work)[1]
        await gate.await_begun()
        reader, second = asks(lane, "second", gate.work)
        await asyncio.sleep(0)
        reader.left.set()
        with pytest.raises(ClientDisconnect):
            await second
        third = asks(lane, "third", gate.work)[1]
        gate.opened.set()
        assert list(await asyncio.gather(first, third)) == [1, 2]

    in_loop(test)
