"""A second stack beside the shared one: neither disturbs the other, and what one backed up the other restores."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from compose.embedded.engines import ENGINES, SERVICES
from compose.embedded.leftovers import find_leftovers
from compose.embedded.settings import CHECKOUT, StackSettings
from compose.embedded.stack import Stack
from database.errors import LakeLockedError
from database.locks import lake_lock
from iceberg.backup.manifest import read_manifest
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from query.answer_json import answer_json
from query.parameters import read_series, read_window
from query.service import QueryService
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from query.visible import Visible
from scripts.console import say
from services.source_runner import opened_store
from sources.definition_files import parse_source
from sources.objects import Objects
from sources.raw import Raw
from sources.runs.landing import Landing
from sources.settings import SourceSettings
from streams import Definition
from tests.conftest import free_port, keep_logs
from tests.definitions import SHIPPED
from tests.integration.command_line import environment_of, windowpane
from tests.integration.conftest import StreamFactory
from tests.integration.lake.test_pipeline import DAY, HEALTH_TEXT, health_message
from tests.integration.live_streams import LiveStream, await_true, declare
from tests.integration.stack.test_stack import processes
from tests.sources.runs.running import CASES_SOURCE

pytestmark = pytest.mark.integration

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOURCE, LANDED = "waiting_cases", b"region,date,total\nDE,2022-01-01,5\n"


@dataclass(frozen=True)
class Lake:
    """How to ask the lake of one stack."""

    settings: LakeSettings
    query: QuerySettings

    @classmethod
    def of(cls, stack: Stack) -> Lake:
        with pytest.MonkeyPatch.context() as patch:
            use(stack, patch)
            return cls(LakeSettings(), QuerySettings())

    @property
    def uri(self) -> str:
        return self.settings.catalog_uri.get_secret_value()

    def tables(self, *streams: str) -> set[tuple[str, ...]]:
        catalog = open_catalog(self.settings)
        return {table for stream in streams for table in catalog.list_tables(stream)}

    def content(self, stream: str, table: str, until: datetime) -> tuple[int, str]:
        """Number and checksum of the rows that arrived by then, read by pyiceberg."""
        column = "arrived" if table == "rejected" else "arrived_until"
        rows = open_catalog(self.settings).load_table((stream, table)).scan(f"{column} <= '{until.isoformat()}'")
        shown = sorted(map(repr, rows.to_arrow().to_pylist()))
        return len(shown), hashlib.sha256("\n".join(shown).encode()).hexdigest()

    def sums(self, stream: str, until: datetime) -> list[list[Any]]:
        """What Trino makes of the minute panes."""
        sql = (
            "select service, sum(messages), sum(cpu_sum), max(cpu_max), cast(min(arrived_from) as varchar)"
            f""" from "{stream}".panes where grain = 'minute' and arrived_until <= ? group by 1 order by 1"""
        )
        return TrinoClient(self.query).rows(sql, (until,))[0]

    def answers(self, definition: Definition) -> list[Any]:
        service = QueryService(self.query, {definition.name: definition}, self.settings)
        service.refresh()
        hours = [("start", "2026-03-02T11:30:00Z"), ("end", "2026-03-02T14:00:00Z")]
        windows = [read_window(Visible(definition), params) for params in (DAY, hours, [*DAY, ("by", "")])]
        series = read_series(Visible(definition), [*DAY, ("step", "hour"), ("measure", "cpu")])
        groups = [answer_json(service.window(request))["groups"] for request in windows]
        return [*groups, answer_json(service.series(series))["points"]]


def use(stack: Stack, patch: pytest.MonkeyPatch) -> None:
    for name, value in stack.environment().items():
        patch.setenv(name, value)


def land(stack: Stack, file: Path) -> None:
    """A file of a source that is declared nowhere, so it waits."""
    file.write_bytes(LANDED)
    with pytest.MonkeyPatch.context() as patch:
        use(stack, patch)
        settings = SourceSettings()
        with closing(opened_store(settings)) as store:
            store.states.get(SOURCE)
            landing = Landing(Raw(Objects.open(settings, settings.kept)), store.files)
            landed = landing.upload(parse_source(CASES_SOURCE, SOURCE, file.parent), file, file.name, by="test")
            assert landed is not None


def landed(stack: Stack, into: Path) -> bytes:
    """What the stack keeps of that file."""
    with pytest.MonkeyPatch.context() as patch:
        use(stack, patch)
        settings = SourceSettings()
        with closing(opened_store(settings)) as store:
            [file] = store.files.unfinished(SOURCE)
        Raw(Objects.open(settings, settings.kept)).fetch(file.digest, into)
    return into.read_bytes()


def send(live: LiveStream, count: int, service: str) -> None:
    """So many messages over ten hours, and one that is rejected."""
    minutes = (health_message(service, NOON + timedelta(seconds=n * 36000 // count), n / count) for n in range(count))
    live.send([*minutes, b"not a message"])


@pytest.fixture(scope="module")
def live(stream_factory: StreamFactory) -> LiveStream:
    """A stream with a thousand messages in its tables."""
    live = stream_factory(HEALTH_TEXT)
    for service in ("cart", "checkout"):
        send(live, 500, service)
    live.await_accounted()
    return live


@pytest.fixture(scope="module")
def folder(stack: Stack, live: LiveStream, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the shared stack, made while its jobs go on."""
    assert live.jobs()
    land(stack, tmp_path_factory.mktemp("landing") / "cases.csv")
    folder = tmp_path_factory.mktemp("backup")
    done = windowpane(stack, "backup", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Backed up to {folder}: ")
    return folder


@pytest.fixture
def own(second: Stack, monkeypatch: pytest.MonkeyPatch) -> LiveStream:
    """The only stream of the second stack, all of it running on a lake and a Kafka that are new."""
    wipe(second, "postgres", "objectstore", "kafka")
    (second.settings.streams / "health.toml").unlink()
    use(second, monkeypatch)
    live = declare(second.settings.streams, HEALTH_TEXT)
    bring_up(second, "--no-input")
    live.await_running()
    return live


@pytest.fixture(scope="module")
def second(stack: Stack) -> Iterator[Stack]:
    """The engines of a second stack beside the shared one, with definitions of its own."""
    home = stack.layout.home.with_name(f"{stack.layout.home.name}-second")
    streams = home / "streams"
    streams.mkdir(parents=True)
    shutil.copyfile(SHIPPED["health"], streams / "health.toml")
    made = Stack(StackSettings(home=home, port=free_port(), streams=streams))
    try:
        bring_up(made, "--engines-only")
        yield made
    finally:
        made.down(say)
        keep_logs(made)
        shutil.rmtree(home, ignore_errors=True)


def bring_up(stack: Stack, option: str) -> None:
    done = windowpane(stack, "up", option)
    assert done.returncode == 0, done.stderr


def test_two_stacks_run_side_by_side(stack: Stack, second: Stack) -> None:
    assert all(stack.answers(engine) and second.answers(engine) for engine in ENGINES)
    assert not set(vars(stack.ports).values()) & set(vars(second.ports).values())


def test_only_engines_may_run(stack: Stack, folder: Path) -> None:
    done = windowpane(stack, "restore", str(folder))
    assert done.returncode == 2
    [running] = re.findall("only the engines may run while restoring, but (.*) runs", done.stderr)
    assert {"web", "keeper"} <= set(running.split(", ")) <= set(SERVICES)


def test_renewal_copies_only_what_is_new(stack: Stack, live: LiveStream, folder: Path) -> None:
    def objects() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in (folder / "objects").rglob("*") if path.is_file()}

    before, first = objects(), read_manifest(folder)
    send(live, 10, "late")
    live.await_accounted()
    done = windowpane(stack, "backup", str(folder))
    assert done.returncode == 0, done.stderr
    after, renewed = objects(), read_manifest(folder)
    assert renewed.made > first.made
    assert len(after) == renewed.object_count
    assert sum(path.stat().st_size for path in after) == renewed.object_bytes
    kept = before.keys() & after.keys()
    assert {path: after[path] for path in kept} == {path: before[path] for path in kept}
    assert {path for path in before if path.suffix == ".parquet"} <= kept
    assert len(list(folder.glob("catalog-*"))) == len(list(folder.glob("objects-*"))) == 1


