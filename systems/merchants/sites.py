"""A site: whose events are collected, from where, and what is left out of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from zoneinfo import available_timezones

from access.addresses import plain_address
from streams.time_text import timestamp
from systems.merchants.currencies import CURRENCIES
from systems.merchants.errors import InvalidSiteError, Wrong
from systems.merchants.patterns import matches, pattern_problem
from systems.merchants.web_addresses import plain_path

STREAM = "web_events"
"""The stream of all sites' events, and its dimension that names the site."""
SITE = "site"

LONGEST_TITLE = 200
MOST_ORIGINS = 100
MOST_EXCLUSIONS = 200

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_PORT = re.compile(r":[0-9]{1,5}$")
_LONGEST_NAME = 200

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Exclusions:
    """Events that are not collected: pages and hosts by patterns, visitors' addresses by networks."""

    paths: tuple[str, ...] = ()
    hostnames: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    def excludes(self, *, path: str, hostname: str, address: str) -> bool:
        """Whether an event is one of these. `address`: of its visitor, as text; one that is none is in no network."""
        return (
            any(matches(each, path) for each in self.paths)
            or any(matches(each, hostname, ".") for each in self.hostnames)
            or (bool(self.addresses) and _is_within(address, self.addresses))
        )

    def as_json(self) -> dict[str, list[str]]:
        """As HTTP gives it, and as it is kept."""
        return {"paths": [*self.paths], "hostnames": [*self.hostnames], "addresses": [*self.addresses]}


@dataclass(frozen=True)
class Site:
    """One site. `name`: of its events, a host in lower case. `origins`: hosts whose pages may send, `*.` for all below.

    `deleted_at`: since then nothing is collected. `version`: another whenever the site is changed. `respect_dnt`:
    nothing is collected of browsers that say Global Privacy Control or Do Not Track.
    """

    name: str
    title: str
    origins: tuple[str, ...]
    time_zone: str
    currency: str
    exclusions: Exclusions
    created_at: datetime
    created_by: str
    deleted_at: datetime | None = None
    version: int = field(default=0, compare=False)
    respect_dnt: bool = True

    def allows(self, host: str) -> bool:
        """Whether pages of a host may send, `host:port` where the port is not the usual one. In lower case."""
        return any(_is_of(host, origin) for origin in self.origins)

    def as_json(self) -> dict[str, Any]:
        """As HTTP and the command line give it."""
        return {
            "name": self.name,
            "title": self.title,
            "origins": [*self.origins],
            "time_zone": self.time_zone,
            "currency": self.currency,
            "exclusions": self.exclusions.as_json(),
            "respect_dnt": self.respect_dnt,
            "created_at": timestamp(self.created_at),
            "created_by": self.created_by,
            "deleted_at": timestamp(self.deleted_at),
        }


@dataclass(frozen=True)
class SiteChange:
    """What is to be of a site; None: as it is, and of a new site what is usual."""

    name: str
    title: str | None = None
    origins: tuple[str, ...] | None = None
    time_zone: str | None = None
    currency: str | None = None
    exclusions: Exclusions | None = None
    respect_dnt: bool | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """Each column of its table → what is to be in it; None: as it is."""
        return {
            "title": self.title,
            "origins": None if self.origins is None else [*self.origins],
            "time_zone": self.time_zone,
            "currency": self.currency,
            "exclusions": None if self.exclusions is None else self.exclusions.as_json(),
            "respect_dnt": self.respect_dnt,
        }

    def or_usual(self) -> SiteChange:
        """The same of a new site: whatever was not given is usual."""
        return SiteChange(
            self.name,
            self.title if self.title is not None else "",
            self.origins if self.origins is not None else usual_origins(self.name),
            self.time_zone or "UTC",
            self.currency or "USD",
            self.exclusions or Exclusions(),
            self.respect_dnt is not False,
        )


