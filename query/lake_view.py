"""The lake view: the pinned snapshots that queries of a stream read, so that no answer mixes two states."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from iceberg.catalog import Catalog
from iceberg.completeness import metadata_locations, read_state
from iceberg.errors import LakeError
from query.errors import NotReadyError

__all__ = ["LakeView", "LakeWatcher", "pin"]


@dataclass(frozen=True, slots=True)
class LakeView:
    """One state of a stream's tables.

    A snapshot is None while its table is empty. `day_cut`: arrival time up to which day panes are complete.
    `complete_until`: arrival time up to which every answer is complete. `committed`: time of the newest commit.
    """

    stream: str
    minute_snapshot: int | None
    day_snapshot: int | None
    rejected_snapshot: int | None
    day_cut: datetime | None
    complete_until: datetime | None
    committed: datetime | None
    generation: int = 0


def pin(catalog: Catalog, stream: str) -> LakeView:
    """The stream's state as it is now. Raises LakeError."""
    state = read_state(catalog, stream)
    return LakeView(
        stream=stream,
        minute_snapshot=state.snapshots["minute_panes"],
        day_snapshot=state.snapshots["day_panes"],
        rejected_snapshot=state.snapshots["rejected"],
        day_cut=state.day_cut,
        complete_until=state.complete_until,
        committed=state.committed,
        generation=state.generation,
    )


class LakeWatcher:
    """Keeps the newest lake view of each stream, in a thread that looks for new commits."""

    def __init__(
        self,
        open_catalog: Callable[[], Catalog],
        streams: Iterable[str],
        refresh_seconds: float,
    ) -> None:
        self._open_catalog, self._streams, self._refresh_seconds = open_catalog, tuple(streams), refresh_seconds
        self._views: dict[str, LakeView] = {}
        self._locations: dict[str, dict[str, str]] = {}
        self._catalog: Catalog | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lake-watcher", daemon=True)
        self.problem = "has not looked at the lake yet"

    def start(self) -> None:
        """Begin to watch; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def view(self, stream: str) -> LakeView:
        """The newest view. Raises NotReadyError when the stream's tables have not been read yet."""
        try:
            return self._views[stream]
        except KeyError:
            raise NotReadyError(stream) from None

    def views(self) -> dict[str, LakeView]:
        """The newest view of each stream whose tables have been read."""
        return dict(self._views)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.refresh()
                self.problem = ""
            except LakeError as error:
                self.problem = str(error)
            self._stop.wait(self._refresh_seconds)

    def refresh(self) -> None:
        """Look once: pin again each stream of which a table has a new commit. Raises LakeError."""
        if self._catalog is None:
            self._catalog = self._open_catalog()
        found: dict[str, dict[str, str]] = {}
        for (stream, table), location in metadata_locations(self._catalog).items():
            found.setdefault(stream, {})[table] = location
        for stream in self._streams:
            if stream in found and found[stream] != self._locations.get(stream):
                self._views[stream] = pin(self._catalog, stream)
                self._locations[stream] = found[stream]
