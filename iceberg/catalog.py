"""The catalog: one Iceberg JDBC catalog on PostgreSQL, shared with Flink and Trino under one name."""

from __future__ import annotations

import atexit
from functools import lru_cache
from operator import attrgetter
from threading import Lock

from cachetools import LRUCache, cachedmethod
from pyiceberg.catalog.sql import IcebergTables, SqlCatalog
from pyiceberg.table import Table

from database.engine import change, columns, engine_uri
from iceberg.errors import translated
from iceberg.settings import LakeSettings

CATALOG = "lake"
"""The catalog's name. It is part of the catalog's rows, so it is the same in every engine."""


_TABLES_KEPT = 64


class Catalog(SqlCatalog):
    """An open catalog, to be handed on; only this package looks inside.

    It remembers what it read of tables lately: a table's metadata is a file that never changes, and one with the
    snapshots of some hours takes 15 ms to read.
    """

    def __init__(self, name: str, **properties: str) -> None:
        super().__init__(name, **properties)
        self._kept: LRUCache[str | None, Table] = LRUCache(_TABLES_KEPT)
        self._lock = Lock()

    def _convert_orm_to_iceberg(self, orm_table: IcebergTables) -> Table:
        kept = self._read(orm_table)
        # A table of its own for each user, for refreshing alters it.
        return Table(kept.name(), kept.metadata, kept.metadata_location, kept.io, self)

    @cachedmethod(attrgetter("_kept"), key=lambda _, row: row.metadata_location, lock=attrgetter("_lock"))
    def _read(self, row: IcebergTables) -> Table:
        return super()._convert_orm_to_iceberg(row)


@lru_cache
def open_catalog(settings: LakeSettings) -> Catalog:
    """Connect to the catalog, making its tables if they are not there, in the layout V1 that all engines use.

    All users of the same lake in a process share one, with its few connections; it is closed as the process ends.
    """
    with translated():
        catalog = Catalog(
            CATALOG,
            **{
                "uri": engine_uri(settings.catalog_uri.get_secret_value()),
                "pool_pre_ping": "true",
                "warehouse": settings.warehouse,
                "s3.endpoint": settings.s3_endpoint,
                "s3.access-key-id": settings.s3_access_key,
                "s3.secret-access-key": settings.s3_secret_key.get_secret_value(),
                "s3.region": settings.s3_region,
                "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
            },
        )
    # Altering waits for everybody who uses the table, and everybody after it waits for that.
    if "iceberg_type" not in columns(catalog.engine, "iceberg_tables"):
        change(catalog.engine, "alter table iceberg_tables add column if not exists iceberg_type varchar(5)")
    atexit.register(catalog.close)
    return catalog
