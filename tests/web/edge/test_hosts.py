"""The service answers to its own names, and to no other that is made to point to it."""

from __future__ import annotations

import asyncio
import socket

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Scope

from web.edge.hosts import HostCheck, host_name, own_names


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:8000", "localhost"),
        ("stats.example.", "stats.example"),
        ("127.0.0.1:8000", "127.0.0.1"),
        ("[::1]:8000", "::1"),
        ("[::1]", "::1"),
        ("::1", None),
        ("", None),
        ("a b", None),
        ("localhost:8000:1", None),
        ("localhost@evil.example", None),
        ("evil.example/localhost", None),
        ("localhost,evil.example", None),
        ("l\u043ecalhost", None),
    ],
)
def test_reads_the_name(host: str, name: str | None) -> None:
    assert host_name(host) == name


def status(*hosts: str, path: str = "/v1/streams", version: str = "1.1", more: str = "") -> int:
    """What a request with these Host headers is answered, by a service with `more` names."""
    check = HostCheck(PlainTextResponse("here"), own_names(more.split(",")))
    headers = [(b"host", host.encode("latin-1", "replace")) for host in hosts]
    scope: Scope = {"type": "http", "path": path, "http_version": version, "headers": headers, "method": "GET"}
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(check(scope, receive, send))
    answered: int = sent[0]["status"]
    return answered


@pytest.mark.parametrize(
    "host",
    ["localhost:8000", "app.localhost", "127.0.0.1:8000", "127.8.8.8", "[::1]:8000", "10.1.2.3", "192.168.1.5:80",
     "[fe80::1]", socket.gethostname().upper(), "localhost."],
)  # fmt: skip
def test_answers_to_its_names(host: str) -> None:
    assert status(host) == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "notlocalhost"]
)
def test_refuses_other_names(host: str) -> None:
    assert status(host) == 421
    assert status(host, path="/") == 421
    assert status(host, more="stats.example, other.example") == 421


def test_settings_add_names() -> None:
    assert status("stats.example:443", more="stats.example, other.example") == 200
    assert status("Other.Example", more="stats.example, other.example") == 200
    assert status("whatever.example", more="*") == 200


def test_requests_without_one_name_are_refused() -> None:
    assert status() == 400
    assert status("localhost", "evil.example") == 400
    assert status("local host") == 400


def test_probes_may_ask_by_any_name() -> None:
    """As load balancers do; the oldest protocol, which some still speak, has no name."""
    assert status("pool-7.internal", path="/healthz") == 200
    assert status(path="/healthz") == 200
    assert status(version="1.0", path="/readyz") == 200
