"""What a benchmark works on: a declared stream, under names that can be told from real ones."""

from __future__ import annotations

from database.replay_store import ReplayStore
from database.replays import ReplayState
from iceberg.apply import drop_tables, plan_tables
from iceberg.catalog import Catalog
from iceberg.staging import drop_staging
from services.settings import ServiceSettings
from streams import Definition
from streams.errors import DefinitionError


def declared(stream: str, settings: ServiceSettings) -> Definition:
    """The definition of a stream; raises DefinitionError if there is none of that name."""
    return settings.definition(stream)


def renamed(definition: Definition, *names: str) -> Definition:
    """The same stream, whose made messages carry these values of the first dimension, and one of each other."""
    if definition.demo is None:
        raise DefinitionError(f"{definition.name}.toml", "demo", None, "add a [demo] table to make messages")
    series = {}
    for place, (field, declared_names) in enumerate(definition.demo.series.items()):
        values = names if place == 0 else declared_names.names[:1]
        series[field] = declared_names.model_copy(update={"names": tuple(values)})
    return definition.model_copy(update={"demo": definition.demo.model_copy(update={"series": series})})


def make_anew(catalog: Catalog, definition: Definition) -> None:
    """Empty tables of the stream, whatever an earlier benchmark left of it."""
    remove(catalog, definition)
    for change in plan_tables(catalog, definition):
        change.run()


def remove(catalog: Catalog, definition: Definition) -> None:
    """Take away the stream's tables, its replays and their records."""
    store = ReplayStore(catalog.engine)
    for replay in store.all(definition.name):
        if replay.state is not ReplayState.DROPPED:
            drop_staging(catalog, replay, with_files=replay.generation is None)
    drop_tables(catalog, definition)
    store.forget(definition.name)