def test_what_is_restored_is_what_was_there(
    stack: Stack, live: LiveStream, folder: Path, second: Stack, tmp_path: Path
) -> None:
    done = windowpane(second, "restore", str(folder))
    assert done.returncode == 0, done.stderr
    assert f"{live.name}: this Kafka is not the one that the lake was filled from" in done.stderr
    until = read_manifest(folder).streams[live.name]
    assert until is not None
    before, after = Lake.of(stack), Lake.of(second)
    assert after.tables(live.name, "health", "page_views") == before.tables(live.name, "health", "page_views")
    assert len(after.tables(live.name)) == 3
    for table in ("panes", "ledger", "rejected"):
        content = after.content(live.name, table, until)
        assert content == before.content(live.name, table, until)
        assert content[0] > 0
    assert after.sums(live.name, until) == before.sums(live.name, until)
    assert sum(row[1] for row in after.sums(live.name, until)) == 1010
    answers = after.answers(live.definition)
    assert answers == before.answers(live.definition)
    assert [group["messages"] for group in answers[0]] == [500, 500, 10]
    sql = f'select sum(messages) from "{live.name}".minutes'
    assert TrinoClient(after.query).rows(sql)[0] == [[1010]]
    assert landed(second, tmp_path / "cases.csv") == LANDED