def usual_origins(name: str) -> tuple[str, ...]:
    """Of a site that names none."""
    bare = name.removeprefix("www.")
    other = f"www.{name}" if bare == name else bare
    return (name, other) if is_site_name(other) else (name,)


def is_site_name(name: str) -> bool:
    """Whether a site can have this name; no other is ever looked up."""
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


def checked_change(
    name: str,
    *,
    title: str | None = None,
    origins: Iterable[str] | None = None,
    time_zone: str | None = None,
    currency: str | None = None,
    exclusions: Mapping[str, Iterable[str]] | None = None,
    respect_dnt: bool | None = None,
) -> SiteChange:
    """A change of texts that somebody gave. Raises InvalidSiteError, which names all that is wrong."""
    wrong = list[Wrong]()
    if not is_site_name(name):
        wrong.append(Wrong("name", "is a host such as shop.example.org, in lower case (of other scripts as xn--…)"))
    if title is not None and (len(title) > LONGEST_TITLE or not title.isprintable()):
        wrong.append(Wrong("title", f"has at most {LONGEST_TITLE} characters, all of which can be printed"))
    if time_zone is not None and time_zone not in _zones():
        wrong.append(Wrong("time_zone", "is a name of the time zone database such as Europe/Berlin"))
    if currency is not None and currency not in CURRENCIES:
        wrong.append(Wrong("currency", "is a code of ISO 4217 such as EUR"))
    hosts = None if origins is None else tuple(dict.fromkeys(origins))
    wrong += _wrong_origins(hosts or ())
    left_out = None if exclusions is None else _exclusions(exclusions, wrong)
    if wrong:
        raise InvalidSiteError(wrong)
    called = None if title is None else title.strip()
    return SiteChange(name, called, hosts, time_zone, currency, left_out, respect_dnt)


def _wrong_origins(origins: tuple[str, ...]) -> list[Wrong]:
    if len(origins) > MOST_ORIGINS:
        return [Wrong("origins", f"has more than {MOST_ORIGINS} hosts")]
    return [
        Wrong("origins", f"{origin[:100]!r} is no host such as example.org or *.example.org")
        for origin in origins
        if len(origin) > _LONGEST_NAME or not _HOST.fullmatch(_PORT.sub("", origin).removeprefix("*."))
    ][:20]


def _exclusions(given: Mapping[str, Iterable[str]], wrong: list[Wrong]) -> Exclusions:
    """What is left out; whatever is wrong is added to `wrong`."""
    kept = {name: tuple(dict.fromkeys(given.get(name, ()))) for name in ("paths", "hostnames", "addresses")}
    for name in given.keys() - kept.keys():
        wrong.append(Wrong("exclusions", f"{name[:100]!r} is not one of {', '.join(kept)}"))
    if sum(map(len, kept.values())) > MOST_EXCLUSIONS:
        wrong.append(Wrong("exclusions", f"has more than {MOST_EXCLUSIONS} rules"))
        return Exclusions()
    for name in ("paths", "hostnames"):
        wrong += [Wrong(name, f"{each[:100]!r} {why}") for each in kept[name] if (why := pattern_problem(each))]
    networks = [_network(each.strip()) for each in kept["addresses"]]
    wrong += [
        Wrong("addresses", f"{each[:100]!r} is no address or network such as 192.0.2.0/24")
        for each, network in zip(kept["addresses"], networks, strict=True)
        if network is None
    ]
    addresses = tuple(dict.fromkeys(str(network) for network in networks if network is not None))
    return Exclusions(
        tuple(plain_path(each) for each in kept["paths"]), tuple(each.lower() for each in kept["hostnames"]), addresses
    )


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _is_of(host: str, origin: str) -> bool:
    if not origin.startswith("*."):
        return host == origin
    return host.endswith(origin[1:])


def _is_within(address: str, networks: tuple[str, ...]) -> bool:
    where = plain_address(address)
    return where is not None and any(where in network for network in _networks(networks))


@lru_cache(maxsize=4096)
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(each) for each in texts)


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})
