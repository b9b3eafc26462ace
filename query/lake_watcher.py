"""Keep the newest lake view of every stream at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from database.errors import LakeAwayError
from iceberg.catalog import Catalog
from iceberg.errors import BetweenStatesError
from iceberg.lake_view import NEEDED, LakeView, metadata_locations, pin
from query.background import Background
from query.errors import NotReadyError
from streams.errors import WindowpaneError


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
        self.problems: dict[str, str] = {}
        """Stream → why it could not be read at the last look."""
        self._looked = False
        self._background = Background("lake-watcher", self._look, refresh_seconds)

    def start(self) -> None:
        """Begin to watch; returns at once."""
        self._background.start()

    def close(self) -> None:
        """Stop watching."""
        self._background.close()

    @property
    def problem(self) -> str:
        """What is wrong with the newest look, or with the thread; empty when all is well."""
        return self._background.problem or ("" if self._looked else "has not looked at the lake yet")

    def view(self, stream: str) -> LakeView:
        """The newest view. Raises NotReadyError, which says why, when the stream's tables have not been read yet."""
        try:
            return self._views[stream]
        except KeyError:
            known = self.problems.get(stream, "") if self._looked else self.problem
            raise NotReadyError(stream, known) from None

    def views(self) -> dict[str, LakeView]:
        """The newest view of each stream whose tables have been read."""
        return dict(self._views)

    def _look(self) -> float:
        self.refresh()
        return self._refresh_seconds

    def refresh(self) -> None:
        """Look once: pin again each stream of which a table has a new commit.

        A stream that cannot be read keeps no other from being pinned; `problems` says why. Raises LakeAwayError
        when the catalog or the object store does not answer.
        """
        try:
            by_stream = metadata_locations(self._opened())
        except WindowpaneError:
            self._looked = False
            raise
        problems: dict[str, str] = {}
        away: LakeAwayError | None = None
        for stream, locations in by_stream.items():
            try:
                self._refresh(stream, locations)
            except WindowpaneError as error:
                away = error if isinstance(error, LakeAwayError) else away
                # During a publication readers keep the state of before until it is complete.
                if not isinstance(error, BetweenStatesError) or stream not in self._views:
                    problems[stream] = str(error)
        for stream in self._views.keys() - by_stream.keys():
            del self._views[stream]
        self.problems, self._looked = problems, True
        if away is not None:
            raise away

    def _refresh(self, stream: str, locations: dict[str, str]) -> None:
        if not locations.keys() >= NEEDED or locations == self._locations.get(stream):
            return
        view = _not_before(self._views.get(stream), pin(self._opened(), stream))
        if stream in self._views and view.generation != self._views[stream].generation:
            self._prepare(view)
        self._views[stream], self._locations[stream] = view, locations

    def _opened(self) -> Catalog:
        if self._catalog is None:
            self._catalog = self._open_catalog()
        return self._catalog


def _not_before(seen: LakeView | None, view: LakeView) -> LakeView:
    """The view, known to be complete as far as the one before it: its tables hold all that theirs did.

    Alone it may tell less, for while sinks commit one after the other its snapshots are not of one checkpoint. Tables
    that were made anew are no later state of those that readers saw.
    """
    if seen is None or seen.began != view.began:
        return view
    return replace(
        view,
        # One object, however many views: kept answers hold on to it.
        definition=seen.definition if seen.definition == view.definition else view.definition,
        complete_until=_later(seen.complete_until, view.complete_until),
        settled_until=_later(seen.settled_until, view.settled_until),
        records_until=_later(seen.records_until, view.records_until),
    )


def _later(*moments: datetime | None) -> datetime | None:
    return max((at for at in moments if at is not None), default=None)
