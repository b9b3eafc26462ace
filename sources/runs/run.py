"""One run of one source. Every step leaves what the next one needs, so that a run that is killed is gone on with."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore

import structlog
from pyarrow.fs import FileSystem

from database.errors import LakeError
from sources.errors import SourceError
from sources.fetching.folders import Folder
from sources.fetching.http_pages import HttpPages
from sources.files import FileState, SourceFile
from sources.mapping.mothers import MotherError
from sources.objects import Objects
from sources.origins import Files as FromFiles
from sources.origins import Topic, Url
from sources.raw import Raw
from sources.runs.deciding import AllRejectedError, Deciding
from sources.runs.declared import Declared
from sources.runs.judging import Rejected
from sources.runs.landing import Landing
from sources.runs.pace import Pace
from sources.runs.sending import Outlet, Sending
from sources.runs.telling import RunCounts, Watcher
from sources.states import RunLostError, State
from sources.store import SourceStore
from streams.breakdowns import breakdowns
from streams.definition import Definition
from streams.errors import WindowpaneError

_log = structlog.get_logger("sources")

_END_SECONDS = 0.3
"""Whoever ends this process ends those that it made, too; they may be seen to end first."""

MAPPED_AT_ONCE = max(1, (os.cpu_count() or 2) - 1)
"""Files that are read and compared at the same time, whatever number of sources runs."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs sources; threads may share it, if each runs sources of its own. `definition`: of an applied stream, or
    raises WindowpaneError; `outlet`: of a topic; `kafka`: its address; `work`: a folder for what is made on the way;
    `home`: of the stack; `pace`: of what is sent; `ends`: whether this process is told to end within so many seconds,
    so that no file is blamed for it."""

    store: SourceStore
    objects: Objects
    bucket: Callable[[], FileSystem]
    pages: HttpPages
    definition: Callable[[str], Definition]
    outlet: Callable[[str], Outlet]
    kafka: str
    work: Path
    home: Path
    pace: Pace
    settled_seconds: float = 5.0
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    ends: Callable[[float], bool] = field(default=lambda _seconds: False)
    mapping: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAPPED_AT_ONCE))

    def run(self, declared: Declared, *, by: str, watcher: Watcher | None = None, fetch: bool = True) -> RunCounts:
        """Go on with what an earlier run left, fetch what is new, and take it. A paused source does nothing.

        Raises SourceBusyError, FetchError once all that was there is taken, KafkaAwayError, TopicError, LakeError,
        DefinitionError.
        """
        source = declared.source
        with self.store.states.alone(source.name) as state:
            run = _Run(self, declared, by, watcher or Watcher())
            if state.paused:
                return run.counts
            problem: WindowpaneError | None = None
            try:
                if state.unfinished:
                    run.take_all()
                if fetch:
                    problem = self._fetch(declared, state, run)
            except WindowpaneError as error:
                run.end(str(error))
                raise
            run.end(str(problem or ""))
            if problem is not None:
                raise problem
            return run.counts

    def _fetch(self, declared: Declared, state: State, run: _Run) -> WindowpaneError | None:
        """Take what is new; what kept some of it from being fetched."""
        problem: WindowpaneError | None = None
        try:
            for _ in self._landed(declared, state):
                run.counts.landed += 1
        except SourceError as error:
            problem = error
        if run.counts.landed:
            run.take_all()
        return problem

    def _landed(self, declared: Declared, state: State) -> Iterator[SourceFile]:
        source, origin = declared.source, declared.source.origin
        landing = Landing(self.raw, self.store.files)
        with self.folder() as folder:
            if isinstance(origin, FromFiles):
                yield from landing.from_folder(source, self.looks_into(declared, origin), folder / "fetched")
            elif isinstance(origin, Url):
                look = self.pages.look(source, state.position, folder)
                if look is not None and (landed := landing.from_pages(source, look, state.position)) is not None:
                    yield landed
            elif isinstance(origin, Topic):
                into = folder / "fetched"
                if (landed := landing.from_topic(source, origin.topic, state.position, self.kafka, into)) is not None:
                    yield landed

    def looks_into(self, declared: Declared, origin: FromFiles) -> Folder:
        """The folder or bucket that a source's files are in."""
        beside = declared.beside(self.home)
        return Folder(origin.files, beside, self.bucket, self.settled_seconds, optional=declared.shipped)

    @property
    def raw(self) -> Raw:
        """What came, as it came."""
        return Raw(self.objects)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """An empty folder that is gone when the block ends."""
        self.work.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self.work, prefix="run-") as folder:
            yield Path(folder)


