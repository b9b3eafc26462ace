"""Streams of a test's own on the shared stack: applied, run by the keeper, and waited for by what the ledger proves."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.exceptions import NamespaceNotEmptyError, NoSuchNamespaceError, NoSuchTableError

import streams.breakdowns
import streams.panes
from compose.embedded.waiting import until
from database.replay_store import ReplayStore
from database.replays import ReplayState
from flink_jobs.client import FlinkClient, Job
from flink_jobs.render import render
from flink_jobs.settings import FlinkSettings
from iceberg.apply import views_in
from iceberg.catalog import open_catalog
from iceberg.kinds import KINDS
from iceberg.lake_view import LakeView
from iceberg.publishing import drop
from iceberg.results import RESULTS
from iceberg.rollups import has_pending
from iceberg.settings import LakeSettings
from query.answer_json import answer_json
from query.parameters import read_series, read_window
from query.requests import RejectedRequest
from query.service import QueryService
from query.settings import QuerySettings
from query.sql_clients import drop_views
from query.trino_client import TrinoClient
from query.visible import Visible
from scripts.streams.provision import plan
from services.heart import Heart
from services.settings import ServiceSettings
from services.stream_topics import begin_reading
from services.tidying import Tidying
from streams import Definition, load_definition
from streams.errors import WindowpaneError
from streams.keys import message_keys
from streams.producer import BulkProducer
from streams.topics import Topics

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROLLUP_ARRIVAL_SECONDS = 20
"""Length of the arrival windows of day panes of streams that run apart from the keeper."""


def await_true(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Ask until it is true; an engine that is away for a while is no failure, but too long is."""
    problem = ""

    def asked() -> bool:
        nonlocal problem
        problem = ""
        try:
            return condition()
        except WindowpaneError as error:
            problem = f" ({error})"
            return False

    try:
        until(asked, seconds, every=0.5)
    except TimeoutError:
        raise TimeoutError(f"not within {seconds:.0f} s: {what}{problem}") from None


@cache
def _flink(address: str) -> FlinkClient:
    """One for all streams of a stack, so that a job finds the process of the one before."""
    assert address
    return FlinkClient(FlinkSettings(), kept_seconds=900)


def topic_ends(topic: str) -> dict[int, int]:
    """Partition → offset that the next message will get."""
    with Topics(ServiceSettings().kafka) as topics:
        return topics.end_offsets(topic)


