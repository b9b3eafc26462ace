"""A service that asks records of a test's own in place of Trino, and whose users are of the test's own."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from access.store import AccessStore
from iceberg.lake_view import LakeView
from query.service import QueryService
from tests.database.postgres import own_postgres
from tests.web.pages.people import People
from tests.web.people_at_doors import key_of
from tests.web.served import patch_engines, served
from web.app import create_app
from web.service import Service


@dataclass(frozen=True)
class OverRecords:
    """Before it is served: `store` is for its users, `patch` ends with it."""

    app: Any
    store: AccessStore
    uri: str
    patch: pytest.MonkeyPatch

    @property
    def service(self) -> Service:
        """What the application is made of."""
        service: Service = self.app.state.service
        return service

    @property
    def queries(self) -> QueryService:
        """What is asked."""
        return self.service.queries

    def shows(self, *views: LakeView) -> None:
        """The tables that there are."""
        self.queries._watcher._views.update({view.stream: view for view in views})

    @contextmanager
    def served(self, *names: str) -> Iterator[tuple[People, dict[str, dict[str, str]]]]:
        """Serve it: its people, and what asks for each of these."""
        with served(self.app) as url, ExitStack() as visitors:
            people = People(url, self.store, visitors, self.uri)
            yield people, {name: key_of(people, name) for name in names}


@contextmanager
def over_records(asked: Any, **environment: str) -> Iterator[OverRecords]:
    """Make one with a PostgreSQL of its own, where no other engine is; `asked` is asked as TrinoClient is."""
    # A socket's address must be short.
    with (
        tempfile.TemporaryDirectory(prefix="windowpane-") as folder,
        own_postgres(Path(folder)) as uri,
        socket.socket() as held,
        pytest.MonkeyPatch.context() as patch,
    ):
        held.bind(("127.0.0.1", 0))
        patch_engines(patch, f"127.0.0.1:{held.getsockname()[1]}", uri)
        for name, value in {"HOME": folder, **environment}.items():
            patch.setenv(f"WINDOWPANE_{name}", value)
        made = OverRecords(create_app(AccessStore.open(uri)), AccessStore.open(uri), uri, patch)
        made.queries._trino = asked
        patch.setattr(QueryService, "start", lambda _: None)
        try:
            yield made
        finally:
            made.store.close()
