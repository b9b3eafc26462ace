"""What the lake notes of a stream, in the properties of its panes: read at once, so that it is of one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from iceberg.catalog import Catalog
from iceberg.handover import RUNNING_PROPERTY
from iceberg.kinds import PANES
from iceberg.noted import DEFINITION_PROPERTY
from iceberg.retirement import is_drained, retired_at
from iceberg.stream_tables import optional_table
from streams.definition import Definition
from streams.stored_definition import stored_definition


@dataclass(frozen=True, slots=True)
class StoredStream:
    """`definition`: as applied. `running`: that of the job which made the newest rows; None when none did yet.

    `retired`: since when it takes no more messages. `drained`: whether it needs its job no more.
    """

    definition: Definition
    running: Definition | None
    retired: datetime | None = None
    drained: bool = False


def stored_stream(catalog: Catalog, stream: str) -> StoredStream | None:
    """What is noted of a stream; None when its tables are not there.

    Raises LakeError, and DefinitionError for a note that cannot be read.
    """
    table = optional_table(catalog, stream, PANES.name)
    if table is None:
        return None
    applied, running = (table.properties.get(key) for key in (DEFINITION_PROPERTY, RUNNING_PROPERTY))
    retired = retired_at(table.properties)
    return StoredStream(
        definition=stored_definition(applied, f"{stream} (as applied)"),
        running=stored_definition(running, f"{stream} (as running)") if running else None,
        retired=retired,
        drained=retired is not None and is_drained(catalog, stream),
    )
