from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, astuple, fields, replace
from pathlib import Path

import pytest

from compose.embedded.ports import (
    EPHEMERAL,
    OF_PROGRAMS,
    Ports,
    choose,
    choose_anew,
    eligible,
    is_free,
    reachable,
    recall,
)
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


def test_ports_are_chosen_where_the_kernel_gives_none(tmp_path: Path) -> None:
    low, high = map(int, EPHEMERAL.read_text().split())
    ports = choose(StackSettings(), tmp_path / "ports.json")
    assert not [port for port in astuple(ports) if low <= port <= high]


@pytest.mark.parametrize(
    ("text", "chosen", "left"),
    [
        ("32768\t60999\n", 20_000, 40_000),
        ("49152 65535", 40_000, 50_000),
        (None, 20_000, 40_000),
        ("nonsense", 20_000, 40_000),
    ],
)
def test_range_of_the_kernel_is_left_out(tmp_path: Path, text: str | None, chosen: int, left: int) -> None:
    range_file = tmp_path / "ip_local_port_range"
    if text is not None:
        range_file.write_text(text)
    assert chosen in eligible(range_file)
    assert left not in eligible(range_file)
    assert min(eligible(range_file)) >= 1024


def test_range_that_leaves_nothing_is_no_bound(tmp_path: Path) -> None:
    (tmp_path / "range").write_text("1024 65535")
    assert len(eligible(tmp_path / "range")) > 50_000


def test_remembered_port_that_the_kernel_gives_away_is_chosen_anew(tmp_path: Path) -> None:
    remembered = tmp_path / "ports.json"
    first = choose(StackSettings(), remembered, every_port_is_free)
    remembered.write_text(json.dumps({**asdict(first), "kafka": 40_000}))
    second = choose(StackSettings(), remembered, every_port_is_free)
    assert second.kafka in eligible()
    assert second == replace(first, kafka=second.kafka)


def test_port_that_somebody_took_is_chosen_anew(tmp_path: Path) -> None:
    remembered = tmp_path / "ports.json"
    first = choose(StackSettings(), remembered)
    with socket.create_server(("127.0.0.1", first.kafka)):
        assert choose_anew(StackSettings(), remembered, OF_PROGRAMS["trino"]) == []
        assert choose_anew(StackSettings(), remembered, OF_PROGRAMS["kafka"]) == ["kafka"]
        second = Ports(**recall(remembered))
        assert second == replace(first, kafka=second.kafka) != first
        remembered.write_text(json.dumps(asdict(first)))
        with pytest.raises(MachineError, match=f"port {first.kafka} is in use; set WINDOWPANE_KAFKA_PORT"):
            choose_anew(StackSettings(kafka_port=first.kafka), remembered, OF_PROGRAMS["kafka"])


def test_ports_that_an_earlier_version_lacked_are_chosen(tmp_path: Path) -> None:
    remembered = tmp_path / "ports.json"
    first = choose(StackSettings(), remembered)
    remembered.write_text(json.dumps({"web": first.web, "kafka": first.kafka}))
    assert choose_anew(StackSettings(), remembered, ()) == []
    assert Ports(**recall(remembered)).kafka == first.kafka


def test_every_port_is_of_one_program_and_has_a_setting() -> None:
    names = [field.name for field in fields(Ports)]
    assert sorted(name for of_one in OF_PROGRAMS.values() for name in of_one) == sorted(names)
    assert {f"{name}_port" for name in names if name != "web"} <= set(StackSettings.model_fields)
