"""Takes events in: whose site, from which page, what of them, and on to Kafka."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import structlog
from starlette.types import Receive, Scope

from database.errors import LakeError
from streams.errors import WindowpaneError
from streams.producer import Producer
from systems.merchants import agents, sources
from systems.merchants.enrichment import Enrichment, Message
from systems.merchants.event_format import Event, EventError, read_event
from systems.merchants.known_sites import MISSING, KnownSites
from systems.merchants.places import Places
from systems.merchants.salts import Salts
from systems.merchants.sites import Site
from web.access.reach import Reach
from web.collecting.asked import COLLECT, Answer, Asked, Senders, may_send, refused, taken
from web.collecting.bodies import body_of
from web.collecting.counting import Counting, Outcome
from web.collecting.destination import Destination
from web.edge.problems import FieldError, ProblemError, problem_of
from web.edge.rates import Rate
from web.service import Service

_BURST_SECONDS = 10.0
_TICK_SECONDS = 5.0
_LINGER_MS = 8.0
"""How long an event waits for others, all of them being sent one by one: a fifth of what an event costs is Kafka's."""
_LONGEST_SITE = 253

log = structlog.get_logger("web.collecting")


@dataclass
class Collector:
    """What an event meets, in one event loop. It waits for Kafka, and for PostgreSQL if its site is not known."""

    service: Service
    senders: Senders
    sites: KnownSites
    salts: Salts
    enrichment: Enrichment
    destination: Destination
    producer: Producer
    by_site: Rate
    by_address: Rate
    counting: Counting
    _renewing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _ticking: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, service: Service, reach: Reach) -> Self:
        """As the service is set up."""
        settings = service.settings
        return cls(
            service,
            Senders(reach, settings.country_header_name),
            service.known_sites,
            Salts(service.access.records),
            Enrichment(_places(settings.countries)),
            Destination(service),
            Producer(settings.kafka, linger_ms=_LINGER_MS),
            Rate("events", settings.limit_site_events, _BURST_SECONDS, unit="events"),
            Rate("events", settings.limit_address_events, _BURST_SECONDS, unit="events"),
            Counting(service.metrics),
        )

    async def start(self) -> None:
        """Read the lists, and keep the salts; PostgreSQL need not answer yet."""
        await asyncio.to_thread(_warm_up)
        self._ticking = asyncio.create_task(self._tick())

    async def close(self) -> None:
        """Stop keeping them, and wait for what is on its way."""
        await self.producer.close()
        if self._ticking is not None:
            self._ticking.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticking

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """What to answer to a request for one of the addresses. Raises what nobody expects, and ClientDisconnect."""
        begun = time.perf_counter()
        asked = self.senders.read(scope)
        try:
            answer = await (self._preflight(asked) if asked.method == "OPTIONS" else self._collected(asked, receive))
        except EventError as error:
            self.counting.count(Outcome.REFUSED)
            answer = refused(asked, problem_of(_invalid(error)))
        except WindowpaneError as error:
            problem = problem_of(error)
            if problem.status == 503:
                self.counting.count(Outcome.AWAY)
            answer = refused(asked, problem)
        self.counting.answered(asked, answer.status, time.perf_counter() - begun)
        return answer

    async def _preflight(self, asked: Asked) -> Answer:
        """Whether pages of an origin may send. Of Plausible's address it is not known yet to which site."""
        self._bound_address(asked)
        if asked.path.startswith(COLLECT):
            self._check_origin(asked, await self._site(asked.path.removeprefix(COLLECT)))
        asked.allow()
        return may_send(asked)

    async def _collected(self, asked: Asked, receive: Receive) -> Answer:
        self._bound_address(asked)
        if not asked.path.startswith(COLLECT):
            event = read_event(await body_of(asked, receive, self.service.settings))
            return await self._of_sites(asked, event)
        site = await self._site(asked.path.removeprefix(COLLECT))
        self._check_origin(asked, site)
        asked.allow()
        body = await body_of(asked, receive, self.service.settings)
        message = await self._message(asked, site, read_event(body))
        if message is None:
            return taken(asked, dropped=True)
        await self._send(message)
        return taken(asked)

    async def _of_sites(self, asked: Asked, event: Event) -> Answer:
        """Of an event that names its sites itself: those that there are get it, 404 where there is none of them."""
        if not event.sites:
            raise EventError("domain", "is missing")
        found = [site for name in event.sites if (site := await self._known(name)) is not None]
        if not found:
            raise self._unknown()
        for site in found:
            self._check_origin(asked, site)
        asked.allow()
        messages = [await self._message(asked, site, event) for site in found]
        kept = [message for message in messages if message is not None]
        for message in kept:
            await self._send(message)
        return taken(asked, dropped=not kept)

    async def _message(self, asked: Asked, site: Site, event: Event) -> Message | None:
        """What is sent to Kafka; None for what is not to be kept. Raises EventError or ProblemError."""
        self._bound_site(site)
        if asked.wants_no_record and self.service.settings.collect_signals and site.respect_dnt:
            self.counting.count(Outcome.UNWANTED)
            return None
        address = event.address
        if site.exclusions.excludes(path=address.path, hostname=address.host, address=asked.sender.address):
            self.counting.count(Outcome.EXCLUDED)
            return None
        salt = self.salts.current() or await self._salt()
        now_ms = time.time_ns() // 1_000_000
        return self.enrichment.message(site, event, asked.sender, salt, now_ms)

    async def _send(self, message: Message) -> None:
        """Returns when Kafka has it. What the stream's definition rejects is told to the sender in its words."""
        self.destination.check(message, time.time_ns() // 1_000_000)
        await self.producer.send_one(self.destination.topic, message.payload, message.key)
        self.counting.count(Outcome.TAKEN)

    async def _site(self, name: str) -> Site:
        site = await self._known(name) if len(name) <= _LONGEST_SITE else None
        if site is None:
            raise self._unknown()
        return site

    async def _known(self, name: str) -> Site | None:
        known = self.sites.known(name.lower())
        return await self.sites.find(name.lower()) if known is MISSING else known

    def _unknown(self) -> ProblemError:
        self.counting.count(Outcome.UNKNOWN_SITE)
        return ProblemError("unknown-site", "No events are collected for a site of that name.")

    def _check_origin(self, asked: Asked, site: Site) -> None:
        """Browsers say which page sends; programs need not."""
        if asked.origin == "" or (asked.origin and site.allows(asked.origin)):
            return
        self.counting.count(Outcome.WRONG_ORIGIN)
        raise ProblemError("forbidden", "The page that sent this is of no host that the site names.")

    def _bound_address(self, asked: Asked) -> None:
        self._bound(self.by_address, asked.network, "from one address")

    def _bound_site(self, site: Site) -> None:
        self._bound(self.by_site, site.name, "for one site")

    def _bound(self, rate: Rate, who: str, what: str) -> None:
        if wait := rate.take(who):
            self.counting.count(Outcome.THROTTLED)
            retry = {"Retry-After": str(max(1, round(wait + 0.5)))}
            raise ProblemError("throttled", f"More than {rate.most:,} events a second {what}; slow down.", (), retry)

    async def _salt(self) -> bytes:
        """Today's, once PostgreSQL has told it. Raises LakeError."""
        async with self._renewing:
            if self.salts.current() is None:
                await asyncio.to_thread(self.salts.renew)
        salt = self.salts.current()
        if salt is None:
            raise ProblemError("engine-away", "The day has just changed; send it again.")
        return salt

    async def _tick(self) -> None:
        """Have the salts that are needed soon, and none of a day that is over."""
        while True:
            if self.salts.is_due:
                try:
                    async with self._renewing:
                        await asyncio.to_thread(self.salts.renew)
                except LakeError as error:
                    log.warning("salts not renewed", wrong=str(error))
            await asyncio.sleep(_TICK_SECONDS)


def _places(database: Path | None) -> Places:
    """By a database that can be read; without one events are taken too, from nowhere."""
    try:
        return Places.open(database)
    except (OSError, ValueError) as error:
        log.error("no countries", database=str(database), wrong=str(error))
        return Places()


def _warm_up() -> None:
    agents.warm_up()
    sources.warm_up()


def _invalid(error: EventError) -> ProblemError:
    if error.field is None:
        return ProblemError("unparseable", f"The event {error.reason}.")
    return ProblemError("invalid-values", str(error), (FieldError(error.field, error.reason),))
