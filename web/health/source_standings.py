"""How each source stands: what PostgreSQL has of it, beside what is declared; kept for a few seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from database.errors import LakeAwayError
from sources.definition import Source
from sources.origins import Files, Url
from sources.states import State
from sources.store import SourceStore
from streams.errors import WindowpaneError
from web.health.declared_sources import DeclaredSources

_KEPT_SECONDS = 2.0
_NEWEST_SECONDS = 30.0
"""Age at which what is told at once is asked anew."""


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """One source. `state`: None before anything was noted of it. `files`: how many there are, by their states.

    `sent`, `rejected`: messages and rows, of all its files.
    """

    source: Source
    state: State | None = None
    files: Mapping[str, int] = field(default_factory=dict)
    sent: int = 0
    rejected: int = 0

    @property
    def held(self) -> int:
        """Files that wait for somebody."""
        return self.files.get("held", 0)

    @property
    def label(self) -> str:
        """How it stands, in a word or two."""
        if self.state is not None and self.state.paused:
            return "paused"
        if self.state is not None and self.state.failures:
            return "failing"
        if self.held:
            return "held"
        if self.state is not None and self.state.unfinished:
            return "waiting"
        if self.state is None or self.state.ran_at is None:
            return "not run yet"
        return "up to date"

    @property
    def watched(self) -> str:
        """`ok`, or what somebody should look at."""
        if self.label == "failing" and self.state is not None:
            return f"failing: {self.state.problem}"
        if self.held:
            return f"held: {self.held} {'file' if self.held == 1 else 'files'}"
        return "paused" if self.label == "paused" else "ok"

    def lag_seconds(self, now: datetime) -> float | None:
        """How much longer ago its last success is than it should be. None: it never succeeded, or is paused."""
        if self.state is None or self.state.paused or self.state.succeeded_at is None:
            return None
        origin = self.source.origin
        if isinstance(origin, Files | Url):
            every = float(origin.every_seconds)
        elif not self.state.unfinished:
            return 0.0
        else:
            every = 0.0
        return max(0.0, (now - self.state.succeeded_at).total_seconds() - every)


@dataclass(frozen=True, slots=True)
class SourceStandings:
    """`problems`: name → what is wrong with a file that declares no source. `away`: why nothing else is known."""

    sources: Mapping[str, SourceStanding] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    away: str = ""


class SourceLook:
    """Looks at PostgreSQL and at the files of definitions, for all who ask within a few seconds."""

    def __init__(self, store: SourceStore, declared: DeclaredSources) -> None:
        self._store, self._declared = store, declared
        self._lock = threading.Lock()
        self._kept: tuple[float, SourceStandings] = (0.0, SourceStandings())
        self._asking: threading.Thread | None = None

    def now(self) -> SourceStandings:
        """Those that are declared. Blocks: call it in a thread. Raises LakeAwayError."""
        with self._lock:
            until, kept = self._kept
            if time.monotonic() < until:
                if kept.away:
                    raise LakeAwayError(kept.away)
                return kept
            declared = self._declared.now()
            states, tallies = self._store.states.all(), self._store.files.tallies()
            standings = SourceStandings(
                {name: _standing(each, states.get(name), tallies.get(name)) for name, each in declared.sources.items()},
                declared.problems,
            )
            self._kept = time.monotonic() + _KEPT_SECONDS, standings
            return standings

    def newest(self) -> SourceStandings:
        """What is known at once; PostgreSQL is asked meanwhile."""
        until, kept = self._kept
        old = time.monotonic() >= until + _NEWEST_SECONDS - _KEPT_SECONDS
        if old and (self._asking is None or not self._asking.is_alive()):
            self._asking = threading.Thread(target=self._look, name="sources", daemon=True)
            self._asking.start()
        return kept

    def forget(self) -> None:
        """Look again the next time: something was changed here."""
        with self._lock:
            self._kept = (0.0, self._kept[1])
        self._declared.forget()

    def _look(self) -> None:
        try:
            self.now()
        except WindowpaneError as error:
            with self._lock:
                self._kept = time.monotonic() + _KEPT_SECONDS, SourceStandings(away=str(error))


def _standing(source: Source, state: State | None, tally: Mapping[str, int] | None) -> SourceStanding:
    if tally is None:
        return SourceStanding(source, state)
    files = {name: count for name, count in tally.items() if name not in ("sent", "rejected")}
    return SourceStanding(source, state, files, tally["sent"], tally["rejected"])
