"""Calls that come by another protocol than HTTP/1.1, as the requests that doors, scopes and questions are asked with.

A call of gRPC is a POST of HTTP/2: it has a path, headers and a peer. What it carries is for its own handler to read.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request

from web.access.doors import Doors
from web.access.guard import Rule, check
from web.access.reach import Reach
from web.edge.lanes import nothing_more
from web.service import Service

_OURS = frozenset({"cookie", "host"})
"""What no call brings: sessions are of browsers, and a call asks for no name."""


__all__ = ["Calls", "Request", "admit"]


class Calls:
    """Makes requests of calls to one service."""

    def __init__(self, service: Service) -> None:
        self._reach = Reach.of(service.settings)
        self._app = SimpleNamespace(state=SimpleNamespace(service=service, doors=Doors(service, self._reach)))

    def request(self, path: str, headers: Iterable[tuple[str, str]], peer: str) -> Request:
        """Of one call, from an address. It is never told that its client has gone: whoever answers it is cancelled."""
        given = [(name, value) for name, value in headers if name not in _OURS]
        forwarded = [value for name, value in given if name == "x-forwarded-for"]
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "2",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in given]
            + [(b"host", b"localhost")],
            "client": (self._reach.client(peer, forwarded), 0),
            "server": None,
            "scheme": "http",
            "state": {"peer": peer},
            "app": self._app,
            "route": SimpleNamespace(path=path),
            "path_params": {},
        }
        return Request(scope, nothing_more)


async def admit(request: Request, rule: Rule) -> None:
    """Find out who calls. Raises ProblemError unless it may."""
    await check(request, rule)
