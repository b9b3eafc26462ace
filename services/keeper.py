"""The keeper: sees that every applied stream has exactly one job, and that quiet streams move on.

    python -m services.keeper

A job that is gone is started again from the lake, without any Flink state. Two jobs of a stream must never write at
once, so before a start the keeper makes sure that no task of an earlier one is alive: jobs that Flink knows have ended,
and a TaskManager older than its JobManager, which may still run what that one has forgotten, is restarted.

A changed definition takes over at a cut that all tables share (see iceberg.handover). Each stream is looked after by
itself (see services.upkeep): what is decided of it, from what is stored and what runs (services.decision), is done.
"""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

import structlog

from access.log import KafkaSender
from access.store import AccessStore
from compose.embedded.layout import Layout
from compose.embedded.supervisor import Supervisor
from database.errors import LakeError
from flink_jobs.client import FlinkClient, Job
from flink_jobs.render import JobRange, JobScript, render
from flink_jobs.settings import FlinkSettings
from iceberg.catalog import Catalog, open_catalog
from iceberg.handover import close_at, note_running
from iceberg.publishing import interrupted
from iceberg.resume import resume_point
from iceberg.settings import LakeSettings, MaintenanceSettings
from iceberg.stored_stream import stored_stream
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from services.asked import Asked
from services.decision import decide
from services.heart import Heart
from services.maintenance_schedule import MaintenanceSchedule
from services.report_schedule import ReportSchedule
from services.settings import ServiceSettings
from services.stream_topics import StreamTopics
from services.tidying import Tidying
from services.upkeep import Upkeep
from streams.breakdowns import Layer, layers
from streams.definition import Definition
from streams.definition_files import definition_files
from streams.errors import WindowpaneError
from streams.logs import log_json
from streams.problems import note_problems
from systems.merchants.reports.subscriptions import Subscriptions

_log = structlog.get_logger("keeper")

NAMES_SECONDS = 1.0
"""Time between looks at which streams there are."""

HANDOVER_SECONDS = 300
"""Longest time for an old definition to complete its last windows, once it has read what it remembers."""

_READ_BACK_RATE = 10
"""A horizon is read at least so many times as fast as it went by."""


class Keeper:
    """Does what is decided about a stream. Threads may share it, if each works on streams of its own."""

    def __init__(
        self,
        flink: FlinkClient,
        lake: Callable[[], Catalog],
        declared: Path,
        record: Path,
        *,
        fence: Callable[[], None],
        topics: StreamTopics,
    ) -> None:
        self._flink, self._lake, self._declared, self._record = flink, lake, declared, record
        self._fence, self._topics = fence, topics
        self._alone = threading.Lock()
        self._trouble: dict[str, str] = {}
        self.kept: dict[str, Definition] = {}
        """Stream → definition, of those that heartbeats are for."""

    def names(self) -> set[str]:
        """The streams to look after: every declared one, and those that a job was started for, whatever became of
        their file."""
        return definition_files(self._declared).keys() | self._notes().keys()

    def make_right(self, name: str) -> None:
        """See that the stream has the job that it must have. Raises WindowpaneError."""
        stored = stored_stream(self._lake(), name)
        if stored is None:
            self.kept.pop(name, None)
            self._forget(name)
            return
        # First: submitting takes long, and a job that runs already waits for the beat.
        self.kept[name] = stored.definition
        self._topics.look(stored.definition)
        jobs = self._flink.jobs()
        decision = decide(
            stored,
            jobs,
            self._notes().get(name),
            is_readable=not self._troubled(stored.definition),
            all_read=self._topics.all_read(stored.definition),
        )
        self._stop(decision.stop)
        if stored.drained:
            self.kept.pop(name, None)
        if decision.fence:
            # Of the whole cluster, so by one stream at a time; the next one finds it done.
            with self._alone:
                self._fence()
        if decision.start:
            self._topics.note(stored.definition)
        if decision.hand_over is not None:
            self._hand_over(decision.hand_over)
        if decision.start:
            self._start(stored.definition)

    def beats(self, names: Collection[str]) -> dict[str, int]:
        """Topic → its partitions, of those of the streams that heartbeats are for."""
        topics = [definition.topic for name, definition in list(self.kept.items()) if name in names]
        return {topic: partitions for topic in topics if (partitions := self._topics.partitions(topic))}

    def _troubled(self, definition: Definition) -> bool:
        """Whether the stream's topic is not to be read as it is; said in the log when that changes."""
        trouble = self._topics.trouble(definition)
        if trouble != self._trouble.get(definition.name, ""):
            _log.warning("topic", stream=definition.name, trouble=trouble or "none any more")
        self._trouble[definition.name] = trouble
        return bool(trouble)

    def _stop(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            _log.info("stop", stream=job.stream, job=job.id, state=job.state)
            self._flink.stop(job)

    def _start(self, definition: Definition) -> None:
        note_running(self._lake(), definition)
        point = resume_point(self._lake(), definition.name)
        _log.info("resume", stream=definition.name, start=str(point.start))
        job_id = self._flink.run(self._script(definition, self._topics.range(definition, point)))
        self._note(definition.name, job_id)
        _log.info("start", stream=definition.name, job=job_id)

    def _hand_over(self, old: Definition) -> None:
        """Let the old definition complete every table up to the newest cut; the new one takes over there."""
        point = resume_point(self._lake(), old.name)
        new = {layer.panes for layer in Layer if layer not in layers(old)}
        cuts = {name: cut for name, cut in point.cuts.items() if name not in new}
        at = max((cut for name, cut in cuts.items() if cut and name not in point.held), default=None)
        if at is None:
            return
        # Tables of single messages tell by themselves only that they were closed there before.
        if {*cuts.values()} != {at}:
            job_id = self._flink.run(self._script(old, self._topics.range(old, point, until=at)))
            self._note(old.name, job_id)
            self._flink.await_finished(job_id, HANDOVER_SECONDS + old.horizon_ms / 1000 / _READ_BACK_RATE)
        close_at(self._lake(), old.name, at)
        _log.info("hand over", stream=old.name, at=str(at))

    def _script(self, definition: Definition, job_range: JobRange) -> JobScript:
        settings = self._flink.settings
        return render(definition, settings.kafka, job_range, settings.watermark_slack_ms)

    def _notes(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._record.read_text()))
        except FileNotFoundError:
            return {}

    def _note(self, stream: str, job_id: str | None) -> None:
        """Remember the job that was last started for a stream; none, to forget it."""
        with self._alone:
            notes = self._notes()
            notes.pop(stream, None)
            fresh = self._record.with_suffix(".new")
            fresh.write_text(json.dumps({**notes, stream: job_id} if job_id else notes))
            fresh.replace(self._record)

    def _forget(self, stream: str) -> None:
        """Of a stream that is gone: no job, and no note of one."""
        if stream in self._notes():
            self._stop(job for job in self._flink.jobs() if job.stream == stream and not job.ended)
            self._note(stream, None)


