"""People who ask Trino by its own client, with their name and a key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from trino.auth import BasicAuthentication
from trino.dbapi import Connection
from trino.exceptions import HttpError, TrinoQueryError

from access.grants import checked_grant
from access.store import AccessStore
from iceberg.settings import LakeSettings
from query.settings import QuerySettings

REFUSED_LOGIN = "401"


def own_session() -> requests.Session:
    """Without what this machine says of certificates and proxies, which `verify` would give way to."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(QuerySettings().trino_trusted)
    return session


@dataclass(frozen=True)
class SqlClient:
    """One person at a SQL client."""

    name: str
    key: str

    def connection(self, **more: Any) -> Connection:
        """A connection to the catalog of the lake, which nothing is asked of yet."""
        host, _, port = QuerySettings().trino.partition(":")
        login = BasicAuthentication(self.name, self.key)
        return Connection(
            host=host, port=int(port), user=self.name, catalog="lake", http_scheme="https", auth=login,
            http_session=own_session(), **more,
        )  # fmt: skip

    def rows(self, sql: str, **more: Any) -> list[list[Any]]:
        """Raises TrinoQueryError, HttpError."""
        cursor = self.connection(**more).cursor()
        cursor.execute(sql)
        return [list(row) for row in cursor.fetchall()]

    def outcome(self, sql: str, **more: Any) -> tuple[str, str]:
        """`OK` and what was answered, or the name of the error and its text."""
        try:
            return "OK", str(self.rows(sql, **more))
        except TrinoQueryError as error:
            return str(error.error_name), str(error.message)
        except HttpError as error:
            return REFUSED_LOGIN if "error 401" in str(error) else "HTTP", str(error)


@contextmanager
def store() -> Iterator[AccessStore]:
    """Users, keys and grants of the shared stack."""
    opened = AccessStore.open(LakeSettings().catalog_uri.get_secret_value())
    try:
        yield opened
    finally:
        opened.close()


def person(access: AccessStore, name: str, *grants: dict[str, Any], administrator: bool = False) -> SqlClient:
    """A new user with a key and these grants to ask: `{"stream", "where", "hide"}`."""
    access.users.add(name, by="test", administrator=administrator)
    for each in grants:
        grant = checked_grant(f"user:{name}", each["stream"], ["ask"], each.get("where", {}), each.get("hide", []))
        access.grants.add(grant, by="test")
    _, key = access.keys.create(name, "sql")
    return SqlClient(name, key)
