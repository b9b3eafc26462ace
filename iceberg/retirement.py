"""A retired stream takes no more messages; its answers stay. The lake notes so, in the properties of its panes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pyiceberg.exceptions import NamespaceNotEmptyError, NoSuchNamespaceError

from database.errors import LakeError
from database.replay_store import ReplayStore
from database.replays import ReplayState
from iceberg.catalog import Catalog
from iceberg.commits import repeated_when_overtaken, set_properties
from iceberg.errors import RetiredError, translated
from iceberg.kinds import LEDGER, PANES
from iceberg.ledger import settled_until
from iceberg.namespaces import is_staging
from iceberg.staging import drop_staging
from iceberg.stream_tables import optional_table, panes_table
from streams.definition import BENCH_PREFIX

_RETIRED, _REMOVING = "windowpane.retired", "windowpane.removing"

GRACE = timedelta(seconds=15)
"""How long after it was noted senders may still be served: until each web service has seen it and answered."""


def retired_at(properties: Mapping[str, str]) -> datetime | None:
    """When a stream was retired, by the properties of its panes; None if it is not."""
    noted = properties.get(_RETIRED)
    return datetime.fromisoformat(noted) if noted else None


def retire(catalog: Catalog, stream: str) -> datetime:
    """Note that the stream takes no more messages, since when it does if it was noted before. Raises LakeError."""
    with translated():
        panes = panes_table(catalog, stream)
        now = datetime.now(UTC)
        set_properties(panes, {_RETIRED: panes.properties.get(_RETIRED, now.isoformat(timespec="seconds"))})
        return retired_at(panes.refresh().properties) or now


def resume(catalog: Catalog, stream: str) -> None:
    """Note that the stream takes messages again. Raises LakeError for one that is being removed."""

    @repeated_when_overtaken
    def remove_note() -> None:
        panes = panes_table(catalog, stream)
        if _REMOVING in panes.properties:
            raise LakeError(f"{stream} is being removed; finish that with: windowpane streams remove {stream}")
        if _RETIRED in panes.properties:
            with panes.transaction() as change:
                change.remove_properties(_RETIRED)

    with translated():
        remove_note()


def refuse_retired(catalog: Catalog, stream: str) -> None:
    """Raise RetiredError, which says how it is taken up again, for a stream that is retired."""
    panes = optional_table(catalog, stream, PANES.name)
    since = retired_at(panes.properties) if panes else None
    if since is not None:
        raise RetiredError(stream, since)


def is_drained(catalog: Catalog, stream: str) -> bool:
    """Whether a retired stream needs its job no more: every table holds all that was acknowledged, or is to go."""
    with translated():
        properties = panes_table(catalog, stream).properties
        if _REMOVING in properties:
            return True
        retired, settled = retired_at(properties), settled_until(catalog.load_table((stream, LEDGER.name)))
    return retired is not None and settled is not None and settled >= retired + GRACE


def begin_removal(catalog: Catalog, stream: str) -> None:
    """Note that the stream is to go, so that its job is not started again. Raises LakeError unless it is retired."""
    with translated():
        panes = panes_table(catalog, stream)
        if retired_at(panes.properties) is None:
            raise LakeError(f"{stream} takes messages; first: windowpane streams retire {stream}")
        set_properties(panes, {_REMOVING: "true"})


def left_by_benchmarks(catalog: Catalog, before: datetime) -> list[str]:
    """Streams of benchmarks that nobody has committed to since a moment: those were killed. Raises LakeError."""
    newest = {}
    with translated():
        for (namespace,) in catalog.list_namespaces():
            if namespace.startswith(BENCH_PREFIX) and not is_staging(namespace):
                tables = [catalog.load_table(each) for each in catalog.list_tables(namespace)]
                newest[namespace] = max((table.metadata.last_updated_ms for table in tables), default=0)
    return [stream for stream, at in newest.items() if at < before.timestamp() * 1000]


def drop_stream(catalog: Catalog, stream: str) -> None:
    """Drop the stream's tables with all they hold, its replays and their records; what is gone already is no error.

    The panes go last: while they are there, the stream is known, and its removal can be gone on with.
    """
    store = ReplayStore(catalog.engine)
    for replay in store.all(stream):
        if replay.state is not ReplayState.DROPPED:
            drop_staging(catalog, replay, with_files=replay.generation is None)
    store.forget(stream)
    with translated():
        for identifier in sorted(catalog.list_tables(stream), key=lambda each: each[-1] == PANES.name):
            catalog.purge_table(identifier)
        try:
            catalog.drop_namespace(stream)
        except (NoSuchNamespaceError, NamespaceNotEmptyError):
            return
