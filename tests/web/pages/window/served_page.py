"""The window page over HTTP without engines: real templates and scripts, and a series of points that a test gives."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from query.answer_json import group_json
from tests.web.pages.window.rendered import group, window_page
from web.edge.middleware import SECURITY_HEADERS
from web.page.static_files import VersionedFiles


def point(at: str, *services: str) -> dict[str, Any]:
    """A point of a series at which each service sent six messages."""
    return {"at": at, "groups": [group_json(group(service, 6, 0.4), ("service",)) for service in services]}


@dataclass
class Served:
    """What is served, and what was asked. `answer` takes the place of the series when it is set."""

    services: list[str] = field(default_factory=lambda: ["cart"])
    asked: dict[str, Any] = field(default_factory=dict)
    points: list[dict[str, Any]] = field(default_factory=list)
    complete_until: str = "2027-01-01T00:00:00Z"
    answer: Response | None = None
    questions: list[tuple[str, Any]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Of the page."""
        return f"http://127.0.0.1:{self.port}/"

    def renew(self) -> Served:
        """As it was served first, at the same port."""
        vars(self).update(vars(Served(port=self.port)))
        return self

    async def page(self, _: Request) -> Response:
        """The window page of the groups."""
        groups = [group(service, 10, 0.4) for service in self.services]
        return HTMLResponse(window_page(groups, groups, **self.asked), headers=SECURITY_HEADERS)

    async def series(self, request: Request) -> Response:
        """The points, whatever is asked; the question is kept."""
        asked = await request.json() if request.method == "POST" else request.query_params.multi_items()
        self.questions.append((request.method, asked))
        return self.answer or JSONResponse({"points": self.points, "complete_until": self.complete_until})


@contextmanager
def served() -> Iterator[Served]:
    """Serve it in a thread."""
    service = Served()
    routes = [
        Route("/", service.page),
        Route("/v1/streams/health/series", service.series, methods=["GET", "POST"]),
        Mount("/static/{version}", VersionedFiles()),
    ]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        service.port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield service
        finally:
            server.should_exit = True
            thread.join()
