"""The doors by which a tenant asks for the messages of one key in a window: HTTP and SQL, each by an API key."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from query.rendering import templates
from query.settings import QuerySettings
from services.settings import ServiceSettings
from streams.definition import Definition
from streams.errors import WindowpaneError

_SQL = templates.from_string(Path(__file__).with_name("tenants.sql").read_text())
_SECONDS = 120
TOO_MUCH = 429
"""What both doors answer a tenant who asks too much at once."""

_REFUSED_BY_TRINO = {"QUERY_QUEUE_FULL", "QUERY_REJECTED", "EXCEEDED_TIME_LIMIT"}


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant and the stream that it asks."""

    script: ServiceSettings
    definition: Definition
    name: str
    key: str


class HttpDoor:
    """`GET /v1/streams/{stream}/window`. Any number of threads ask."""

    def __init__(self, tenant: Tenant, connections: int) -> None:
        self._stream, self._dimension = tenant.definition.name, next(iter(tenant.definition.dimensions))
        headers = {"Authorization": f"Bearer {tenant.key}"}
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._client = httpx.Client(
            base_url=tenant.script.url, headers=headers, timeout=_SECONDS, limits=limits, trust_env=False
        )

    def ask(self, key: str, start: datetime, end: datetime) -> int:
        """The status of the answer: 200 or 429. Raises WindowpaneError for others."""
        asked = {self._dimension: key, "start": start.isoformat(), "end": end.isoformat()}
        answer = self._client.get(f"/v1/streams/{self._stream}/window", params=asked)
        if answer.status_code not in (200, TOO_MUCH):
            raise WindowpaneError(f"the web service answered {answer.status_code}: {answer.text[:200]}")
        return answer.status_code

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class SqlDoor:
    """Trino's own protocol, as every client speaks it. Any number of threads ask."""

    def __init__(self, tenant: Tenant, connections: int) -> None:
        self._stream, self._dimension = tenant.definition.name, next(iter(tenant.definition.dimensions))
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        settings = QuerySettings()
        trusted = str(settings.trino_trusted) if settings.trino_trusted else None
        self._client = httpx.Client(
            base_url=f"https://{settings.trino}",
            auth=(tenant.name, tenant.key),
            headers={"X-Trino-User": tenant.name, "X-Trino-Source": "bench"},
            verify=ssl.create_default_context(cafile=trusted),
            timeout=_SECONDS,
            limits=limits,
            trust_env=False,
        )

    def ask(self, key: str, start: datetime, end: datetime) -> int:
        """200, or 429 when Trino takes no more of this tenant. Raises WindowpaneError."""
        days = {"start": start.isoformat(), "end": end.isoformat()}
        sql = _SQL.render(stream=self._stream, dimension=self._dimension, key=key, **days)
        page = self._page(self._client.post("/v1/statement", content=sql.encode()))
        while "nextUri" in page:
            page = self._page(self._client.get(page["nextUri"]))
        if error := page.get("error"):
            if error.get("errorName") in _REFUSED_BY_TRINO:
                return TOO_MUCH
            raise WindowpaneError(f"Trino answered {error.get('errorName')}: {error.get('message', '')[:200]}")
        return 200

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _page(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code != 200:
            raise WindowpaneError(f"Trino answered {answer.status_code}: {answer.text[:200]}")
        page: dict[str, Any] = answer.json()
        return page


Ask = Callable[[str, datetime, datetime], int]