@dataclass
class _Run:
    """One run. It is noted once it has something to do: most looks find nothing."""

    runner: Runner
    declared: Declared
    by: str
    watcher: Watcher
    counts: RunCounts = field(default_factory=RunCounts)
    id: int | None = None

    def take_all(self) -> None:
        """Take what waits, in the order in which it came, and finish sending what was decided on."""
        self.id = self.id or self.runner.store.states.begin(self.declared.source.name, self.by)
        for file in self.runner.store.files.unfinished(self.declared.source.name):
            with self.runner.folder() as folder:
                self._take(file, self.id, folder)

    def end(self, problem: str) -> None:
        """Note how it ended, if it is noted at all."""
        if self.id is not None:
            self.runner.store.states.end(self.declared.source.name, self.id, self.counts.as_json(), problem)

    def _take(self, file: SourceFile, run: int, folder: Path) -> None:
        definition = self.runner.definition(self.declared.source.stream)
        is_fresh = file.state is FileState.WAITING
        landed_before = self._landed()
        if is_fresh:
            file = self._decided(file, definition, run, folder)
        if file.state is FileState.HELD:
            self.counts.held += 1
            return
        outbox, landed, most_panes = file.outbox, self._landed(), len(breakdowns(definition))
        sending = Sending(
            self.runner.store.files, self.runner.objects, self.runner.outlet(definition.topic),
            definition.duplicates is not None,
            lambda messages, panes: self.runner.pace.wait(messages * most_panes if panes is None else panes),
        )  # fmt: skip

        def told(file: SourceFile) -> None:
            self.watcher.sent(file, file.sent, file.waiting)

        file = sending.send(file, run, folder, told, is_fresh=is_fresh)
        self.counts.done += 1
        self.counts.messages += file.counts.get("new", 0)
        self.counts.rejected += file.counts.get("rejected", 0)
        # What a kill or a backup leaves of these is never asked for again; it is swept.
        with self.runner.store.removing() as may:
            for key in {outbox, landed_before} - {None, landed} if may else ():
                self.runner.objects.remove(str(key))

    def _landed(self) -> str | None:
        """The key of what was sent of facts; a source without corrections has none."""
        if self.declared.source.corrections is None:
            return None
        return self.runner.store.states.get(self.declared.source.name).landed

    def _decided(self, file: SourceFile, definition: Definition, run: int, folder: Path) -> SourceFile:
        runner, source = self.runner, self.declared.source
        deciding = Deciding(runner.store, runner.raw, runner.objects, runner.now)

        def stage(name: str) -> None:
            self.watcher.stage(file, name)

        try:
            with runner.mapping:
                return deciding.decide(source, definition, file, run, folder, stage)
        except AllRejectedError as error:
            return self._held(file, run, error.reason, error.rejected)
        except (RunLostError, LakeError):
            raise
        except SourceError as error:
            if isinstance(error.__cause__, MotherError):
                raise
            return self._held(file, run, str(error))
        except Exception as error:
            if isinstance(error, WindowpaneError | OSError | MemoryError):
                raise
            # A file that nobody foresaw keeps no other one from being taken.
            _log.exception("held", source=file.source, file=file.name)
            return self._held(file, run, f"unexpected: {type(error).__name__}: {error}")

    def _held(self, file: SourceFile, run: int, reason: str, rejected: Rejected | None = None) -> SourceFile:
        if self.runner.ends(_END_SECONDS):
            raise SourceError("this process ends; the file is taken by the next one")
        self.counts.reasons[reason] += 1
        _log.warning("held", source=file.source, file=file.name, reason=reason)
        if rejected is None:
            return self.runner.store.files.hold(file, run, reason)
        return self.runner.store.files.hold(file, run, reason, rejected.rows, {"rejected": rejected.total})
