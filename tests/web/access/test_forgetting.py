"""After which requests what is known of askers is forgotten: not after one that failed, or that changes nothing."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from access.asker import Asker, Door
from access.identities import Identities
from web.access import guard
from web.edge.identifying import WHILE_EMPTY


class Recorded(Identities):
    """Notes what it is told to forget."""

    def __init__(self) -> None:
        super().__init__(lambda _: None)
        self.forgotten: list[Any] = []

    def forget(self, secret: str | None = None, **which: str | None) -> None:
        self.forgotten.append(secret or which)

    def forget_all(self) -> None:
        self.forgotten.append("all")


def forgotten_after(monkeypatch: pytest.MonkeyPatch, method: str, path: str, status: int) -> list[Any]:
    """What a route forgets when its handler answers with a status."""
    identities = Recorded()

    async def answer(_: Request) -> Response:
        return Response(status_code=status)

    async def admitted(request: Request, _: guard.Rule) -> None:
        request.state.asker = Asker(Door.SESSION, "ann", session="s")

    monkeypatch.setattr(guard, "check", admitted)
    doors = SimpleNamespace(headers=lambda _: {})
    app = SimpleNamespace(state=SimpleNamespace(service=SimpleNamespace(identities=identities), doors=doors))
    [route] = guard.guarded([Route(path, answer, methods=[method])])
    assert isinstance(route, Route)
    scope = {"type": "http", "method": method, "path": path, "headers": [], "app": app, "state": {}}
    asyncio.run(route.endpoint(Request(scope)))
    return identities.forgotten


@pytest.mark.parametrize(
    ("method", "path", "forgotten"),
    [
        ("GET", "/v1/users", []),
        ("POST", "/v1/grants", ["all"]),
        ("DELETE", "/v1/users/{user}", ["all"]),
        ("POST", "/admin/users/{user}/see-as", []),
        ("POST", "/v1/see-as", []),
        ("DELETE", "/v1/see-as", []),
        ("POST", "/login", []),
        ("POST", "/logout", []),
        ("POST", "/v1/sessions", []),
        ("DELETE", "/v1/sessions/current", []),
        ("DELETE", "/v1/sessions/{session}", [{"user": "ann"}]),
        ("DELETE", "/v1/keys/{key}", [{"user": "ann"}]),
        ("POST", "/v1/streams/{stream}/window", []),
        ("POST", "/v1/streams/{stream}/messages", []),
        ("POST", "/first", [WHILE_EMPTY]),
    ],
)
def test_what_is_forgotten(monkeypatch: pytest.MonkeyPatch, method: str, path: str, forgotten: list[Any]) -> None:
    assert forgotten_after(monkeypatch, method, path, 204) == forgotten
    for status in (401, 404, 422, 429, 503):
        assert forgotten_after(monkeypatch, method, path, status) == []