def test_used_lake_is_refused(second: Stack, folder: Path) -> None:
    done = windowpane(second, "restore", str(folder))
    assert done.returncode == 2
    assert "the lake is not empty" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_locks_keep_others_out(stack: Stack, tmp_path: Path) -> None:
    uri = Lake.of(stack).uri
    with lake_lock(uri, "publish", "health"), lake_lock(uri, "publish", "page_views") as other:
        other.check()
        with pytest.raises(LakeLockedError, match="stream health is in use by 'windowpane publish health' since"):
            lake_lock(uri, "maintain", "health").__enter__()
        done = windowpane(stack, "backup", str(tmp_path))
        assert done.returncode == 2
        assert "windowpane: the lake is in use by 'windowpane publish " in done.stderr
    with lake_lock(uri, "backup"), pytest.raises(LakeLockedError, match="the lake is in use by 'windowpane backup'"):
        lake_lock(uri, "publish", "health", wait_seconds=0.2).__enter__()


def test_killed_holder_frees_the_lock(stack: Stack) -> None:
    uri = Lake.of(stack).uri
    program = (
        "import sys, time; from database.locks import lake_lock\n"
        "with lake_lock(sys.argv[1], 'x'): print(flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program, uri], stdout=subprocess.PIPE, cwd=CHECKOUT) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(LakeLockedError):
            lake_lock(uri, "y").__enter__()
        holder.kill()
        with lake_lock(uri, "y", wait_seconds=10) as lock:
            lock.check()


def test_port_that_somebody_took_is_replaced(second: Stack) -> None:
    """Kafka cannot start, so status says why, and the next `up` makes it ready elsewhere."""
    port = second.ports.kafka
    second.supervisor.stop("kafka")
    with socket.create_server(("127.0.0.1", port)):
        second.supervisor.begin("kafka")
        await_true(lambda: "kafka" in second.failing(), 120, "kafka ends again and again")
        assert not second.answers("kafka")
        kafka = json.loads(windowpane(second, "status", "--json").stdout)["engines"]["kafka"]
        assert kafka["state"] == "failing"
        assert "Address already in use" in kafka["error"]
        done = windowpane(second, "up", "--engines-only")
    assert done.returncode == 0, done.stderr
    assert "kafka cannot listen: somebody took its port (kafka); trying others" in done.stderr
    assert "Restarting jobmanager, for this changed: " in done.stderr
    assert second.ports.kafka != port
    assert second.answers("kafka")
    assert second.failing() == set()


def test_killed_supervisor_takes_all_with_it(second: Stack) -> None:
    family = processes(second)
    family[0].kill()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []


def test_up_returns_in_the_foreground_and_stops_on_a_signal(second: Stack) -> None:
    command = [str(CHECKOUT / "windowpane"), "up", "--engines-only", "--foreground"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment_of(second)) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("Engines are up")
        assert all(second.answers(engine) for engine in ENGINES)
        family = processes(second)
        assert len(family) > len(ENGINES)
        process.terminate()
        assert process.wait(120) == 0
    assert [each for each in family if each.is_running()] == []


def test_lost_lake_goes_on_from_kafka(second: Stack, own: LiveStream, tmp_path: Path) -> None:
    """PostgreSQL and the object store are lost after a backup, Kafka is not: each message counts once."""
    send(own, 500, "before")
    own.await_accounted()
    assert windowpane(second, "backup", str(tmp_path / "backup")).returncode == 0
    send(own, 300, "after")
    own.await_accounted()
    wipe(second, "postgres", "objectstore")
    bring_up(second, "--engines-only")
    done = windowpane(second, "restore", str(tmp_path / "backup"))
    assert (done.returncode, done.stderr) == (0, "")
    by_service = "select service, sum(messages) from {stream}.panes where grain = 'minute' group by 1"
    assert own.rows(by_service) == [["before", 500]]
    bring_up(second, "--no-input")
    own.await_running()
    own.await_accounted()
    assert own.gaps() == []
    totals = own.rows(f"{by_service} order by 1")
    assert totals == [["after", 300], ["before", 500]]
    assert own.rows("select count(*) from {stream}.rejected") == [[2]]


def test_down_leaves_no_process(second: Stack) -> None:
    family = processes(second)
    done = windowpane(second, "down")
    assert done.returncode == 0, done.stderr
    assert [process for process in family if process.is_running()] == []
    assert find_leftovers(second.layout) == []
    assert windowpane(second, "status").returncode == 1
    assert windowpane(second, "down").returncode == 0


def wipe(stack: Stack, *engines: str) -> None:
    """Stop the stack and lose what these engines keep."""
    stack.down(say)
    for engine in engines:
        shutil.rmtree(stack.layout.data / engine)
