"""Which streams there are: those that are declared, and those that the lake holds, whatever became of their files."""

from __future__ import annotations

from contextlib import suppress

from iceberg.apply import applied_definition, applied_streams
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from services.settings import ServiceSettings
from streams import Definition, read_definitions
from streams.errors import DefinitionError, UnknownNameError


def known_definition(stream: str) -> Definition:
    """The stream's definition: as declared, or as applied where there is no file that can be read.

    Raises UnknownNameError, DefinitionError, LakeError.
    """
    declared, unreadable = read_definitions(ServiceSettings().streams)
    if stream in declared:
        return declared[stream]
    catalog = open_catalog(LakeSettings())
    applied = applied_definition(catalog, stream)
    if applied is not None:
        return applied
    if stream in unreadable:
        raise unreadable[stream]
    raise UnknownNameError("stream", stream, sorted({*declared, *unreadable, *applied_streams(catalog)}))


def known_definitions() -> dict[str, Definition]:
    """Every stream whose definition can be read, by name. Raises LakeError."""
    definitions, _ = read_definitions(ServiceSettings().streams)
    catalog = open_catalog(LakeSettings())
    for stream in applied_streams(catalog):
        with suppress(DefinitionError):
            if stream not in definitions and (applied := applied_definition(catalog, stream)) is not None:
                definitions[stream] = applied
    return definitions
