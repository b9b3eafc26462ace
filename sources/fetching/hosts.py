"""Which addresses may be asked: those of the source's own host, none of this machine unless it is named as such.

The name is looked up once, the address checked, and the connection made to that address: who answers for the name
cannot give another one in between.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sources.fetching.errors import FetchError

Lookup = Callable[[str, int], Sequence[str]]
"""Host and port → its addresses."""

_PORTS = {"http": 80, "https": 443}
_IPv6 = ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Site:
    """Whom a source may ask: scheme, host and port."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Site:
        """That of an address. Raises FetchError for what is none of HTTP."""
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS[parts.scheme]
            host = (parts.hostname or "").rstrip(".").lower()
        except (ValueError, KeyError):
            host, port = "", 0
        if not host or parts.username is not None:
            raise FetchError(
                f"{url.partition('?')[0][:200]!r} is no address of HTTP; give one like https://lab.example.org/results"
            )
        return cls(parts.scheme, host, port)

    def __str__(self) -> str:
        usual = _PORTS[self.scheme] == self.port
        return f"{self.scheme}://{self.host}" + ("" if usual else f":{self.port}")


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def address_of(site: Site, lookup: Lookup = look_up) -> str:
    """Where to connect to. Raises FetchError when the host is not known, or leads to where its name does not say."""
    if _literal(site.host) is not None or site.host == "localhost":
        return site.host
    try:
        addresses = lookup(site.host, site.port)
    except OSError as error:
        raise FetchError(f"the host {site.host} is not known: {error.strerror or error}") from error
    for address in addresses:
        if why := _refused(ipaddress.ip_address(address.partition("%")[0])):
            raise FetchError(f"{site.host} leads to {address}, {why}; it is not asked")
    if not addresses:
        raise FetchError(f"the host {site.host} has no address")
    return addresses[0]


def _literal(host: str) -> ipaddress.IPv4Address | _IPv6 | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _refused(address: ipaddress.IPv4Address | _IPv6) -> str:
    """Why a name must not lead there; empty if it may."""
    if isinstance(address, _IPv6) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return "which is this machine"
    if address.is_link_local:
        return "which is this machine's own network, where clouds keep credentials"
    if address.is_unspecified or address.is_multicast or (address.is_reserved and address.version == 4):
        return "which is no host's address"
    return ""
