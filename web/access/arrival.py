"""Where a request comes from, put right before anybody asks: the client's address and scheme, the path below ours."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.access.reach import Reach, is_this_machine

_FORWARDED = frozenset(
    (b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip", b"forwarded", b"via")
)


class Arrival:
    """Pure ASGI. Within it the service is at the root, whatever path it is offered under."""

    def __init__(self, app: ASGIApp, reach: Reach, root_path: str) -> None:
        self._app, self._reach, self._root = app, reach, root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; addresses in the header Location begin at the root that clients see."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        peer = (scope.get("client") or ("", 0))[0]
        scope.setdefault("state", {})["peer"] = peer
        if self._reach.proxies or self._reach.https:
            headers = HTTPConnection(scope).headers
            scope["client"] = (self._reach.client(peer, headers.getlist("x-forwarded-for")), 0)
            scope["scheme"] = self._reach.scheme(peer, scope["scheme"], headers.getlist("x-forwarded-proto"))
        if not self._root:
            await self._app(scope, receive, send)
            return
        _take_off(scope, self._root)

        async def send_below(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("location", "").startswith("/"):
                    headers["location"] = self._root + headers["location"]
            await send(message)

        await self._app(scope, receive, send_below)


def client_of(request: HTTPConnection) -> str:
    """The address of whoever sent it, as far as proxies that are believed say."""
    return (request.scope.get("client") or ("", 0))[0]


def peer_of(request: HTTPConnection) -> str:
    """The address at the other end of the connection."""
    peer: str = request.scope.get("state", {}).get("peer", "")
    return peer


def is_forwarded(request: HTTPConnection) -> bool:
    """Whether it says that somebody passed it on, or speaks as proxies do that are not told otherwise: HTTP/1.0."""
    old = request.scope.get("http_version") == "1.0"
    return old or any(name in _FORWARDED for name, _ in request.scope["headers"])


def is_for_this_machine(request: HTTPConnection) -> bool:
    """Whether it asks for a name of this machine that is nobody else's: what is passed on often asks for another."""
    hosts = request.headers.getlist("host")
    return request.scope["http_version"] != "1.0" and len(hosts) == 1 and is_this_machine(hosts[0])


def _take_off(scope: Scope, root: str) -> None:
    """Some proxies leave the path on, some take it off."""
    path, raw = scope["path"], scope.get("raw_path") or b""
    if path == root or path.startswith(root + "/"):
        scope["path"] = path[len(root) :] or "/"
        if raw.startswith(root.encode()):
            scope["raw_path"] = raw[len(root) :] or b"/"
