"""Answers made anew: one of each question at a time, and rests as long as making took."""

from __future__ import annotations

import asyncio

import pytest

from web.edge import renewals
from web.edge.renewals import Renewals


class Clock:
    """Seconds that only tests let pass."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(renewals, "time", made)
    return made


def test_one_is_made_at_a_time_and_then_rests(clock: Clock) -> None:
    async def asked() -> None:
        making, go = Renewals(), asyncio.Event()

        async def make() -> str:
            await go.wait()
            return "made"

        task = making.begin("question", make)
        assert task is not None
        assert making.begin("question", make) is None
        other = making.begin("other", make)
        assert other is not None
        assert len(making) == 2
        await asyncio.sleep(0)  # it begins
        clock.now += 2
        go.set()
        assert [await task, await other] == ["made", "made"]
        assert len(making) == 0
        clock.now += 5.9
        assert making.begin("question", make) is None
        clock.now += 0.2
        again = making.begin("question", make)
        assert again is not None
        assert await again == "made"

    asyncio.run(asked())


def test_one_that_fails_is_told_to_who_waits_and_tried_again(clock: Clock) -> None:
    async def asked() -> None:
        making = Renewals()

        async def fail() -> None:
            raise ValueError("away")

        task = making.begin("question", fail)
        assert task is not None
        with pytest.raises(ValueError, match="away"):
            await task
        clock.now += 0.1
        again = making.begin("question", fail)
        assert again is not None
        await asyncio.wait({again})

    asyncio.run(asked())
