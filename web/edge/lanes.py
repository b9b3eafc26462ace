"""Lanes: threads for what waits for engines, so many for each kind of work, so that one kind keeps no other waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import anyio
import anyio.to_thread
from anyio import CapacityLimiter
from starlette.requests import ClientDisconnect, Request

from query.errors import TooSlowError
from query.limits import Limits
from web.edge.problems import ProblemError

T = TypeVar("T")


@dataclass
class _Run:
    """One piece of work, and how many wait for what it makes."""

    limits: Limits
    task: asyncio.Task[Any] | None = None
    waiting: int = 0
    begun: bool = False


@dataclass
class Lane:
    """Runs at most `threads` pieces of work, and keeps at most `waiting` more until one of those is done.

    Those who ask for the same at the same time share one run. Whoever is beyond all that is refused at once, nobody
    waits longer than the work's limits say, and what nobody waits for any more is given up.
    """

    threads: int
    waiting: int
    _shared: dict[Hashable, _Run] = field(init=False, default_factory=dict)
    _runs: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._turns, self._limiter = asyncio.Semaphore(self.threads), CapacityLimiter(self.threads)

    async def run(self, request: Request, key: Hashable, limits: Limits, work: Callable[[Limits], T]) -> T:
        """What `work` returns, called in a thread; `key` tells what is the same. Raises ProblemError or QueryError."""
        run = self._shared.get(key)
        if run is None:
            run = self._shared[key] = self._begin(key, limits, work)
        run.waiting += 1
        try:
            return cast("T", await _first(run, request))
        finally:
            run.waiting -= 1
            if not run.waiting:
                self._give_up(key, run)

    def _begin(self, key: Hashable, limits: Limits, work: Callable[[Limits], T]) -> _Run:
        if self._runs >= self.threads + self.waiting:
            raise ProblemError("busy", "Too many wait for an answer already; ask again in a second.")
        run = _Run(limits)
        self._runs += 1
        run.task = asyncio.create_task(self._work(run, work))
        run.task.add_done_callback(lambda _: self._end(key, run))
        return run

    async def _work(self, run: _Run, work: Callable[[Limits], T]) -> T:
        async with self._turns:
            run.begun = True
            run.limits.check()
            return await anyio.to_thread.run_sync(work, run.limits, limiter=self._limiter)

    def _give_up(self, key: Hashable, run: _Run) -> None:
        run.limits.give_up()
        self._forget(key, run)
        if run.task is not None and not run.begun:
            run.task.cancel()

    def _forget(self, key: Hashable, run: _Run) -> None:
        if self._shared.get(key) is run:
            del self._shared[key]

    def _end(self, key: Hashable, run: _Run) -> None:
        self._runs -= 1
        self._forget(key, run)
        if run.task is not None and not run.task.cancelled():
            run.task.exception()  # seen, whether or not anybody still waits


async def _first(run: _Run, request: Request) -> Any:
    """What the run makes, unless its time passes or whoever asks goes away before that."""
    gone = asyncio.ensure_future(_gone(request.receive))
    try:
        assert run.task is not None
        ended: set[asyncio.Future[Any]]
        ended, _ = await asyncio.wait({run.task, gone}, timeout=run.limits.left, return_when=asyncio.FIRST_COMPLETED)
        if run.task in ended:
            return run.task.result()
        if gone in ended:
            raise ClientDisconnect
        raise TooSlowError(run.limits.seconds)
    finally:
        gone.cancel()


async def nothing_more() -> Any:
    """What is received of a client that never goes away, for requests whose work is others' too."""
    await anyio.sleep_forever()


async def _gone(receive: Callable[[], Awaitable[Any]]) -> None:
    """Returns when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
