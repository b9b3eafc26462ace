"""Whether each engine answers: one question each, asked the way a client would; False while it does not answer yet."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import psycopg

from compose.embedded.ports import LOOPBACK, Ports

__all__ = ["Addresses", "probe"]

PATIENCE = 3.0
API_VERSIONS = 18


@dataclass(frozen=True)
class Addresses:
    """`host:port` of every listener, and how to reach the catalog."""

    web: str
    kafka: str
    postgres: str
    objectstore: str
    trino: str
    flink: str
    catalog_uri: str

    @classmethod
    def of(cls, web_host: str, ports: Ports, catalog_uri: str) -> Addresses:
        """From the ports: everything but the web service is on loopback."""
        return cls(
            web=f"{web_host}:{ports.web}",
            kafka=f"{LOOPBACK}:{ports.kafka}",
            postgres=f"{LOOPBACK}:{ports.postgres}",
            objectstore=f"{LOOPBACK}:{ports.objectstore}",
            trino=f"{LOOPBACK}:{ports.trino}",
            flink=f"{LOOPBACK}:{ports.flink}",
            catalog_uri=catalog_uri,
        )


def probe(name: str, addresses: Addresses) -> bool:
    """Ask the named program once. Programs without a listener count as answering."""
    ask = _PROBES.get(name)
    if ask is None:
        return True
    try:
        return ask(addresses)
    except (OSError, httpx.HTTPError, psycopg.Error, ValueError, KeyError):
        return False


def _postgres(addresses: Addresses) -> bool:
    with psycopg.connect(addresses.catalog_uri, connect_timeout=int(PATIENCE)) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def _objectstore(addresses: Addresses) -> bool:
    # Unsigned, so refused; any answer means it serves.
    return httpx.get(f"http://{addresses.objectstore}/", timeout=PATIENCE).status_code < 500


def _kafka(addresses: Addresses) -> bool:
    """An ApiVersions request: the broker answers it once it has finished starting."""
    host, port = addresses.kafka.split(":")
    body = struct.pack(">hhih", API_VERSIONS, 0, 1, -1)
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(struct.pack(">i", len(body)) + body)
        return len(connection.recv(8)) > 0


def _flink(addresses: Addresses) -> dict[str, int]:
    answer: dict[str, int] = httpx.get(f"http://{addresses.flink}/overview", timeout=PATIENCE).json()
    return answer


def _jobmanager(addresses: Addresses) -> bool:
    return "taskmanagers" in _flink(addresses)


def _taskmanager(addresses: Addresses) -> bool:
    return _flink(addresses)["slots-total"] > 0


def _trino(addresses: Addresses) -> bool:
    starting = httpx.get(f"http://{addresses.trino}/v1/info", timeout=PATIENCE).json()["starting"]
    return not starting


def _web(addresses: Addresses) -> bool:
    return httpx.get(f"http://{addresses.web}/healthz", timeout=PATIENCE).is_success


_PROBES: dict[str, Callable[[Addresses], bool]] = {
    "postgres": _postgres,
    "objectstore": _objectstore,
    "kafka": _kafka,
    "jobmanager": _jobmanager,
    "taskmanager": _taskmanager,
    "trino": _trino,
    "web": _web,
}
