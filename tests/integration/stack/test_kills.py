"""kill -9 of each process under load: afterwards every acknowledged message is counted exactly once."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from compose.embedded.stack import Stack
from scripts.console import download_progress, say
from scripts.stack.bring_up import bring_up
from streams.producer import BulkProducer
from tests.definitions import SHIPPED
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import LiveStream, await_true, topic_ends
from tests.integration.stopping import kill

pytestmark = [pytest.mark.integration, pytest.mark.timeout(420)]

AS_SHIPPED = SHIPPED["page_views"].read_text("utf-8")
TEXT = AS_SHIPPED.replace('topic = "page_views"', 'topic = "{topic}"\nevents = true')
VICTIMS = [["taskmanager"], ["jobmanager"], ["kafka"], ["objectstore"], ["postgres"], ["trino", "web", "keeper"]]
"""The last three have no part in the way from Kafka to the tables, nor in each other's."""

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
ACCEPTED_EVENTS = "select count(event_time) from {stream}.events"
EVENTS_OF_PARTITIONS = (
    'select count(*), count(distinct "offset"), max("offset") + 1 from {stream}.events group by "partition"'
)
RECOVERY_SECONDS = 180


@dataclass
class Load:
    """Sends messages until told to stop; `sent` counts them by site and minute once Kafka has acknowledged all."""

    live: LiveStream
    sent: Counter[tuple[str, datetime]] = field(default_factory=Counter)
    total: int = 0
    failures: list[BaseException] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def batch(self) -> list[bytes]:
        """A hundred messages, over an hour of each of three days and ten sites."""
        payloads = []
        for number in range(self.total, self.total + 100):
            at = FIRST + timedelta(days=number % 3, minutes=number * 37 % 60, seconds=number % 60)
            site = f"site-{number % 10}"
            message = {"site": site, "path": "/", "time": at.isoformat(), "load_ms": number % 1000 / 10}
            payloads.append(json.dumps(message).encode())
            self.sent[site, at.replace(second=0)] += 1
        self.total += 100
        return payloads

    def start(self) -> None:
        """Begin to send about a thousand messages a second."""
        self.thread = threading.Thread(target=self._send, name="load", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Return once Kafka has acknowledged every message."""
        assert self.thread is not None
        self.stopping.set()
        self.thread.join(200)
        assert not self.thread.is_alive()
        assert self.failures == []

    def _send(self) -> None:
        try:
            with BulkProducer(self.live.kafka, timeout_seconds=180) as producer:
                while not self.stopping.wait(0.1):
                    producer.send(self.live.definition.topic, self.batch())
        except BaseException as error:
            self.failures.append(error)


@pytest.fixture(scope="module")
def load(stream_factory: StreamFactory) -> Iterator[Load]:
    """A stream that is sent messages while one process after another is killed."""
    load = Load(stream_factory(TEXT))
    load.start()
    try:
        yield load
    finally:
        load.stopping.set()


def await_progress(live: LiveStream, beyond: datetime) -> None:
    """Until answers are complete for what arrived after a moment."""
    await_true(lambda: (live.view().complete_until or FIRST) > beyond, RECOVERY_SECONDS, f"complete beyond {beyond}")


def await_counted(load: Load, killed: datetime) -> None:
    """Until what arrived since the kill is counted, while more arrives; no offset lost or counted twice by then."""
    await_progress(load.live, killed)
    # Trino may take a moment longer to find PostgreSQL again.
    await_true(lambda: load.live.gaps() == [], RECOVERY_SECONDS, "no offset is lost or counted twice")
    assert load.failures == []


@pytest.mark.parametrize("victims", VICTIMS, ids=" ".join)
def test_survives_kill_of(victims: list[str], stack: Stack, load: Load) -> None:
    await_progress(load.live, datetime.now(UTC) - timedelta(seconds=20))
    pids = {victim: kill(stack, victim) for victim in victims}
    killed = datetime.now(UTC)

    def back() -> bool:
        states = stack.states()
        return all(
            states[name].running and states[name].pid != pid and stack.answers(name) for name, pid in pids.items()
        )

    await_true(back, RECOVERY_SECONDS, f"{victims} are back")
    await_counted(load, killed)


def test_survives_kill_of_both_flink_processes(stack: Stack, load: Load) -> None:
    """All of Flink's state is gone, so the job starts again from the lake."""
    await_progress(load.live, datetime.now(UTC) - timedelta(seconds=20))
    old = {job.id for job in load.live.jobs()}
    kill(stack, "jobmanager")
    kill(stack, "taskmanager")
    await_counted(load, datetime.now(UTC))
    assert not old & {job.id for job in load.live.jobs()}


def test_survives_kill_of_everything(stack: Stack, load: Load) -> None:
    """As if the machine had lost power, and `up` again."""
    await_progress(load.live, datetime.now(UTC) - timedelta(seconds=20))
    pids = [state.pid for state in stack.states().values() if state.pid]
    supervisor = psutil.Process(stack.supervisor.pid)
    supervisor.kill()
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
    killed = datetime.now(UTC)
    await_true(lambda: not supervisor.is_running() or supervisor.status() == psutil.STATUS_ZOMBIE, 10, "it is dead")
    bring_up(stack, say, download_progress, live_input=False)
    await_counted(load, killed)


def test_every_message_is_counted_once(load: Load) -> None:
    """In minute panes, in day panes with what is beyond their cut, in answers, in the ledger, and in events."""
    live = load.live
    load.stop()
    live.await_accounted(RECOVERY_SECONDS, topic_ends(live.name))
    minutes = live.rows(
        "select site, window_start, sum(messages) from {stream}.panes where grain = 'minute' group by 1, 2"
    )
    assert {(site, start): count for site, start, count in minutes} == dict(load.sent)
    days = Counter[tuple[str, datetime]]()
    for (site, minute), count in load.sent.items():
        days[site, minute.replace(hour=0, minute=0)] += count
    daily = live.rows("select site, window_start, messages from {stream}.days")
    assert {(site, start): count for site, start, count in daily} == dict(days)
    [total] = live.window(("start", FIRST.isoformat()), ("end", "2026-03-04T00:00:00Z"), ("by", ""))["groups"]
    assert (total["messages"], total["load_ms"]["count"]) == (load.total, load.total)
    [[accepted, rejected]] = live.rows("select sum(accepted), sum(rejected) from {stream}.ledger")
    assert (accepted, rejected) == (load.total, 0)
    assert live.gaps() == []
    await_true(lambda: live.rows(ACCEPTED_EVENTS) == [[load.total]], 30, "events hold all messages")
    for rows, offsets, following in live.rows(EVENTS_OF_PARTITIONS):
        assert rows == offsets == following
