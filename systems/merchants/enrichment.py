"""From an event as a site sent it to the message of the stream `web_events`: all that is known of it, and no address.

What is unknown of a dimension is the empty text. Everything is bounded: in length here, in variety by `Variety`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import lru_cache
from time import gmtime, strftime
from typing import Protocol

import orjson

from systems.merchants.agents import LONGEST as LONGEST_AGENT
from systems.merchants.agents import Agents
from systems.merchants.event_format import PAGEVIEW, Event, EventError
from systems.merchants.places import NOWHERE, Place, Places, country_of
from systems.merchants.screens import language_of, screen_of
from systems.merchants.sources import source_of
from systems.merchants.variety import Variety
from systems.merchants.visitors import visitor_of
from systems.merchants.web_addresses import LONGEST_PATH


class Collecting(Protocol):
    """What has to be known of a site to take its events in."""

    @property
    def name(self) -> str:
        """Its name, which its events carry."""

    @property
    def currency(self) -> str:
        """Of its revenue, where an event does not say."""

    def allows(self, host: str) -> bool:
        """Whether pages of a host may send, `host:port` where the port is not the usual one."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent an event, as far as the request says. `country`: what a proxy that is believed says of the address."""

    address: str
    agent: str
    languages: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What Kafka gets: the visitor is the key."""

    key: bytes
    payload: bytes


@dataclass
class Enrichment:
    """Makes messages of events. For one thread; nothing of it waits."""

    places: Places = field(default_factory=Places)
    agents: Agents = field(default_factory=Agents)
    variety: Variety = field(default_factory=Variety)

    def message(
        self, site: Collecting, event: Event, sender: Sender, salt: bytes, now_ms: int, *, imported: bool = False
    ) -> Message:
        """The message of an event that came now. `salt`: the day's. Raises EventError for a page of another site."""
        address = event.address
        if not site.allows(address.place):
            raise EventError("url", "is of no host that this site names")
        agent = self.agents.read(sender.agent)
        source = source_of(address, event.referrer, site.allows)
        place = self._place(sender)
        visitor = visitor_of(salt, site.name, sender.address, sender.agent)
        at_ms = now_ms - event.age_ms
        path = address.path + (f"#{address.fragment}" if event.by_fragment and address.fragment else "")
        values: dict[str, object] = {
            "id": event.id or os.urandom(12).hex(),
            "site": site.name,
            "time": f"{_second(at_ms // 1000)}.{at_ms % 1000:03}Z",
            "visitor": visitor,
            "name": event.name,
            "engaging": event.engaging,
            "view": int(event.name == PAGEVIEW),
            "hostname": address.host,
            "path": path[:LONGEST_PATH],
            "referrer": source.referrer,
            "source": source.source,
            "medium": source.medium,
            "campaign": source.campaign,
            "utm_term": source.term,
            "utm_content": source.content,
            "country": place.country,
            "region": place.region,
            "language": language_of(event.language or sender.languages),
            "browser": agent.browser,
            "browser_version": agent.browser_version,
            "system": agent.system,
            "system_version": agent.system_version,
            "device": agent.device,
            "screen": screen_of(event.width),
            "currency": "" if event.revenue is None else event.currency or site.currency,
            "agent": sender.agent[:LONGEST_AGENT],
            "imported": imported,
        }
        self.variety.bound(site.name, values, now_ms / 1000)
        for name, value in (
            ("title", event.title),
            ("city", place.city),
            ("revenue", event.revenue),
            ("props", event.props),
            ("bot", agent.bot),
        ):
            if value is not None and value != "":
                values[name] = value
        return Message(visitor.encode(), orjson.dumps(values))

    def _place(self, sender: Sender) -> Place:
        found = self.places.of(sender.address)
        return found if found is not NOWHERE or not sender.country else country_of(sender.country)


@lru_cache(maxsize=16)
def _second(second: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(second))
