"""One makes it, all have it, for a moment."""

from __future__ import annotations

import asyncio
import threading

import pytest

from web.edge.kept import Kept, Renewed


def test_it_is_made_once_for_all() -> None:
    async def run() -> None:
        now, begun, go_on, threads = [0.0], list[int](), threading.Event(), set[int]()
        kept = Kept[int](1.0, clock=lambda: now[0])

        def make() -> int:
            begun.append(1)
            threads.add(threading.get_ident())
            assert go_on.wait(10)
            return len(begun)

        asking = [asyncio.create_task(kept.get(make)) for _ in range(100)]
        while not begun:
            await asyncio.sleep(0)
        asking[0].cancel()
        go_on.set()
        told = await asyncio.gather(*asking, return_exceptions=True)
        assert (isinstance(told[0], asyncio.CancelledError), {*told[1:]}) == (True, {1})
        now[0] = 0.9
        assert await kept.get(make) == 1
        now[0] = 1.0
        assert await kept.get(make) == 2
        assert threading.get_ident() not in threads

    asyncio.run(run())


def test_an_error_is_not_kept() -> None:
    async def run() -> None:
        kept = Kept[int](1.0)

        def fail() -> int:
            raise ValueError("no")

        for _ in range(2):
            with pytest.raises(ValueError, match="no"):
                await kept.get(fail)
        assert await kept.get(lambda: 3) == 3

    asyncio.run(run())


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_old_is_given_while_the_new_is_made() -> None:
    async def test() -> None:
        clock, made, go = Clock(), list[int](), asyncio.Event()
        kept = Renewed[int](60.0, clock)

        async def make() -> int:
            made.append(len(made))
            if made[-1]:
                await go.wait()
            return made[-1]

        assert [*await asyncio.gather(kept.get(make), kept.get(make))] == [0, 0]
        clock.now = 59.0
        assert await kept.get(make) == 0
        assert made == [0]
        clock.now = 60.0
        assert [await kept.get(make), await kept.get(make)] == [0, 0]
        go.set()
        while await kept.get(make) != 1:
            await asyncio.sleep(0)
        assert made == [0, 1]

    asyncio.run(test())


def test_what_fails_is_told_once_and_tried_again() -> None:
    async def test() -> None:
        clock, fails = Clock(), True
        kept = Renewed[int](60.0, clock)

        async def make() -> int:
            if fails:
                raise ValueError("away")
            return 5

        with pytest.raises(ValueError, match="away"):
            await kept.get(make)
        fails = False
        assert await kept.get(make) == 5
        fails, clock.now = True, 100.0
        assert await kept.get(make) == 5, "the old stays"
        await asyncio.sleep(0)
        assert await kept.get(make) == 5

    asyncio.run(test())
