from __future__ import annotations

import os
import socket
from dataclasses import astuple
from pathlib import Path

import pytest

from compose.embedded.ports import Ports, choose, is_free, reachable, recall
from compose.embedded.settings import StackSettings
from compose.errors import MachineError


@pytest.fixture(autouse=True)
def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ports of a stack that other tests of this process share are none of ours."""
    for name in [name for name in os.environ if name.startswith("WINDOWPANE_")]:
        monkeypatch.delenv(name)


def every_port_is_free(_port: int) -> bool:
    return True


def test_ports_are_different(tmp_path: Path) -> None:
    ports = choose(StackSettings(port=8123), tmp_path / "ports.json", every_port_is_free)
    assert ports.web == 8123
    assert len(set(astuple(ports))) == len(astuple(ports))


def test_chosen_ports_are_remembered(tmp_path: Path) -> None:
    first = choose(StackSettings(), tmp_path / "ports.json", every_port_is_free)
    assert choose(StackSettings(), tmp_path / "ports.json", every_port_is_free) == first
    assert Ports(**recall(tmp_path / "ports.json")) == first


def test_set_port_beats_remembered(tmp_path: Path) -> None:
    first = choose(StackSettings(), tmp_path / "ports.json", every_port_is_free)
    second = choose(StackSettings(kafka_port=first.trino), tmp_path / "ports.json", every_port_is_free)
    assert second.kafka == first.trino
    assert second.trino != first.trino
    assert second.postgres == first.postgres


def test_taken_port_is_chosen_anew(tmp_path: Path) -> None:
    first = choose(StackSettings(), tmp_path / "ports.json", every_port_is_free)
    second = choose(StackSettings(), tmp_path / "ports.json", lambda port: port != first.kafka)
    assert second.kafka != first.kafka
    assert second.trino == first.trino


@pytest.mark.parametrize(
    ("setting", "variable"), [("port", "WINDOWPANE_PORT"), ("trino_port", "WINDOWPANE_TRINO_PORT")]
)
def test_set_port_in_use_is_refused(tmp_path: Path, setting: str, variable: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(MachineError, match=f"port {port} is in use; set {variable}"):
            choose(StackSettings(**{setting: port}), tmp_path / "ports.json", lambda p: p != port and is_free(p))
        assert not is_free(port)


def test_one_port_for_two_listeners_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="two listeners"):
        choose(StackSettings(kafka_port=9001, trino_port=9001), tmp_path / "ports.json", every_port_is_free)


@pytest.mark.parametrize(
    ("bound", "named"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("fd00::1", "[fd00::1]"), ("box", "box")],
)
def test_bound_address_is_named_for_clients(bound: str, named: str) -> None:
    assert reachable(bound) == named
