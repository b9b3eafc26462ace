"""Runs each source when it is due, in a thread of its own: what is slow or wrong with one delays no other.

python -m services.source_schedule
"""

from __future__ import annotations

import logging
import os
import random
import shutil
import signal
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from access.records import now
from processing.definition_files import declared_processes
from processing.due import due_processes
from processing.store import ProcessStore
from services.process_schedule import ProcessSchedule
from services.source_runner import opened_store, source_runner
from services.sources import applied_streams
from sources.catalogue import Catalogue, CatalogueReader
from sources.errors import SourceError
from sources.fetching.errors import FetchError
from sources.origins import Files, Topic, Url
from sources.runs.declared import Declared
from sources.runs.run import Runner
from sources.settings import SourceSettings
from sources.states import SourceBusyError, State
from sources.store import SourceStore
from sources.unnamed import sweep
from streams.errors import WindowpaneError
from streams.logs import log_json

_log = structlog.get_logger("sources")

LOOK_SECONDS = 2.0
"""Time between looks at which sources there are, and whether somebody asked for one."""

LONGEST_PAUSE_SECONDS = 600.0
UPLOADS_SECONDS = 3600.0
"""A source that only takes uploads runs when there is one; and so often all the same."""
TOPIC_SECONDS = 5.0
SWEEP_SECONDS = 3600.0
"""Time between looks for objects that nobody names."""
NOTED_SECONDS = 30.0
"""How often it is noted of a source that nothing is new."""

BY = "service"


def pause_seconds(failures: int, every: float) -> float:
    """How long to wait after so many failures in a row: longer each time, and never in step with other sources."""
    longest = max(every, min(LONGEST_PAUSE_SECONDS, 2.0 ** min(failures, 20) * 2.5))
    return random.uniform(longest / 2, longest)


def every_seconds(declared: Declared) -> float:
    """How often a source is looked at by itself."""
    origin = declared.source.origin
    if isinstance(origin, Files | Url):
        return float(origin.every_seconds)
    return TOPIC_SECONDS if isinstance(origin, Topic) else UPLOADS_SECONDS


