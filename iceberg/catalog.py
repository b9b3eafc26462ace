"""The catalog: one Iceberg JDBC catalog on PostgreSQL, shared with Flink and Trino under one name."""

from __future__ import annotations

import atexit
from functools import lru_cache

import sqlalchemy
from pyiceberg.catalog.sql import SqlCatalog

from iceberg.errors import translated
from iceberg.settings import LakeSettings

__all__ = ["CATALOG", "Catalog", "open_catalog"]

Catalog = SqlCatalog
"""An open catalog, to be handed on; only this package looks inside."""

CATALOG = "lake"
"""The catalog's name. It is part of the catalog's rows, so it is the same in every engine."""


@lru_cache
def open_catalog(settings: LakeSettings) -> SqlCatalog:
    """Connect to the catalog, making its tables if they are not there, in the layout V1 that all engines use.

    All users of the same lake in a process share one, with its few connections; it is closed as the process ends.
    """
    uri = settings.catalog_uri.get_secret_value().replace("postgresql://", "postgresql+psycopg://", 1)
    with translated():
        catalog = SqlCatalog(
            CATALOG,
            **{
                "uri": uri,
                "pool_pre_ping": "true",
                "warehouse": settings.warehouse,
                "s3.endpoint": settings.s3_endpoint,
                "s3.access-key-id": settings.s3_access_key,
                "s3.secret-access-key": settings.s3_secret_key.get_secret_value(),
                "s3.region": settings.s3_region,
                "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
            },
        )
        with catalog.engine.begin() as connection:
            known = {column["name"] for column in sqlalchemy.inspect(connection).get_columns("iceberg_tables")}
            # Altering waits for everybody who uses the table, and everybody after it waits for that.
            if "iceberg_type" not in known:
                connection.execute(
                    sqlalchemy.text("alter table iceberg_tables add column if not exists iceberg_type varchar(5)")
                )
    atexit.register(catalog.close)
    return catalog
