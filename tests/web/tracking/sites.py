"""A merchant's site and the collector that its events go to: two origins, as on the web, both behind real HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from systems.merchants.event_format import EventError, read_event
from tests.web.served import served
from web.tracking.script import script

SITE = "shop.example.org"


@dataclass
class Collector:
    """Serves the script and keeps what is sent. `status`: of its answers; `requests`: method, type and address too.

    `wrong`: what the edge finds wrong with it.
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    status: int = 204
    url: str = ""

    def app(self) -> Starlette:
        """Its addresses."""
        return Starlette(
            routes=[
                Route("/js/script.js", script),
                Route("/collect/{site}", self._collect, methods=["POST", "OPTIONS"]),
                Route("/api/event", self._collect, methods=["POST"]),
            ]
        )

    async def _collect(self, request: Request) -> Response:
        body = await request.body()
        self.requests.append((request.method, request.headers.get("content-type", ""), request.url.path))
        self.cookies.append(request.headers.get("cookie", ""))
        if self.status < 400:
            self.events.append(json.loads(body))
            try:
                read_event(body)
            except EventError as error:
                self.wrong.append(str(error))
        return Response(status_code=self.status, headers={"Access-Control-Allow-Origin": request.headers["origin"]})

    def named(self) -> list[str]:
        """Each event as its name and path."""
        return [f"{each['name']} {each['url'].split('/', 3)[3]}" for each in self.events]

    def wait(self, page: Page, count: int, seconds: float = 5) -> list[dict[str, Any]]:
        """The events, once there are so many; a moment later there are no more."""
        until = time.monotonic() + seconds
        while len(self.events) < count and time.monotonic() < until:
            page.wait_for_timeout(20)
        page.wait_for_timeout(100)
        assert len(self.events) == count, self.named()
        return self.events


@dataclass
class Merchant:
    """A site whose every path is a page with the snippet. `attributes`: of the snippet; `body`: of each page."""

    script: str
    attributes: str = f'data-site="{SITE}" data-local'
    head: str = ""
    body: str = ""
    url: str = ""

    def app(self) -> Starlette:
        """Its one address."""
        return Starlette(routes=[Route("/{path:path}", self._page)])

    async def _page(self, request: Request) -> Response:
        path = request.path_params["path"]
        snippet = f'<script defer src="{self.script}" {self.attributes}></script>'
        html = f"<!doctype html><title>{path}</title>{self.head}{snippet}<body>{self.body}<a href='/next'>next</a>"
        return HTMLResponse(html, 404 if path.startswith("missing") else 200, {"Cache-Control": "max-age=60"})


@contextmanager
def sites() -> Iterator[tuple[Merchant, Collector]]:
    """Both, served at two ports: two origins."""
    collector = Collector()
    with served(collector.app()) as collecting:
        collector.url = collecting
        merchant = Merchant(script=f"{collecting}/js/script.js")
        with served(merchant.app()) as url:
            merchant.url = url
            yield merchant, collector
