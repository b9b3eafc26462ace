"""The operator: whoever uses the command line of a home, as the web service knows them by a secret of that home.

The secret is sent to no address of another machine, and to no program of another user that took the service's port.
"""

from __future__ import annotations

import os
import pwd
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

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


def operator_headers(settings: ServiceSettings) -> dict[str, str]:
    """What tells the web service that the operator asks; empty where that would tell anybody else."""
    key = settings.operator_key.get_secret_value()
    if not key or not on_this_machine(settings.host) or not _is_ours(settings):
        return {}
    return {"Authorization": f"Bearer {key}", "X-Windowpane-Operator": os_user()}


def on_this_machine(host: str) -> bool:
    """Whether a connection to what listens at `host` stays on this machine: only its own addresses can be bound."""
    named = reachable(host).strip("[]")
    try:
        family, kind, _, _, address = socket.getaddrinfo(named, 0, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as probe:
            probe.bind(address)
    except OSError:
        return False
    return True


def _is_ours(settings: ServiceSettings) -> bool:
    """Whether whoever listens at the service's port is this user, the one who started the stack, or root."""
    allowed = {_ROOT, os.getuid()}
    with suppress(OSError):
        allowed.add(Layout(settings.home).environment.stat().st_uid)
    return {*_listeners(settings.port)} <= allowed


def _listeners(port: int) -> Iterator[int]:
    """The ids of the users that listen at a port, at any address."""
    for path in SOCKETS:
        with suppress(OSError):
            for line in path.read_text().splitlines()[1:]:
                _, local, _, state, _, _, _, user, *_ = line.split()
                if state == _LISTENS and int(local.rpartition(":")[2], 16) == port:
                    yield int(user)
