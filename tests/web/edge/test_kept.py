"""One makes it, all have it, for a moment."""

from __future__ import annotations

import asyncio
import threading

import pytest

from web.edge.kept import Kept


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
