"""The ports of a stack: set by the person, else remembered in the home, else free ones chosen now.

They are chosen where the kernel gives none away by itself: any connection of any program could take another between the
choice and the engine's start, or while the engine restarts.
"""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from ipaddress import ip_address
from pathlib import Path

from compose.embedded.secrets import write_private
from compose.embedded.settings import StackSettings
from compose.errors import MachineError

LOOPBACK = "127.0.0.1"
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
USUAL_EPHEMERAL = (32768, 60999)
LOWEST, HIGHEST = 10_000, 65_535
ENOUGH = 500
FOR_CLIENTS = {"0.0.0.0": LOOPBACK, "::": "::1"}
"""What means every address of this machine to a server → one of them that a client can name."""


@dataclass(frozen=True)
class Ports:
    """One TCP port per listener, all on loopback but the web service, Trino and rpc, which have settings of their own.

    `trino`: for Trino itself, `trino_https`: for whoever asks it.
    """

    web: int
    kafka: int
    kafka_controller: int
    postgres: int
    objectstore: int
    trino: int
    trino_https: int
    flink: int
    flink_rpc: int
    flink_blob: int
    flink_metrics: int
    taskmanager_rpc: int
    taskmanager_data: int
    taskmanager_metrics: int
    clinical_site: int
    rpc: int
    rpc_metrics: int


OF_PROGRAMS: dict[str, tuple[str, ...]] = {
    "postgres": ("postgres",),
    "objectstore": ("objectstore",),
    "kafka": ("kafka", "kafka_controller"),
    "jobmanager": ("flink", "flink_rpc", "flink_blob", "flink_metrics"),
    "taskmanager": ("taskmanager_rpc", "taskmanager_data", "taskmanager_metrics"),
    "trino": ("trino", "trino_https"),
    "web": ("web",),
    "clinical_site": ("clinical_site",),
    "rpc": ("rpc", "rpc_metrics"),
}
"""Program → every port that it listens on; the first is the one that it is asked at."""


def reachable(host: str) -> str:
    """Where a client on this machine reaches a server that is bound to `host`; IPv6 in brackets, as in a URL."""
    named = FOR_CLIENTS.get(host, host)
    return f"[{named}]" if ":" in named else named


def is_loopback(host: str) -> bool:
    """Whether what listens at this address, or at this name of it, is reached from this machine alone."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def eligible(ephemeral: Path = EPHEMERAL) -> Sequence[int]:
    """What to choose from: ports outside the kernel's ephemeral range, or all if that leaves too few."""
    try:
        low, high = map(int, ephemeral.read_text().split())
    except (OSError, ValueError):
        low, high = USUAL_EPHEMERAL
    outside = [port for port in range(LOWEST, HIGHEST + 1) if not low <= port <= high]
    return outside if len(outside) >= ENOUGH else range(LOWEST, HIGHEST + 1)


def choose(settings: StackSettings, remembered: Path, free: Callable[[int], bool] = is_free) -> Ports:
    """The ports to use, written to `remembered`. Call only while the stack is down.

    Raises:
        MachineError: a port that was set is in use, or set for two listeners.
    """
    wanted = _settings_of(settings)
    for name, port in wanted.items():
        if not free(port):
            raise _in_use(name, port)
    if len(set(wanted.values())) < len(wanted):
        raise MachineError(f"two listeners are set to one port: {wanted}")
    candidates = eligible()
    kept = {
        name: port
        for name, port in recall(remembered).items()
        if name not in wanted and port in candidates and port not in wanted.values() and free(port)
    }
    return _remember(remembered, _with_free_ones({**kept, **wanted}, candidates, free))


def choose_anew(
    settings: StackSettings, remembered: Path, names: Collection[str], free: Callable[[int], bool] = is_free
) -> list[str]:
    """Replace those of the named ports that somebody else holds; which these were. Ours must not listen there now.

    Ports that an earlier version did not know are chosen, too.

    Raises:
        MachineError: one of them was set.
    """
    wanted, known = _settings_of(settings), recall(remembered)
    taken = [name for name in names if name in known and not free(known[name])]
    for name in taken:
        if name in wanted:
            raise _in_use(name, known[name])
    if taken or len(known) < len(fields(Ports)):
        others = {name: port for name, port in known.items() if name not in taken}
        _remember(remembered, _with_free_ones(others, eligible(), free))
    return taken


def recall(remembered: Path) -> dict[str, int]:
    """The ports of the last `up`, by name; empty before the first."""
    if not remembered.exists():
        return {}
    names = {field.name for field in fields(Ports)}
    return {name: int(port) for name, port in json.loads(remembered.read_text()).items() if name in names}


def _in_use(name: str, port: int) -> MachineError:
    variable = "WINDOWPANE_PORT" if name == "web" else f"WINDOWPANE_{name.upper()}_PORT"
    return MachineError(f"port {port} is in use; set {variable} to a free one")


def _settings_of(settings: StackSettings) -> dict[str, int]:
    wanted = {"web": settings.port}
    for field in fields(Ports):
        port = getattr(settings, f"{field.name}_port", None)
        if port is not None:
            wanted[field.name] = port
    return wanted


def _with_free_ones(known: Mapping[str, int], candidates: Sequence[int], free: Callable[[int], bool]) -> dict[str, int]:
    """All names; the missing ones get free ports, in random order, so that two stacks begun at once seldom meet."""
    ports = dict(known)
    untried = iter(random.sample(candidates, len(candidates)))
    for field in fields(Ports):
        if field.name not in ports:
            port = next((port for port in untried if port not in ports.values() and free(port)), None)
            if port is None:
                raise MachineError(
                    f"no port from {LOWEST} to {HIGHEST} is free; set WINDOWPANE_{field.name.upper()}_PORT"
                )
            ports[field.name] = port
    return ports


def _remember(remembered: Path, ports: Mapping[str, int]) -> Ports:
    chosen = Ports(**ports)
    write_private(remembered, json.dumps(asdict(chosen), indent=1))
    return chosen
