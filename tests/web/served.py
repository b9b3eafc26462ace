"""The service behind real HTTP."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from access.store import AccessStore
from tests.database.postgres import own_postgres
from tests.definitions import HEALTH
from tests.query.lake_views import lake_view
from web.app import create_app


@contextmanager
def served(app: ASGIApp | Callable[[], ASGIApp], *, factory: bool = False) -> Iterator[str]:
    """Serve an application; the address."""
    with serving(
        uvicorn.Config(app, factory=factory, log_config=None, timeout_keep_alive=75, proxy_headers=False)
    ) as url:
        yield url


@contextmanager
def serving(config: uvicorn.Config) -> Iterator[str]:
    """Serve in a thread; the address."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def users_kept() -> Iterator[str]:
    """A PostgreSQL without users, in which nothing but them is looked for; its URI."""
    # A socket's address must be short.
    with tempfile.TemporaryDirectory(prefix="windowpane-") as folder, own_postgres(Path(folder)) as uri:
        yield uri


def patch_engines(patch: pytest.MonkeyPatch, address: str, catalog: str = "") -> None:
    """Every engine is at an address, but for a catalog that is somewhere else."""
    for name, value in {
        "KAFKA": address,
        "FLINK": address,
        "TRINO": address,
        "CATALOG_URI": catalog or f"postgresql://windowpane:secret@{address}/windowpane",
        "S3_ENDPOINT": f"http://{address}",
        "S3_ACCESS_KEY": "key",
        "S3_SECRET_KEY": "secret",
    }.items():
        patch.setenv(f"WINDOWPANE_{name}", value)


@contextmanager
def away() -> Iterator[None]:
    """Every engine is at an address that is held, at which nobody listens."""
    with socket.socket() as held, pytest.MonkeyPatch.context() as patch:
        held.bind(("127.0.0.1", 0))
        patch_engines(patch, f"127.0.0.1:{held.getsockname()[1]}")
        yield


@contextmanager
def empty_stream() -> Iterator[Starlette]:
    """A service that knows a stream without messages, of which it can answer everything by itself."""
    with away(), users_kept() as users:
        app = create_app(AccessStore.open(users))
        view = replace(lake_view(panes=None, rejected=None), definition=HEALTH)
        app.state.service.queries._watcher._views["health"] = view
        yield app
