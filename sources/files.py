"""What came of sources, file by file: from when it was kept until each fact of it was sent, as PostgreSQL has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from access.records import Records
from database.locks import lock_key
from sources.errors import SourceError
from sources.states import mine
from sources.tables import FILES, REJECTED, SOURCES

REJECTED_KEPT = 1000
"""Rejected rows of a file that are kept to be shown; all are counted, and go to the stream's rejected messages."""

LONGEST_TEXT = 2000

NAMING = lock_key("naming of kept objects")
"""Shared by whoever names bytes that may have been kept before; alone with whoever takes away what nobody names."""


class FileState(StrEnum):
    """What becomes of a file."""

    WAITING = "waiting"
    """It is kept, and will be taken."""
    SENDING = "sending"
    """What is to be sent of it is decided and kept; some of it may have been sent."""
    HELD = "held"
    """It cannot be taken as it is; its reason says why."""
    DONE = "done"
    """Kafka has all of it."""


class Kind(StrEnum):
    """How a file came."""

    FILE = "file"
    PAGES = "pages"
    UPLOAD = "upload"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class NewFile:
    """What was just kept. `digest`: of what counts as its content, so that the same is told again; `parts`: digests of
    the kept bytes, in order; `found`: what tells without reading it that it is unchanged."""

    name: str
    digest: str
    parts: tuple[str, ...]
    size: int
    kind: Kind
    place: str
    licence: str
    found: str | None = None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it stands. `attempt`: how often it was redriven. `waiting`: messages to send, of which so many were
    `sent` for certain at `noted_at`."""

    id: int
    source: str
    name: str
    digest: str
    parts: tuple[str, ...]
    size: int
    kind: Kind
    place: str
    licence: str
    kept_at: datetime
    kept_by: str
    state: FileState
    reason: str
    attempt: int
    accepts_losses: bool
    definition: str
    counts: Mapping[str, int]
    columns: Any
    drift: Any
    outbox: str | None
    waiting: int
    sent: int
    noted_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is no message, or one that the stream's decoder rejects. `text`: as much of it as is kept."""

    line: int | None
    field: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to be sent of a file, kept as `outbox`, and what was found out about it."""

    definition: str
    outbox: str | None
    waiting: int
    landed: str | None
    counts: Mapping[str, int]
    columns: Any = None
    drift: Any = None
    rejected: Sequence[RejectedRow] = ()


class Files:
    """Reads and writes them. Every method raises LakeError when PostgreSQL does not answer; those of a run raise
    RunLostError once another one began."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def land(
        self,
        source: str,
        new: NewFile,
        *,
        by: str,
        position: Mapping[str, Any] | None = None,
        again: bool = False,
        kept: Callable[[], None] = lambda: None,
    ) -> SourceFile | None:
        """Note a kept file, and how far its source was read by that. None if it is what came last by this name.

        `again`: taken though a file of another name has the same content, for the name counts, too. `kept`: sees that
        its bytes are kept still, while nobody takes away what is not named.
        """
        with self._records.changing() as connection:
            connection.execute(sa.select(SOURCES.c.name).where(SOURCES.c.name == source).with_for_update())
            if position is not None:
                connection.execute(SOURCES.update().where(SOURCES.c.name == source).values(position=dict(position)))
            newest = self._newest(connection, source, new.name)
            if newest is not None and newest.digest == new.digest:
                connection.execute(FILES.update().where(FILES.c.id == newest.id).values(found=new.found))
                return None
            if not again and newest is None and self._known(connection, source, new.digest):
                return None
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(NAMING)))
            kept()
            now = self._records.now()
            row = {
                "source": source, "name": new.name, "digest": new.digest, "parts": list(new.parts), "size": new.size,
                "kind": new.kind, "place": new.place, "found": new.found, "licence": new.licence, "kept_at": now,
                "kept_by": by, "state": FileState.WAITING, "reason": "", "attempt": 0, "accepts_losses": False,
                "definition": "", "counts": {}, "waiting": 0, "sent": 0, "noted_at": now,
            }  # fmt: skip
            return _file(connection.execute(FILES.insert().values(**row).returning(FILES)).mappings().one())

    def position(self, source: str, position: Mapping[str, Any]) -> None:
        """Note how far a source was read, when nothing came of it."""
        with self._records.changing() as connection:
            connection.execute(SOURCES.update().where(SOURCES.c.name == source).values(position=dict(position)))

    def found(self, source: str) -> dict[str, str | None]:
        """Name → what tells that the newest file of it is unchanged."""
        newest = (
            sa.select(FILES.c.name, FILES.c.found)
            .ext(distinct_on(FILES.c.name))
            .where(FILES.c.source == source, FILES.c.kind == Kind.FILE)
            .order_by(FILES.c.name, FILES.c.id.desc())
        )
        with self._records.reading() as connection:
            return {row.name: row.found for row in connection.execute(newest)}

    def unfinished(self, source: str) -> list[SourceFile]:
        """Those that a run has to go on with, in the order in which they came."""
        states = [FileState.WAITING, FileState.SENDING]
        query = sa.select(FILES).where(FILES.c.source == source, FILES.c.state.in_(states)).order_by(FILES.c.id)
        with self._records.reading() as connection:
            return [_file(row) for row in connection.execute(query).mappings()]

    def decide(self, connection: sa.Connection, file: SourceFile, run: int, decided: Decided) -> SourceFile:
        """That is what will be sent of it: from now on it is, whatever happens. In the caller's transaction."""
        mine(connection, file.source, run)
        _keep_rejected(connection, file, decided.rejected)
        of_source = {"landed": decided.landed, "columns": decided.columns}
        connection.execute(SOURCES.update().where(SOURCES.c.name == file.source).values(**of_source))
        values = {
            "state": FileState.SENDING, "reason": "", "definition": decided.definition, "outbox": decided.outbox,
            "waiting": decided.waiting, "sent": 0, "noted_at": self._records.now(), "counts": dict(decided.counts),
            "columns": decided.columns, "drift": decided.drift,
        }  # fmt: skip
        return self._changed(connection, file, values)

    def note_sent(self, file: SourceFile, run: int, sent: int) -> SourceFile:
        """Kafka has so many of its messages."""
        with self._records.changing() as connection:
            mine(connection, file.source, run)
            return self._changed(connection, file, {"sent": sent, "noted_at": self._records.now()})

    def done(self, file: SourceFile, run: int) -> SourceFile:
        """Kafka has all of it."""
        now = self._records.now()
        with self._records.changing() as connection:
            mine(connection, file.source, run)
            values = {"state": FileState.DONE, "outbox": None, "sent": file.waiting, "noted_at": now, "done_at": now}
            return self._changed(connection, file, values)

    def hold(
        self,
        file: SourceFile,
        run: int,
        reason: str,
        rejected: Sequence[RejectedRow] = (),
        counts: Mapping[str, int] | None = None,
    ) -> SourceFile:
        """It waits for a person; `rejected`, `counts`: what is known of its rows."""
        values = {"state": FileState.HELD, "reason": reason[:2000], "noted_at": self._records.now()}
        with self._records.changing() as connection:
            mine(connection, file.source, run)
            _keep_rejected(connection, file, rejected)
            return self._changed(connection, file, {**values, "counts": dict(counts or {})})

    def redrive(self, source: str, *, every_later: bool, accepts_losses: bool = False) -> int:
        """Have held files and those with rejected rows taken again; how many files will be.

        `every_later`: and all that came after the first of them, in their order, since the newest fact is to win.
        """
        with self._records.changing() as connection:
            connection.execute(sa.select(SOURCES.c.name).where(SOURCES.c.name == source).with_for_update())
            rejected = FILES.c.counts["rejected"].as_integer() > 0
            faulty = (FILES.c.state == FileState.HELD) | ((FILES.c.state == FileState.DONE) & rejected)
            of_source = (FILES.c.source == source) & FILES.c.state.in_([FileState.HELD, FileState.DONE])
            if every_later:
                first = connection.execute(sa.select(sa.func.min(FILES.c.id)).where(of_source, faulty)).scalar()
                if first is None:
                    return 0
                chosen = of_source & (FILES.c.id >= first)
            else:
                chosen = of_source & faulty
            values = {
                "state": FileState.WAITING, "attempt": FILES.c.attempt + 1, "accepts_losses": accepts_losses,
                "noted_at": self._records.now(),
            }  # fmt: skip
            changed = connection.execute(FILES.update().where(chosen).values(**values)).rowcount
            connection.execute(
                SOURCES.update().where(SOURCES.c.name == source).values(asked_at=self._records.now(), failures=0)
            )
            return changed

    def get(self, source: str, file: int) -> SourceFile:
        """One. Raises SourceError when there is none."""
        query = sa.select(FILES).where(FILES.c.source == source, FILES.c.id == file)
        with self._records.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise SourceError(f"source {source} has no file {file}")
        return _file(row)

    def page(
        self, source: str, *, before: int | None = None, state: FileState | None = None, most: int = 50
    ) -> list[SourceFile]:
        """Its newest files, the newest first; those older than one of them, and of a state, if asked."""
        query = sa.select(FILES).where(FILES.c.source == source).order_by(FILES.c.id.desc()).limit(most)
        if before is not None:
            query = query.where(FILES.c.id < before)
        if state is not None:
            query = query.where(FILES.c.state == state)
        with self._records.reading() as connection:
            return [_file(row) for row in connection.execute(query).mappings()]

    def rejected(self, file: int, most: int = REJECTED_KEPT) -> list[RejectedRow]:
        """Rejected rows of a file that are kept."""
        columns = (REJECTED.c.line, REJECTED.c.field, REJECTED.c.reason, REJECTED.c.text)
        query = sa.select(*columns).where(REJECTED.c.file == file).order_by(REJECTED.c.id).limit(most)
        with self._records.reading() as connection:
            return [RejectedRow(*row) for row in connection.execute(query)]

    def tallies(self) -> dict[str, dict[str, int]]:
        """Source → how many files it has in each state, messages sent, and rows rejected."""
        rejected = sa.func.coalesce(sa.func.sum(FILES.c.counts["rejected"].as_integer()), 0)
        query = sa.select(FILES.c.source, FILES.c.state, sa.func.count(), sa.func.sum(FILES.c.sent), rejected).group_by(
            FILES.c.source, FILES.c.state
        )
        tallies: dict[str, dict[str, int]] = {}
        with self._records.reading() as connection:
            for source, state, files, sent, refused in connection.execute(query):
                tally = tallies.setdefault(source, {**dict.fromkeys(map(str, FileState), 0), "sent": 0, "rejected": 0})
                tally[state] += files
                tally["sent"] += int(sent)
                tally["rejected"] += int(refused)
        return tallies

    def _newest(self, connection: sa.Connection, source: str, name: str) -> Any:
        query = sa.select(FILES.c.id, FILES.c.digest).where(FILES.c.source == source, FILES.c.name == name)
        return connection.execute(query.order_by(FILES.c.id.desc()).limit(1)).one_or_none()

    def _known(self, connection: sa.Connection, source: str, digest: str) -> bool:
        query = sa.select(sa.exists().where(FILES.c.source == source, FILES.c.digest == digest))
        return bool(connection.execute(query).scalar())

    def _changed(self, connection: sa.Connection, file: SourceFile, values: Mapping[str, Any]) -> SourceFile:
        change = FILES.update().where(FILES.c.id == file.id).values(**values).returning(FILES)
        return _file(connection.execute(change).mappings().one())


def _keep_rejected(connection: sa.Connection, file: SourceFile, rejected: Sequence[RejectedRow]) -> None:
    """The first of a file's rejected rows, in place of those of an earlier attempt."""
    connection.execute(REJECTED.delete().where(REJECTED.c.file == file.id))
    rows = [
        {"file": file.id, "line": row.line, "field": row.field[:200], "reason": row.reason[:500], "text": _text(row)}
        for row in rejected[:REJECTED_KEPT]
    ]
    if rows:
        connection.execute(REJECTED.insert(), rows)


def _text(row: RejectedRow) -> str:
    """As PostgreSQL can hold it."""
    whole = row.text[:LONGEST_TEXT].encode("utf-8", "replace").decode()
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _file(row: Mapping[Any, Any]) -> SourceFile:
    values = {name: row[name] for name in SourceFile.__slots__}
    kept = {"parts": tuple(row["parts"]), "kind": Kind(row["kind"]), "state": FileState(row["state"])}
    return SourceFile(**{**values, **kept})
