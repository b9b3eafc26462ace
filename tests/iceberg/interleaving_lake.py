"""A lake whose work can be stopped in any commit, and a live job that writes into it as Flink's sinks do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy
from pyiceberg.table import CommitTableResponse, Table
from pyiceberg.table.update import TableRequirement, TableUpdate
from pyiceberg.typedef import Identifier

from iceberg.catalog import Catalog
from iceberg.resume import resume_point
from streams.panes import Grain
from tests.iceberg.interleaved import ROLLUP_WINDOWS, Message, Window, ledger_rows, pane_rows
from tests.iceberg.interleaved import rejected_rows as rejected_rows_of
from tests.iceberg.lakes import commit, layer, overtaken

SINKS = ("panes", "ledger", "rejected")


def in_panes(windows: int, grain: Grain) -> int:
    """How many of the first so many windows panes of a grain are made of: of rollups, whole windows of theirs."""
    return windows if grain is Grain.MINUTE else windows // ROLLUP_WINDOWS * ROLLUP_WINDOWS


class Killed(BaseException):
    """The process is dead: nothing handles this."""


class What(StrEnum):
    """What happens at a commit."""

    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    OVERTAKEN = "is overtaken by the live job"


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens at which commit, or drop of a table, of some work, the first being 1. Shorter work goes well."""

    commit: int
    what: What


class MortalCatalog(Catalog):
    """A catalog in which work meets its fate."""

    _fate: Fate | None = None
    _commits = 0
    _overtake: Callable[[], object] = staticmethod(lambda: None)

    @contextmanager
    def fate(self, fate: Fate | None, overtake: Callable[[], object]) -> Iterator[None]:
        """Let the work of the block meet a fate; being killed ends the block, not the caller."""
        self._fate, self._commits, self._overtake = fate, 0, overtake
        try:
            yield
        except Killed:
            pass
        finally:
            self._fate = None

    def commit_table(
        self, table: Table, requirements: tuple[TableRequirement, ...], updates: tuple[TableUpdate, ...]
    ) -> CommitTableResponse:
        """Commit, unless the time has come."""
        what = self._due()
        if what is What.DIES_BEFORE:
            raise Killed
        if what is What.OVERTAKEN:
            self._fate = None
            with overtaken(self, self._overtake):
                return super().commit_table(table, requirements, updates)
        done = super().commit_table(table, requirements, updates)
        if what is What.DIES_AFTER:
            raise Killed
        return done

    def drop_table(self, identifier: str | Identifier) -> None:
        """Drop, unless the time has come; nobody overtakes that."""
        what = self._due()
        if what is What.DIES_BEFORE:
            raise Killed
        super().drop_table(identifier)
        if what is What.DIES_AFTER:
            raise Killed

    def _due(self) -> What | None:
        self._commits += 1
        return self._fate.what if self._fate is not None and self._fate.commit == self._commits else None

    @classmethod
    def opened(cls, uri: str, warehouse: str) -> MortalCatalog:
        """On a PostgreSQL, in the layout that the engines use."""
        catalog = cls("lake", uri=uri.replace("postgresql:", "postgresql+psycopg:"), warehouse=warehouse)
        with catalog.engine.begin() as connection:
            connection.execute(
                sqlalchemy.text("alter table iceberg_tables add column if not exists iceberg_type varchar(5)")
            )
        return catalog


@dataclass
class LiveJob:
    """A stream's live job: windows arrive, checkpoints complete, and each sink commits them by itself.

    `windows`: all that arrived. `written`: sink → how many of them are in its table (of rollups: `in_panes`). `due`:
    sinks that have not committed the newest checkpoint yet; the next one waits for them.
    """

    catalog: Catalog
    stream: str
    windows: list[Window] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SINKS, 0))
    due: list[str] = field(default_factory=list)
    next_offset: int = 0
    _starts: int = 0
    _checkpoint: int = 0
    _rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def arrive(self, windows: Sequence[Sequence[int]], order: Sequence[str]) -> None:
        """Messages (of events, see `EVENTS`) arrive in new windows, and a checkpoint of them completes."""
        self.sink_all()
        for events in windows:
            heartbeat = self.next_offset
            messages = tuple(Message(heartbeat + 1 + number, event) for number, event in enumerate(events))
            self.next_offset += 1 + len(messages)
            self.windows.append(Window(len(self.windows), heartbeat, messages))
        before, now = self.written["panes"], len(self.windows)
        self._complete(
            order,
            {
                "panes": [
                    row
                    for grain in Grain
                    for row in pane_rows(grain, self.windows[in_panes(before, grain) : in_panes(now, grain)], {})
                ],
                "ledger": ledger_rows(self.windows[self.written["ledger"] :], {}),
                "rejected": rejected_rows_of(self.windows[self.written["rejected"] :], {}),
            },
        )

    def restart(self, order: Sequence[str]) -> None:
        """The job and its state are gone; a new one starts from the lake. It reads all that had arrived in one go."""
        point = resume_point(self.catalog, self.stream)
        read = [window for window in self.windows if point.start is None or window.arrived >= point.start]
        held = point.held.get("rejected", {}).get(0, -1)

        def beyond(name: str) -> list[Window]:
            cut = point.cuts[name]
            return [window for window in read if cut is None or window.arrived >= cut]

        def made(grain: Grain) -> list[Window]:
            whole = in_panes(len(self.windows), grain)
            return [window for window in beyond(layer(grain).panes) if window.number < whole]

        self._starts, self._checkpoint = self._starts + 1, 0
        self._complete(
            order,
            {
                "panes": [row for grain in Grain for row in pane_rows(grain, made(grain), {})],
                "ledger": ledger_rows(beyond("ledger"), {}),
                "rejected": [row for row in rejected_rows_of(beyond("rejected"), {}) if row["offset"] > held],
            },
        )

    def _complete(self, order: Sequence[str], rows: dict[str, list[dict[str, Any]]]) -> None:
        self._checkpoint += 1
        self.due, self._rows = list(order), rows

    def sink(self) -> None:
        """The next sink commits the checkpoint."""
        name = self.due.pop(0)
        if self._rows[name] or name in ("panes", "ledger"):
            table = self.catalog.load_table((self.stream, name))
            commit(table, self._rows[name], f"job {self._starts}", self._checkpoint)
        self.written[name] = len(self.windows)

    def sink_all(self) -> None:
        """All sinks have committed the checkpoint."""
        while self.due:
            self.sink()
