"""The operator's key goes to the service of this machine, and to nobody else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import operator as module
from services.operator import on_this_machine, operator_headers, os_user
from services.settings import ServiceSettings

KEY = "wpo_" + "x" * 43
HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LINE = "   0: 0100007F:{port:04X} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 {user} 0 1\n"


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


@pytest.mark.parametrize(("state", "told"), [("0A", False), ("01", True)])
def test_a_program_of_another_user_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, told: bool
) -> None:
    """Whoever took the port while the service is down; a connection of theirs to the service is no listener."""
    sockets = tmp_path / "tcp"
    sockets.write_text(HEAD + LINE.format(port=8123, state=state, user=4711))
    monkeypatch.setattr(module, "SOCKETS", (sockets, tmp_path / "tcp6"))
    assert bool(operator_headers(settings(port=8123, home=tmp_path))) is told


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
        ({"hosts": "w.example"}, "http://127.0.0.1:8000", True),
    ],
)
def test_where_people_open_its_pages(more: dict[str, object], url: str, may_be_open: bool) -> None:
    asked = settings(**more)
    assert (asked.public_url, asked.may_be_open) == (url, may_be_open)
