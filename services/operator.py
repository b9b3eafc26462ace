"""The operator: whoever uses the command line of a home, as the web service knows them by a secret of that home.

The secret is sent to no address of another machine, and to no program of another user that took the service's port.
"""

from __future__ import annotations

import os
import pwd
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from access.addresses import Address, plain
from compose.embedded.layout import Layout
from compose.embedded.ports import reachable
from services.settings import ServiceSettings

SOCKETS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENS = "0A"
_ROOT = 0


def os_user() -> str:
    """The name of the operating user, in characters that a header can hold."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return re.sub(r"[^!-~]", "?", name)


def operator_headers(settings: ServiceSettings, connected: socket.socket | None = None) -> dict[str, str]:
    """What tells the web service that the operator asks; empty where that would tell anybody else.

    `connected`: what it is sent over. Who listens is looked at now, so that nobody can have taken the port before the
    connection was made. Where the system does not show who listens, nobody is told.
    """
    key = settings.operator_key.get_secret_value()
    try:
        at = _own_address(connected.getpeername()[0] if connected else settings.host)
    except OSError:
        return {}
    if not key or not _is_ours(settings, at):
        return {}
    return {"Authorization": f"Bearer {key}", "X-Windowpane-Operator": os_user()}


def on_this_machine(host: str) -> bool:
    """Whether a connection to what listens at `host` stays on this machine: only its own addresses can be bound."""
    try:
        _own_address(host)
    except OSError:
        return False
    return True


def _own_address(host: str) -> Address:
    """Where a client reaches what listens at `host`. Raises OSError if that is no address of this machine."""
    named = reachable(host).strip("[]")
    family, kind, _, _, address = socket.getaddrinfo(named, 0, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as probe:
        probe.bind(address)
    return plain(ip_address(str(address[0]).partition("%")[0]))


def _is_ours(settings: ServiceSettings, at: Address) -> bool:
    """Whether whoever listens at the service's port is known, and is this user, who started the stack, or root."""
    allowed = {_ROOT, os.getuid()}
    with suppress(OSError):
        allowed.add(Layout(settings.home).environment.stat().st_uid)
    found = {*_listeners(at, settings.port)}
    return bool(found) and found <= allowed


def _listeners(at: Address, port: int) -> Iterator[int]:
    """The ids of the users that listen at an address and port, or at the port of every address."""
    for path in SOCKETS:
        with suppress(OSError):
            for line in path.read_text().splitlines()[1:]:
                _, local, _, state, _, _, _, user, *_ = line.split()
                address, _, number = local.partition(":")
                if state == _LISTENS and int(number, 16) == port and _answers_at(_decoded(address), at):
                    yield int(user)


def _answers_at(local: Address, at: Address) -> bool:
    """Whether a listener at `local` may be the one that is reached at `at`; `::` may be every address of IPv4, too."""
    everywhere = local.is_unspecified and (local.version == at.version or local.version == 6)
    return everywhere or local == at


def _decoded(text: str) -> Address:
    """An address as the kernel writes it: words of 32 bits, each in the order of this machine's bytes."""
    words = [int(text[i : i + 8], 16).to_bytes(4, sys.byteorder) for i in range(0, len(text), 8)]
    return plain(ip_address(b"".join(words)))
