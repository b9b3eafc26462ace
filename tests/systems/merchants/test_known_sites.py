"""Sites kept in memory: fresh for seconds, bounded, many asked for at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from database.errors import LakeAwayError
from systems.merchants.known_sites import AWAY, EARLY, FRESH, MISSING, KnownSites
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import Exclusions, Site, checked_change
from systems.merchants.store import SiteStore


def site(name: str, version: int = 1) -> Site:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return Site(name, "", (name,), "UTC", "EUR", Exclusions(), now, "root", None, version)


class Kept:
    """What PostgreSQL would have, and what it was asked."""

    def __init__(self, *names: str) -> None:
        self.sites = {name: site(name) for name in names}
        self.asked: list[Mapping[str, int | None]] = []
        self.away = False
        self.time = 0.0

    def changed(self, known: Mapping[str, int | None]) -> dict[str, Site | None]:
        self.asked.append(dict(known))
        if self.away:
            raise LakeAwayError("away")
        there = {name: self.sites.get(name) for name in known}
        return {name: each for name, each in there.items() if (each.version if each else None) != known[name]}


def run(kept: Kept, work: Callable[[KnownSites], Coroutine[Any, Any, None]], most: int = 100) -> None:
    async def begin() -> None:
        await work(KnownSites(kept.changed, most, most, clock=lambda: kept.time))

    asyncio.run(begin())


def test_many_share_one_query() -> None:
    kept = Kept("a.example", "b.example")

    async def work(known: KnownSites) -> None:
        names = ["a.example", "b.example", "nope.example"] * 100
        assert [known.known(name) for name in names] == [MISSING] * 300
        found = await asyncio.gather(*(known.find(name) for name in names))
        assert found[:3] == [kept.sites["a.example"], kept.sites["b.example"], None]
        assert [known.known(name) for name in names] == found

    run(kept, work)
    assert kept.asked == [{"a.example": -1, "b.example": -1, "nope.example": -1}]


def test_no_name_of_a_site_is_never_asked_for() -> None:
    kept = Kept()

    async def work(known: KnownSites) -> None:
        for name in ("", "x", "A.example", "a.example/x", "a\0.example", "x" * 5000, "ä.example"):
            assert known.known(name) is None
            assert await known.find(name) is None

    run(kept, work)
    assert kept.asked == []


def test_a_change_is_seen_in_time() -> None:
    kept = Kept("a.example")

    async def work(known: KnownSites) -> None:
        await known.find("a.example")
        kept.sites["a.example"] = site("a.example", 2)
        kept.time = FRESH - 0.1
        assert known.known("a.example") == site("a.example", 1)  # and it is read again meanwhile
        await asyncio.sleep(0.1)
        assert getattr(known.known("a.example"), "version", 0) == 2
        del kept.sites["a.example"]
        kept.time += FRESH
        assert known.known("a.example") is MISSING
        assert await known.find("a.example") is None
        kept.sites["a.example"] = site("a.example", 3)
        known.forget("a.example")
        assert getattr(await known.find("a.example"), "version", 0) == 3

    run(kept, work)
    assert EARLY < FRESH
    assert kept.asked == [{"a.example": -1}, {"a.example": 1}, {"a.example": 2}, {"a.example": -1}]


def test_what_is_known_outlives_postgres_for_a_while() -> None:
    kept = Kept("a.example")

    async def work(known: KnownSites) -> None:
        await known.find("a.example")
        kept.away, kept.time = True, AWAY - 1
        assert await known.find("a.example") == kept.sites["a.example"]
        with pytest.raises(LakeAwayError):
            await known.find("b.example")
        kept.time = AWAY + 1
        with pytest.raises(LakeAwayError):
            await known.find("a.example")

    run(kept, work)


def test_a_flood_of_names_drives_out_no_site() -> None:
    kept = Kept("a.example")

    async def work(known: KnownSites) -> None:
        await known.find("a.example")
        await asyncio.gather(*(known.find(f"x{number}.example") for number in range(2000)))
        assert known.known("a.example") == kept.sites["a.example"]
        assert len(known._unknown) == 100

    run(kept, work)


def test_sites_beyond_the_bound_are_read_again() -> None:
    kept = Kept(*(f"x{number}.example" for number in range(300)))

    async def work(known: KnownSites) -> None:
        for _ in range(2):
            found = await asyncio.gather(*(known.find(name) for name in kept.sites))
            assert None not in found
        assert len(known._sites) == 100

    run(kept, work)


def test_a_deleted_site_is_none(store: SiteStore) -> None:
    async def work() -> None:
        known = KnownSites(store.sites.changed)
        assert await known.find("a.example") is None
        store.sites.add(EVERY_SITE, checked_change("a.example"), by="root")
        known.forget("a.example")
        assert (await known.find("a.example")) is not None
        store.sites.delete(EVERY_SITE, "a.example")
        known.forget("a.example")
        assert await known.find("a.example") is None
        assert known.known("a.example") is None

    asyncio.run(work())
