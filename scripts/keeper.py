"""The keeper: sees that every applied stream has exactly one job, and that quiet streams move on.

    python -m scripts.keeper

A job that is gone is started again from the lake, without any Flink state. Two jobs of a stream must never write at
once, so before a start the keeper makes sure that no task of an earlier one is alive: jobs that Flink knows have ended,
and a TaskManager older than its JobManager, which may still run what that one has forgotten, is restarted.

A changed definition takes over at a cut that all tables share (see iceberg.handover).
"""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from compose.embedded.layout import Layout
from compose.embedded.supervisor import Supervisor
from flink_jobs.client import FlinkClient, Job
from flink_jobs.errors import JobError
from flink_jobs.render import JobRange, JobScript, render
from flink_jobs.settings import FlinkSettings
from iceberg.apply import applied_definition
from iceberg.catalog import Catalog, open_catalog
from iceberg.errors import LakeLockedError
from iceberg.handover import close_at, note_running, running_definition
from iceberg.locks import stream_lock
from iceberg.publishing import finish_interrupted
from iceberg.resume import resume_point
from iceberg.rollups import begin_making, finish_making, has_pending
from iceberg.settings import LakeSettings, MaintenanceSettings
from iceberg.stream_tables import OPTIONAL, windowed
from query.settings import QuerySettings
from query.sql_clients import make_rollup
from query.trino_client import TrinoClient
from scripts.heart import Heart
from scripts.maintenance_schedule import MaintenanceSchedule
from scripts.settings import ScriptSettings
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.topics import Topics

__all__ = ["Keeper", "main", "tidy"]

_log = structlog.get_logger("keeper")

LOOK_SECONDS = 3.0
HANDOVER_SECONDS = 300
"""Longest time for an old definition to complete its last windows."""


class Keeper:
    """Compares the applied definitions with Flink's jobs, and acts."""

    def __init__(
        self,
        flink: FlinkClient,
        catalog: Catalog,
        declared: Path,
        record: Path,
        *,
        fence: Callable[[], None],
        offsets_at: Callable[[str, datetime], Mapping[int, int]],
    ) -> None:
        self._flink, self._catalog, self._declared, self._record = flink, catalog, declared, record
        self._fence, self._offsets_at = fence, offsets_at
        self._refused: set[str] = set()

    def make_right(self, definitions: Mapping[str, Definition]) -> None:
        """Make the jobs right once; what is wrong with one stream keeps no other from its job.

        Raises WindowpaneError when Flink does not answer, or the last of the problems met.
        """
        jobs = self._flink.jobs()
        scripts: dict[str, JobScript] = {}
        problems: list[WindowpaneError] = []
        for definition in definitions.values():
            live = [job for job in jobs if job.stream == definition.name and not job.ended]
            if [job.digest for job in live] != [definition.digest]:
                try:
                    scripts[definition.name] = self._prepare(definition, live, jobs)
                except WindowpaneError as error:
                    problems.append(error)
        alone = [{name: script} for name, script in scripts.items() if name in self._refused]
        together = {name: script for name, script in scripts.items() if name not in self._refused}
        for batch in [*alone, *([together] if together else [])]:
            try:
                self._start(batch)
            except JobError as error:
                # It is not said which one was refused, so that at the next look each is submitted by itself.
                self._refused |= batch.keys()
                problems.append(error)
        if problems:
            raise problems[-1]

    def _start(self, scripts: Mapping[str, JobScript]) -> None:
        started = dict(zip(scripts, self._flink.run_all(list(scripts.values())), strict=True))
        self._note(started)
        self._refused -= started.keys()
        _log.info("start", **started)

    def applied(self) -> dict[str, Definition]:
        """The applied definition of every declared stream. Raises WindowpaneError."""
        names = sorted(path.stem for path in self._declared.glob("*.toml"))
        found = ((name, applied_definition(self._catalog, name)) for name in names)
        return {name: definition for name, definition in found if definition is not None}

    def _prepare(self, definition: Definition, live: list[Job], jobs: list[Job]) -> JobScript:
        """Stop what runs, make sure that nothing else does; the job that goes on from the lake."""
        for job in live:
            _log.info("stop", stream=definition.name, job=job.id, state=job.state)
            self._flink.stop(job)
        if self._last(definition.name) not in {None, *(job.id for job in jobs)}:
            self._fence()
        running = running_definition(self._catalog, definition.name)
        if running is not None and running.digest != definition.digest:
            self._hand_over(running)
        note_running(self._catalog, definition)
        point = resume_point(self._catalog, definition.name)
        _log.info("resume", stream=definition.name, start=str(point.start))
        return self._script(definition, JobRange(point.start, cuts=point.cuts, held=point.held))

    def _hand_over(self, old: Definition) -> None:
        """Let the old definition complete every table up to the newest cut; the new one takes over there."""
        point = resume_point(self._catalog, old.name)
        cuts = {table: cut for table, cut in point.cuts.items() if table != OPTIONAL or old.hours}
        at = max(filter(None, windowed(cuts).values()), default=None)
        if at is None:
            return
        # Tables of single messages tell by themselves only that they were closed there before.
        if {*cuts.values()} != {at}:
            slack = timedelta(milliseconds=self._flink.settings.watermark_slack_ms)
            ends = self._offsets_at(old.topic, at + slack)
            reach = JobRange(point.start, ends, point.cuts, point.held, until=at)
            job_id = self._flink.run(self._script(old, reach))
            self._note({old.name: job_id})
            self._flink.await_finished(job_id, HANDOVER_SECONDS)
        close_at(self._catalog, old.name, at)
        _log.info("hand over", stream=old.name, at=str(at))

    def _script(self, definition: Definition, reach: JobRange) -> JobScript:
        settings = self._flink.settings
        return render(definition, settings.kafka, reach, settings.watermark_slack_ms)

    def _notes(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._record.read_text()))
        except FileNotFoundError:
            return {}

    def _last(self, stream: str) -> str | None:
        return self._notes().get(stream)

    def _note(self, jobs: Mapping[str, str]) -> None:
        """Remember the job of each of these streams."""
        fresh = self._record.with_suffix(".new")
        fresh.write_text(json.dumps({**self._notes(), **jobs}))
        fresh.replace(self._record)


