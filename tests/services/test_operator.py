"""The operator's key goes to the service of this machine, and to nobody else."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import operator as module
from services.operator import on_this_machine, operator_headers, os_user
from services.settings import ServiceSettings

KEY = "wpo_" + "x" * 43
HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LINE = "   0: {address}:{port:04X} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 {user} 0 1\n"


def settings(**more: object) -> ServiceSettings:
    return ServiceSettings.model_validate({"kafka": "127.0.0.1:1", "operator_key": KEY, **more})


@pytest.fixture
def port() -> Iterator[int]:
    """One that this process listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_the_service_is_told(port: int) -> None:
    told = {"Authorization": f"Bearer {KEY}", "X-Windowpane-Operator": os_user()}
    assert operator_headers(settings(port=port)) == told
    assert operator_headers(settings(port=port, host="0.0.0.0")) == told
    assert KEY not in f"{settings()!r} {settings()}"


@pytest.mark.parametrize("more", [{"host": "192.0.2.1"}, {"host": "nowhere.invalid"}, {"operator_key": ""}])
def test_nobody_else_is_told(port: int, more: dict[str, str]) -> None:
    assert operator_headers(settings(port=port, **more)) == {}


OURS, THEIRS = os.getuid(), 4711
V4, V6 = "0100007F", "00000000000000000000000001000000"
EVERY_V4, EVERY_V6 = "0" * 8, "0" * 32


@pytest.mark.parametrize(
    ("host", "lines", "told"),
    [
        ("127.0.0.1", [(V4, "0A", OURS)], True),
        ("127.0.0.1", [(V4, "0A", 0)], True),
        ("127.0.0.1", [(EVERY_V4, "0A", OURS)], True),
        ("127.0.0.1", [(EVERY_V6, "0A", OURS)], True),
        ("127.0.0.1", [("0000000000000000FFFF00000100007F", "0A", OURS)], True),
        ("0.0.0.0", [(EVERY_V4, "0A", OURS)], True),
        ("localhost", [(V4, "0A", OURS), (V6, "0A", OURS)], True),
        # The service is down, or nothing shows who listens.
        ("127.0.0.1", [], False),
        ("127.0.0.1", [(V4, "01", OURS)], False),
        # Another took the port while the service was down; a connection of theirs to it is no listener.
        ("127.0.0.1", [(V4, "0A", THEIRS)], False),
        ("127.0.0.1", [(EVERY_V4, "0A", THEIRS)], False),
        ("127.0.0.1", [(EVERY_V6, "0A", THEIRS)], False),
        ("127.0.0.1", [(V4, "0A", OURS), (EVERY_V6, "0A", THEIRS)], False),
        ("127.0.0.1", [(V4, "0A", OURS), (V4, "01", THEIRS)], True),
        # What listens at another address is nobody that is reached.
        ("127.0.0.1", [(V4, "0A", OURS), ("0200007F", "0A", THEIRS)], True),
        ("127.0.0.1", [("0200007F", "0A", OURS)], False),
        ("127.0.0.1", [(V6, "0A", OURS)], False),
    ],
)
@pytest.mark.skipif(sys.byteorder != "little", reason="addresses are as this machine writes them")
def test_whoever_listens_is_ours_or_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, lines: list[tuple[str, str, int]], told: bool
) -> None:
    sockets = tmp_path / "tcp"
    texts = [LINE.format(address=address, port=8123, state=state, user=user) for address, state, user in lines]
    sockets.write_text(HEAD + "".join(texts))
    monkeypatch.setattr(module, "SOCKETS", (sockets, tmp_path / "tcp6"))
    assert bool(operator_headers(settings(port=8123, home=tmp_path, host=host))) is told


def test_nobody_is_told_where_nothing_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setattr(module, "SOCKETS", (tmp_path / "tcp",))
    assert operator_headers(settings(port=port)) == {}


def test_the_connection_says_whom_it_reaches(port: int) -> None:
    """Not the name, which may have led elsewhere."""
    with socket.create_connection(("127.0.0.1", port)) as connected:
        assert operator_headers(settings(port=port, host="nowhere.invalid"), connected)
    with socket.create_server(("127.0.0.2", 0)) as server, socket.create_connection(server.getsockname()) as connected:
        assert operator_headers(settings(port=port), connected) == {}


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("localhost", True), ("0.0.0.0", True), ("192.0.2.1", False), ("nowhere.invalid", False)],
)
def test_addresses_of_this_machine_are_known(host: str, here: bool) -> None:
    assert on_this_machine(host) is here


@pytest.mark.parametrize(
    ("more", "url", "may_be_open"),
    [
        ({}, "http://127.0.0.1:8000", True),
        ({"host": "localhost"}, "http://localhost:8000", True),
        ({"host": "::1"}, "http://[::1]:8000", True),
        ({"host": "0.0.0.0"}, "http://127.0.0.1:8000", False),
        ({"host": "192.0.2.1", "port": 80}, "http://192.0.2.1:80", False),
        ({"https": True}, "http://127.0.0.1:8000", False),
        ({"https": True, "hosts": "*, w.example", "root_path": "/w"}, "https://w.example/w", False),
        ({"proxies": "10.0.0.7", "hosts": "w.example"}, "http://w.example", False),
        ({"root_path": "/w"}, "http://127.0.0.1:8000/w", False),
        ({"hosts": "w.example"}, "http://127.0.0.1:8000", True),
        ({"hosts": "w.example", "host": "0.0.0.0"}, "http://w.example:8000", False),
        ({"hosts": "*,w.example", "host": "::", "port": 9000}, "http://w.example:9000", False),
    ],
)
def test_where_people_open_its_pages(more: dict[str, object], url: str, may_be_open: bool) -> None:
    asked = settings(**more)
    assert (asked.public_url, asked.may_be_open) == (url, may_be_open)
