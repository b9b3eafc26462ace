"""Keep the newest lake view of every stream at hand."""

from __future__ import annotations

import threading
from collections.abc import Callable

from iceberg.catalog import Catalog
from iceberg.errors import BetweenStatesError, LakeAwayError
from iceberg.lake_view import TABLES, LakeView, metadata_locations, pin
from iceberg.stream_tables import OPTIONAL
from query.errors import NotReadyError
from streams.errors import WindowpaneError

__all__ = ["LakeView", "LakeWatcher"]

_NEEDED = {*TABLES} - {OPTIONAL}


class LakeWatcher:
    """Keeps the newest lake view of each applied stream, in a thread that looks for new commits.

    `prepare` is called with a view of what was published, before readers get it.
    """

    def __init__(
        self,
        open_catalog: Callable[[], Catalog],
        refresh_seconds: float,
        prepare: Callable[[LakeView], None] = lambda _: None,
    ) -> None:
        self._open_catalog, self._refresh_seconds, self._prepare = open_catalog, refresh_seconds, prepare
        self._views: dict[str, LakeView] = {}
        self._locations: dict[str, dict[str, str]] = {}
        self._catalog: Catalog | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lake-watcher", daemon=True)
        self.problem = "has not looked at the lake yet"
        self.problems: dict[str, str] = {}
        """Stream → why it could not be read at the last look."""

    def start(self) -> None:
        """Begin to watch; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def view(self, stream: str) -> LakeView:
        """The newest view. Raises NotReadyError, which says why, when the stream's tables have not been read yet."""
        try:
            return self._views[stream]
        except KeyError:
            raise NotReadyError(stream, self.problems.get(stream, "")) from None

    def views(self) -> dict[str, LakeView]:
        """The newest view of each stream whose tables have been read."""
        return dict(self._views)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.refresh()
                self.problem = ""
            except WindowpaneError as error:
                self.problem = str(error)
            self._stop.wait(self._refresh_seconds)

    def refresh(self) -> None:
        """Look once: pin again each stream of which a table has a new commit.

        A stream that cannot be read keeps no other from being pinned; `problems` says why. Raises LakeAwayError
        when the catalog or the object store does not answer.
        """
        if self._catalog is None:
            self._catalog = self._open_catalog()
        found: dict[str, dict[str, str]] = {}
        for (stream, table), location in metadata_locations(self._catalog).items():
            found.setdefault(stream, {})[table] = location
        problems: dict[str, str] = {}
        away: LakeAwayError | None = None
        for stream, locations in found.items():
            try:
                self._refresh(self._catalog, stream, locations)
            except LakeAwayError as error:
                away = error
            except WindowpaneError as error:
                # During a publication readers keep the state of before until it is complete.
                if not isinstance(error, BetweenStatesError) or stream not in self._views:
                    problems[stream] = str(error)
        for stream in self._views.keys() - found.keys():
            del self._views[stream]
        self.problems = problems
        if away is not None:
            raise away

    def _refresh(self, catalog: Catalog, stream: str, locations: dict[str, str]) -> None:
        if not locations.keys() >= _NEEDED or locations == self._locations.get(stream):
            return
        view = pin(catalog, stream)
        if stream in self._views and view.generation != self._views[stream].generation:
            self._prepare(view)
        self._views[stream], self._locations[stream] = view, locations
