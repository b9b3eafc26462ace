"""Runs of processes and their results, as PostgreSQL keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import sqlalchemy as sa

from access.records import Clock, Records, access_engine, now
from database.locks import held_if_free
from database.replay_store import ReplayStore
from database.replays import Publication
from processing.errors import ProcessBusyError
from processing.tables import RESULTS, RUNS

RUNS_KEPT = 100
"""Runs of a process that are remembered, with their results."""


class RunState(StrEnum):
    """How far a run is; one that is running and holds no lock was killed, and is gone on with."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one: a result, or why there is none."""

    name: str
    result: Mapping[str, Any] | None
    problem: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Run:
    """`snapshot`: of the records that it reads. `definition`, `declaration`, `code`: versions of the stream's
    definition, of the process, and of what computes. `rows`: how many it read, of which `sampled` were held."""

    id: int
    process: str
    stream: str
    snapshot: int
    definition: str
    declaration: str
    code: str
    seed: int
    begun_at: datetime
    begun_by: str
    state: RunState
    rows: int | None = None
    sampled: int | None = None
    ended_at: datetime | None = None
    problem: str = ""
    steps: Mapping[str, Step] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Version:
    """What a run is of; a run of another version is not gone on with."""

    definition: str
    declaration: str
    code: str
    seed: int


class ProcessStore:
    """Reads and writes them. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, engine: sa.Engine, clock: Clock = now) -> None:
        self._records, self._engine = Records(engine, clock), engine

    @classmethod
    def open(cls, uri: str) -> Self:
        """On `postgresql://…`, which need not answer yet; tables are made on first use."""
        return cls(access_engine(uri))

    def close(self) -> None:
        """Close the connections."""
        self._records.close()

    @contextmanager
    def alone(self, process: str) -> Iterator[None]:
        """Hold the lock of a process, on a connection that frees it when the program dies. Raises ProcessBusyError."""
        with held_if_free(self._engine, f"process {process}") as held:
            if not held:
                raise ProcessBusyError(f"process {process} is being run; try again when it is done")
            yield

    def begin(self, process: str, stream: str, snapshot: int, version: Version, by: str) -> Run:
        """A new run; the oldest beyond those that are kept are forgotten, and any that was not finished has failed."""
        moment = self._records.now()
        values = {"definition": version.definition, "declaration": version.declaration, "code": version.code}
        with self._records.changing() as connection:
            unfinished = (RUNS.c.process == process) & (RUNS.c.state == RunState.RUNNING)
            gone = {"state": RunState.FAILED, "ended_at": moment, "problem": "another run began in its place"}
            connection.execute(RUNS.update().where(unfinished).values(**gone))
            row = RUNS.insert().values(
                process=process, stream=stream, snapshot=snapshot, seed=version.seed, begun_at=moment, begun_by=by,
                state=RunState.RUNNING, **values,
            )  # fmt: skip
            made = connection.execute(row.returning(*RUNS.c)).mappings().one()
            kept = sa.select(RUNS.c.id).where(RUNS.c.process == process).order_by(RUNS.c.id.desc()).offset(RUNS_KEPT)
            connection.execute(RUNS.delete().where(RUNS.c.id.in_(kept)))
        return _run(made)

    def unfinished(self, process: str, version: Version) -> Run | None:
        """The run that was killed, if it is of this version."""
        newest = self.newest(process)
        if newest is None or newest.state is not RunState.RUNNING:
            return None
        mine = Version(newest.definition, newest.declaration, newest.code, newest.seed)
        return newest if mine == version else None

    def read(self, run: int, rows: int, sampled: int) -> None:
        """How many rows a run read."""
        with self._records.changing() as connection:
            connection.execute(RUNS.update().where(RUNS.c.id == run).values(rows=rows, sampled=sampled))

    def add(self, run: int, step: Step) -> None:
        """What came of a step."""
        values = {"run": run, "step": step.name, "result": step.result, "problem": step.problem}
        with self._records.changing() as connection:
            connection.execute(RESULTS.insert().values(**values, seconds=step.seconds, done_at=self._records.now()))

    def end(self, run: int, problem: str = "") -> None:
        """That a run ended, and why it failed if it did."""
        state = RunState.FAILED if problem else RunState.DONE
        values = {"state": state, "ended_at": self._records.now(), "problem": problem}
        with self._records.changing() as connection:
            connection.execute(RUNS.update().where(RUNS.c.id == run).values(**values))

    def newest(self, process: str, state: RunState | None = None, before: int | None = None) -> Run | None:
        """The newest run with its results, of a state, or before another run; None if there is none."""
        query = sa.select(RUNS).where(RUNS.c.process == process)
        query = query if state is None else query.where(RUNS.c.state == state)
        query = query if before is None else query.where(RUNS.c.id < before)
        return self._one(query.order_by(RUNS.c.id.desc()).limit(1))

    def get(self, process: str, run: int) -> Run | None:
        """One run with its results; None if there is none of that process."""
        return self._one(sa.select(RUNS).where(RUNS.c.process == process, RUNS.c.id == run))

    def newest_of_all(self) -> dict[str, Run]:
        """Process → its newest run, without its results."""
        newest = sa.select(sa.func.max(RUNS.c.id)).group_by(RUNS.c.process)
        with self._records.reading() as connection:
            rows = connection.execute(sa.select(RUNS).where(RUNS.c.id.in_(newest))).mappings()
            return {row["process"]: _run(row) for row in rows}

    def runs(self, process: str, most: int, before: int | None = None) -> list[Run]:
        """The newest runs, of those before another one, without their results."""
        query = sa.select(RUNS).where(RUNS.c.process == process).order_by(RUNS.c.id.desc()).limit(most)
        query = query if before is None else query.where(RUNS.c.id < before)
        with self._records.reading() as connection:
            return [_run(row) for row in connection.execute(query).mappings()]

    def forget(self, process: str) -> None:
        """All its runs, with their results."""
        with self._records.changing() as connection:
            connection.execute(RUNS.delete().where(RUNS.c.process == process))

    def publications(self) -> list[Publication]:
        """All of all streams, the newest first."""
        return ReplayStore(self._engine).history()

    def _one(self, query: sa.Select[Any]) -> Run | None:
        with self._records.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                return None
            steps = connection.execute(sa.select(RESULTS).where(RESULTS.c.run == row["id"])).mappings()
            return _run(row, {each["step"]: _step(each) for each in steps})


def _run(row: sa.RowMapping, steps: Mapping[str, Step] | None = None) -> Run:
    return Run(**{**row, "state": RunState(row["state"])}, steps=steps or {})


def _step(row: sa.RowMapping) -> Step:
    return Step(row["step"], row["result"], row["problem"], row["seconds"])
