"""What runs sources, put together: for the service that runs all of them, and for commands that run one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cache

from pyarrow.fs import FileSystem

from iceberg.apply import applied_definition
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from sources.errors import SourceError
from sources.fetching.http_client import HttpClient
from sources.fetching.http_pages import HttpPages
from sources.objects import Objects, object_store
from sources.runs.pace import Pace
from sources.runs.run import Runner
from sources.runs.sending import KafkaOutlets
from sources.settings import SourceSettings
from sources.store import SourceStore
from streams.definition import Definition

DEFINITION_SECONDS = 30.0
"""How long an applied definition is believed to be what it was."""


class StreamNotAppliedError(SourceError):
    """The stream of a source has no tables yet."""


class AppliedDefinitions:
    """Definitions as the streams' tables have them; threads may share it."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Definition]] = {}
        self._lock = threading.Lock()

    def __call__(self, stream: str) -> Definition:
        """That of one stream. Raises StreamNotAppliedError, LakeError, DefinitionError."""
        with self._lock:
            at, known = self._known.get(stream, (float("-inf"), None))
            if known is not None and time.monotonic() - at < DEFINITION_SECONDS:
                return known
            definition = applied_definition(open_catalog(LakeSettings()), stream)
            if definition is None:
                raise StreamNotAppliedError(f"the stream {stream} is not applied; run ./windowpane apply {stream}")
            self._known[stream] = (time.monotonic(), definition)
            return definition


def opened_store(settings: SourceSettings) -> SourceStore:
    """What is kept of sources."""
    uri = settings.catalog_uri.get_secret_value()
    return SourceStore.open(uri, settings.sources_key, settings.sources_at_once)


def source_runner(
    settings: SourceSettings,
    store: SourceStore,
    sleep: Callable[[float], None] = time.sleep,
    ends: Callable[[float], bool] = lambda _seconds: False,
) -> Runner:
    """A runner of sources of this home; `sleep` may be cut short when the process ends, `ends` tells of that."""

    @cache
    def bucket() -> FileSystem:
        return object_store(settings)

    return Runner(
        store=store,
        objects=Objects(bucket(), settings.kept),
        bucket=bucket,
        pages=HttpPages(HttpClient(), store.secrets.get, sleep),
        definition=AppliedDefinitions(),
        outlet=KafkaOutlets(settings.kafka),
        kafka=settings.kafka,
        work=settings.home / "data" / "sources",
        home=settings.home,
        pace=Pace(settings.sources_panes, sleep),
        settled_seconds=settings.sources_settled_seconds,
        ends=ends,
    )
