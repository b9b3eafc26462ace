"""The stack itself: what it says, what it survives, what it leaves behind."""

from __future__ import annotations

import json
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg
import pytest

from compose.embedded.engines import ENGINES, SERVICES
from compose.embedded.ports import OF_PROGRAMS, eligible
from compose.embedded.stack import Stack
from iceberg.settings import LakeSettings
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from tests.integration.command_line import windowpane

pytestmark = pytest.mark.integration

GIB = 1 << 30


def processes(stack: Stack) -> list[psutil.Process]:
    """The supervisor and all below it."""
    supervisor = psutil.Process(stack.supervisor.pid)
    return [supervisor, *supervisor.children(recursive=True)]


def test_status_names_engines_and_streams(stack: Stack) -> None:
    done = windowpane(stack, "status", "--json")
    status = json.loads(done.stdout)
    assert status["url"] == stack.url
    assert {"kafka", "trino", "flink", "postgres", "objectstore", "web"} <= set(status["engines"])
    assert {name: engine["state"] for name, engine in status["engines"].items() if engine["state"] != "ready"} in (
        {},
        {"agent": "down"},
    )
    assert {"health", "page_views"} <= set(status["streams"])
    assert {"job", "complete_until", "lag", "rejected"} <= set(status["streams"]["health"])


def test_status_says_where_metrics_are(stack: Stack) -> None:
    engines = json.loads(windowpane(stack, "status", "--json").stdout)["engines"]
    for name, metric in (("web", "windowpane_http_requests"), ("rpc", "windowpane_rpc_calls")):
        answer = httpx.get(engines[name]["metrics"], timeout=60)  # gRPC's process loads what it needs for it
        assert (answer.status_code, f"# TYPE {metric}" in answer.text) == (200, True)


def test_up_again_changes_nothing(stack: Stack) -> None:
    before = {name: state.pid for name, state in stack.states().items() if state.running}
    done = windowpane(stack, "up", "--no-input")
    assert (done.returncode, done.stdout) == (0, f"{stack.url}\n"), done.stderr
    assert {name: state.pid for name, state in stack.states().items() if state.running} == before


def test_doctor_finds_nothing_wrong(stack: Stack) -> None:
    done = windowpane(stack, "doctor")
    assert done.returncode == 0, done.stdout


def test_logs_show_one_service(stack: Stack) -> None:
    assert "Kafka Server started" in windowpane(stack, "logs", "kafka", "-n", "1000").stdout
    done = windowpane(stack, "logs", "mongodb")
    assert done.returncode == 2
    assert "there is no service 'mongodb'; " in done.stderr


def listening(process: psutil.Process) -> list[Any]:
    """Addresses that a process and those below it listen at."""
    family = [process, *process.children(recursive=True)]
    connections = [connection for member in family for connection in member.net_connections("inet")]
    return [each.laddr for each in connections if each.status == psutil.CONN_LISTEN]


def test_everything_listens_on_loopback(stack: Stack) -> None:
    addresses = listening(psutil.Process(stack.supervisor.pid))
    assert len(addresses) >= 8
    assert {address.ip.removeprefix("::ffff:") for address in addresses} == {"127.0.0.1"}


def test_only_chosen_ports_are_listened_at(stack: Stack) -> None:
    """Those that PyFlink opens below the keeper are left out: it asks the kernel for them, job by job."""
    states, ports = stack.states(), vars(stack.ports)
    for name in (*ENGINES, *SERVICES):
        if name != "keeper" and states[name].running:
            expected = sorted(ports[port] for port in OF_PROGRAMS.get(name, ()))
            assert sorted(address.port for address in listening(psutil.Process(states[name].pid))) == expected, name
    assert not {port for name, port in ports.items() if name != "web"} - set(eligible())


def test_idle_connections_are_left_to_clients(stack: Stack) -> None:
    """Most give one up after 5 s; what is sent on one that the server closes at that moment has no answer."""
    url = urlsplit(stack.url)
    with closing(HTTPConnection(url.hostname or "", url.port, timeout=6)) as connection:
        connection.request("GET", "/healthz")
        assert connection.getresponse().read()
        with pytest.raises(TimeoutError):
            connection.sock.recv(1)


@pytest.mark.usefixtures("stack")
def test_trino_keeps_its_connections_to_the_catalog() -> None:
    trino, catalog_uri = TrinoClient(QuerySettings()), LakeSettings().catalog_uri.get_secret_value()
    with psycopg.connect(catalog_uri, autocommit=True) as postgres:

        def kept() -> set[int]:
            trino.rows('select count(*) from "health"."ledger"')
            pids = postgres.execute("select pid from pg_stat_activity where application_name = 'trino'").fetchall()
            return {pid for (pid,) in pids}

        before = kept()
        after = [kept() for _ in range(5)]
    assert before
    assert all(before <= pids and len(pids) <= 8 for pids in after)


def test_home_is_private(stack: Stack) -> None:
    assert stack.layout.home.stat().st_mode & 0o777 == 0o700
    for path in (stack.layout.secrets, stack.layout.environment, stack.layout.supervisor_config):
        assert path.stat().st_mode & 0o777 == 0o600


def test_stack_fits_in_memory(stack: Stack) -> None:
    """Pages that processes share, as PostgreSQL's do, count once."""
    assert sum(process.memory_full_info().pss for process in processes(stack)) <= 5 * GIB
