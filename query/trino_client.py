"""The client of Trino: one pooled HTTP session for all threads, bound values, bounded time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from trino.dbapi import Connection

from iceberg.catalog import CATALOG
from query.errors import translated
from query.settings import QuerySettings

__all__ = ["TrinoClient"]


class TrinoClient:
    """Runs statements; safe to share between threads. `properties`: more session properties of the catalog.

    `asked`: how many statements were begun, or a few less.
    """

    def __init__(self, settings: QuerySettings, properties: Mapping[str, str] | None = None) -> None:
        self.asked = 0
        host, _, port = settings.trino.partition(":")
        session = requests.Session()
        session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=64))
        session.trust_env = False
        self._connection = Connection(
            host=host,
            port=int(port),
            user="windowpane",
            source="windowpane",
            catalog=CATALOG,
            http_scheme="http",
            http_session=session,
            timezone="UTC",
            legacy_prepared_statements=False,
            request_timeout=settings.query_seconds,
            max_attempts=3,
            session_properties={
                "query_max_run_time": f"{settings.query_seconds:.0f}s",
                f"{CATALOG}.statistics_enabled": "false",
                **{f"{CATALOG}.{name}": value for name, value in (properties or {}).items()},
            },
        )

    def rows(self, sql: str, values: Sequence[Any] = ()) -> tuple[list[list[Any]], str]:
        """Run a statement; its rows and Trino's id of the query. Raises QueryError."""
        self.asked += 1
        with translated():
            cursor = self._connection.cursor()
            cursor.execute(sql, list(values) or None)
            return cursor.fetchall(), str(cursor.query_id)

    def check(self) -> None:
        """Raise EngineAwayError unless Trino answers."""
        self.rows("select 1")