def _fence(supervisor: Supervisor) -> None:
    """Restart the TaskManager if it is older than the JobManager: it may run tasks that nobody else remembers."""
    states = supervisor.states()
    if states and states["taskmanager"].started < states["jobmanager"].started:
        _log.info("restart taskmanager", reason="it is older than the jobmanager")
        supervisor.stop("taskmanager")
        supervisor.begin("taskmanager")


def tidy(definitions: Mapping[str, Definition], trino: TrinoClient) -> None:
    """Go on with publications that were interrupted, and make the rollups that wait to be made."""
    catalog = open_catalog(LakeSettings())
    for replay in finish_interrupted(catalog):
        _log.info("publication complete", replay=replay.id, state=replay.state)
    for definition in definitions.values():
        if not has_pending(catalog, definition.name):
            continue
        with suppress(LakeLockedError), stream_lock(catalog, definition.name, "making rollups"):
            making = begin_making(catalog, definition.name)
            if making is not None:
                make_rollup(trino, definition, making)
                finish_making(catalog, making)
                _log.info("rollups made", stream=definition.name, grain=making.grain, arrivals=str(making.arrivals))


def _offsets_at(kafka: str, topic: str, at: datetime) -> dict[int, int]:
    with Topics(kafka) as topics:
        return topics.offsets_at(topic, at)


def main() -> None:
    """Entry point: keep until terminated."""
    settings, flink = ScriptSettings(), FlinkSettings()
    layout = Layout(settings.home)
    supervisor = Supervisor(layout)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    heart = Heart(settings.kafka, flink.watermark_slack_ms)
    heart.start()
    keeper: Keeper | None = None
    trino = TrinoClient(QuerySettings())
    maintenance = MaintenanceSchedule(MaintenanceSettings().maintain_seconds, time.monotonic())
    while not stop.is_set():
        try:
            keeper = keeper or Keeper(
                FlinkClient(flink),
                open_catalog(LakeSettings()),
                settings.streams,
                layout.jobs_record,
                fence=lambda: _fence(supervisor),
                offsets_at=lambda topic, at: _offsets_at(settings.kafka, topic, at),
            )
            definitions = keeper.applied()
            # First: submitting takes long, and a job that runs already waits for the beat.
            heart.watch(definitions)
            keeper.make_right(definitions)
            tidy(definitions, trino)
            maintenance.look(time.monotonic())
        except WindowpaneError as error:
            _log.warning("will try again", reason=str(error))
        stop.wait(LOOK_SECONDS)
    maintenance.close()
    heart.close()


if __name__ == "__main__":
    main()