class SourceSchedule:
    """All sources of a home. `applied`: the streams that have tables."""

    def __init__(
        self,
        runner: Runner,
        store: SourceStore,
        read: Callable[[], Catalogue],
        applied: Callable[[], set[str]],
        at_once: int = 32,
    ) -> None:
        self._runner, self._store, self._read, self._applied = runner, store, read, applied
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(at_once)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        self._known: dict[str, Declared] = {}
        self._running: set[str] = set()
        self._noted: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin; returns at once."""
        self._scheduler.add_job(self._sweep, "interval", seconds=SWEEP_SECONDS)
        self._scheduler.start()

    def close(self) -> None:
        """Begin no more runs. Those under way end with the process; what they had begun is gone on with."""
        self._scheduler.shutdown(wait=False)

    def look(self) -> None:
        """See which sources there are, and have those run that somebody asked for. Raises LakeError."""
        catalogue, applied, states = self._read(), self._applied(), self._store.states.all()
        wanted = {name: each for name, each in catalogue.declared.items() if each.source.stream in applied}
        for name, problem in catalogue.problems.items():
            self._note_broken(name, str(problem), states)
        with self._lock:
            for name in self._known.keys() - wanted.keys():
                del self._known[name]
                self._forget(name)
            for name, declared in wanted.items():
                is_new = name not in self._known
                self._known[name] = declared
                state = states.get(name)
                if state is not None and state.paused:
                    self._forget(name)
                elif is_new or self._scheduler.get_job(name) is None:
                    self._plan(name, _first(name, declared, state))
                elif _is_asked(state):
                    self._plan(name, datetime.now(UTC))

    def _sweep(self) -> None:
        try:
            swept = sweep(self._store, self._runner.objects, datetime.now(UTC))
        except WindowpaneError as error:
            _log.warning("cannot sweep", reason=str(error))
            return
        if swept:
            _log.info("swept", objects=swept)

    def _plan(self, name: str, at: datetime) -> None:
        """Have a source run, unless it runs now: it plans itself then."""
        if name not in self._running:
            job = self._scheduler.get_job(name)
            if job is None or job.next_run_time is None or job.next_run_time > at:
                self._scheduler.add_job(
                    self._run, "date", run_date=at, args=[name], id=name, replace_existing=True
                )  # fmt: skip

    def _forget(self, name: str) -> None:
        if self._scheduler.get_job(name) is not None:
            self._scheduler.remove_job(name)

    def _run(self, name: str) -> None:
        with self._lock:
            declared = self._known.get(name)
            if declared is None or name in self._running:
                return
            self._running.add(name)
        every, again = every_seconds(declared), None
        problem, did, begun_at = "", False, datetime.now(UTC)
        try:
            counts = self._runner.run(declared, by=BY)
            did = bool(counts.landed or counts.done or counts.held)
        except SourceBusyError:
            every = min(every, LOOK_SECONDS)  # a command runs it now
        except Exception as error:
            # Whatever it is: a thread that dies of it would end this source, and say nothing.
            ours = isinstance(error, WindowpaneError)
            problem = str(error) if ours else f"unexpected: {type(error).__name__}: {error}"
            again = error.again_seconds if isinstance(error, FetchError) else None
            _log.warning("will try again", source=name, reason=problem, exc_info=None if ours else error)
        failures = self._failures[name] = self._failures.get(name, 0) + 1 if problem else 0
        wait = every if not problem else max(again or 0.0, pause_seconds(failures, min(every, 60.0)))
        next_at = datetime.now(UTC) + timedelta(seconds=wait)
        self._note(name, problem, failures, next_at, begun_at, did=did)
        with self._lock:
            self._running.discard(name)
            if name in self._known:
                self._plan(name, next_at)

    def _note(
        self, name: str, problem: str, failures: int, next_at: datetime, begun_at: datetime, *, did: bool
    ) -> None:
        now = datetime.now(UTC)
        noted = self._noted.get(name)
        if not problem and not did and noted is not None and now - noted < timedelta(seconds=NOTED_SECONDS):
            return
        try:
            self._store.states.note(name, problem=problem, failures=failures, next_at=next_at, begun_at=begun_at)
        except WindowpaneError as error:
            _log.warning("cannot be noted", source=name, reason=str(error))
            return
        if problem:
            self._noted.pop(name, None)
        else:
            self._noted[name] = now

    def _note_broken(self, name: str, problem: str, states: Mapping[str, State]) -> None:
        if name not in states or states[name].problem != problem:
            _log.warning("cannot be read", source=name, reason=problem)
            self._store.states.note(name, problem=problem, failures=1)


def _first(name: str, declared: Declared, state: State | None) -> datetime:
    """When a source runs first: at once if something waits, and else not all of them at the same time."""
    now = datetime.now(UTC)
    if state is None or _is_asked(state):
        return now
    spread = min(every_seconds(declared), 60.0) * (zlib.crc32(name.encode()) % 1000) / 1000
    return now + timedelta(seconds=spread)


def _is_asked(state: State | None) -> bool:
    """Whether somebody asked for it, or something waits that its last look did not fail of."""
    return state is not None and (state.asked_at is not None or (state.unfinished and not state.problem))


def process_schedule(streams: Path, uri: str) -> ProcessSchedule:
    """Of the processes that belong to a folder of streams, whose runs are kept in the PostgreSQL of an address."""
    store = ProcessStore.open(uri)

    def are_due() -> bool:
        declared = declared_processes(streams).processes
        return bool(declared) and bool(due_processes(declared, applied_streams(uri), store, now()))

    return ProcessSchedule(are_due)


def main() -> None:
    """Entry point: run sources until terminated."""
    log_json()
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    settings = SourceSettings()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise SourceError("the service ends")

    store = opened_store(settings)
    uri = settings.catalog_uri.get_secret_value()
    runner = source_runner(settings, store, sleep, stop.wait)
    shutil.rmtree(runner.work, ignore_errors=True)  # of runs that were killed
    schedule = SourceSchedule(
        runner,
        store,
        CatalogueReader(settings.folders).read,
        lambda: applied_streams(uri),
        settings.sources_at_once,
    )
    processes = process_schedule(settings.streams, uri)
    schedule.start()
    while not stop.wait(LOOK_SECONDS):
        try:
            schedule.look()
            processes.look(time.monotonic())
        except WindowpaneError as error:
            _log.warning("cannot be looked at", reason=str(error))
    schedule.close()
    processes.close()
    # What is under way is gone on with by the next process; Python would wait for it.
    os._exit(0)


if __name__ == "__main__":
    main()
