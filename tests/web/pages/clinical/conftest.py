"""A service whose records of clinical streams lie in DuckDB, for users of the tests' own."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from access.grants import checked_grant
from access.store import AccessStore
from tests.database.postgres import own_postgres
from tests.query.lake_views import at, lake_view
from tests.systems.clinical.made_records import STREAMS, ClinicalRecords, Version, versions
from tests.web.pages.people import People
from tests.web.people_at_doors import key_of
from tests.web.served import patch_engines, served
from web.app import create_app

SITES = ("north", "south")
DAYS = 5
ASKED = ("admissions", "lab_results")
GRANTS: dict[str, tuple[tuple[str, list[str], dict[str, list[str]], list[str]], ...]] = {
    "ann": (("admissions", ["ask"], {}, []), ("lab_results", ["ask"], {}, []), ("patients", ["detail"], {}, [])),
    "lab": (("lab_results", ["ask"], {"site": ["north"]}, ["value"]),),
    "ward": (("admissions", ["ask"], {"ward": ["cardiology"]}, ["patient", "stay_hours"]),),
    "blind": (("admissions", ["ask"], {}, ["status"]),),
    "sender": (("admissions", ["send"], {}, []),),
    "stranger": (("health", ["ask"], {}, []),),
}
"""User → stream, actions, rows and what is hidden."""


@dataclass(frozen=True)
class Clinic:
    """The address, what asks for what is everybody's, and the records."""

    url: str
    headers: dict[str, dict[str, str]]
    duck: ClinicalRecords
    found: dict[str, list[Version]]

    def client(self, name: str) -> httpx.Client:
        """Somebody's browser."""
        headers = {**self.headers[name], "accept": "text/html"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def clinic() -> Iterator[Clinic]:
    """Serve it: all records are of the first days of March 2026."""
    found = {stream: versions(SITES, stream, DAYS) for stream in ASKED}
    with (
        tempfile.TemporaryDirectory(prefix="windowpane-") as folder,
        own_postgres(Path(folder)) as uri,
        socket.socket() as held,
        pytest.MonkeyPatch.context() as patch,
    ):
        held.bind(("127.0.0.1", 0))
        patch_engines(patch, f"127.0.0.1:{held.getsockname()[1]}", uri)
        patch.setenv("WINDOWPANE_HOME", folder)
        store = AccessStore.open(uri)
        app = create_app(AccessStore.open(uri))
        queries, duck = app.state.service.queries, ClinicalRecords(found)
        for stream in ASKED:
            view = replace(lake_view(stream, panes=None), definition=STREAMS[stream], records_snapshot=7)
            queries._watcher._views[stream] = replace(view, complete_until=at("6 00:00"))
        patients = replace(lake_view("patients", panes=None), definition=STREAMS["patients"])
        queries._watcher._views["patients"] = patients
        queries._trino = duck
        patch.setattr(type(queries), "start", lambda _: None)
        store.users.add("root", by="test", administrator=True)
        for name, grants in GRANTS.items():
            store.users.add(name, by="test")
            for stream, can, where, hide in grants:
                store.grants.add(checked_grant(f"user:{name}", stream, can, where, hide), by="test")
        try:
            with served(app) as url, ExitStack() as visitors:
                people = People(url, store, visitors, uri)
                headers = {name: key_of(people, name) for name in ("root", *GRANTS)}
                yield Clinic(url, headers, duck, found)
        finally:
            store.close()
