"""The service with users of a test's own: PostgreSQL runs, no other engine does."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from access.grants import Grant
from access.store import AccessStore
from tests.database.postgres import own_postgres
from tests.web.served import patch_engines, served
from web.app import create_app

PASSWORD = "a sentence to remember"
HTML = {"accept": "text/html"}


class Visitor(httpx.Client):
    """A browser without scripts: keeps cookies, and sends the token of the page that it read last with each form."""

    token = ""

    def read(self, path: str, status: int = 200) -> str:
        """A page."""
        answer = self.get(path)
        assert answer.status_code == status, answer.text
        self._keep(answer.text)
        return answer.text

    def submit(self, path: str, **fields: str | list[str]) -> httpx.Response:
        """What a form is answered with."""
        answer = self.post(path, data={"csrf": self.token, **fields})
        self._keep(answer.text)
        return answer

    def _keep(self, page: str) -> None:
        found = re.search('name="csrf" (?:content|value)="([^"]+)"', page)
        self.token = found[1] if found else self.token


@dataclass(frozen=True)
class People:
    """The service's address, and its users."""

    url: str
    store: AccessStore
    visitors: ExitStack
    uri: str

    def visitor(self) -> Visitor:
        """Somebody who has not logged in."""
        return self.visitors.enter_context(Visitor(base_url=self.url, timeout=30, headers=HTML))

    def user(
        self, name: str, *, administrator: bool = False, groups: tuple[str, ...] = (), grants: tuple[Grant, ...] = ()
    ) -> Visitor:
        """A new user who has logged in."""
        self.store.users.add(name, by="test", administrator=administrator, groups=groups, password=PASSWORD)
        for grant in grants:
            self.store.grants.add(grant, by="test")
        visitor = self.visitor()
        answer = visitor.submit("/login", user=name, password=PASSWORD)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        visitor.read("/account")
        return visitor


@contextmanager
def serving_people(folder: Path, app: Callable[[], Starlette] = create_app, **environment: str) -> Iterator[People]:
    """Serve it, with a PostgreSQL in an existing folder; no users yet. `app`: makes the application."""
    with own_postgres(folder) as uri, socket.socket() as held, pytest.MonkeyPatch.context() as patch:
        held.bind(("127.0.0.1", 0))
        patch_engines(patch, f"127.0.0.1:{held.getsockname()[1]}")
        patch.setenv("WINDOWPANE_CATALOG_URI", uri)
        patch.setenv("WINDOWPANE_HOME", str(folder))
        for name, value in environment.items():
            patch.setenv(f"WINDOWPANE_{name}", value)
        store = AccessStore.open(uri)
        try:
            with served(app()) as url, ExitStack() as visitors:
                yield People(url, store, visitors, uri)
        finally:
            store.close()
