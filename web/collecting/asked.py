"""What a request to collect says of itself, and what is answered: as little as an event needs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import orjson
from starlette.types import Scope

from access.addresses import plain_address
from systems.merchants.enrichment import Sender
from systems.merchants.event_format import plain_text
from systems.merchants.web_addresses import AddressError, web_address
from web.access.reach import Reach
from web.edge.allowances import network_of
from web.edge.problems import Problem

Headers = list[tuple[bytes, bytes]]

COLLECT, PLAUSIBLE = "/collect/", "/api/event"
"""Where events come in: our own address, followed by the site's name, and Plausible's."""

_MAX_AGE = b"86400"
"""Seconds for which a browser need not ask again whether it may send; browsers cut it to what they allow."""

_LONGEST_AGENT_BYTES = 2_048


@dataclass(slots=True)
class Asked:
    """A request. `origin`: the host of the page that sent it, empty where that is not told and None for what has none.

    `allowed`: what answers say of whose pages may read them; set once the site is known.
    """

    method: str
    path: str
    sender: Sender
    network: str
    origin: str | None
    headers: dict[bytes, bytes]
    allowed: Headers = field(default_factory=list)

    @property
    def wants_no_record(self) -> bool:
        """Whether the browser says that its user does not want to be counted: Global Privacy Control, Do Not Track."""
        return self.headers.get(b"sec-gpc") == b"1" or self.headers.get(b"dnt") == b"1"

    @property
    def length(self) -> int:
        """Bytes of the body as announced; 0 if they are not."""
        said = self.headers.get(b"content-length", b"0")
        return int(said[:20]) if said.isdigit() else 0

    def allow(self) -> None:
        """The page that sent this may read the answer."""
        if b"origin" in self.headers:
            self.allowed = [(b"access-control-allow-origin", self.headers[b"origin"]), (b"vary", b"Origin")]


class Senders:
    """Reads who sends. `country_header`: where a proxy that is believed says of which country an address is."""

    def __init__(self, reach: Reach, country_header: bytes = b"") -> None:
        self._reach, self._country_header = reach, country_header
        self._known = lru_cache(maxsize=10_000)(self._find)

    def read(self, scope: Scope) -> Asked:
        """What a request of ASGI says."""
        headers = dict(scope["headers"])
        peer = (scope.get("client") or ("", 0))[0]
        forwarded, country = b"", ""
        if self._reach.proxies:
            forwarded = b",".join([value for name, value in scope["headers"] if name == b"x-forwarded-for"])
            if self._country_header and self._reach.is_proxy(peer):
                country = headers.get(self._country_header, b"").decode("latin-1")
        address, network = self._known(peer, forwarded)
        agent = plain_text(headers.get(b"user-agent", b"")[:_LONGEST_AGENT_BYTES].decode("utf-8", "replace"))
        languages = headers.get(b"accept-language", b"")[:100].decode("latin-1")
        sender = Sender(address, agent, languages, country)
        return Asked(scope["method"], scope["path"], sender, network, _host(headers.get(b"origin", b"")), headers)

    def _find(self, peer: str, forwarded: bytes) -> tuple[str, str]:
        """The address that sent it, as addresses are compared, and the network by which its events are bounded."""
        address = self._reach.client(peer, [forwarded.decode("latin-1")]) if forwarded else peer
        return str(plain_address(address) or address), network_of(address)


@lru_cache(maxsize=10_000)
def _host(origin: bytes) -> str | None:
    """`host`, or `host:port` where the port is unusual, of a header Origin; empty where it tells none; None for others.

    By the standard a beacon of a page with the referrer policy `no-referrer` or `same-origin` comes from `null`; not
    every browser does so.
    """
    if not origin or origin == b"null":
        return ""
    try:
        return web_address(origin.decode("latin-1")).place
    except AddressError:
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, whole."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes = b""


_NO_STORE = (b"cache-control", b"no-store")


def taken(asked: Asked, *, dropped: bool = False) -> Answer:
    """204, or as Plausible answers. `dropped`: nothing of it was kept, for it was not to be."""
    said = [_NO_STORE, (b"x-windowpane-dropped", b"1")] if dropped else [_NO_STORE]
    if asked.path == PLAUSIBLE:
        said += [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"2")]
        return Answer(202, [*said, *asked.allowed], b"ok")
    return Answer(204, [*said, *asked.allowed])


def may_send(asked: Asked) -> Answer:
    """To a browser that asks whether a page may send: yes, and for so long."""
    said = [
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", b"content-type"),
        (b"access-control-max-age", _MAX_AGE),
    ]
    return Answer(204, [*said, *asked.allowed])


def refused(asked: Asked, problem: Problem) -> Answer:
    """A problem, which pages of the site may read."""
    body = orjson.dumps(problem.as_json())
    said = [
        _NO_STORE,
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        *((name.lower().encode(), value.encode()) for name, value in problem.headers.items()),
    ]
    return Answer(problem.status, [*said, *asked.allowed], body)
