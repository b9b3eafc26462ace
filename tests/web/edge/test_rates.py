"""How much each may ask in a second, and how many questions at once."""

from __future__ import annotations

import asyncio

import pytest

from query.errors import TooSlowError
from query.limits import Limits
from web.edge import rates
from web.edge.problems import ProblemError
from web.edge.rates import Rate
from web.edge.shares import Shares


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_and_then_so_many_a_second() -> None:
    clock = Clock()
    rate = Rate("requests", 10, seconds=2.0, clock=clock)
    assert [rate.take("ann") for _ in range(20)] == [0.0] * 20
    assert rate.take("ann") == pytest.approx(0.1)
    assert rate.take("bob") == 0.0
    clock.now += 0.1001
    assert (rate.take("ann"), rate.take("ann") > 0) == (0.0, True)
    clock.now += 60
    assert (rate.left("ann"), rate.wait("ann")) == (20, 0.0)


def test_what_is_large_is_taken_once_and_waited_for_afterwards() -> None:
    clock = Clock()
    rate = Rate("bytes", 100, seconds=1.0, clock=clock)
    assert rate.take("ann", 1_000) == 0.0
    assert rate.wait("ann") == pytest.approx(9.01)
    assert rate.take("ann") > 0
    clock.now += 9.5
    assert rate.take("ann") == 0.0


def test_what_was_taken_already_is_always_counted() -> None:
    rate = Rate("bytes", 100, seconds=1.0, clock=Clock())
    for _ in range(3):
        rate.spend("ann", 200)
    assert rate.wait("ann") == pytest.approx(5.01)


def test_headers_say_what_is_left() -> None:
    rate = Rate("requests", 10, seconds=2.0, clock=Clock())
    rate.take("ann", 5)
    assert rate.headers("ann") == {
        "RateLimit-Policy": '"requests";q=20;w=2',
        "RateLimit": '"requests";r=15;t=2',
    }
    assert 'qu="content-bytes"' in Rate("bytes", 10, unit="content-bytes").headers("ann")["RateLimit-Policy"]


def test_whoever_floods_names_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_KNOWN", 100)
    rate = Rate("requests", 1, clock=Clock())
    for n in range(1_000):
        rate.take(f"user {n}")
    assert len(rate._until) <= 100


def test_nobodys_flood_keeps_others_waiting() -> None:
    async def run() -> None:
        shares, asked = Shares(2, 3), list[str]()
        done = asyncio.Event()

        async def one(who: str) -> None:
            async with shares.one(who, Limits(5)):
                asked.append(who)
                await done.wait()

        flood = [asyncio.create_task(one("ann")) for _ in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(ProblemError):
            await one("ann")
        quiet = asyncio.create_task(one("bob"))
        while len(asked) < 3:
            await asyncio.sleep(0)
        assert asked == ["ann", "ann", "bob"]
        done.set()
        await asyncio.gather(*flood, quiet)
        assert (asked.count("ann"), shares._held) == (5, {})

    asyncio.run(run())


def test_nobody_waits_longer_than_a_question_may_take() -> None:
    async def run() -> None:
        shares = Shares(1, 1)
        async with shares.one("ann", Limits(5)):
            with pytest.raises(TooSlowError):
                async with shares.one("ann", Limits(0.01)):
                    raise AssertionError
        assert shares._held == {}

    asyncio.run(run())
