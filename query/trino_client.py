"""The client of Trino: one pooled HTTP session for all threads, bound values, bounded time and size."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from trino.dbapi import Connection, Cursor

from access.service_tokens import ServiceTokens
from iceberg.catalog import CATALOG
from query.errors import AnswerTooLargeError, EngineAwayError, GivenUpError, QueryError, TooSlowError, translated
from query.limits import Limits, limits_now
from query.settings import QuerySettings

_CONNECT_SECONDS = 3.0
_CANCEL_SECONDS = 1.0
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL


class _WithinLimits(HTTPAdapter):
    """Lets each exchange take no longer than its statement may still take, and counts what was read.

    A statement that Trino may have taken is never sent again. `trusted`: the one certificate that may be shown.
    """

    def __init__(self, trusted: Path | None = None) -> None:
        self._trusted = _context(trusted) if trusted else None
        super().__init__(pool_connections=1, pool_maxsize=64)

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """As requests asks of an adapter. The certificate is known, so whom it names does not matter."""
        if self._trusted:
            more |= {"ssl_context": self._trusted, "assert_hostname": False}
        super().init_poolmanager(*args, **more)

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """As requests asks of an adapter; the body has been read. Raises QueryError, which nothing retries."""
        limits = limits_now()
        if limits is None or request.method == "DELETE":
            return super().send(request, *args, **{**more, "timeout": _CANCEL_SECONDS})
        seconds = limits.check()
        try:
            response = super().send(request, *args, **{**more, "timeout": (min(_CONNECT_SECONDS, seconds), seconds)})
            limits.count(len(response.content))
        except requests.ReadTimeout as error:
            limits.check()
            if request.method == "POST":
                raise EngineAwayError("trino", "it took a statement and said nothing") from error
            raise
        return response


class _Bearer(AuthBase):
    """Puts a token that is good on each request."""

    def __init__(self, tokens: ServiceTokens) -> None:
        self._tokens = tokens

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._tokens.token()}"
        return request


class TrinoClient:
    """Runs statements; safe to share between threads. `properties`: more session properties of the catalog.

    `asked`: how many statements were begun, or a few less.
    """

    def __init__(self, settings: QuerySettings, properties: Mapping[str, str] | None = None) -> None:
        self.asked = 0
        self._seconds = settings.query_seconds
        host, _, port = settings.trino.partition(":")
        user = settings.trino_user.get_secret_value()
        session = _session(user, settings)
        self._connection = Connection(
            host=host,
            port=int(port),
            user=user,
            source="windowpane",
            catalog=CATALOG,
            http_scheme="https" if settings.trino_trusted else "http",
            http_session=session,
            timezone="UTC",
            legacy_prepared_statements=False,
            max_attempts=3,
            session_properties={
                "query_max_run_time": f"{settings.query_seconds:.0f}s",
                "query_max_scan_physical_bytes": "1PB",
                **{f"{CATALOG}.{name}": value for name, value in (properties or {}).items()},
            },
        )

    def rows(self, sql: str, values: Sequence[Any] = (), limits: Limits | None = None) -> tuple[list[list[Any]], str]:
        """Run a statement within `limits`, or the longest time one may take; its rows and Trino's id of the query.

        Raises QueryError; what is beyond its limits is cancelled.
        """
        self.asked += 1
        with translated(), (limits or Limits(self._seconds)).applied():
            cursor = self._connection.cursor()
            try:
                cursor.execute(sql, list(values) or None)
                return cursor.fetchall(), str(cursor.query_id)
            except (AnswerTooLargeError, GivenUpError, TooSlowError):
                _cancel(cursor)
                raise

    def check(self, seconds: float = 5.0) -> None:
        """Raise EngineAwayError unless Trino answers within so many seconds."""
        self.rows("select 1", (), Limits(seconds))


def _session(user: str, settings: QuerySettings) -> requests.Session:
    session = requests.Session()
    # Nobody's REQUESTS_CA_BUNDLE, proxy or .netrc.
    session.trust_env = False
    session.mount("http://", _WithinLimits())
    if settings.trino_trusted:
        session.mount("https://", _WithinLimits(settings.trino_trusted))
        session.verify = str(settings.trino_trusted)
    if settings.trino_key:
        session.auth = _Bearer(ServiceTokens(user, settings.trino_key.get_secret_value()))
    return session


def _context(trusted: Path) -> ssl.SSLContext:
    """Trusts the certificate itself, whoever signed it, also when its time is over: that ends no service."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(trusted)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VerifyFlags(_NO_CHECK_TIME)
    return context


def _cancel(cursor: Cursor) -> None:
    """Trino ends by itself what it cannot be told to end: after the longest time that a query may run."""
    with suppress(QueryError), translated():
        cursor.cancel()  # type: ignore[no-untyped-call]
