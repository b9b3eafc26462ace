"""How each source stands, as PostgreSQL has it: paused, when it ran, what is wrong with it, how far it has read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from access.records import Records
from database.locks import held_if_free
from sources.errors import SourceError
from sources.tables import FILES, RUNS, SOURCES

RUNS_KEPT = 200
"""Runs of a source that are remembered."""


class SourceBusyError(SourceError):
    """Another process runs the source now."""


class RunLostError(SourceError):
    """Another run of the source began, for this one had lost its lock; what it had begun is gone on with there."""


@dataclass(frozen=True, slots=True)
class State:
    """One source. `position`: how far its pages or its topic were read; `landed`: the key of what was sent of facts;
    `columns`: what the newest file looked like; `unfinished`: whether files wait to be taken or sent."""

    name: str
    number: int
    paused: bool = False
    paused_by: str = ""
    asked_at: datetime | None = None
    ran_at: datetime | None = None
    succeeded_at: datetime | None = None
    next_at: datetime | None = None
    failures: int = 0
    problem: str = ""
    position: Mapping[str, Any] | None = None
    landed: str | None = None
    columns: Any = None
    unfinished: bool = False


class SourceStates:
    """Reads and writes them. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records, engine: sa.Engine) -> None:
        self._records, self._engine = records, engine

    def get(self, name: str) -> State:
        """One, made if it is new."""
        query = _query().where(SOURCES.c.name == name)
        with self._records.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                connection.execute(_new(name))
                row = connection.execute(query).mappings().one()
            return _state(row)

    def all(self) -> dict[str, State]:
        """Those that are known, by name."""
        with self._records.reading() as connection:
            rows = connection.execute(_query().order_by(SOURCES.c.name)).mappings()
            return {row["name"]: _state(row) for row in rows}

    @contextmanager
    def alone(self, name: str) -> Iterator[State]:
        """Hold the lock of a source, on a connection that frees it when the process dies.

        Raises SourceBusyError when somebody else has it.
        """
        with held_if_free(self._engine, f"source {name}") as held:
            if not held:
                raise SourceBusyError(f"source {name} is being run by another process; try again when it is done")
            yield self.get(name)

    def begin(self, name: str, by: str) -> int:
        """Begin a run: from now on no earlier one changes anything."""
        now = self._records.now()
        with self._records.changing() as connection:
            connection.execute(_new(name))
            new = RUNS.insert().values(source=name, begun_at=now, begun_by=by, counts={}, problem="")
            run = int(connection.execute(new.returning(RUNS.c.id)).scalar_one())
            connection.execute(SOURCES.update().where(SOURCES.c.name == name).values(run=run))
            kept = sa.select(RUNS.c.id).where(RUNS.c.source == name).order_by(RUNS.c.id.desc()).offset(RUNS_KEPT)
            connection.execute(RUNS.delete().where(RUNS.c.id.in_(kept)))
        return run

    def end(self, name: str, run: int, counts: Mapping[str, int], problem: str = "") -> None:
        """How a run ended."""
        with self._records.changing() as connection:
            values = {"ended_at": self._records.now(), "counts": dict(counts), "problem": problem}
            connection.execute(RUNS.update().where(RUNS.c.id == run, RUNS.c.source == name).values(**values))

    def note(
        self,
        name: str,
        *,
        problem: str = "",
        failures: int = 0,
        next_at: datetime | None = None,
        begun_at: datetime | None = None,
    ) -> None:
        """That a source was looked at just now, how that ended, and when it is next. Who asked for it before it was
        begun has got it."""
        now = self._records.now()
        values: dict[str, Any] = {"ran_at": now, "problem": problem, "failures": failures, "next_at": next_at}
        if not problem:
            values["succeeded_at"] = now
        asked = SOURCES.c.asked_at
        values["asked_at"] = sa.case((asked <= (begun_at or now), None), else_=asked)
        with self._records.changing() as connection:
            connection.execute(_new(name))
            connection.execute(SOURCES.update().where(SOURCES.c.name == name).values(**values))

    def pause(self, name: str, *, by: str) -> None:
        """Nothing of it is fetched or sent until it is resumed."""
        self._set(name, paused=True, paused_by=by, next_at=None)

    def resume(self, name: str) -> None:
        """Go on with a paused one, at once."""
        self._set(name, paused=False, paused_by="", failures=0, asked_at=self._records.now())

    def ask(self, name: str) -> None:
        """Have it run as soon as can be, whatever it waits for."""
        self._set(name, failures=0, asked_at=self._records.now())

    def runs(self, name: str, most: int = 50) -> list[dict[str, Any]]:
        """Its newest runs, the newest first."""
        query = sa.select(RUNS).where(RUNS.c.source == name).order_by(RUNS.c.id.desc()).limit(most)
        with self._records.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _set(self, name: str, **values: object) -> None:
        with self._records.changing() as connection:
            connection.execute(_new(name))
            connection.execute(SOURCES.update().where(SOURCES.c.name == name).values(**values))


def mine(connection: sa.Connection, name: str, run: int) -> None:
    """Raise RunLostError unless `run` is the source's newest; it stays so until the transaction ends."""
    query = sa.select(SOURCES.c.run).where(SOURCES.c.name == name).with_for_update()
    if connection.execute(query).scalar() != run:
        raise RunLostError(f"source {name} is run by another process now; this run stops")


def _new(name: str) -> sa.Insert:
    values = {"name": name, "paused": False, "paused_by": "", "failures": 0, "problem": ""}
    return insert(SOURCES).values(**values).on_conflict_do_nothing()


def _query() -> sa.Select[Any]:
    unfinished = sa.exists().where(FILES.c.source == SOURCES.c.name, FILES.c.state.in_(["waiting", "sending"]))
    return sa.select(SOURCES, unfinished.label("unfinished"))


def _state(row: Mapping[Any, Any]) -> State:
    return State(**{name: row[name] for name in State.__slots__})
