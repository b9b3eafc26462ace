"""The records of replays and of what was published."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from database.errors import ReplayError, translated
from database.migrations import SCHEMA, migrate
from database.replays import MOVES, Action, Offsets, Publication, Replay, ReplayState
from streams.arrivals import Arrivals
from streams.definition import Definition
from streams.stored_definition import as_stored

RECORDS = sa.MetaData(schema=SCHEMA)
"""The tables as this version reads and writes them; a change of them needs a revision in database/migrations."""

_replays = sa.Table(
    "replays",
    RECORDS,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("stream", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("arrived_from", sa.DateTime(timezone=True), nullable=False),
    sa.Column("arrived_until", sa.DateTime(timezone=True), nullable=False),
    sa.Column("offsets", sa.JSON, nullable=False),
    sa.Column("definition", sa.Text, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("generation", sa.Integer),
)
_history = sa.Table(
    "history",
    RECORDS,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("generation", sa.Integer, primary_key=True),
    sa.Column("replay", sa.Integer, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("arrived_from", sa.DateTime(timezone=True), nullable=False),
    sa.Column("arrived_until", sa.DateTime(timezone=True), nullable=False),
    sa.Column("definition_digest", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("rows", sa.JSON, nullable=False),
    sa.Column("completed", sa.Boolean, nullable=False),
)


_AS_RECORDED = ("stream", "generation", "replay", "definition_digest", "at", "by", "reason", "completed")
"""What a publication has that is in its record as it is."""


@lru_cache
def _make_tables(engine: sa.Engine) -> None:
    """Bring the tables to what this version needs; once in a process."""
    migrate(engine)


class ReplayStore:
    """Reads and writes the records. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        with translated():
            _make_tables(engine)

    def create(self, definition: Definition, arrivals: Arrivals, offsets: Offsets, made_by: str) -> Replay:
        """Record a new replay. Raises ReplayError when the range overlaps that of an open one."""
        with translated(), self._engine.begin() as connection:
            connection.execute(sa.text("lock table windowpane.replays in share row exclusive mode"))
            same = connection.execute(_replays.select().where(_replays.c.stream == definition.name))
            for other in map(_replay, same.mappings()):
                if other.state.open and other.arrivals.overlaps(arrivals):
                    raise ReplayError(
                        f"replay {other.id} ({other.state}) holds the arrivals {other.arrivals}; "
                        "publish or drop it first"
                    )
            row = connection.execute(
                _replays.insert().returning(_replays),
                {
                    "stream": definition.name,
                    "state": ReplayState.RUNNING,
                    "arrived_from": arrivals.start,
                    "arrived_until": arrivals.end,
                    "offsets": {str(partition): list(span) for partition, span in offsets.items()},
                    "definition": as_stored(definition),
                    "made_at": datetime.now(UTC),
                    "made_by": made_by,
                },
            )
            return _replay(row.mappings().one())

    def get(self, number: int) -> Replay:
        """Raises ReplayError when there is no replay of this id."""
        with translated(), self._engine.connect() as connection:
            row = connection.execute(_replays.select().where(_replays.c.id == number)).mappings().one_or_none()
        if row is None:
            raise ReplayError(f"there is no replay {number}; see: windowpane replays list")
        return _replay(row)

    def all(self, stream: str | None = None) -> list[Replay]:
        """All replays, or those of a stream; the newest first."""
        query = _replays.select().order_by(_replays.c.id.desc())
        if stream is not None:
            query = query.where(_replays.c.stream == stream)
        with translated(), self._engine.connect() as connection:
            return [_replay(row) for row in connection.execute(query).mappings()]

    def streams_with(self, states: Collection[ReplayState]) -> set[str]:
        """The streams that have a replay in one of these states."""
        query = sa.select(_replays.c.stream).distinct().where(_replays.c.state.in_([str(state) for state in states]))
        with translated(), self._engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def set_state(self, replay: Replay, state: ReplayState) -> Replay:
        """Move a replay on. Raises ReplayError if it is no longer as given, or may not move there."""
        with translated(), self._engine.begin() as connection:
            return _moved(connection, replay, state)

    def begin(self, replay: Replay, state: ReplayState, publication: Publication) -> Replay:
        """Record, in one transaction, that a publication was begun; it is then either completed or gone on with.

        Raises as `set_state` does; nothing is recorded then.
        """
        values = {name: getattr(publication, name) for name in _AS_RECORDED} | {
            "arrived_from": publication.arrivals.start,
            "arrived_until": publication.arrivals.end,
            "action": publication.action,
            "rows": {},
        }
        with translated(), self._engine.begin() as connection:
            moved = _moved(connection, replay, state, generation=publication.generation)
            connection.execute(_history.insert(), values)
            return moved

    def complete(self, replay: Replay, state: ReplayState, rows: Mapping[str, tuple[int, int]]) -> Replay:
        """Record, in one transaction, that the newest publication of a replay is complete. Raises as `set_state`."""
        with translated(), self._engine.begin() as connection:
            moved = _moved(connection, replay, state)
            mine = (_history.c.stream == replay.stream) & (_history.c.generation == replay.generation)
            shown = {table: list(counts) for table, counts in rows.items()}
            connection.execute(_history.update().where(mine), {"rows": shown, "completed": True})
            return moved

    def forget(self, stream: str) -> None:
        """Remove every record of a stream that is no more. One made anew under its name counts generations from 1."""
        with translated(), self._engine.begin() as connection:
            for table in (_replays, _history):
                connection.execute(table.delete().where(table.c.stream == stream))

    def history(self, stream: str | None = None) -> list[Publication]:
        """Every publication and roll back, of all streams or of one; the newest first."""
        query = _history.select().order_by(_history.c.at.desc(), _history.c.generation.desc())
        if stream is not None:
            query = query.where(_history.c.stream == stream)
        with translated(), self._engine.connect() as connection:
            return [_publication(row) for row in connection.execute(query).mappings()]


def _moved(connection: sa.Connection, replay: Replay, state: ReplayState, **values: int) -> Replay:
    """Compare and set: the replay moves only if it still is in the state that it was read in."""
    now: ReplayState | None = replay.state
    if state in MOVES[replay.state]:
        mine = _replays.c.id == replay.id
        update = _replays.update().where(mine, _replays.c.state == replay.state).returning(_replays)
        row = connection.execute(update, {"state": state, **values}).mappings().one_or_none()
        if row is not None:
            return _replay(row)
        stored = connection.execute(sa.select(_replays.c.state).where(mine)).scalar_one_or_none()
        now = ReplayState(stored) if stored else None
    is_now = "gone" if now is None else now
    raise ReplayError(f"replay {replay.id} is {is_now} and cannot become {state}; see: windowpane replays list")


def _replay(row: Mapping[Any, Any]) -> Replay:
    return Replay(
        id=row["id"],
        stream=row["stream"],
        state=ReplayState(row["state"]),
        arrivals=_arrivals(row),
        offsets={int(partition): (start, end) for partition, (start, end) in row["offsets"].items()},
        stored=row["definition"],
        made_at=row["made_at"],
        made_by=row["made_by"],
        generation=row["generation"],
    )


def _publication(row: Mapping[Any, Any]) -> Publication:
    return Publication(
        **{name: row[name] for name in _AS_RECORDED},
        action=Action(row["action"]),
        arrivals=_arrivals(row),
        rows={table: (removed, added) for table, (removed, added) in row["rows"].items()},
    )


def _arrivals(row: Mapping[Any, Any]) -> Arrivals:
    return Arrivals(row["arrived_from"].astimezone(UTC), row["arrived_until"].astimezone(UTC))
