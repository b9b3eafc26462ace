"""Which names the service answers to: a page of somebody else's cannot have its own name point here and read answers.

A browser sends the name that it was told to go to. An address cannot be made to point elsewhere, so any is allowed.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from web.edge.problems import FieldError, Problem, problem_response

ANY = "*"

_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]{1,255}))(?::[0-9]{0,5})?")
_OPEN = ("/healthz",)
"""Says nothing, and whoever balances load may ask for it by any name."""


def host_name(host: str) -> str | None:
    """The name or address in a Host header, in lower case and without port and last dot; None if it is none."""
    match = _HOST.fullmatch(host)
    return None if match is None else (match["v6"] or match["name"]).lower().removesuffix(".")


def own_names(more: Iterable[str] = ()) -> frozenset[str]:
    """`localhost`, the machine's name, and more."""
    machine = socket.gethostname().lower()
    return frozenset({"localhost", machine, *(name.strip().lower().removesuffix(".") for name in more if name.strip())})


class HostCheck:
    """Refuses requests that are for another name: 421, and 400 where there is none or it cannot be read."""

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app, self._names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is for this service."""
        problem = self._problem(scope) if scope["type"] == "http" and scope["path"] not in _OPEN else None
        await (self._app if problem is None else problem_response(problem))(scope, receive, send)

    def _problem(self, scope: Scope) -> Problem | None:
        given = Headers(scope=scope).getlist("host")
        if not given and scope["http_version"] == "1.0":
            return None  # that knew no Host yet, and no browser speaks it
        name = host_name(given[0]) if len(given) == 1 else None
        if name is None:
            return Problem("unparseable", "The header Host is missing, given twice or not a name.", _errors())
        if ANY in self._names or name in self._names or name.endswith(".localhost") or _is_address(name):
            return None
        detail = f"This service does not answer to the name {name}; its setting WINDOWPANE_HOSTS says to which."
        return Problem("misdirected", detail, _errors())


def _errors() -> tuple[FieldError, ...]:
    return (FieldError("Host", "is not a name of this service"),)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
