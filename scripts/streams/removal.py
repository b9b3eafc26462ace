"""Take a stream away for good: its job, views, replays, topic and tables. Each step may be done again after a kill."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from access.store import AccessStore
from database.engine import plain_uri
from database.locks import stream_lock
from flink_jobs.client import FlinkClient
from flink_jobs.settings import FlinkSettings
from iceberg.apply import applied_definition, applied_streams, views_in
from iceberg.catalog import Catalog
from iceberg.retirement import drop_stream, left_by_benchmarks
from query.settings import QuerySettings
from query.sql_clients import drop_views
from query.trino_client import TrinoClient
from services.settings import ServiceSettings
from streams.errors import DefinitionError
from streams.topics import Topics

LOCK_SECONDS = 60.0
BENCH_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Removed:
    """What was left of a stream, in words, and how many grants went with it."""

    left: list[str]
    grants: int


def remove_stream(catalog: Catalog, stream: str) -> Removed:
    """Remove it. Nothing may start its job meanwhile. Raises WindowpaneError."""
    topic, left = _topic(catalog, stream)
    with stream_lock(catalog.engine, stream, "removing", LOCK_SECONDS):
        stop_jobs(stream)
        drop_views(TrinoClient(QuerySettings()), stream, views_in(catalog, stream))
        if topic is not None:
            with Topics(ServiceSettings().kafka) as topics:
                topics.delete(topic)
        return Removed(left, _drop(catalog, stream))


def _drop(catalog: Catalog, stream: str) -> int:
    """Its access before its tables, by which a removal that was interrupted is found; how many grants there were.

    Once more after them: until then the stream is known, and somebody may have granted it meanwhile.
    """
    with closing(AccessStore.open(plain_uri(catalog.engine))) as store:
        grants = _remove_access(store, stream)
        drop_stream(catalog, stream)
        return grants + _remove_access(store, stream)


def remove_leftovers(catalog: Catalog) -> list[str]:
    """Remove the streams of benchmarks that were killed, a day after their last commit; their names."""
    left = left_by_benchmarks(catalog, datetime.now(UTC) - BENCH_AGE)
    for stream in left:
        remove_stream(catalog, stream)
    return left


def stop_jobs(stream: str) -> None:
    """Stop the stream's jobs, and wait until none can write."""
    with closing(FlinkClient(FlinkSettings())) as flink:
        for job in flink.jobs():
            if job.stream == stream and not job.ended:
                flink.stop(job)


def _remove_access(store: AccessStore, stream: str) -> int:
    """So that a stream made anew under its name begins without grants; how many there were."""
    removed = store.grants.remove_of(stream)
    store.columns.remove_of(stream)
    store.form_keys.remove_of(stream)
    store.claims.remove_of(stream)
    return removed


def _topic(catalog: Catalog, stream: str) -> tuple[str | None, list[str]]:
    """The topic that goes with the stream; None, and why, for one that stays."""
    try:
        definition = applied_definition(catalog, stream)
    except DefinitionError as error:
        return None, [f"its topic, which is not known: {error}"]
    if definition is None:
        return None, []
    for other in applied_streams(catalog):
        if other != stream and _topic_of(catalog, other) in (definition.topic, None):
            return None, [f"topic {definition.topic}, which stream {other} may read too"]
    return definition.topic, []


def _topic_of(catalog: Catalog, stream: str) -> str | None:
    try:
        definition = applied_definition(catalog, stream)
    except DefinitionError:
        return None
    return definition.topic if definition else ""
