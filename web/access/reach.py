"""From where the service can be reached, and who that makes an asker be taken for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from access.addresses import Address, plain_address
from web.edge.hosts import host_name
from web.settings import Network, WebSettings

_LOCAL = "localhost"
_LONGEST_LIST = 2_000


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the service listens, and what stands before it."""

    host: str
    proxies: tuple[Network, ...] = ()
    https: bool = False
    root_path: str = ""

    @classmethod
    def of(cls, settings: WebSettings) -> Self:
        """As it is set up."""
        return cls(settings.host, settings.networks, settings.https, settings.root_path)

    @property
    def is_local(self) -> bool:
        """Whether the service is offered to this machine alone: on loopback, and by no proxy that settings tell of."""
        return _is_loopback(self.host) and not (self.proxies or self.https or self.root_path)

    def may_be_open(self, peer: str, *, forwarded: bool) -> bool:
        """Whether this request may be anybody's while there are no users.

        `forwarded`: it says that somebody passed it on; a proxy that nobody has set up could be open to the world.
        """
        return self.is_local and _is_loopback(peer) and not forwarded

    def client(self, peer: str, forwarded_for: Iterable[str]) -> str:
        """Whose request it is: the nearest address that is no proxy's of ours; none but they are believed."""
        if not self.is_proxy(peer):
            return peer
        chain = [part.strip() for part in ",".join(forwarded_for)[-_LONGEST_LIST:].split(",")]
        for each in reversed(chain):
            address = _address(each)
            if address is None:
                break
            peer = str(address)
            if not self.is_proxy(peer):
                break
        return peer

    def scheme(self, peer: str, given: str, forwarded_proto: Iterable[str]) -> str:
        """`https` if the client's own connection is, as its proxy says."""
        said = ",".join(forwarded_proto).rpartition(",")[2].strip().lower()
        if self.https or (said == "https" and self.is_proxy(peer)):
            return "https"
        return given

    def is_proxy(self, peer: str) -> bool:
        """Whether this address is of a proxy that is believed."""
        if not self.proxies:
            return False
        address = _address(peer)
        return address is not None and any(address.version == each.version and address in each for each in self.proxies)


def is_this_machine(host: str) -> bool:
    """Whether a header Host names this machine to itself: `localhost`, a name below that, or an address of loopback."""
    name = host_name(host) or ""
    return name.endswith(f".{_LOCAL}") or _is_loopback(name)


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host.lower() == _LOCAL if address is None else address.is_loopback


def _address(text: str) -> Address | None:
    """An address, with or without brackets and port."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return plain_address(text.partition("%")[0])
