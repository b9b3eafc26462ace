"""A service whose case reports lie in DuckDB, and whose users are of the test's own; for pages over HTTP."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from access.grants import checked_grant
from access.store import AccessStore
from iceberg.begun import Begun
from iceberg.lake_view import LakeView
from query.requests import LATEST
from streams.breakdowns import breakdowns
from streams.definition import Definition
from systems.epidemic.asked import STREAM
from tests.database.postgres import own_postgres
from tests.definitions import ON_DEMAND
from tests.query.lake_views import lake_view
from tests.systems.epidemic.duck_reports import DuckReports
from tests.systems.epidemic.made_reports import Report
from tests.web.pages.people import People
from tests.web.people_at_doors import key_of
from tests.web.served import patch_engines, served
from web.app import create_app

NOW = datetime(2021, 7, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Epidemics:
    """The address, what asks for whom, and what is asked in DuckDB.

    `root` administers, `ann` may ask all reports, `bob` those of Germany alone, `eve` nothing of them.
    """

    url: str
    headers: dict[str, dict[str, str]]
    duck: DuckReports


@contextmanager
def epidemics(reports: Sequence[Report], **environment: str) -> Iterator[Epidemics]:
    """Serve these reports. Panes hold nothing yet, so that all is answered of records."""
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
        store = AccessStore.open(uri)
        app = create_app(AccessStore.open(uri))
        queries, duck = app.state.service.queries, DuckReports(reports)
        definition = ON_DEMAND[STREAM]
        queries._watcher._views[STREAM] = reports_view(definition)
        queries._trino = duck
        patch.setattr(type(queries), "start", lambda _: None)
        _users(store)
        try:
            with served(app) as url, ExitStack() as visitors:
                people = People(url, store, visitors, uri)
                keys = {name: key_of(people, name) for name in ("root", "ann", "bob", "eve")}
                yield Epidemics(url, keys, duck)
        finally:
            store.close()


def reports_view(definition: Definition) -> LakeView:
    """Of tables in which no breakdown holds anything, and records all."""
    return replace(
        lake_view(STREAM, panes=None),
        definition=definition,
        records_snapshot=7,
        records_until=NOW,
        complete_until=NOW,
        begun=tuple((each.name, Begun(LATEST, 0)) for each in breakdowns(definition)),
    )


def _users(store: AccessStore) -> None:
    store.users.add("root", by="test", administrator=True)
    for name, where in (("ann", {}), ("bob", {"region": ["DE"]})):
        store.users.add(name, by="test")
        store.grants.add(checked_grant(f"user:{name}", STREAM, ["ask"], where, []), by="test")
    store.users.add("eve", by="test")
    store.grants.add(checked_grant("user:eve", "health", ["ask"], {}, []), by="test")