@dataclass
class LiveStream:
    """A stream that is applied and has its tables; `definition` follows each apply."""

    definition: Definition
    toml: Path
    trino: TrinoClient = field(default_factory=lambda: TrinoClient(QuerySettings()))
    flink: FlinkClient = field(default_factory=lambda: _flink(FlinkSettings().flink))

    def __post_init__(self) -> None:
        self._ends: dict[int, int] = {}
        self.service = QueryService(QuerySettings(), {self.name: self.definition}, LakeSettings())

    @property
    def name(self) -> str:
        """The stream's name, which is its topic's too."""
        return self.definition.name

    @property
    def kafka(self) -> str:
        """Where the stack's broker listens."""
        return ServiceSettings().kafka

    def apply(self, text: str | None = None) -> list[str]:
        """Make the stack match the definition, or the new text of it; what was done."""
        if text is not None:
            self.toml.write_text(text, "utf-8")
        self.definition = load_definition(self.toml)
        with Topics(ServiceSettings().kafka) as topics:
            steps = plan(self.definition, topics, LakeSettings(), QuerySettings())
            for step in steps:
                step.run()
        return [step.description for step in steps]

    def send(self, payloads: Iterable[bytes], partition: int | None = None) -> None:
        """Send messages, with their keys, and wait until Kafka has acknowledged all."""
        messages = list(payloads)
        with BulkProducer(self.kafka) as producer:
            producer.send(self.definition.topic, messages, partition, message_keys(self.definition, messages))
        self._ends = topic_ends(self.definition.topic)

    def run_job(self) -> str:
        """Start the job from the lake, as the keeper would; for a stream whose definition the keeper does not see."""
        catalog, settings = open_catalog(LakeSettings()), self.flink.settings
        job_range = begin_reading(settings.kafka, catalog, self.definition, settings.watermark_slack_ms)
        return self.flink.run(render(self.definition, settings.kafka, job_range, settings.watermark_slack_ms))

    def jobs(self) -> list[Job]:
        """The stream's jobs that have not ended."""
        return [job for job in self.flink.jobs() if job.stream == self.name and not job.ended]

    def await_running(self, seconds: float = 300) -> Job:
        """Wait until the stream's only job is that of its definition, and runs; the job."""

        def running() -> bool:
            return [(job.digest, job.state) for job in self.jobs()] == [(self.definition.digest, "RUNNING")]

        await_true(running, seconds, f"the job of {self.name}, definition {self.definition.digest}, runs")
        return self.jobs()[0]

    def view(self) -> LakeView:
        """The newest lake view."""
        self.service.refresh()
        return self.service._watcher.view(self.name)

    def has_pending(self) -> bool:
        """Whether rollups are to be made, now or later."""
        return has_pending(open_catalog(LakeSettings()), self.name)

    def make_rollups(self) -> bool:
        """Make those that are to be made now, as the keeper would; whether none is left."""
        Tidying(lambda: open_catalog(LakeSettings()), self.trino).tidy(self.name)
        return not self.has_pending()

    def await_accounted(self, seconds: float = 150, ends: dict[int, int] | None = None) -> LakeView:
        """Wait until answers are complete up to offsets, or for all that `send` has sent; the lake view that says so.

        Not for all that Kafka holds: heartbeats go on for ever.
        """
        ends = ends or self._ends
        assert ends
        view = self.view()

        def accounted() -> bool:
            nonlocal view
            view = self.view()
            counted = self._counted(view.complete_until or EPOCH)
            return all(counted.get(partition, 0) >= end for partition, end in ends.items())

        await_true(accounted, seconds, f"{self.name} complete up to offsets {ends}")
        return view

    def await_day_panes(self, until: datetime | None) -> None:
        """Wait until day panes hold everything that arrived up to a moment."""
        assert until

        def held() -> bool:
            """When nothing arrives, the day panes' cut stays where it is: there are no minute panes beyond it then."""
            view = self.view()
            cut, complete = view.day_cut or EPOCH, view.complete_until or EPOCH
            return cut >= until or (complete >= until and view.late_parts == ())

        await_true(held, 120, f"day panes hold what arrived until {until}")

    def _counted(self, complete_until: datetime) -> dict[int, int]:
        """Partition → offset that follows the last one whose messages are in all complete answers."""
        sql = 'select "partition", max(last_offset) + 1 from {stream}.ledger where arrived_until <= ? group by 1'
        return {int(partition): int(offset) for partition, offset in self.rows(sql, complete_until)}

    def gaps(self) -> list[tuple[int, int, int]]:
        """Where the ledger's offsets do not join; empty when every offset is in exactly one row."""
        sql = 'select "partition", first_offset, last_offset from {stream}.ledger order by 1, 2'
        return offset_gaps(self.rows(sql))

    def rows(self, sql: str, *values: object) -> list[list[Any]]:
        """Rows of Trino; `{stream}` stands for the stream's schema."""
        return self.trino.rows(sql.format(stream=f'"{self.name}"'), values)[0]

    def window(self, *params: tuple[str, str]) -> dict[str, Any]:
        """The answer to a window, as the API gives it."""
        return answer_json(self.service.window(read_window(Visible(self.definition), params)))

    def series(self, *params: tuple[str, str]) -> dict[str, Any]:
        """The answer to a series, as the API gives it."""
        return answer_json(self.service.series(read_series(Visible(self.definition), params)))

    def rejected(self, start: datetime, end: datetime, reason: str | None = None) -> list[dict[str, Any]]:
        """Rejected messages that arrived in `[start, end)`, as the API gives them."""
        first, last = (at.replace(second=0, microsecond=0) for at in (start, end))
        asked = RejectedRequest(Visible(self.definition), first, last + timedelta(minutes=1), reason)
        messages: list[dict[str, Any]] = answer_json(self.service.rejected(asked))["messages"]
        return [row for row in messages if start <= datetime.fromisoformat(row["arrived"]) < end]

    def remove(self) -> None:
        """Take away definition, tables, job and topic, in the order in which the keeper cannot bring them back."""
        self.toml.unlink(missing_ok=True)
        catalog = open_catalog(LakeSettings())
        drop_views(self.trino, self.name, views_in(catalog, self.name))
        for table in (*(kind.name for kind in KINDS), RESULTS):
            try:
                catalog.drop_table((self.name, table))
            except NoSuchTableError:
                continue
        for job in self.jobs():
            self.flink.stop(job)
        with suppress(NoSuchNamespaceError, NamespaceNotEmptyError):
            catalog.drop_namespace(self.name)
        with Topics(ServiceSettings().kafka) as topics:
            topics.delete(self.definition.topic)


def declare(folder: Path, text: str) -> LiveStream:
    """Write a definition (TOML with `{topic}` for the topic's name) of a stream of its own name, to be applied."""
    name = f"test_{uuid.uuid4().hex[:8]}"
    toml = folder / f"{name}.toml"
    toml.write_text(text.replace("{topic}", name), "utf-8")
    return LiveStream(load_definition(toml), toml)


def make_live(folder: Path, text: str) -> LiveStream:
    """Declare a stream and apply it."""
    live = declare(folder, text)
    live.apply()
    return live


def offset_gaps(rows: Sequence[Sequence[int]]) -> list[tuple[int, int, int]]:
    """`(partition, expected, found)` wherever ledger rows `(partition, first, last)`, in order, do not join."""
    gaps: list[tuple[int, int, int]] = []
    following: dict[int, int] = {}
    for partition, first, last in rows:
        if first != following.get(partition, 0):
            gaps.append((partition, following.get(partition, 0), first))
        following[partition] = last + 1
    return gaps


@contextmanager
def running_live(folder: Path, text: str) -> Iterator[LiveStream]:
    """A stream and its job, apart from the keeper; day panes are made every 20 seconds in place of ten minutes.

    At the end it is taken away, with replays that were not dropped.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in (streams.panes, streams.breakdowns):
            patch.setattr(module, "ROLLUP_ARRIVAL_SECONDS", ROLLUP_ARRIVAL_SECONDS)
        live = make_live(folder, text)
        heart = Heart(live.kafka, live.flink.settings.watermark_slack_ms)
        heart.watch({live.definition.topic: live.definition.partitions})
        heart.start()
        try:
            live.run_job()
            yield live
        finally:
            heart.close()
            catalog = open_catalog(LakeSettings())
            for replay in sorted(ReplayStore(catalog.engine).all(live.name), key=lambda replay: replay.id):
                if replay.state is not ReplayState.DROPPED:
                    drop(catalog, replay.id)
            live.remove()