def _fence(supervisor: Supervisor) -> None:
    """Restart the TaskManager if it is older than the JobManager: it may run tasks that nobody else remembers.

    Raises EngineError when that cannot be told: then no job may be started.
    """
    if supervisor.state("taskmanager").started < supervisor.state("jobmanager").started:
        _log.info("restart taskmanager", reason="it is older than the jobmanager")
        supervisor.stop("taskmanager")
        supervisor.begin("taskmanager")


def _interrupted(lake: Callable[[], Catalog]) -> set[str]:
    """The streams with a publication to go on with, whether or not they are kept; none while the lake is away."""
    try:
        return interrupted(lake())
    except LakeError:
        return set()


def main() -> None:
    """Entry point: keep until terminated."""
    log_json()
    settings, flink = ServiceSettings(), FlinkSettings()
    layout = Layout(settings.home)
    supervisor = Supervisor(layout)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    heart = Heart(settings.kafka, flink.watermark_slack_ms)
    heart.start()
    access = AccessStore.open(LakeSettings().catalog_uri.get_secret_value())
    asked = Asked(layout.asked, KafkaSender(settings.kafka), access.users.known, access.columns.known)
    asked.start()
    lake = partial(open_catalog, LakeSettings())
    keeper = Keeper(
        FlinkClient(flink),
        lake,
        settings.streams,
        layout.jobs_record,
        fence=lambda: _fence(supervisor),
        topics=StreamTopics(settings.kafka, lake, flink.watermark_slack_ms),
    )
    tidying = Tidying(lake, TrinoClient(QuerySettings()))

    def look(name: str) -> None:
        try:
            if name in keeper.names():
                keeper.make_right(name)
        except WindowpaneError:
            # A job that cannot be started keeps nothing of the stream's past from being put in order.
            with suppress(WindowpaneError):
                tidying.tidy(name)
            raise
        tidying.tidy(name)

    upkeep = Upkeep(look, partial(note_problems, settings.home))
    maintenance = MaintenanceSchedule(MaintenanceSettings().maintain_seconds, time.monotonic())
    reports = ReportSchedule.of(Subscriptions(access.records))
    while not stop.wait(NAMES_SECONDS):
        names = keeper.names()
        upkeep.keep(names | _interrupted(lake))
        heart.watch(keeper.beats(names))
        maintenance.look(time.monotonic())
        reports.look(time.monotonic())
    upkeep.close()
    maintenance.close()
    reports.close()
    asked.close()
    heart.close()


if __name__ == "__main__":
    main()
