"""Whether each engine answers: one question each, asked the way a client would; False while it does not answer yet.

Asked several times a second while the engines start and want the cores for themselves, so with the standard library:
a client that loads certificates for every question would cost more than the engines' own start.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any

import psutil
import psycopg

from compose.embedded.ports import LOOPBACK, Ports
from streams.broker_probe import broker_answers

PATIENCE = 3.0


@dataclass(frozen=True)
class Addresses:
    """`host:port` of every listener, and how to reach the catalog."""

    web: str
    kafka: str
    postgres: str
    objectstore: str
    trino: str
    trino_internal: str
    flink: str
    catalog_uri: str
    rpc: str = ""
    rpc_metrics: str = ""

    @classmethod
    def of(cls, web_host: str, trino_host: str, ports: Ports, catalog_uri: str, rpc_host: str = LOOPBACK) -> Addresses:
        """From the ports: all but the web service, Trino and gRPC are on loopback. `trino`: for its clients, by TLS."""
        return cls(
            web=f"{web_host}:{ports.web}",
            kafka=f"{LOOPBACK}:{ports.kafka}",
            postgres=f"{LOOPBACK}:{ports.postgres}",
            objectstore=f"{LOOPBACK}:{ports.objectstore}",
            trino=f"{trino_host}:{ports.trino_https}",
            trino_internal=f"{trino_host}:{ports.trino}",
            flink=f"{LOOPBACK}:{ports.flink}",
            catalog_uri=catalog_uri,
            rpc=f"{rpc_host}:{ports.rpc}",
            rpc_metrics=f"{LOOPBACK}:{ports.rpc_metrics}",
        )


def probe(name: str, addresses: Addresses) -> bool:
    """Ask the named program once. Programs without a listener count as answering."""
    ask = _PROBES.get(name)
    if ask is None:
        return True
    try:
        return ask(addresses)
    except (OSError, HTTPException, psycopg.Error, ValueError, KeyError, TypeError):
        return False


def listens(pid: int, ports: Collection[int]) -> bool:
    """Whether this process and those below it listen at all of these ports."""
    try:
        process = psutil.Process(pid)
        family = (process, *process.children(recursive=True))
    except psutil.Error:
        return False
    return set(ports) <= {port for one in family for port in _listening(one)}


def _listening(process: psutil.Process) -> Iterator[int]:
    """Where one process listens; nowhere, once it has ended."""
    with suppress(psutil.Error):
        for each in process.net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN:
                yield each.laddr.port


def http_get(
    address: str, path: str, headers: Callable[[socket.socket], Mapping[str, str]] = lambda _: {}
) -> tuple[int, bytes]:
    """Status and body of one plain request to `host:port`; `headers`: of the connection, once it is made.

    Raises:
        OSError, HTTPException: nothing answers there, or not in time.
    """
    connection = HTTPConnection(address, timeout=PATIENCE)
    try:
        connection.connect()
        connection.request("GET", path, headers=headers(connection.sock))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _json(address: str, path: str) -> Any:
    return json.loads(http_get(address, path)[1])


def _postgres(addresses: Addresses) -> bool:
    # By this method the server, too, proves that it knows the password.
    options: dict[str, Any] = {"connect_timeout": int(PATIENCE), "require_auth": "scram-sha-256"}
    with psycopg.connect(addresses.catalog_uri, **options) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def _objectstore(addresses: Addresses) -> bool:
    """Unsigned, so refused, as S3 refuses."""
    status, body = http_get(addresses.objectstore, "/")
    return status == 403 and b"<Code>AccessDenied</Code>" in body


def _listening_at(address: str) -> bool:
    """One that answers in another protocol: whose it is, its pid tells (see `listens`)."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), PATIENCE):
        return True


_PROBES: dict[str, Callable[[Addresses], bool]] = {
    "postgres": _postgres,
    "objectstore": _objectstore,
    "kafka": lambda at: broker_answers(at.kafka, PATIENCE),
    "jobmanager": lambda at: "taskmanagers" in _json(at.flink, "/overview"),
    "taskmanager": lambda at: bool(_json(at.flink, "/overview")["slots-total"] > 0),
    "trino": lambda at: not _json(at.trino_internal, "/v1/info")["starting"],
    "web": lambda at: http_get(at.web, "/healthz")[0] == 200,
    "rpc": lambda at: _listening_at(at.rpc),
}
