"""The sites that events came for a moment ago, kept in memory: few events wait for PostgreSQL, and many share a query.

What is kept is good for `FRESH` seconds; it is read again a little earlier while it is asked for, so that a busy site's
events wait for nothing. While PostgreSQL does not answer it is good for `AWAY` seconds: nothing can be changed then.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias

from database.errors import LakeAwayError, LakeError
from systems.merchants.sites import Site, is_site_name

FRESH, EARLY, AWAY = 5.0, 3.5, 3600.0
"""Seconds that a site is good for, after which it is read again if somebody asks, and while PostgreSQL is away."""

MOST, MOST_UNKNOWN = 200_000, 20_000
"""Most sites that are kept, and as many names that are no site's."""

_MOST_WAITING, _MOST_AT_ONCE = 10_000, 1_000

Changed: TypeAlias = Callable[[Mapping[str, int | None]], Mapping[str, Site | None]]
"""Name → the version that is known, to name → what is there, if that is another; as `Sites.changed`."""


class _Missing(Enum):
    MISSING = "missing"


MISSING: Final = _Missing.MISSING
Missing: TypeAlias = Literal[_Missing.MISSING]
"""Not kept, or no more: `find` asks."""


@dataclass(slots=True)
class _Kept:
    site: Site | None
    read_at: float


class KnownSites:
    """The sites that collect, by name: one that is deleted is none. For one event loop; only `find` waits."""

    def __init__(
        self,
        changed: Changed,
        most: int = MOST,
        most_unknown: int = MOST_UNKNOWN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._changed, self._clock = changed, clock
        self._most, self._most_unknown = most, most_unknown
        self._sites: OrderedDict[str, _Kept] = OrderedDict()
        # Apart, so that a flood of names that somebody made up drives out no site.
        self._unknown: OrderedDict[str, _Kept] = OrderedDict()
        self._waiting: dict[str, asyncio.Future[Site | None]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._forgotten = 0

    def known(self, name: str) -> Site | Missing | None:
        """The site, None for none, as far as that is kept; never waits. What can be no site's name is none."""
        kept = self._kept(name)
        if kept is None:
            return MISSING if is_site_name(name) else None
        age = self._clock() - kept.read_at
        if age >= FRESH:
            return MISSING
        if age >= EARLY and len(self._waiting) < _MOST_WAITING:
            self._asked(name)
        return _collecting(kept.site)

    async def find(self, name: str) -> Site | None:
        """The site, None for none; waits for PostgreSQL where that is not kept. Raises LakeError."""
        known = self.known(name)
        if known is not MISSING:
            return known
        if name not in self._waiting and len(self._waiting) >= _MOST_WAITING:
            raise LakeAwayError("Too many sites are asked for at once. Try again")
        return _collecting(await asyncio.shield(self._asked(name)))

    def forget(self, name: str) -> None:
        """What was changed here is to bite here at once."""
        self._forgotten += 1
        for kept in (self._sites, self._unknown):
            kept.pop(name, None)

    def _kept(self, name: str) -> _Kept | None:
        for kept in (self._sites, self._unknown):
            if (found := kept.get(name)) is not None:
                kept.move_to_end(name)
                return found
        return None

    def _asked(self, name: str) -> asyncio.Future[Site | None]:
        """What is read of a name; of many who ask for the same one asks."""
        future = self._waiting.get(name)
        if future is None:
            future = self._waiting[name] = asyncio.get_running_loop().create_future()
            future.add_done_callback(_seen)
            if self._reader is None or self._reader.done():
                self._reader = asyncio.create_task(self._read())
        return future

    async def _read(self) -> None:
        """Read until nobody waits: all that came meanwhile in one query."""
        await asyncio.sleep(0)
        while self._waiting:
            names = [*self._waiting][:_MOST_AT_ONCE]
            before = {name: self._kept(name) for name in names}
            versions = {name: _version(kept) for name, kept in before.items()}
            forgotten, begun = self._forgotten, self._clock()
            try:
                changed = await asyncio.to_thread(self._changed, versions)
            except Exception as error:  # whoever waits is told, whatever it was
                self._fail(names, error)
                continue
            for name in names:
                kept = before[name]
                site = changed.get(name, kept.site if kept else None)
                if forgotten == self._forgotten:
                    self._put(name, site, begun)
                _tell(self._waiting.pop(name), site)

    def _put(self, name: str, site: Site | None, read_at: float) -> None:
        to, most, other = (self._sites, self._most, self._unknown)
        if _collecting(site) is None:
            to, most, other = (self._unknown, self._most_unknown, self._sites)
        other.pop(name, None)
        to[name] = _Kept(site, read_at)
        to.move_to_end(name)
        if len(to) > most:
            to.popitem(last=False)

    def _fail(self, names: list[str], error: Exception) -> None:
        """Whoever waits gets what was known not too long ago, else the error."""
        for name in names:
            future, kept = self._waiting.pop(name), self._kept(name)
            if isinstance(error, LakeError) and kept is not None and self._clock() - kept.read_at < AWAY:
                _tell(future, kept.site)
            elif not future.done():
                future.set_exception(error)


def _version(kept: _Kept | None) -> int | None:
    if kept is None:
        return -1
    return None if kept.site is None else kept.site.version


def _collecting(site: Site | None) -> Site | None:
    return None if site is None or site.deleted_at is not None else site


def _tell(future: asyncio.Future[Site | None], site: Site | None) -> None:
    if not future.done():
        future.set_result(site)


def _seen(future: asyncio.Future[Site | None]) -> None:
    """An error that nobody waited for is nobody's."""
    if not future.cancelled():
        future.exception()
