"""Around every request: its id, the security headers, the metrics, one line in the access log, and the last resort."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access.log_lines import without_secrets
from web.edge.metrics import Metrics
from web.edge.problems import problem_of, problem_response

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_HTTPS_ALONE = f"max-age={2 * 365 * 86_400}"
"""Whoever came by HTTPS once is to come by nothing else, for two years."""

log = structlog.get_logger("web.access")


class RequestMiddleware:
    """Pure ASGI, so that streaming bodies and cancellation pass through untouched."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an exception nobody expected becomes a plain 500 and a line in the log."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        structlog.contextvars.clear_contextvars()
        request_id = _request_id(Headers(scope=scope))
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 0
        begun = time.perf_counter()

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", _HTTPS_ALONE)
            await send(message)

        with self._metrics.in_flight.track_inprogress():
            try:
                await self._app(scope, receive, send_with_headers)
            except ClientDisconnect:
                status = status or 499
            except Exception as error:
                log.exception("unexpected error", path=without_secrets(scope["path"]))
                if not status:
                    await problem_response(problem_of(error))(scope, receive, send_with_headers)
        self._note(scope, status, time.perf_counter() - begun)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        self._metrics.requests.labels(route, _method(scope), status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if route in ("/healthz", "/readyz", "/metrics", "/static/{version}"):
            return
        path = without_secrets(scope["path"])  # of a one-time link it holds the token
        line: dict[str, Any] = {"method": scope["method"], "path": path, "route": route, "status": status}
        log.info("request", **line, ms=round(seconds * 1000, 1))


def _request_id(headers: Headers) -> str:
    """The caller's own id, if it is a plain one, else a new one."""
    given = headers.get("x-request-id", "")
    plain = _REQUEST_ID.fullmatch(given) and without_secrets(given) == given
    return given if plain else uuid.uuid4().hex


def _method(scope: Scope) -> str:
    """The method as a label; the made-up ones share one."""
    method: str = scope["method"]
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
