"""Puts a stream's past in order between looks: publications that were interrupted, rollups that wait, manifests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import structlog

from database.errors import LakeLockedError
from database.locks import stream_lock
from iceberg.catalog import Catalog
from iceberg.manifests import merge_manifests
from iceberg.publishing import finish_interrupted
from iceberg.rollups import begin_rollup, finish_rollup, has_pending
from iceberg.stored_stream import stored_stream
from iceberg.stream_tables import panes_table
from query.sql_clients import make_rollup
from query.trino_client import TrinoClient

_log = structlog.get_logger("keeper")

MOST_MANIFESTS = 64
"""Commits between looks at the manifests of a stream's panes, and manifests that are then worth merging."""


class Tidying:
    """Does what a stream needs. Threads may share it, if each works on streams of its own."""

    def __init__(self, lake: Callable[[], Catalog], trino: TrinoClient) -> None:
        self._lake, self._trino = lake, trino
        self._commits: dict[str, int] = {}

    def tidy(self, name: str) -> None:
        """Go on with what was begun, make the rollups that wait, merge manifests. Raises LakeError, QueryError."""
        catalog = self._lake()
        for replay in finish_interrupted(catalog, name):
            _log.info("publication complete", replay=replay.id, state=replay.state)
        stored = stored_stream(catalog, name)
        if stored is None:
            self._commits.pop(name, None)
            return
        if has_pending(catalog, name):
            with suppress(LakeLockedError), stream_lock(catalog.engine, name, "making rollups"):
                task = begin_rollup(catalog, name)
                if task is not None:
                    make_rollup(self._trino, stored.definition, task)
                    finish_rollup(catalog, task)
                    _log.info("rollups made", stream=name, layer=task.layer, arrivals=str(task.arrivals))
        self._merge_manifests(catalog, name)

    def _merge_manifests(self, catalog: Catalog, name: str) -> None:
        panes = panes_table(catalog, name)
        newest = panes.current_snapshot()
        commits = (newest and newest.sequence_number) or 0
        if commits >= self._commits.get(name, 0) + MOST_MANIFESTS:
            merged = merge_manifests(panes, MOST_MANIFESTS)
            self._commits[name] = commits
            if merged:
                _log.info("manifests merged", stream=name, manifests=merged)
