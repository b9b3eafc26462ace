"""The ports of a stack: set by the person, else remembered in the home, else free ones chosen now."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from compose.embedded.settings import StackSettings
from compose.errors import MachineError

__all__ = ["LOOPBACK", "Ports", "choose", "is_free", "reachable", "recall"]

LOOPBACK = "127.0.0.1"
FOR_CLIENTS = {"0.0.0.0": LOOPBACK, "::": "::1"}
"""What means every address of this machine to a server → one of them that a client can name."""


@dataclass(frozen=True)
class Ports:
    """One TCP port per listener, all on loopback (the web service where WINDOWPANE_HOST says)."""

    web: int
    kafka: int
    kafka_controller: int
    postgres: int
    objectstore: int
    trino: int
    flink: int
    flink_rpc: int


def reachable(host: str) -> str:
    """Where a client on this machine reaches a server that is bound to `host`; IPv6 in brackets, as in a URL."""
    named = FOR_CLIENTS.get(host, host)
    return f"[{named}]" if ":" in named else named


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def choose(settings: StackSettings, remembered: Path, free: Callable[[int], bool] = is_free) -> Ports:
    """The ports to use, written to `remembered`. Call only while the stack is down.

    Raises:
        MachineError: a port that was set is in use, or set for two listeners.
    """
    wanted = _settings_of(settings)
    for name, port in wanted.items():
        if not free(port):
            variable = "WINDOWPANE_PORT" if name == "web" else f"WINDOWPANE_{name.upper()}_PORT"
            raise MachineError(f"port {port} is in use; set {variable} to a free one")
    if len(set(wanted.values())) < len(wanted):
        raise MachineError(f"two listeners are set to one port: {wanted}")
    earlier = {name: port for name, port in recall(remembered).items() if name not in wanted}
    taken = set(wanted.values())
    kept = {name: port for name, port in earlier.items() if port not in taken and free(port)}
    ports = Ports(**_with_free_ones({**kept, **wanted}))
    remembered.parent.mkdir(parents=True, exist_ok=True)
    remembered.write_text(json.dumps(asdict(ports), indent=1))
    return ports


def recall(remembered: Path) -> dict[str, int]:
    """The ports of the last `up`, by name; empty before the first."""
    if not remembered.exists():
        return {}
    names = {field.name for field in fields(Ports)}
    return {name: int(port) for name, port in json.loads(remembered.read_text()).items() if name in names}


def _settings_of(settings: StackSettings) -> dict[str, int]:
    wanted = {"web": settings.port}
    for field in fields(Ports):
        port = getattr(settings, f"{field.name}_port", None)
        if port is not None:
            wanted[field.name] = port
    return wanted


def _with_free_ones(known: Mapping[str, int]) -> dict[str, int]:
    """All names, the missing ones free; all sockets are held open together so that no two are the same."""
    ports = dict(known)
    with ExitStack() as held:
        for field in fields(Ports):
            while field.name not in ports:
                listener = held.enter_context(socket.socket())
                listener.bind((LOOPBACK, 0))
                port = listener.getsockname()[1]
                if port not in ports.values():
                    ports[field.name] = port
    return ports
