"""The two addresses of events, before everything that surrounds other routes.

Sessions, pages, logs of requests and packing of answers are nothing to an event, and cost several times what it does.
"""

from __future__ import annotations

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from web.collecting.asked import COLLECT, PLAUSIBLE, Answer
from web.collecting.collector import Collector
from web.edge.problems import problem_of, problem_response

_PREFLIGHT = b"access-control-request-method"

log = structlog.get_logger("web.collecting")


class Shortcut:
    """Pure ASGI: answers events and browsers that ask whether they may send some, and passes everything else on."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app, self._root = app, root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an event."""
        if scope["type"] != "http" or not (self._is_ours(scope) and _is_event(scope)):
            await self._app(scope, receive, send)
            return
        try:
            answer = await _collector(scope).answer(scope, receive)
        except ClientDisconnect:
            return
        except Exception as error:
            log.exception("unexpected error")
            await problem_response(problem_of(error))(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _is_ours(self, scope: Scope) -> bool:
        """Whether it is for one of the addresses; below the root that a proxy offers, that is taken off."""
        path: str = scope["path"]
        if self._root and path.startswith(self._root + "/"):
            path = path[len(self._root) :]
        if path != PLAUSIBLE and (not path.startswith(COLLECT) or "/" in path[len(COLLECT) :]):
            return False
        scope["path"] = path
        return True


def _is_event(scope: Scope) -> bool:
    """Whether it is one, or a browser's question whether a page may send one."""
    method = scope["method"]
    return method == "POST" or (method == "OPTIONS" and _PREFLIGHT in dict(scope["headers"]))


async def collect(request: Request) -> Response:
    """The same where nothing came before: an event as any other request."""
    answer: Answer = await _collector(request.scope).answer(request.scope, request.receive)
    response = Response(answer.body, answer.status)
    response.raw_headers = [*answer.headers]
    return response


def _collector(scope: Scope) -> Collector:
    collector: Collector = scope["app"].state.collector
    return collector
